//! The child process (`kuma parse`): builds its own walls, reads one file from its standard input and says what it found on
//! its standard output. Nothing but the program's `main` calls this.

mod walls;

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

pub use self::walls::Walls;
use crate::error::ParseError;
use crate::frames::{Message, write};
use crate::limits::Limits;
use crate::output::Event;
use crate::parse::{Summary, parse};

/// The parsers' stack: some formats are read with recursion.
const STACK_BYTES: usize = 64 << 20;

/// What the server asks of a child; its only argument, as JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Request {
    /// Read the file on the standard input.
    Parse {
        limits: Limits,
        extension: Option<String>,
        /// Whether pictures may be sent.
        ocr: bool,
    },
    /// Try what the walls are there to refuse.
    Probe { limits: Limits },
    /// Become this program, inside walls that leave it libraries to read and nothing else.
    Recognise { program: String, arguments: Vec<String>, readable: Vec<String>, limits: Limits },
}

/// Does what the server asked for. The process must have a single thread when this is called.
pub fn run(request: &str) -> ExitCode {
    match serde_json::from_str(request) {
        Ok(Request::Parse { limits, extension, ocr }) => parse_stdin(limits, extension, ocr),
        Ok(Request::Probe { limits }) => probe(&limits),
        Ok(Request::Recognise { program, arguments, readable, limits }) => {
            if let Err(error) = walls::around_program(&limits, &readable) {
                complain(&error);
                return ExitCode::FAILURE;
            }
            let error = std::process::Command::new(program).args(arguments).exec();
            complain(&error.to_string());
            ExitCode::FAILURE
        }
        Err(_) => {
            complain(
                "this command is for the server only: it reads uploaded files in a process of their own",
            );
            ExitCode::FAILURE
        }
    }
}

fn complain(sentence: &str) {
    // There is nobody to tell when even this fails.
    let _ = writeln!(std::io::stderr(), "kuma parse: {sentence}");
}

fn parse_stdin(limits: Limits, extension: Option<String>, ocr: bool) -> ExitCode {
    let last = match walls::around_parser(&limits) {
        Ok(walls) => {
            let told = write(&mut std::io::stdout().lock(), &Message::Started(walls));
            match told {
                Ok(()) => on_large_stack(move || read_and_parse(&limits, extension.as_deref(), ocr)),
                Err(_) => return ExitCode::FAILURE,
            }
        }
        Err(why) => Err(ParseError::Internal { why }),
    };
    let last = match last {
        Ok(summary) => Message::Done(summary),
        Err(error) => Message::Failed(error),
    };
    match write(&mut std::io::stdout().lock(), &last) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// What a child could not do behind its walls.
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The walls it built.
    pub walls: Walls,
    /// A file that everybody may read was refused.
    pub no_files: bool,
    /// A network connection was refused before it was tried.
    pub no_network: bool,
    /// Another process was refused.
    pub no_processes: bool,
    /// More memory than the limit was refused.
    pub no_more_memory: bool,
}

fn probe(limits: &Limits) -> ExitCode {
    use std::io::ErrorKind::PermissionDenied;
    let message = match walls::around_parser(limits) {
        Ok(walls) => {
            let refused =
                |error: Option<std::io::Error>| error.is_some_and(|error| error.kind() == PermissionDenied);
            let too_much = usize::try_from(limits.memory_bytes).unwrap_or(usize::MAX / 2);
            Message::Probed(Probe {
                walls,
                no_files: refused(std::fs::File::open("/").err()),
                no_network: refused(std::net::TcpStream::connect(("127.0.0.1", 9)).err()),
                no_processes: std::process::Command::new("/bin/true").status().is_err(),
                no_more_memory: Vec::<u8>::new().try_reserve_exact(too_much).is_err(),
            })
        }
        Err(why) => Message::Failed(ParseError::Internal { why }),
    };
    match write(&mut std::io::stdout().lock(), &message) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A panic of a parser is an answer like any other.
fn on_large_stack(
    work: impl FnOnce() -> Result<Summary, ParseError> + Send + 'static,
) -> Result<Summary, ParseError> {
    let thread =
        std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).map_err(ParseError::internal)?;
    thread.join().unwrap_or_else(|_| {
        Err(ParseError::Crashed { why: "the reader met something it did not expect".to_owned() })
    })
}

fn read_and_parse(limits: &Limits, extension: Option<&str>, ocr: bool) -> Result<Summary, ParseError> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(limits.file_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| ParseError::internal(format_args!("the file could not be read: {error}")))?;
    parse(bytes, extension, limits, ocr, &mut |event| {
        let message = match event {
            Event::Page(page) => Message::Page(page),
            Event::Progress { done, total } => Message::Progress { done, total },
            Event::Picture(picture) => Message::Picture(picture),
        };
        write(&mut std::io::stdout().lock(), &message).map_err(ParseError::internal)
    })
}
