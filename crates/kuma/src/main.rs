//! Kuma's binary: reads the settings, chooses the backends, wires them, runs.
//!
//! The shape of the server (alone on SQLite, or scaled out) is chosen in [`wire`] and nowhere else.

mod assets;
mod commands;
mod footprint;
mod pictures;
mod secrets;
mod settings;
mod telemetry;
mod traces;
mod wire;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// An AI assistant that belongs to the person or team who runs it.
#[derive(Parser)]
#[command(name = "kuma", version, about)]
struct Cli {
    #[command(flatten)]
    flags: settings::Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server: web app, API and runs
    Serve,
    /// Drive runs that servers accept, taken from Redis (USE_REDIS_QUEUE=true)
    Worker {
        /// Runs at once; KUMA_MAX_RUNS when not given
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        concurrency: Option<u32>,
        /// Serve /health and /metrics there, such as 127.0.0.1:9100; nowhere when not given
        #[arg(long)]
        metrics_addr: Option<std::net::SocketAddr>,
    },
    /// Bring the database up to date
    Migrate,
    /// Print the settings and where they come from, and check everything Kuma depends on
    Doctor,
    /// Print the OpenAPI document
    Openapi,
    /// Create accounts, set passwords and roles
    #[command(subcommand)]
    User(commands::user::User),
    /// Fetch and list models that run in this process
    #[command(subcommand)]
    Models(commands::models::Models),
    /// Bring everything from SQLite to PostgreSQL, or back
    #[command(subcommand)]
    Db(commands::db::Db),
    /// Copy the SQLite database to a file, while the server runs
    Backup {
        /// The file to write; it must not exist yet
        to: std::path::PathBuf,
    },
    /// Read one uploaded file: the server starts this for each, and nobody else has use for it
    #[command(hide = true)]
    Parse {
        /// What to do, in the server's own words
        request: String,
    },
    /// Put a backup in the place of the SQLite database; the server must be stopped
    Restore {
        /// A file that `kuma backup` has written
        from: std::path::PathBuf,
    },
}

fn main() -> ExitCode {
    // The process in which a page is made text of: before settings, threads and everything else.
    let mut arguments = std::env::args().skip(1);
    if arguments.next().is_some_and(|first| first == kuma_tools::page::worker::COMMAND) {
        return kuma_tools::page::worker::main(arguments);
    }
    let cli = Cli::parse();
    // Before settings, threads and logs: this process is about to wall itself in with a stranger's file.
    if let Command::Parse { request } = &cli.command {
        return kuma_documents::child::run(request);
    }
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            telemetry::complain(&format!("kuma: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    if matches!(cli.command, Command::Openapi) {
        commands::openapi::run();
        return Ok(());
    }
    let settings = settings::Settings::read(&cli.flags)?;
    kuma_net::install_crypto_provider();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let traces = match &settings.otlp_endpoint {
        Some(endpoint) => Some(traces::Traces::to(endpoint, runtime.handle())?),
        None => None,
    };
    telemetry::start(&settings.log, traces.as_ref())?;
    let result = runtime.block_on(async {
        match cli.command {
            Command::Serve => commands::serve::run(settings).await,
            Command::Worker { concurrency, metrics_addr } => {
                commands::worker::run(settings, concurrency.map(|count| count as usize), metrics_addr).await
            }
            Command::Migrate => commands::migrate::run(&settings).await,
            Command::Doctor => commands::doctor::run(&settings).await,
            Command::User(command) => commands::user::run(&settings, command).await,
            Command::Models(command) => commands::models::run(&settings, command).await,
            Command::Db(command) => commands::db::run(command).await,
            Command::Backup { to } => commands::backup::backup(&settings, &to).await,
            Command::Restore { from } => commands::backup::restore(&settings, &from).await,
            // Done above, before any setting is read.
            Command::Openapi | Command::Parse { .. } => Ok(()),
        }
    });
    if let Some(traces) = traces {
        traces.finish();
    }
    result
}
