//! From a file that somebody sent to an image that is kept: decoded within limits, turned the right way up, made
//! no larger than models look at, and written anew, so that nothing of the file is left but its pixels.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbImage};

/// The longest edge of what is kept. Vendors make larger ones smaller themselves.
const EDGE: u32 = 2_048;
/// The longest edge of the small one.
const SMALL_EDGE: u32 = 512;
/// The longest edge of what is decoded.
const SOURCE_EDGE: u32 = 20_000;
/// The most memory that a decoded file may take: 60 megapixels of ordinary colour.
const DECODED_BYTES: u64 = 240 * 1024 * 1024;
/// Files without loss up to this size are kept so: screenshots and drawings.
const LOSSLESS_BYTES: usize = 1024 * 1024;
/// The same for what is transparent. Vendors take 5 MB in base64.
const TRANSPARENT_BYTES: usize = 3 * 1024 * 1024;

/// An image, ready to be kept.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) file: Encoded,
    pub(super) small: Encoded,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// A file of ours.
#[derive(Clone, Debug)]
pub(super) struct Encoded {
    pub(super) mime_type: &'static str,
    pub(super) bytes: Bytes,
}

/// Why a file is no image for us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Width and height.
    TooManyPixels(u32, u32),
    /// What the decoder says, for the log.
    Damaged(String),
}

/// The kinds of image that are taken, by their first bytes. Names and stated types are not asked.
pub(super) fn format(head: &[u8]) -> Option<ImageFormat> {
    match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageFormat::Png),
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(ImageFormat::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// Takes seconds of a core for the largest: not for an async thread. Of moving images the first is taken.
pub(super) fn prepare(bytes: &[u8], format: ImageFormat) -> Result<Prepared, Refusal> {
    let damaged = |error: image::ImageError| Refusal::Damaged(error.to_string());
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    // The edges are looked at below, for a better sentence.
    limits.max_alloc = Some(DECODED_BYTES * 2);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > SOURCE_EDGE || decoder.total_bytes() > DECODED_BYTES {
        return Err(Refusal::TooManyPixels(width, height));
    }
    // A file whose metadata cannot be read is shown as it lies.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let source = DynamicImage::from_decoder(decoder).map_err(damaged)?;

    let mut image = eight_bits(within(source, EDGE));
    image.apply_orientation(orientation);
    let (width, height) = (image.width(), image.height());
    let small = within(image.clone(), SMALL_EDGE);
    let lossy = format == ImageFormat::Jpeg;
    Ok(Prepared {
        file: encode(&image, lossy).map_err(damaged)?,
        small: encode(&small, true).map_err(damaged)?,
        width,
        height,
    })
}

/// The image with no edge longer than `most`.
fn within(image: DynamicImage, most: u32) -> DynamicImage {
    let longest = image.width().max(image.height());
    if longest <= most {
        image
    } else if longest >= most * 2 {
        // Means of blocks of pixels: as good as any filter here, and without its memory.
        image.thumbnail(most, most)
    } else {
        image.resize(most, most, FilterType::CatmullRom)
    }
}

/// With transparency only where something is transparent.
fn eight_bits(image: DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() {
        return DynamicImage::ImageRgb8(image.into_rgb8());
    }
    let image = image.into_rgba8();
    if image.pixels().all(|pixel| pixel.0.last() == Some(&u8::MAX)) {
        return DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(image).into_rgb8());
    }
    DynamicImage::ImageRgba8(image)
}

fn encode(image: &DynamicImage, lossy: bool) -> Result<Encoded, image::ImageError> {
    let transparent = image.color().has_alpha();
    if transparent || !lossy {
        let mut png = Cursor::new(Vec::new());
        image.write_to(&mut png, ImageFormat::Png)?;
        let png = png.into_inner();
        if png.len() <= if transparent { TRANSPARENT_BYTES } else { LOSSLESS_BYTES } {
            return Ok(Encoded { mime_type: "image/png", bytes: png.into() });
        }
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 85).encode_image(&on_white(image))?;
    Ok(Encoded { mime_type: "image/jpeg", bytes: jpeg.into() })
}

/// What is transparent shows white, as on a page.
fn on_white(image: &DynamicImage) -> RgbImage {
    let DynamicImage::ImageRgba8(image) = image else { return image.to_rgb8() };
    let mut flat = RgbImage::new(image.width(), image.height());
    for (to, from) in flat.pixels_mut().zip(image.pixels()) {
        let [red, green, blue, alpha] = from.0;
        let over = |colour: u8| {
            let mixed = u32::from(colour) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            u8::try_from(mixed / 255).unwrap_or(u8::MAX)
        };
        to.0 = [over(red), over(green), over(blue)];
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageBuffer, Rgb, RgbaImage};

    fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// Red above, blue below.
    fn flag(width: u32, height: u32) -> DynamicImage {
        let colour = |y| if y < height / 2 { [200, 0, 0] } else { [0, 0, 200] };
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |_, y| Rgb(colour(y))))
    }

    /// A JPEG file that says that it was taken with the camera turned, and where.
    fn turned(image: &DynamicImage) -> Vec<u8> {
        let jpeg = file(image, ImageFormat::Jpeg);
        let exif: &[u8] = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02\
            \x01\x12\0\x03\0\0\0\x01\0\x06\0\0\
            \x01\x0f\0\x02\0\0\0\x04Kuma\0\0\0\0secret place";
        let mut bytes = jpeg[..2].to_vec();
        bytes.extend([0xff, 0xe1]);
        bytes.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        bytes.extend(exif);
        bytes.extend(&jpeg[2..]);
        bytes
    }

    fn reread(encoded: &Encoded) -> DynamicImage {
        let format = format(&encoded.bytes).unwrap();
        assert_eq!(format.to_mime_type(), encoded.mime_type);
        image::load_from_memory_with_format(&encoded.bytes, format).unwrap()
    }

    #[test]
    fn kinds_are_told_by_content() {
        let image = flag(8, 8);
        for kind in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let bytes = file(&image, kind);
            assert_eq!(format(&bytes), Some(kind));
            let prepared = prepare(&bytes, kind).unwrap();
            assert_eq!((prepared.width, prepared.height), (8, 8));
            reread(&prepared.file);
        }
        for other in [&b"%PDF-1.7"[..], b"<svg xmlns=", b"RIFF0000WAVE", b"BM", b""] {
            assert_eq!(format(other), None);
        }
    }

    #[test]
    fn what_the_camera_wrote_is_gone_and_the_image_is_the_right_way_up() {
        let bytes = turned(&flag(64, 32));
        assert!(bytes.windows(12).any(|window| window == b"secret place"));
        let prepared = prepare(&bytes, ImageFormat::Jpeg).unwrap();
        // A quarter turn to the right: what was above is on the right.
        assert_eq!((prepared.width, prepared.height), (32, 64));
        let image = reread(&prepared.file).into_rgb8();
        assert!(image.get_pixel(28, 32).0[0] > 150 && image.get_pixel(3, 32).0[2] > 150);
        for file in [&prepared.file, &prepared.small] {
            for left in [&b"Exif"[..], b"secret", b"Kuma"] {
                assert!(!file.bytes.windows(left.len()).any(|window| window == left), "{left:?}");
            }
        }
    }

    #[test]
    fn large_images_are_made_smaller_in_their_shape() {
        for (width, height, kept) in
            [(2_600, 650, (2_048, 512)), (1_000, 8_192, (250, 2_048)), (3, 2, (3, 2))]
        {
            let prepared = prepare(&file(&flag(width, height), ImageFormat::Png), ImageFormat::Png).unwrap();
            assert_eq!((prepared.width, prepared.height), kept);
            let small = reread(&prepared.small);
            assert!(small.width().max(small.height()) <= SMALL_EDGE);
        }
    }

    #[test]
    fn photographs_become_jpeg_and_drawings_stay_without_loss() {
        let noise = ImageBuffer::from_fn(1_200, 900, |x, y| {
            let n = (x * 7_919 + y * 104_729) ^ (x * y);
            Rgb([(n % 251) as u8, (n % 241) as u8, (n % 239) as u8])
        });
        let photograph = file(&DynamicImage::ImageRgb8(noise), ImageFormat::Png);
        assert_eq!(prepare(&photograph, ImageFormat::Png).unwrap().file.mime_type, "image/jpeg");
        let drawing = prepare(&file(&flag(900, 900), ImageFormat::Png), ImageFormat::Png).unwrap();
        assert_eq!(drawing.file.mime_type, "image/png");
    }

    #[test]
    fn transparency_stays_where_there_is_some() {
        let glass = DynamicImage::ImageRgba8(RgbaImage::from_pixel(20, 20, image::Rgba([10, 20, 30, 100])));
        let kept = prepare(&file(&glass, ImageFormat::Png), ImageFormat::Png).unwrap();
        assert_eq!(reread(&kept.file).to_rgba8().get_pixel(5, 5).0, [10, 20, 30, 100]);
        assert_eq!(on_white(&glass).get_pixel(5, 5).0, [159, 163, 166]);
        let solid = DynamicImage::ImageRgba8(RgbaImage::from_pixel(20, 20, image::Rgba([1, 2, 3, 255])));
        assert!(!eight_bits(solid).color().has_alpha());
    }

    #[test]
    fn bombs_and_damaged_files_are_refused() {
        // A PNG whose header promises 60000 × 60000 pixels.
        let mut bomb = file(&flag(4, 4), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let crc = {
            let mut crc = u32::MAX;
            for byte in &bomb[12..29] {
                crc ^= u32::from(*byte);
                for _ in 0..8 {
                    crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
                }
            }
            !crc
        };
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        let refused = prepare(&bomb, ImageFormat::Png).unwrap_err();
        assert_eq!(refused, Refusal::TooManyPixels(60_000, 60_000));

        for kind in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let whole = file(&flag(64, 64), kind);
            let half = &whole[..whole.len() / 4];
            assert!(matches!(prepare(half, kind), Err(Refusal::Damaged(_))), "{kind:?}");
        }
    }
}
