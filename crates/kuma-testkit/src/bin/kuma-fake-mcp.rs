//! A fake MCP server as a program, for tests: messages on standard input and output, one a line.
//!
//! `--script JSON` says how it behaves (as in the control API of `kuma-fake-upstream`); `--record FILE` gets every call
//! of a tool as a line of JSON; `--env` has it say the names of its variables on standard error; `--die TEXT` has it
//! say that and end; `--child FILE` has it start a process that outlives it, with its id in FILE; `--crash TOOL` has it
//! end in the middle of a call of that tool.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use kuma_testkit::mcp::{FakeServer, McpScript, Session};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc;

/// A fake MCP server for tests.
#[derive(Parser)]
struct Arguments {
    /// How it behaves.
    #[arg(long)]
    script: Option<String>,
    /// Where calls are written.
    #[arg(long)]
    record: Option<PathBuf>,
    /// Say the names of the variables on standard error.
    #[arg(long)]
    env: bool,
    /// Say this on standard error and end.
    #[arg(long)]
    die: Option<String>,
    /// Start a process that outlives this one; its id goes here.
    #[arg(long)]
    child: Option<PathBuf>,
    /// End in the middle of a call of this tool.
    #[arg(long)]
    crash: Option<String>,
}

#[expect(clippy::print_stderr, reason = "what a program says on standard error is what is tested")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(text) = &arguments.die {
        eprintln!("{text}");
        return ExitCode::from(3);
    }
    if arguments.env {
        let mut names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
        names.sort();
        eprintln!("variables: {}", names.join(" "));
    }
    let done = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .and_then(|runtime| runtime.block_on(serve(arguments)));
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kuma-fake-mcp: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> std::io::Result<ExitCode> {
    if let Some(file) = &arguments.child {
        let child = std::process::Command::new("sleep").arg("600").spawn()?;
        std::fs::write(file, child.id().to_string())?;
    }
    let fake = Arc::new(FakeServer::default());
    if let Some(script) = &arguments.script {
        fake.set(serde_json::from_str::<McpScript>(script)?);
    }
    let session = Session::of_program();
    let (outgoing, mut messages) = mpsc::unbounded_channel::<Value>();
    session.listen(outgoing.clone());
    let writing = tokio::spawn(async move {
        let mut out = tokio::io::stdout();
        while let Some(message) = messages.recv().await {
            if out.write_all(format!("{message}\n").as_bytes()).await.is_err() || out.flush().await.is_err() {
                return;
            }
        }
    });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        let tool = message.pointer("/params/name").and_then(Value::as_str);
        if tool.is_some() && tool == arguments.crash.as_deref() {
            return Ok(ExitCode::from(7));
        }
        if message.get("method").is_some_and(|method| method == "tools/call")
            && let Some(file) = &arguments.record
        {
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file)?;
            writeln!(file, "{}", message.get("params").unwrap_or(&Value::Null))?;
        }
        let (fake, session, outgoing) = (Arc::clone(&fake), session.clone(), outgoing.clone());
        tokio::spawn(async move {
            if let Some(answer) = fake.respond(&message, Some(&session), None, &outgoing).await {
                // Nobody reads any more: the program is about to end.
                drop(outgoing.send(answer));
            }
        });
    }
    writing.abort();
    Ok(ExitCode::SUCCESS)
}
