//! Pictures: decoded here, within limits, into grey pixels; recognising their text is the work of another process.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, ImageReader};
use tiff::decoder::{Decoder, DecodingResult, Limits as TiffLimits};

use crate::error::ParseError;
use crate::kind::Kind;
use crate::model::{Label, Page};
use crate::output::{Output, Picture};

/// Larger pictures are scaled down to this many pixels before their text is recognised: an A4 page at 300 dots per inch
/// has 8.7 million.
const OCR_PIXELS: u64 = 16_000_000;
/// Pages of a TIFF file that are followed.
const MAX_FRAMES: u32 = 1_000;

pub(super) fn read(bytes: Vec<u8>, kind: Kind, output: &mut Output<'_>) -> Result<(), ParseError> {
    if !output.ocr {
        return Err(ParseError::NoOcr);
    }
    if kind == Kind::Tiff {
        return frames(bytes, output);
    }
    let format = match kind {
        Kind::Png => ImageFormat::Png,
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Webp => ImageFormat::WebP,
        _ => ImageFormat::Gif,
    };
    let damaged = |error: image::ImageError| ParseError::damaged(kind, error);
    let (width, height) =
        ImageReader::with_format(Cursor::new(&bytes), format).into_dimensions().map_err(damaged)?;
    check_size(width, height, output)?;
    let mut reader = ImageReader::with_format(Cursor::new(&bytes), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(output.limits.memory_bytes / 2);
    reader.limits(limits);
    let picture = reader.decode().map_err(damaged)?;
    send(picture, Label::Whole, output)
}

fn check_size(width: u32, height: u32, output: &Output<'_>) -> Result<(), ParseError> {
    if u64::from(width) * u64::from(height) > output.limits.pixels {
        return Err(ParseError::TooManyPixels { width, height, limit: output.limits.pixels / 1_000_000 });
    }
    Ok(())
}

/// Passes on a page that consists of a picture.
fn send(picture: DynamicImage, label: Label, output: &mut Output<'_>) -> Result<(), ParseError> {
    let picture = grey(picture);
    let size = Some((picture.width() as f32, picture.height() as f32));
    output.page(Page { label, size, ..Page::default() })?;
    let (width, height) = picture.dimensions();
    if !output.picture(Picture { width, height, grey: picture.into_raw() })? {
        let page = output.pages();
        output.warn(format!("The text of page {page} was not recognised: the file has too many pictures."));
    }
    Ok(())
}

/// Grey on white, not larger than text recognition needs.
pub(super) fn grey(picture: DynamicImage) -> GrayImage {
    let picture = if picture.color().has_alpha() {
        let mut flat = picture.to_luma_alpha8();
        for pixel in flat.pixels_mut() {
            let [luma, alpha] = pixel.0;
            let (luma, alpha) = (u16::from(luma), u16::from(alpha));
            pixel.0 = [((luma * alpha + 255 * (255 - alpha)) / 255) as u8, 255];
        }
        DynamicImage::ImageLumaA8(flat)
    } else {
        picture
    };
    let pixels = u64::from(picture.width()) * u64::from(picture.height());
    if pixels <= OCR_PIXELS {
        return picture.into_luma8();
    }
    let scale = (OCR_PIXELS as f64 / pixels as f64).sqrt();
    let side = |length: u32| ((f64::from(length) * scale) as u32).max(1);
    let (width, height) = (side(picture.width()), side(picture.height()));
    DynamicImage::ImageLuma8(picture.into_luma8()).thumbnail_exact(width, height).into_luma8()
}

/// A TIFF file has a picture per page.
fn frames(bytes: Vec<u8>, output: &mut Output<'_>) -> Result<(), ParseError> {
    let damaged = |error: tiff::TiffError| ParseError::damaged(Kind::Tiff, error);
    let mut limits = TiffLimits::default();
    limits.decoding_buffer_size = (output.limits.memory_bytes / 4) as usize;
    limits.intermediate_buffer_size = (output.limits.memory_bytes / 4) as usize;
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(damaged)?.with_limits(limits);
    for index in 0..MAX_FRAMES.min(output.limits.pages) {
        let (width, height) = decoder.dimensions().map_err(damaged)?;
        check_size(width, height, output)?;
        let color = decoder.colortype().map_err(damaged)?;
        let pixels = samples(decoder.read_image().map_err(damaged)?, color.bit_depth());
        let picture = picture_of(width, height, color, pixels)
            .ok_or_else(|| ParseError::damaged(Kind::Tiff, format_args!("unusual colours: {color:?}")))?;
        send(picture, Label::Page, output)?;
        output.progress(index + 1, None)?;
        if !decoder.more_images() {
            return Ok(());
        }
        decoder.next_image().map_err(damaged)?;
    }
    Err(ParseError::TooManyPages { pages: u64::from(MAX_FRAMES), limit: MAX_FRAMES.min(output.limits.pages) })
}

/// Samples of any width as bytes.
fn samples(decoded: DecodingResult, bits: u8) -> Vec<u8> {
    match decoded {
        DecodingResult::U8(values) if bits == 8 => values,
        DecodingResult::U8(values) => values,
        DecodingResult::U16(values) => values.into_iter().map(|value| (value >> 8) as u8).collect(),
        DecodingResult::U32(values) => values.into_iter().map(|value| (value >> 24) as u8).collect(),
        DecodingResult::F32(values) => {
            values.into_iter().map(|value| (value.clamp(0.0, 1.0) * 255.0) as u8).collect()
        }
        _ => Vec::new(),
    }
}

fn picture_of(width: u32, height: u32, color: tiff::ColorType, pixels: Vec<u8>) -> Option<DynamicImage> {
    use tiff::ColorType as Color;
    Some(match color {
        Color::Gray(bits) if bits < 8 => DynamicImage::ImageLuma8(unpacked(width, height, bits, &pixels)?),
        Color::Gray(_) => DynamicImage::ImageLuma8(GrayImage::from_raw(width, height, pixels)?),
        Color::GrayA(_) => DynamicImage::ImageLumaA8(image::GrayAlphaImage::from_raw(width, height, pixels)?),
        Color::RGB(_) => DynamicImage::ImageRgb8(image::RgbImage::from_raw(width, height, pixels)?),
        Color::RGBA(_) => DynamicImage::ImageRgba8(image::RgbaImage::from_raw(width, height, pixels)?),
        Color::CMYK(_) => {
            let grey = pixels.chunks_exact(4).map(|ink| {
                let sum: u32 = ink.iter().map(|part| u32::from(*part)).sum();
                255 - sum.min(255) as u8
            });
            DynamicImage::ImageLuma8(GrayImage::from_raw(width, height, grey.collect())?)
        }
        Color::YCbCr(_) => {
            let grey: Vec<u8> = pixels.chunks_exact(3).filter_map(|pixel| pixel.first().copied()).collect();
            DynamicImage::ImageLuma8(GrayImage::from_raw(width, height, grey)?)
        }
        _ => return None,
    })
}

/// Rows of packed bits, each row starting on a byte.
fn unpacked(width: u32, height: u32, bits: u8, packed: &[u8]) -> Option<GrayImage> {
    if !matches!(bits, 1 | 2 | 4) {
        return None;
    }
    let per_byte = 8 / usize::from(bits);
    let mask = (1u16 << bits) - 1;
    let row_bytes = (width as usize).div_ceil(per_byte);
    let mut grey = Vec::with_capacity(width as usize * height as usize);
    for row in packed.chunks_exact(row_bytes.max(1)).take(height as usize) {
        for x in 0..width as usize {
            let shift = 8 - usize::from(bits) * (x % per_byte + 1);
            let value = (u16::from(*row.get(x / per_byte)?) >> shift) & mask;
            grey.push((value * 255 / mask) as u8);
        }
    }
    GrayImage::from_raw(width, height, grey)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_is_white() {
        let mut picture = image::RgbaImage::new(2, 1);
        picture.put_pixel(0, 0, image::Rgba([0, 0, 0, 0]));
        picture.put_pixel(1, 0, image::Rgba([0, 0, 0, 255]));
        assert_eq!(grey(DynamicImage::ImageRgba8(picture)).into_raw(), [255, 0]);
    }

    #[test]
    fn huge_pictures_are_scaled_down() {
        let picture = grey(DynamicImage::ImageLuma8(GrayImage::new(8000, 4000)));
        assert!(u64::from(picture.width()) * u64::from(picture.height()) <= OCR_PIXELS);
        assert_eq!(picture.width() / picture.height(), 2);
    }

    #[test]
    fn bits_become_bytes() {
        let picture = unpacked(3, 2, 1, &[0b1010_0000, 0b0100_0000]).unwrap();
        assert_eq!(picture.into_raw(), [255, 0, 255, 0, 255, 0]);
    }
}
