//! What a large upload costs the server.

use std::time::Instant;

use anyhow::Context as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::bed;
use crate::figures::{Figure, Findings, Target};
use crate::http::Connection;
use crate::linux::{forget_peak, peak_mib, resident_mib};
use crate::options::Options;
use crate::process::{self, Setup};

pub(super) const METHOD: &str = "A file of 50,000,000 bytes is uploaded through `POST /api/documents` to a server that has
    just started. The peak of the server's resident memory during the upload, by the kernel (`VmHWM`), less what was
    resident before, is what the upload added. The file is a damaged PDF, so that reading it, which is the work of
    another process, ends at once.";

const BOUNDARY: &str = "kuma-bench-boundary";
const PIECE: usize = 64 * 1024;

/// Measures.
pub(super) async fn run(options: &Options) -> anyhow::Result<Findings> {
    let bytes = options.count(50_000_000, 1_000_000);
    let data = tempfile::tempdir()?;
    let (kuma, _) =
        process::serve(Setup { binary: &options.binary, data: data.path(), fake: None, services: None })
            .await?;
    let mut connection = Connection::open(kuma.address).await?;
    let token = bed::sign_up(&mut connection, 0).await?;
    // The first upload opens what all later ones use.
    upload(kuma.address, &token, 100_000).await?;
    let before = resident_mib(kuma.pid)?;
    forget_peak(kuma.pid)?;
    let begun = Instant::now();
    upload(kuma.address, &token, bytes).await?;
    let took = begun.elapsed().as_secs_f64();
    let added = (peak_mib(kuma.pid)? - before).max(0.0);
    kuma.stop().await?;
    Ok(Findings {
        figures: vec![
            Figure::new("Upload of 50 MB, memory added at the peak", added, "MB")
                .target(Target::AtMost(20.0)),
            Figure::new("Upload of 50 MB", bytes as f64 / 1e6 / took, "MB/s"),
        ],
        notes: vec!["MB of memory are 1,048,576 bytes.".to_owned()],
        table: None,
    })
}

/// Uploads so many bytes and waits for the answer.
async fn upload(host: std::net::SocketAddr, token: &str, bytes: usize) -> anyhow::Result<()> {
    let before = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{bytes}.pdf\"\r\ncontent-type: application/pdf\r\n\r\n"
    );
    let after = format!("\r\n--{BOUNDARY}--\r\n");
    let head = format!(
        "POST /api/documents HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\ncontent-type: multipart/form-data; boundary={BOUNDARY}\r\ncontent-length: {}\r\n\r\n",
        before.len() + bytes + after.len()
    );
    let mut stream = TcpStream::connect(host).await?;
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(before.as_bytes()).await?;
    let mut left = bytes;
    let first = b"%PDF-1.7\n";
    stream.write_all(first).await?;
    left -= first.len();
    let piece = vec![b'\xfe'; PIECE];
    while left > 0 {
        let part = piece.get(..left.min(PIECE)).unwrap_or_default();
        stream.write_all(part).await?;
        left -= part.len();
    }
    stream.write_all(after.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    anyhow::ensure!(answer.starts_with("HTTP/1.1 202"), "the upload was answered with {answer}");
    let body = answer.split("\r\n\r\n").nth(1).context("an answer without a body")?;
    let size = serde_json::from_str::<Value>(body)?.pointer("/document/fileSize").and_then(Value::as_u64);
    anyhow::ensure!(size == Some(bytes as u64), "{size:?} bytes arrived of {bytes}");
    Ok(())
}
