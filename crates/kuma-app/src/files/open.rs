//! Which storage the settings name, and how it is spoken to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::ClientOptions;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, RetryConfig};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Files, FilesError};

/// Parts of a file on its way to S3: its smallest, so that little of a file is in memory.
const S3_PART: usize = 5 * 1024 * 1024;
/// Parts of a file on its way to a folder.
const FOLDER_PART: usize = 1024 * 1024;
/// How long a request to S3 may take until its answer begins.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);

/// Where files are kept.
#[derive(Clone, Debug)]
pub struct StorageSettings {
    /// `file:///folder`, `file://./folder` or `s3://bucket/prefix` (`STORAGE_URL`).
    pub url: String,
    /// What was given under names that begin with `AWS_`: region, endpoint, keys and the like.
    pub aws: Vec<(String, SecretString)>,
}

impl StorageSettings {
    /// A folder of this machine.
    pub fn folder(folder: &Path) -> Self {
        Self { url: format!("file://{}", folder.display()), aws: Vec::new() }
    }

    /// Whether the address is of a kind that is known.
    pub fn check(&self) -> Result<(), FilesError> {
        self.place().map(|_| ())
    }

    fn place(&self) -> Result<Place, FilesError> {
        let known = match self.url.split_once("://") {
            Some(("file", folder)) if !folder.is_empty() => Some(Place::Folder(folder.into())),
            Some(("s3", rest)) => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                let place =
                    || Place::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() };
                (!bucket.is_empty() && !bucket.contains(['@', ':', '?'])).then(place)
            }
            _ => None,
        };
        known.ok_or_else(|| {
            // The address may hold a password: only its beginning is told.
            let scheme = self.url.split("://").next().unwrap_or_default();
            FilesError::Settings(format!(
                "STORAGE_URL begins with {scheme:?}; allowed are file:///folder and s3://bucket/prefix, with keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            ))
        })
    }
}

enum Place {
    Folder(PathBuf),
    S3 { bucket: String, prefix: String },
}

pub(super) fn open(settings: &StorageSettings) -> Result<Files, FilesError> {
    match settings.place()? {
        Place::Folder(folder) => {
            make_private(&folder).map_err(|error| {
                FilesError::Settings(format!(
                    "STORAGE_URL: the folder {} cannot be made: {error}",
                    folder.display()
                ))
            })?;
            let store =
                LocalFileSystem::new_with_prefix(&folder)?.with_automatic_cleanup(true).with_fsync(true);
            let folder = folder.canonicalize().unwrap_or(folder);
            Ok(Files { store: Arc::new(store), folder: Some(folder), part: FOLDER_PART })
        }
        Place::S3 { bucket, prefix } => {
            let store = s3(&bucket, &settings.aws)?;
            let store = PrefixStore::new(store, prefix);
            Ok(Files { store: Arc::new(store), folder: None, part: S3_PART })
        }
    }
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn s3(bucket: &str, aws: &[(String, SecretString)]) -> Result<object_store::aws::AmazonS3, FilesError> {
    let client = kuma_net::build_client(&kuma_net::ClientOptions::default())
        .map_err(|error| FilesError::Settings(error.to_string()))?;
    let mut builder = AmazonS3Builder::new();
    for (name, value) in aws {
        // Others are for other programs.
        if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
            builder = builder.with_config(key, value.expose_secret());
        }
    }
    let store = builder
        .with_bucket_name(bucket)
        // An endpoint without TLS is the operator's choice, as they wrote its address.
        .with_allow_http(true)
        .with_retry(RetryConfig {
            backoff: BackoffConfig { max_backoff: Duration::from_secs(5), ..BackoffConfig::default() },
            max_retries: 3,
            retry_timeout: Duration::from_secs(30),
        })
        .with_http_connector(OurClient(client))
        .build();
    store.map_err(|error| {
        // What is wrong with a setting, without its value.
        FilesError::Settings(format!(
            "STORAGE_URL: the AWS_* settings cannot be used: {}",
            kuma_net::root_cause(&error)
        ))
    })
}

/// The connections of `kuma-net`, with a limit on how long an answer may take.
#[derive(Clone, Debug)]
struct OurClient(reqwest::Client);

impl HttpConnector for OurClient {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait::async_trait]
impl HttpService for OurClient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        match tokio::time::timeout(ANSWER_WITHIN, HttpService::call(&self.0, request)).await {
            Ok(answer) => answer,
            Err(late) => Err(HttpError::new(HttpErrorKind::Timeout, late)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let check = |url: &str| StorageSettings { url: url.to_owned(), aws: Vec::new() }.check();
        for good in
            ["file:///var/lib/kuma", "file://./data/uploads", "s3://bucket", "s3://bucket/some/prefix/"]
        {
            check(good).unwrap();
        }
        for bad in
            ["", "uploads", "file://", "s3://", "s3:///x", "gs://bucket", "s3://key:secret@host/bucket"]
        {
            let error = check(bad).unwrap_err().to_string();
            assert!(error.contains("STORAGE_URL") && error.contains("s3://bucket/prefix"), "{bad}: {error}");
            assert!(!error.contains("secret@"), "{error}");
        }
    }
}
