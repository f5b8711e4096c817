//! Reading text off a picture with tesseract, in a limited process.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::page::child::{Child, ChildError};
use crate::settings::PageSettings;
use crate::text::clip;

use super::{LONGEST, Picture};

/// How text is read without a model.
#[derive(Clone, Debug)]
pub struct OcrSettings {
    /// The program. None: `tesseract`, where the PATH leads to one.
    pub program: Option<PathBuf>,
    /// Languages in tesseract's names, joined with `+`: `eng+deu`.
    pub languages: String,
    /// How long one picture may take.
    pub time: Duration,
}

impl Default for OcrSettings {
    fn default() -> Self {
        Self { program: None, languages: "eng".to_owned(), time: Duration::from_secs(30) }
    }
}

/// Text could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OcrError {
    /// Not in time.
    #[error("Reading the text took too long. A smaller picture, or one with less on it, may work.")]
    TooSlow,
    /// It gave up.
    #[error("The picture could not be read: it may be damaged, or of a kind that tesseract does not know.")]
    Failed,
    /// It could not be started.
    #[error("The program that reads text off pictures could not be started. The server's log says why.")]
    NotStarted,
}

/// Tesseract, as it was found on this server.
#[derive(Clone)]
pub struct Ocr {
    child: Child,
    program: String,
    languages: String,
}

impl Ocr {
    /// Tesseract, if it is installed. `pages` says how worker processes are started.
    pub fn find(settings: &OcrSettings, pages: &PageSettings) -> Option<Self> {
        let program =
            settings.program.clone().or_else(|| on_the_path("tesseract")).filter(|path| path.is_file())?;
        Some(Self {
            child: Child::new(pages, settings.time),
            program: program.to_str()?.to_owned(),
            languages: settings.languages.clone(),
        })
    }

    /// The text on a picture; empty when there is none.
    pub async fn read(&self, picture: Picture) -> Result<String, OcrError> {
        // One thread: the limit of processor time counts all of them.
        let mut environment = vec![("OMP_THREAD_LIMIT", OsString::from("1"))];
        environment.extend(std::env::var_os("TESSDATA_PREFIX").map(|data| ("TESSDATA_PREFIX", data)));
        let arguments = ["ocr", &self.program, "stdin", "stdout", "-l", &self.languages];
        let finished =
            self.child.run(&arguments, &environment, picture.data).await.map_err(|error| match error {
                ChildError::NotStarted => OcrError::NotStarted,
                ChildError::TooSlow => OcrError::TooSlow,
            })?;
        if !finished.status.success() {
            tracing::warn!(status = %finished.status, "tesseract failed on a picture");
            let missing = matches!(finished.status.code(), Some(126 | 127));
            return Err(if missing { OcrError::NotStarted } else { OcrError::Failed });
        }
        Ok(clip(String::from_utf8_lossy(&finished.output).trim(), LONGEST))
    }
}

fn on_the_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}
