//! Files that are no models, or no longer.

use std::path::{Path, PathBuf};

use kuma_llm::{ModelErrorKind, Provider};
use kuma_local::gguf::GgufInfo;
use kuma_local::{LocalOptions, LocalProvider, requantize_q4_0};

use crate::support::{MODEL, ask, options, starter, whole};

fn starter_file() -> PathBuf {
    crate::models_dir().join(format!("{MODEL}.gguf"))
}

/// The first `keep` bytes of the starter model, changed.
fn damaged(folder: &Path, keep: usize, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = std::fs::read(starter_file()).unwrap();
    bytes.truncate(keep);
    change(&mut bytes);
    let path = folder.join("damaged.gguf");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The error of asking a file that is set by name.
async fn error_of(path: &Path) -> kuma_llm::ModelError {
    let good = LocalProvider::new(options());
    let mut info = starter(&good).await.info().clone();
    info.model = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let provider = LocalProvider::new(LocalOptions { model_file: Some(path.to_owned()), ..options() });
    let model = provider.chat_model(info);
    whole(model.stream(ask("Hi", 4)).await.unwrap()).await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_download_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = damaged(folder.path(), 50_000_000, |_| {});
    let error = error_of(&path).await;
    assert_eq!(error.kind, ModelErrorKind::ModelUnusable);
    assert!(error.message.contains("cut off"), "{error}");
    let provider = LocalProvider::new(LocalOptions { model_file: Some(path), ..options() });
    assert_eq!(provider.list_models().await.unwrap_err().kind, ModelErrorKind::ModelUnusable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_page_under_the_name_of_a_model_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.gguf");
    std::fs::write(&path, "<!doctype html><title>Sign in</title>").unwrap();
    let error = error_of(&path).await;
    assert_eq!(error.kind, ModelErrorKind::ModelUnusable);
    assert!(error.message.contains("not a GGUF file"), "{error}");
    assert_eq!(requantize_q4_0(&path, &folder.path().join("x.gguf")).unwrap_err().kind, error.kind);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_file_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let error = error_of(&folder.path().join("gone.gguf")).await;
    assert_eq!(error.kind, ModelErrorKind::ModelUnusable);
    assert!(error.message.contains("could not be read"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_llama_cpp_refuses_is_an_error_and_not_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = damaged(folder.path(), usize::MAX, |bytes| {
        // An architecture of the same length that does not exist.
        let at = bytes.windows(5).position(|window| window == b"llama").unwrap();
        bytes[at..at + 5].copy_from_slice(b"lemma");
    });
    assert_eq!(error_of(&path).await.kind, ModelErrorKind::ModelUnusable);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_file_does_not_hide_the_good_ones() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a-broken.gguf"), b"GGUF\x03\0\0\0").unwrap();
    std::fs::write(folder.path().join("notes.txt"), b"not a model").unwrap();
    std::os::unix::fs::symlink(starter_file(), folder.path().join("Good-135M-Q4_1.gguf")).unwrap();
    let provider = LocalProvider::new(LocalOptions::new(folder.path()));
    let names: Vec<String> =
        provider.list_models().await.unwrap().into_iter().map(|info| info.name).collect();
    assert_eq!(names, ["Good 135M"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_not_there_offers_nothing() {
    let provider = LocalProvider::new(LocalOptions::new("no/such/directory"));
    assert_eq!(provider.list_models().await.unwrap(), []);
}

#[test]
fn damage_anywhere_in_the_real_header_never_crashes_the_reader() {
    let file = std::fs::read(starter_file()).unwrap();
    let length = file.len() as u64;
    // The header ends well before this; a fixed walk of bytes to damage repeats in every run.
    let header = &file[..2_000_000];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..300 {
        let mut copy = header.to_vec();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Half of the damage goes to the first kilobytes, where every byte means something.
            let range = if state & 1 == 0 { 4096 } else { copy.len() };
            let at = (state >> 33) as usize % range;
            copy[at] = (state >> 24) as u8;
        }
        let _either = GgufInfo::parse(copy.as_slice(), length).is_ok();
    }
}
