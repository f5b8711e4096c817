//! Uploaded files are read by `kuma parse`, started by the server: the same program, behind walls.

use std::fs::File;

use kuma_documents::{Kind, Parser};

fn parser() -> Parser {
    Parser::new(env!("CARGO_BIN_EXE_kuma"), ["parse"])
}

#[tokio::test]
async fn a_file_is_read_by_the_program_itself() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/documents/report.pdf");
    let parsed = parser().parse(File::open(path).unwrap(), Some("pdf"), &mut |_| ()).await.unwrap();
    assert_eq!(parsed.kind, Kind::Pdf);
    assert!(parsed.text().contains("| North | 120 | 135 | 150 |"), "{}", parsed.text());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn it_has_built_its_walls() {
    let probe = parser().probe().await.unwrap();
    assert!(probe.no_files && probe.no_network && probe.no_processes && probe.no_more_memory, "{probe:?}");
}

#[tokio::test]
async fn people_are_told_that_it_is_not_for_them() {
    let directory = tempfile::tempdir().unwrap();
    let output = crate::process::run(directory.path(), &["parse", "a.pdf"], &[], "").await;
    assert!(!output.status.success());
    assert!(crate::process::complained(&output).contains("for the server only"));
    let help = crate::process::run(directory.path(), &["--help"], &[], "").await;
    assert!(!crate::process::said(&help).contains("parse"), "it is not in the list of commands");
}
