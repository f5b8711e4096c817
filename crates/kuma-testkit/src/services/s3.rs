//! A fake of S3: one bucket in memory, spoken to by path (`/bucket/key`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Answer;
use super::server::{FakeService, Seen, Service};
use crate::record::lock;

/// The bucket that there is.
const BUCKET: &str = "kuma";
/// The smallest part of an upload but the last.
const SMALLEST_PART: usize = 5 * 1024 * 1024;

/// S3: objects whole, by range and in parts, lists, deletes. Requests have to be signed (version 4; the form of
/// the signature is checked, not its value); access keys that begin with `bad` are refused.
#[derive(Debug, Default)]
pub struct S3 {
    objects: Mutex<BTreeMap<String, Bytes>>,
    uploads: Mutex<BTreeMap<String, BTreeMap<u32, Bytes>>>,
}

/// A fake of a server that speaks S3.
pub type FakeS3 = FakeService<S3>;

impl FakeS3 {
    /// Starts it on a random loopback port, with the empty bucket `kuma`.
    pub async fn start() -> Self {
        Self::start_with(S3::default()).await
    }

    /// The objects that there are, by key.
    pub fn objects(&self) -> BTreeMap<String, Bytes> {
        lock(&self.service().objects).clone()
    }

    /// Uploads in parts that were neither completed nor given up.
    pub fn open_uploads(&self) -> usize {
        lock(&self.service().uploads).len()
    }
}

impl Service for S3 {
    const NAME: &'static str = "S3";

    fn check(&self, request: &Seen) -> Vec<String> {
        let mut broken = Vec::new();
        let mut must = |holds: bool, rule: &str| {
            if !holds {
                broken.push(rule.to_owned());
            }
        };
        let signature = request.header("authorization");
        must(signature.starts_with("AWS4-HMAC-SHA256 Credential="), "the request is signed");
        for part in ["/s3/aws4_request", "SignedHeaders=", "Signature="] {
            must(signature.contains(part), part);
        }
        let signed = signature.split("SignedHeaders=").nth(1).and_then(|rest| rest.split(',').next());
        let signed: Vec<&str> = signed.unwrap_or_default().split(';').collect();
        for header in ["host", "x-amz-content-sha256", "x-amz-date"] {
            must(signed.contains(&header), &format!("{header} is signed"));
        }
        must(!request.header("x-amz-date").is_empty(), "x-amz-date is there");
        must(!request.header("x-amz-content-sha256").is_empty(), "x-amz-content-sha256 is there");
        must(bucket_and_key(request).0 == BUCKET, "the bucket is kuma");
        broken
    }

    fn refuses_key(&self, request: &Seen) -> bool {
        request.header("authorization").contains("Credential=bad")
    }

    fn answer(&self, request: &Seen) -> Answer {
        let (_, key) = bucket_and_key(request);
        let upload = request.param("uploadId");
        match (request.method.as_str(), key, upload) {
            ("GET", "", _) => self.list(request.param("prefix").unwrap_or_default()),
            ("POST", "", _) => self.delete_many(request),
            ("POST", _, None) => self.begin(key),
            ("PUT", _, Some(upload)) => self.part(request, upload),
            ("POST", _, Some(upload)) => self.complete(key, upload),
            ("DELETE", _, Some(upload)) => {
                lock(&self.uploads).remove(upload);
                Answer::untyped("").status(204)
            }
            ("PUT", _, None) => {
                lock(&self.objects).insert(key.to_owned(), request.body.clone());
                Answer::untyped("").header("etag", "\"whole\"")
            }
            ("GET" | "HEAD", _, _) => self.read(request, key),
            ("DELETE", _, None) => {
                lock(&self.objects).remove(key);
                Answer::untyped("").status(204)
            }
            _ => Answer::failure(405),
        }
    }

    fn failure(&self, status: u16) -> Value {
        json!({"Code": if status == 404 { "NoSuchKey" } else { "Error" }, "Message": "as the test says"})
    }
}

fn bucket_and_key(request: &Seen) -> (&str, &str) {
    let path = request.path.trim_start_matches('/');
    path.split_once('/').unwrap_or((path, ""))
}

fn xml(body: &str) -> Answer {
    Answer::bytes("application/xml", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"))
}

impl S3 {
    fn read(&self, request: &Seen, key: &str) -> Answer {
        let Some(whole) = lock(&self.objects).get(key).cloned() else { return Answer::failure(404) };
        let range = request.header("range").strip_prefix("bytes=").and_then(|range| range.split_once('-'));
        let (status, first, last) = match range {
            Some((first, last)) => {
                let last = last.parse().unwrap_or(usize::MAX).min(whole.len().saturating_sub(1));
                (206, first.parse().unwrap_or(0), last)
            }
            None => (200, 0, whole.len().saturating_sub(1)),
        };
        let part = if whole.is_empty() { whole.clone() } else { whole.slice(first..=last) };
        let answer = Answer::bytes("application/octet-stream", part.clone())
            .status(status)
            .header("content-length", &part.len().to_string())
            .header("etag", "\"whole\"")
            .header("last-modified", "Sun, 22 Nov 2026 10:00:00 GMT");
        if status == 206 {
            answer.header("content-range", &format!("bytes {first}-{last}/{}", whole.len()))
        } else {
            answer
        }
    }

    fn list(&self, prefix: &str) -> Answer {
        let mut found = String::new();
        for (key, bytes) in lock(&self.objects).iter().filter(|(key, _)| key.starts_with(prefix)) {
            // Writing to a string cannot fail.
            write!(
                found,
                "<Contents><Key>{key}</Key><Size>{}</Size><ETag>\"whole\"</ETag>\
                 <LastModified>2026-11-22T10:00:00.000Z</LastModified></Contents>",
                bytes.len()
            )
            .ok();
        }
        xml(&format!("<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"))
    }

    fn delete_many(&self, request: &Seen) -> Answer {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let mut removed = String::new();
        for piece in body.split("<Key>").skip(1) {
            let key = piece.split("</Key>").next().unwrap_or_default();
            lock(&self.objects).remove(key);
            write!(removed, "<Deleted><Key>{key}</Key></Deleted>").ok();
        }
        xml(&format!("<DeleteResult>{removed}</DeleteResult>"))
    }

    fn begin(&self, key: &str) -> Answer {
        let mut uploads = lock(&self.uploads);
        let id = format!("upload-{}", uploads.len() + 1);
        uploads.insert(id.clone(), BTreeMap::new());
        xml(&format!(
            "<InitiateMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{key}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
        ))
    }

    fn part(&self, request: &Seen, upload: &str) -> Answer {
        let number = request.param("partNumber").and_then(|number| number.parse().ok());
        let mut uploads = lock(&self.uploads);
        let (Some(number), Some(parts)) = (number, uploads.get_mut(upload)) else {
            return Answer::failure(404);
        };
        parts.insert(number, request.body.clone());
        Answer::untyped("").header("etag", &format!("\"part-{number}\""))
    }

    fn complete(&self, key: &str, upload: &str) -> Answer {
        let Some(parts) = lock(&self.uploads).remove(upload) else { return Answer::failure(404) };
        let last = parts.len();
        if parts.values().take(last.saturating_sub(1)).any(|part| part.len() < SMALLEST_PART) {
            return Answer::failure(400);
        }
        let whole: Vec<u8> = parts.values().flat_map(|part| part.iter().copied()).collect();
        lock(&self.objects).insert(key.to_owned(), whole.into());
        xml(&format!(
            "<CompleteMultipartUploadResult><Key>{key}</Key><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>"
        ))
    }
}
