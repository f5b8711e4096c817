//! Draws pages without text, so that their text can be recognised.

use std::cell::OnceCell;

use pdfrum::{Document, OpenOptions, RenderOptions, TinySkiaBackend};

use crate::limits::Limits;
use crate::output::Picture;

/// Dots per inch; tesseract reads letters of ten points well at this size.
const DPI: f64 = 200.0;
/// Pixels of a drawn page: larger pages are drawn coarser.
const PIXELS: f64 = 12_000_000.0;

/// The file as it is, with its colours; opened only when a page has to be looked at as a picture.
pub(super) struct Original {
    bytes: Vec<u8>,
    options: OpenOptions,
    document: OnceCell<Option<Document>>,
}

impl Original {
    pub(super) fn new(bytes: Vec<u8>, options: OpenOptions) -> Self {
        Self { bytes, options, document: OnceCell::new() }
    }

    fn document(&self) -> Option<&Document> {
        self.document
            .get_or_init(|| Document::from_bytes_with(self.bytes.clone(), &self.options).ok())
            .as_ref()
    }

    /// Whether a page shows pictures.
    pub(super) fn has_pictures(&self, index: u32) -> bool {
        let page = self.document().and_then(|document| document.page(index).ok());
        page.is_some_and(|page| !page.images().is_empty())
    }

    /// A page in shades of grey, or `None` when it is blank or cannot be drawn.
    pub(super) fn draw(&self, index: u32, limits: &Limits) -> Option<Picture> {
        let page = self.document()?.page(index).ok()?;
        let points = page.width() * page.height();
        if !points.is_finite() || points <= 0.0 {
            return None;
        }
        let most = PIXELS.min(limits.pixels as f64);
        let scale = (DPI / 72.0).min((most / points).sqrt());
        let options = RenderOptions::builder().scale(scale).grayscale().build();
        let drawn = page.render_with(TinySkiaBackend, &options).ok()?;
        let grey: Vec<u8> = drawn.data().chunks_exact(4).filter_map(|pixel| pixel.first().copied()).collect();
        let (darkest, lightest) =
            grey.iter().fold((255u8, 0u8), |(low, high), value| (low.min(*value), high.max(*value)));
        (lightest.saturating_sub(darkest) > 16).then(|| Picture {
            width: drawn.width(),
            height: drawn.height(),
            grey,
        })
    }
}
