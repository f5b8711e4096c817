//! The process in which pages are made text of: the whole of it, from its arguments to its exit code.
//!
//! It is started for one page, limits itself before it looks at anything, reads the page from its input, writes one
//! line of JSON and ends. The server reads that line within limits of its own ([`super::Pages`]). The binary calls
//! [`main`] when it is started as `kuma read-page …`; nobody else does.

use std::io::{Read, Write};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Extracted, ReadError, html, pdf};

/// The argument of the binary that leads here.
pub const COMMAND: &str = "read-page";

/// Address space: what the worst of known files need, and no more.
const MOST_MEMORY: u64 = 1536 * 1024 * 1024;
/// Deeply nested pages need a deep stack. Only what is used of it is real.
const STACK: usize = 256 * 1024 * 1024;
/// What is read of the input.
const MOST_INPUT: u64 = 64 * 1024 * 1024;

/// What the worker says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply {
    Read(Extracted),
    Failed(ReadError),
}

/// Runs the worker. `arguments` are those behind [`COMMAND`]: `html <address>`, `pdf`, or `ocr <program> <arguments>`,
/// which becomes that program under the same limits.
///
/// The exit code is 0 whenever there was a reply, and 64 for arguments that make no sense.
pub fn main(arguments: impl IntoIterator<Item = String>) -> ExitCode {
    let arguments: Vec<String> = arguments.into_iter().collect();
    if limit().is_err() {
        return ExitCode::from(70);
    }
    let mut input = Vec::new();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["ocr", program, rest @ ..] => become_program(program, rest),
        ["html", base] => {
            let Ok(base) = Url::parse(base) else { return ExitCode::from(64) };
            if std::io::stdin().take(MOST_INPUT).read_to_end(&mut input).is_err() {
                return ExitCode::from(74);
            }
            reply(move || html::read(&String::from_utf8_lossy(&input), &base))
        }
        ["pdf"] => {
            if std::io::stdin().take(MOST_INPUT).read_to_end(&mut input).is_err() {
                return ExitCode::from(74);
            }
            reply(move || pdf::read(input))
        }
        _ => ExitCode::from(64),
    }
}

/// Reads on a thread with a deep stack, and writes the reply.
fn reply(read: impl FnOnce() -> Result<Extracted, ReadError> + Send + 'static) -> ExitCode {
    let read = std::thread::Builder::new().stack_size(STACK).spawn(read).map(std::thread::JoinHandle::join);
    let reply = match read {
        Ok(Ok(Ok(extracted))) => Reply::Read(extracted),
        Ok(Ok(Err(error))) => Reply::Failed(error),
        // The library panicked.
        Ok(Err(_)) | Err(_) => Reply::Failed(ReadError::TooHard),
    };
    let Ok(line) = serde_json::to_vec(&reply) else { return ExitCode::from(70) };
    let mut out = std::io::stdout();
    if out.write_all(&line).and_then(|()| out.flush()).is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(74)
    }
}

/// What this process may use from here on.
fn limit() -> rustix::io::Result<()> {
    for (resource, most) in [
        (Resource::As, MOST_MEMORY),
        (Resource::Cpu, 20),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nofile, 32),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    #[cfg(target_os = "linux")]
    rustix::thread::set_no_new_privs(true)?;
    Ok(())
}

#[cfg(unix)]
fn become_program(program: &str, arguments: &[&str]) -> ExitCode {
    use std::os::unix::process::CommandExt;
    // Only comes back when it failed.
    let error = std::process::Command::new(program).args(arguments).exec();
    if error.kind() == std::io::ErrorKind::NotFound { ExitCode::from(127) } else { ExitCode::from(126) }
}
