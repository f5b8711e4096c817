//! What the documents of this process share.

use std::sync::Arc;
use std::time::Duration;

use kuma_documents::{Ocr, Parser};
use kuma_llm::Reranker;
use tokio::sync::{Notify, OnceCell};

use super::rerank::Reranking;

/// How long a claim on a document holds without a sign of progress.
pub(super) const LEASE: Duration = Duration::from_secs(30);

pub(crate) struct Parts {
    parser: Parser,
    with_ocr: OnceCell<Parser>,
    pub(super) reranking: Reranking,
    /// Somebody has uploaded something here.
    pub(super) uploaded: Notify,
    /// A document is ready and has no vectors.
    pub(super) indexed: Notify,
}

impl Parts {
    pub(crate) fn new(parser: Parser, reranker: Option<Arc<dyn Reranker>>) -> Self {
        Self {
            parser,
            with_ocr: OnceCell::new(),
            reranking: Reranking::new(reranker),
            uploaded: Notify::new(),
            indexed: Notify::new(),
        }
    }

    /// What puts the passages of a search into order, when there is such a thing.
    pub(crate) fn reranker(&self) -> Option<&dyn Reranker> {
        self.reranking.port()
    }

    /// Reads files; with text recognition where it is installed.
    pub(super) async fn parser(&self) -> &Parser {
        let find = || async {
            let ocr = Ocr::find().await;
            if let Some(ocr) = &ocr {
                tracing::info!(languages = ocr.languages, "text in pictures is recognised");
            } else {
                tracing::info!("text in pictures is not recognised: tesseract is not installed");
            }
            self.parser.clone().with_ocr(ocr)
        };
        self.with_ocr.get_or_init(find).await
    }
}
