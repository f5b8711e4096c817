//! A file comes in: its first bytes are looked at, the rest goes by into storage.

use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt as _};
use kuma_documents::ParseError;
use kuma_store::{Document, NewDocument, StoreError, User};
use kuma_types::{ChatId, DocumentId, FileKey};

use super::{FILE_MAX_BYTES, NAME_MAX_CHARS};
use crate::App;
use crate::error::{AppError, ErrorKind, Result};
use crate::files::FilesError;

/// How much of a file tells what it is not.
const HEAD: usize = 16 * 1024;

/// What is known of a file beside its bytes.
#[derive(Clone, Debug, Default)]
pub struct NewUpload {
    /// Its name, as the browser has it.
    pub filename: String,
    /// The chat it is uploaded in.
    pub chat_id: Option<ChatId>,
}

type Pieces<'a> = BoxStream<'a, std::result::Result<Bytes, Box<dyn std::error::Error + Send + Sync>>>;

/// Accepts a file. It is in storage when this returns, and will be read by whoever runs [`super::work`].
pub async fn upload<E>(
    app: &App,
    owner: &User,
    new: NewUpload,
    bytes: impl Stream<Item = std::result::Result<Bytes, E>> + Send,
) -> Result<Document>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if let Some(chat) = new.chat_id {
        crate::chats::get(app, owner.id, chat).await?;
    }
    let filename = name_of(&new.filename);
    let bytes: Pieces<'_> = bytes.map(|piece| piece.map_err(Into::into)).boxed();
    let (head, bytes) = head_of(bytes).await?;
    let extension = filename.rsplit_once('.').map(|(_, extension)| extension);
    let kind = kuma_documents::sniff(&head, extension).map_err(refused)?;

    let id = DocumentId::new();
    let key = FileKey::document(owner.id, id);
    app.store().erasures().stage(std::slice::from_ref(&key)).await?;
    let stored = app.files().put(&key, bytes, FILE_MAX_BYTES).await?;
    let document = NewDocument {
        id,
        user_id: owner.id,
        chat_id: new.chat_id,
        filename,
        mime_type: kind.map_or("application/octet-stream", kuma_documents::Kind::mime).to_owned(),
        file_size: stored.size,
        file_hash: hex(&stored.sha256),
    };
    let document = app.store().documents().create(document).await.map_err(|error| match error {
        StoreError::NotFound => AppError::not_found("chat"),
        StoreError::Conflict("upload") => AppError::new(
            ErrorKind::Conflict,
            "upload_expired",
            "The upload took too long, and its file is no longer there. Send it again.",
        ),
        error => error.into(),
    })?;
    if document.file_id != id {
        // The same file is there already.
        app.erase_now().notify_one();
    }
    metrics::counter!("kuma_documents_uploaded_total").increment(1);
    app.documents().uploaded.notify_one();
    Ok(document)
}

/// The first bytes, and all of them.
async fn head_of(mut bytes: Pieces<'_>) -> Result<(Vec<u8>, Pieces<'_>)> {
    let mut head = Vec::new();
    let mut seen = Vec::new();
    while head.len() < HEAD {
        let Some(piece) = bytes.next().await else { break };
        let piece = piece.map_err(FilesError::Broken)?;
        let room = HEAD - head.len();
        head.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
        seen.push(Ok(piece));
    }
    if head.is_empty() {
        return Err(AppError::field("file", "The file is empty."));
    }
    Ok((head, stream::iter(seen).chain(bytes).boxed()))
}

fn refused(error: ParseError) -> AppError {
    match error {
        ParseError::Empty => AppError::field("file", error.to_string()),
        error => AppError::new(ErrorKind::UnsupportedMedia, "unsupported_file", error.to_string()),
    }
}

/// The last part of what the browser calls the file, without what no name needs.
fn name_of(sent: &str) -> String {
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim();
    let length = name.chars().count();
    match length {
        0 => "document".to_owned(),
        _ if length > NAME_MAX_CHARS => {
            // The ending stays: it tells a reader what the file is.
            let (stem, ending) = name.rsplit_once('.').filter(|(_, e)| e.len() <= 10).unwrap_or((name, ""));
            let stem: String = stem.chars().take(NAME_MAX_CHARS - 11).collect();
            if ending.is_empty() { stem } else { format!("{stem}.{ending}") }
        }
        _ => name.to_owned(),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{NAME_MAX_CHARS, hex, name_of};

    #[test]
    fn names_are_names() {
        assert_eq!(name_of("C:\\Users\\ada\\Offer.pdf"), "Offer.pdf");
        assert_eq!(name_of("../../etc/passwd"), "passwd");
        assert_eq!(name_of(" a\r\nb\0.txt "), "ab.txt");
        assert_eq!(name_of(""), "document");
        let long = name_of(&format!("{}.docx", "ü".repeat(400)));
        assert!(long.chars().count() <= NAME_MAX_CHARS && long.ends_with("ü.docx"));
    }

    #[test]
    fn bytes_in_hexadecimal() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }
}
