//! Files in a folder and in S3: the same behaviour from both.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use kuma_app::files::{Files, FilesError, StorageSettings};
use kuma_testkit::services::{Answer, FakeS3};
use kuma_types::{ChatId, DocumentId, FileFolder, FileKey, ImageId, UserId};
use sha2::{Digest as _, Sha256};

/// How long anything may take here before it counts as never.
const BOUND: Duration = Duration::from_secs(20);
const MIB: usize = 1024 * 1024;

fn in_folder() -> (Files, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::open(&StorageSettings::folder(&folder.path().join("deep/uploads"))).unwrap();
    (files, folder)
}

fn in_s3(server: &FakeS3, key: &str) -> Files {
    let aws = [
        ("AWS_ENDPOINT_URL", server.base_url()),
        ("AWS_ACCESS_KEY_ID", key.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "a secret".to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_PAGER", "for another program".to_owned()),
    ];
    let aws = aws.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    Files::open(&StorageSettings { url: "s3://kuma/some/prefix".to_owned(), aws }).unwrap()
}

fn a_document() -> FileKey {
    FileKey::document(UserId::new(), DocumentId::new())
}

/// `count` bytes in pieces of 64 KiB, none like the next.
fn pieces(count: usize) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    let all: Vec<u8> = (0..count).map(|n| (n % 251) as u8).collect();
    let pieces: Vec<_> = all.chunks(64 * 1024).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces)
}

async fn whole(files: &Files, key: &FileKey) -> Vec<u8> {
    let file = files.get(key).await.unwrap();
    let bytes: Vec<Bytes> = file.bytes.try_collect().await.unwrap();
    assert_eq!(bytes.iter().map(Bytes::len).sum::<usize>() as u64, file.size);
    bytes.concat()
}

async fn behaves(files: &Files) {
    files.check().await.unwrap();
    files.probe().await.unwrap();
    for count in [0, 1, 64 * 1024, MIB, 5 * MIB, 12 * MIB + 7] {
        let key = a_document();
        assert!(!files.exists(&key).await.unwrap());
        let stored = files.put(&key, pieces(count), count as u64).await.unwrap();
        let expected: Vec<u8> = (0..count).map(|n| (n % 251) as u8).collect();
        assert_eq!((stored.size, stored.sha256), (count as u64, Sha256::digest(&expected).into()));
        assert_eq!(whole(files, &key).await, expected);
        assert_eq!(files.size(&key).await.unwrap(), count as u64);
        assert_eq!(files.read(&key, count as u64).await.unwrap(), expected);
        if count > 0 {
            let late = files.read(&key, count as u64 - 1).await;
            assert!(matches!(late, Err(FilesError::TooLarge { .. })));
        }
        files.delete(&key).await.unwrap();
        files.delete(&key).await.unwrap();
        assert!(matches!(files.get(&key).await, Err(FilesError::NotFound)));
    }

    let key = a_document();
    files.put(&key, pieces(1_000), 1_000).await.unwrap();
    let part = files.range(&key, 100..200).await.unwrap();
    assert_eq!((part.size, part.range.clone()), (1_000, 100..200));
    let part: Vec<Bytes> = part.bytes.try_collect().await.unwrap();
    assert_eq!(part.concat(), (100..200).map(|n| n as u8).collect::<Vec<u8>>());
    assert_eq!(files.range(&key, 990..5_000).await.unwrap().range, 990..1_000);
    assert!(matches!(files.range(&key, 1_000..1_001).await, Err(FilesError::NotFound)));
}

async fn keeps_whole_files_or_none(files: &Files) {
    let key = a_document();
    let over = files.put(&key, pieces(7 * MIB), 6 * MIB as u64).await;
    assert!(matches!(over, Err(FilesError::TooLarge { limit }) if limit == 6 * MIB as u64));
    assert!(!files.exists(&key).await.unwrap());
    let breaks = pieces(7 * MIB)
        .map(|piece| piece.map_err(io::Error::other))
        .chain(stream::iter([Err(io::Error::other("gone"))]));
    let broken = files.put(&key, breaks, 100 * MIB as u64).await;
    assert!(matches!(broken, Err(FilesError::Broken(_))));
    assert!(!files.exists(&key).await.unwrap());
}

async fn removes_folders(files: &Files) {
    let (owner, other, chat) = (UserId::new(), UserId::new(), ChatId::new());
    let image = |owner| FileKey::image(owner, chat, ImageId::new());
    let (mine, document, theirs) = (image(owner), FileKey::document(owner, DocumentId::new()), image(other));
    for key in [&mine, &document, &theirs] {
        files.put_bytes(key, Bytes::from_static(b"x")).await.unwrap();
    }
    files.delete_folder(&FileFolder::of_chat(owner, chat)).await.unwrap();
    assert!(!files.exists(&mine).await.unwrap() && files.exists(&document).await.unwrap());
    files.delete_folder(&FileFolder::of_user(owner)).await.unwrap();
    files.delete_folder(&FileFolder::of_user(owner)).await.unwrap();
    assert!(!files.exists(&document).await.unwrap());
    assert!(files.exists(&theirs).await.unwrap(), "somebody else's stay");
}

#[tokio::test]
async fn a_folder_keeps_files() {
    let (files, folder) = in_folder();
    behaves(&files).await;
    keeps_whole_files_or_none(&files).await;
    removes_folders(&files).await;
    drop(folder);
    assert!(matches!(files.check().await, Err(FilesError::Unavailable(_))), "the folder is gone");
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_is_its_owners_alone_and_nothing_is_left_of_an_account() {
    use std::os::unix::fs::PermissionsExt as _;
    let (files, folder) = in_folder();
    let root = folder.path().join("deep/uploads");
    assert_eq!(root.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let owner = UserId::new();
    let key = FileKey::document(owner, DocumentId::new());
    files.put(&key, pieces(10), 10).await.unwrap();
    // As a crash leaves it.
    std::fs::write(root.join(format!("{key}#1")), b"half").unwrap();
    files.delete_folder(&FileFolder::of_user(owner)).await.unwrap();
    assert!(!root.join(format!("users/{owner}")).exists());
}

#[tokio::test]
async fn s3_keeps_files() {
    let server = FakeS3::start().await;
    let files = in_s3(&server, "AKTEST");
    behaves(&files).await;
    keeps_whole_files_or_none(&files).await;
    removes_folders(&files).await;
    // The parts of what broke off are given up in the background.
    let all = async {
        while server.open_uploads() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(BOUND, all).await.expect("no upload stays open");
    assert!(server.objects().keys().all(|key| key.starts_with("some/prefix/users/")));
}

#[tokio::test]
async fn an_upload_that_nobody_waits_for_leaves_nothing() {
    let server = FakeS3::start().await;
    let files = in_s3(&server, "AKTEST");
    let key = a_document();
    let endless = pieces(6 * MIB).chain(stream::pending());
    let put = tokio::spawn({
        let (files, key) = (files.clone(), key.clone());
        async move { files.put(&key, endless, u64::MAX).await }
    });
    let until = async |holds: &dyn Fn() -> bool| {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(BOUND, until(&|| server.open_uploads() == 1)).await.unwrap();
    put.abort();
    tokio::time::timeout(BOUND, until(&|| server.open_uploads() == 0)).await.unwrap();
    assert!(!files.exists(&key).await.unwrap());
}

#[tokio::test]
async fn s3_that_fails_for_a_moment_is_asked_again_and_one_that_refuses_is_told_of() {
    let server = FakeS3::start().await;
    let files = in_s3(&server, "AKTEST");
    server.push(Answer::failure(503));
    let key = a_document();
    files.put(&key, pieces(10), 10).await.unwrap();
    assert_eq!(server.objects().len(), 1);

    let refused = in_s3(&server, "bad");
    let error = refused.check().await.unwrap_err();
    assert!(matches!(error, FilesError::Unavailable(_)), "{error}");
    assert!(!error.to_string().contains("a secret"));
}
