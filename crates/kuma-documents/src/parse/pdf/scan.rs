//! Draws a page without text, so that its text can be recognised.

use pdfrum::{Page, RenderOptions, RenderSession, TinySkiaBackend};

use crate::limits::Limits;
use crate::output::Picture;

/// Dots per inch; tesseract reads letters of ten points well at this size.
const DPI: f64 = 200.0;
/// Pixels of a drawn page: larger pages are drawn coarser.
const PIXELS: f64 = 12_000_000.0;

/// The page in shades of grey, or `None` when it is blank or cannot be drawn.
pub(super) fn draw(page: &Page<'_>, session: &mut RenderSession, limits: &Limits) -> Option<Picture> {
    let points = page.width() * page.height();
    if !points.is_finite() || points <= 0.0 {
        return None;
    }
    let most = PIXELS.min(limits.pixels as f64);
    let scale = (DPI / 72.0).min((most / points).sqrt());
    let options = RenderOptions::builder().scale(scale).grayscale().build();
    let drawn = page.render_on(TinySkiaBackend, &options, session).ok()?;
    let grey: Vec<u8> = drawn.data().chunks_exact(4).filter_map(|pixel| pixel.first().copied()).collect();
    let (darkest, lightest) =
        grey.iter().fold((255u8, 0u8), |(low, high), value| (low.min(*value), high.max(*value)));
    (lightest.saturating_sub(darkest) > 16).then(|| Picture {
        width: drawn.width(),
        height: drawn.height(),
        grey,
    })
}
