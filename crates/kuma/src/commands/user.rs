//! `kuma user`: accounts from the shell.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail};
use clap::{Subcommand, ValueEnum};
use kuma_app::{AppError, auth};

use crate::settings::Settings;
use crate::telemetry::say;
use crate::wire;

#[derive(Clone, Copy, ValueEnum)]
pub enum Role {
    Admin,
    User,
}

impl From<Role> for kuma_app::rows::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::User => Self::User,
        }
    }
}

#[derive(Subcommand)]
pub enum User {
    /// Create an account
    Create {
        /// Its address
        #[arg(long)]
        email: String,
        /// Its owner's name
        #[arg(long)]
        name: String,
        /// What it may do
        #[arg(long, default_value = "user")]
        role: Role,
        /// Read the password from standard input instead of asking for it
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set an account's password; its sessions end
    Password {
        /// Its address
        #[arg(long)]
        email: String,
        /// Read the password from standard input instead of asking for it
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set what an account may do
    Role {
        /// Its address
        #[arg(long)]
        email: String,
        /// What it may do
        role: Role,
    },
}

pub async fn run(settings: &Settings, command: User) -> anyhow::Result<()> {
    let app = wire::app(settings, wire::Role::Command).await?;
    match command {
        User::Create { email, name, role, password_stdin } => {
            let password = password(password_stdin)?;
            let user = auth::create_by_operator(&app, &email, &password, &name, role.into()).await;
            say(&format!("created {}", user.map_err(told)?.email));
        }
        User::Password { email, password_stdin } => {
            let password = password(password_stdin)?;
            auth::set_password_by_operator(&app, &email, &password).await.map_err(told)?;
            say(&format!("set the password of {email}; its sessions have ended"));
        }
        User::Role { email, role } => {
            auth::set_role_by_operator(&app, &email, role.into()).await.map_err(told)?;
            say(&format!("set the role of {email}"));
        }
    }
    Ok(())
}

/// The error with what is wrong with each field, on one line.
fn told(error: AppError) -> anyhow::Error {
    if error.errors.is_empty() {
        return anyhow::anyhow!(error.detail.clone());
    }
    let fields: Vec<String> =
        error.errors.iter().map(|(field, messages)| format!("{field}: {}", messages.join(" "))).collect();
    anyhow::anyhow!(fields.join("; "))
}

fn password(from_stdin: bool) -> anyhow::Result<String> {
    if from_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("the password cannot be read")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !std::io::stdin().is_terminal() {
        bail!("no terminal to ask for the password: use --password-stdin");
    }
    let first = rpassword::prompt_password("Password: ")?;
    if rpassword::prompt_password("Again: ")? != first {
        bail!("the two passwords are not the same");
    }
    Ok(first)
}
