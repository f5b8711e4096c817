//! The resumable download.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::StatusCode;
use kuma_net::{
    ClientOptions, Download, DownloadError, Downloaded, Progress, build_client, download, hugging_face_url,
};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::host::{Host, Manners};

fn content() -> Vec<u8> {
    (0..200_000_u32).flat_map(u32::to_le_bytes).collect()
}

fn sum(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn beside(target: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", target.display()))
}

struct Case {
    host: Host,
    _home: TempDir,
    request: Download,
}

impl Case {
    async fn new(manners: Manners) -> Self {
        let host = Host::start(manners).await;
        let home = TempDir::new().unwrap();
        let url = hugging_face_url(&host.base(), "org/model", "main", "q4/model.gguf").unwrap();
        let request = Download {
            retry_delay: Duration::from_millis(1),
            ..Download::new(url, home.path().join("model.gguf"))
        };
        Self { host, _home: home, request }
    }

    async fn run(&self) -> (Result<Downloaded, DownloadError>, Vec<Progress>) {
        let client = build_client(&ClientOptions::default()).unwrap();
        let mut seen = Vec::new();
        let result = download(&client, &self.request, &mut |progress| seen.push(progress)).await;
        (result, seen)
    }

    fn part(&self) -> PathBuf {
        beside(&self.request.target, ".part")
    }

    fn nothing_is_left_beside(&self) {
        assert!(!self.part().exists() && !beside(&self.request.target, ".part.json").exists());
    }
}

#[tokio::test]
async fn a_file_arrives_whole_with_its_progress() {
    let mut case = Case::new(Manners::serving(&content())).await;
    case.request.sha256 = Some(sum(&content()).to_uppercase());
    case.request.token = Some(SecretString::from("hf_token"));
    let (result, seen) = case.run().await;
    assert_eq!(result.unwrap(), Downloaded { bytes: 800_000, resumed_from: 0 });
    assert_eq!(std::fs::read(&case.request.target).unwrap(), content());
    case.nothing_is_left_beside();
    assert_eq!(seen.first(), Some(&Progress { done: 0, total: Some(800_000) }));
    assert_eq!(seen.last(), Some(&Progress { done: 800_000, total: Some(800_000) }));
    assert!(seen.is_sorted_by_key(|progress| progress.done));
    assert_eq!(case.host.asked()[0].authorization.as_deref(), Some("Bearer hf_token"));

    // A second time there is nothing to do.
    let (again, _) = case.run().await;
    assert_eq!(again.unwrap(), Downloaded { bytes: 800_000, resumed_from: 800_000 });
    assert_eq!(case.host.asked().len(), 1);
}

#[tokio::test]
async fn a_cut_connection_is_taken_up_where_it_broke() {
    let mut case = Case::new(Manners { cuts: vec![30_000, 20_000], ..Manners::serving(&content()) }).await;
    case.request.sha256 = Some(sum(&content()));
    let (result, _) = case.run().await;
    assert_eq!(result.unwrap().bytes, 800_000);
    assert_eq!(std::fs::read(&case.request.target).unwrap(), content());
    let asked = case.host.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[1].range.as_deref(), Some("bytes=30000-"));
    assert_eq!(asked[2].range.as_deref(), Some("bytes=50000-"));
    assert_eq!(asked[2].if_range.as_deref(), Some("\"v1\""));
}

#[tokio::test]
async fn an_earlier_attempt_is_continued_by_the_next_process() {
    // Cut after every request until the attempts are used up.
    let case = Case::new(Manners { cuts: vec![10_000, 0, 0, 0, 0], ..Manners::serving(&content()) }).await;
    let (first, _) = case.run().await;
    let error = first.unwrap_err();
    assert!(matches!(error, DownloadError::Connection { done: 10_000, .. }), "{error:?}");
    assert!(error.to_string().contains("run the same command again to continue"), "{error}");
    assert_eq!(std::fs::metadata(case.part()).unwrap().len(), 10_000);
    assert!(!case.request.target.exists());

    case.host.change(|manners| manners.cuts.clear());
    let (second, seen) = case.run().await;
    assert_eq!(second.unwrap(), Downloaded { bytes: 800_000, resumed_from: 10_000 });
    assert_eq!(seen[0].done, 10_000);
    assert_eq!(std::fs::read(&case.request.target).unwrap(), content());
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_starts_anew() {
    let case = Case::new(Manners { cuts: vec![10_000, 0, 0, 0, 0], ..Manners::serving(&content()) }).await;
    case.run().await.0.unwrap_err();
    let changed: Vec<u8> = content().into_iter().rev().collect();
    case.host.change(|manners| *manners = Manners { etag: Some("\"v2\""), ..Manners::serving(&changed) });
    assert_eq!(case.run().await.0.unwrap().bytes, 800_000);
    assert_eq!(std::fs::read(&case.request.target).unwrap(), changed, "no mixture of two versions");
}

#[tokio::test]
async fn a_file_that_became_shorter_starts_anew() {
    let case = Case::new(Manners { cuts: vec![10_000, 0, 0, 0, 0], ..Manners::serving(&content()) }).await;
    case.run().await.0.unwrap_err();
    case.host.change(|manners| *manners = Manners::serving(b"short"));
    assert_eq!(case.run().await.0.unwrap().bytes, 5);
    assert_eq!(std::fs::read(&case.request.target).unwrap(), b"short");
}

#[tokio::test]
async fn a_server_without_ranges_or_versions_still_serves() {
    for (ranges, etag) in [(false, Some("\"v1\"")), (true, None), (false, None), (true, Some("W/\"weak\""))] {
        let manners = Manners { ranges, etag, cuts: vec![30_000], ..Manners::serving(&content()) };
        let case = Case::new(manners).await;
        assert_eq!(case.run().await.0.unwrap().bytes, 800_000, "{ranges} {etag:?}");
        assert_eq!(std::fs::read(&case.request.target).unwrap(), content());
    }
}

#[tokio::test]
async fn a_part_of_another_address_is_not_continued() {
    let case = Case::new(Manners { cuts: vec![10_000, 0, 0, 0, 0], ..Manners::serving(&content()) }).await;
    case.run().await.0.unwrap_err();
    case.host.change(|manners| manners.cuts.clear());
    let elsewhere = Download { url: format!("{}/other.gguf", case.host.base()), ..case.request.clone() };
    let client = build_client(&ClientOptions::default()).unwrap();
    let result = download(&client, &elsewhere, &mut |_| {}).await.unwrap();
    assert_eq!(result.resumed_from, 0);
    assert_eq!(case.host.asked().last().unwrap().range, None);
}

#[tokio::test]
async fn a_wrong_sum_is_told_and_nothing_stays() {
    let mut case = Case::new(Manners::serving(&content())).await;
    case.request.sha256 = Some("00".repeat(32));
    let error = case.run().await.0.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, DownloadError::WrongSum { .. }), "{text}");
    assert!(text.contains(&sum(&content())) && text.contains(&"00".repeat(32)), "{text}");
    assert!(!case.request.target.exists());
    case.nothing_is_left_beside();
}

#[tokio::test]
async fn a_file_with_a_wrong_sum_is_replaced() {
    let mut case = Case::new(Manners::serving(&content())).await;
    std::fs::write(&case.request.target, b"old").unwrap();
    case.request.sha256 = Some(sum(&content()));
    assert_eq!(case.run().await.0.unwrap().bytes, 800_000);
    assert_eq!(std::fs::read(&case.request.target).unwrap(), content());
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (status, wanted) in [
        (StatusCode::NOT_FOUND, "There is no file"),
        (StatusCode::UNAUTHORIZED, "a token may be needed"),
        (StatusCode::FORBIDDEN, "a token may be needed"),
        (StatusCode::IM_A_TEAPOT, "answered 418"),
    ] {
        let case = Case::new(Manners { refuse: Some((status, 1)), ..Manners::serving(b"x") }).await;
        let error = case.run().await.0.unwrap_err().to_string();
        assert!(error.contains(wanted), "{status} {error}");
        assert_eq!(case.host.asked().len(), 1, "{status} is not tried again");
        case.nothing_is_left_beside();
    }
    // Trouble that passes is tried again.
    let busy =
        Case::new(Manners { refuse: Some((StatusCode::SERVICE_UNAVAILABLE, 2)), ..Manners::serving(b"x") })
            .await;
    assert_eq!(busy.run().await.0.unwrap().bytes, 1);

    let mut nowhere = Case::new(Manners::serving(b"x")).await;
    nowhere.request.url = "no address".to_owned();
    assert!(matches!(nowhere.run().await.0, Err(DownloadError::BadAddress(_))));
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    nowhere.request.url = format!("http://{free}/x");
    assert!(matches!(nowhere.run().await.0, Err(DownloadError::Connection { done: 0, .. })));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told_as_one() {
    let case = Case::new(Manners::serving(&content())).await;
    // Every write to this device finds the disk full.
    std::os::unix::fs::symlink("/dev/full", case.part()).unwrap();
    let error = case.run().await.0.unwrap_err();
    assert!(matches!(error, DownloadError::DiskFull { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("The disk is full") && text.contains("Free some space"), "{text}");
}

#[tokio::test]
async fn a_missing_folder_is_told_with_its_path() {
    let mut case = Case::new(Manners::serving(b"x")).await;
    case.request.target = case.request.target.with_file_name("no").join("such").join("folder.gguf");
    let error = case.run().await.0.unwrap_err();
    assert!(error.to_string().contains("folder.gguf"), "{error}");
}
