//! How many documents one process reads at once.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use kuma_documents::Parser;
use tokio_util::sync::CancellationToken;

use crate::documents::upload;
use crate::support::{Options, TestServer, until};

const DOCUMENTS: usize = 7;

/// A reader that notes when it begins and ends, and ends when it is let go: by a pipe that is called like the
/// text of its file.
const READER: &str = r#"#!/bin/sh
folder=${0%/*}
read -r name
echo "begins $name" >> "$folder/log"
read -r go < "$folder/$name"
echo "ends $name" >> "$folder/log"
printf 'F\022\000\000\000{"code":"no_text"}'
"#;

struct Readers<'a>(&'a Path);

impl Readers<'_> {
    /// What they have noted: `begins NAME`, `ends NAME`.
    fn log(&self) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(self.0.join("log")).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines = whole.lines().map(|line| line.split_once(' ').unwrap());
        lines.map(|(what, name)| (what.to_owned(), name.to_owned())).collect()
    }

    /// Those that are at work.
    fn at_work(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (what, name) in self.log() {
            if what == "begins" { names.push(name) } else { names.retain(|known| *known != name) }
        }
        names
    }

    /// How many were at work at once, at most.
    fn most(&self) -> usize {
        let (mut now, mut most) = (0_usize, 0);
        for (what, _) in self.log() {
            now = if what == "begins" { now + 1 } else { now - 1 };
            most = most.max(now);
        }
        most
    }
}

#[tokio::test]
async fn as_many_are_read_at_once_as_the_settings_say() {
    for readers in [1, 3] {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("reader");
        std::fs::write(&program, READER).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let parser = Some(Parser::new(&program, [""; 0]));
        let server =
            TestServer::with(Options { parser, document_readers: readers, ..Options::default() }).await;
        let ann = server.user("ann").await;
        for n in 0..DOCUMENTS {
            let mut name = String::new();
            write!(name, "pipe-{n}").unwrap();
            let made = Command::new("mkfifo").arg(folder.path().join(&name)).status().unwrap();
            assert!(made.success());
            assert_eq!(upload(&ann, &format!("{n}.txt"), format!("{name}\n")).await.status, 202);
        }
        let stop = CancellationToken::new();
        let working = tokio::spawn(kuma_app::documents::work(server.app.clone(), stop.clone()));
        let at = Readers(folder.path());
        for left in (1..=DOCUMENTS).rev() {
            until(async || at.at_work().len() >= readers.min(left)).await;
            let next = at.at_work().remove(0);
            let pipe = folder.path().join(&next);
            tokio::task::spawn_blocking(move || std::fs::write(pipe, "go\n")).await.unwrap().unwrap();
            until(async || !at.at_work().contains(&next)).await;
        }
        assert_eq!(at.most(), readers, "{:?}", at.log());
        stop.cancel();
        working.await.unwrap();
    }
}
