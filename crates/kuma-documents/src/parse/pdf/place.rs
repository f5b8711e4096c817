//! From the coordinates of a PDF page to those of the page as it is displayed.

use crate::model::Rect;

/// A page's crop box and rotation.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    x0: f64,
    y0: f64,
    x1: f64,
    y1: f64,
    degrees: u32,
}

impl Place {
    pub(super) fn of(page: &pdfrum::Page<'_>) -> Self {
        let crop = page.crop_box();
        Self { x0: crop.x0, y0: crop.y0, x1: crop.x1, y1: crop.y1, degrees: page.rotation().degrees() }
    }

    /// Width and height as displayed; `None` for a page whose box makes no sense.
    pub(super) fn size(&self) -> Option<(f32, f32)> {
        let (width, height) = ((self.x1 - self.x0).abs() as f32, (self.y1 - self.y0).abs() as f32);
        let sane = |side: f32| side.is_finite() && side > 0.0 && side < 1e6;
        let (width, height) =
            if self.degrees.is_multiple_of(180) { (width, height) } else { (height, width) };
        (sane(width) && sane(height)).then_some((tenth(width), tenth(height)))
    }

    /// A box of the page as displayed, from above.
    pub(super) fn rect(&self, found: pdfrum::Rect) -> Option<Rect> {
        let a = self.point(found.x0, found.y0);
        let b = self.point(found.x1, found.y1);
        let all = [a.0, a.1, b.0, b.1];
        if !all.iter().all(|value| value.is_finite() && value.abs() < 1e6) {
            return None;
        }
        let (x, y) = (a.0.min(b.0) as f32, a.1.min(b.1) as f32);
        Some(Rect {
            x: tenth(x),
            y: tenth(y),
            width: tenth((a.0 - b.0).abs() as f32),
            height: tenth((a.1 - b.1).abs() as f32),
        })
    }

    fn point(&self, x: f64, y: f64) -> (f64, f64) {
        match self.degrees {
            90 => (y - self.y0, x - self.x0),
            180 => (self.x1 - x, y - self.y0),
            270 => (self.y1 - y, self.x1 - x),
            _ => (x - self.x0, self.y1 - y),
        }
    }
}

/// A tenth of a point is finer than any screen shows and short to send.
fn tenth(value: f32) -> f32 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(degrees: u32) -> Place {
        Place { x0: 10.0, y0: 20.0, x1: 110.0, y1: 220.0, degrees }
    }

    #[test]
    fn boxes_follow_the_rotation_of_the_page() {
        // A box in the lower left corner of the sheet.
        let corner = pdfrum::Rect::new(10.0, 20.0, 15.0, 30.0);
        let at = |degrees| place(degrees).rect(corner).map(|rect| (rect.x, rect.y, rect.width, rect.height));
        assert_eq!(at(0), Some((0.0, 190.0, 5.0, 10.0)));
        assert_eq!(at(90), Some((0.0, 0.0, 10.0, 5.0)));
        assert_eq!(at(180), Some((95.0, 0.0, 5.0, 10.0)));
        assert_eq!(at(270), Some((190.0, 95.0, 10.0, 5.0)));
        assert_eq!(place(90).size(), Some((200.0, 100.0)));
    }

    #[test]
    fn nonsense_has_no_size_and_no_place() {
        let broken = Place { x1: f64::NAN, ..place(0) };
        assert_eq!(broken.size(), None);
        assert!(broken.rect(pdfrum::Rect::new(f64::NAN, 0.0, 1.0, 1.0)).is_none());
    }
}
