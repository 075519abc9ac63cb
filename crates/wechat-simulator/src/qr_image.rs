use jpeg_encoder::{ColorType, Encoder};
use qrcode::{Color, QrCode};

/// What the standard asks for on every side, in modules.
const QUIET_ZONE: usize = 4;
const BLACK: u8 = 0;
const WHITE: u8 = 255;
/// High, since what JPEG leaves out it takes from the edges.
const QUALITY: u8 = 90;

/// A QR code as a square JPEG of that many pixels, black on white; of more where that many could not show it.
///
/// A text that no QR code can hold (some 2900 bytes) gives a white square.
pub(crate) fn jpeg(text: &str, width: u32) -> Vec<u8> {
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    let (pixels, width) = match QrCode::new(text) {
        Ok(code) => draw(&code, width),
        Err(_too_long) => (vec![WHITE; usize::from(width).pow(2)], width),
    };
    let mut image = Vec::new();
    Encoder::new(&mut image, QUALITY)
        .encode(&pixels, width, width, ColorType::Luma)
        .expect("a vector takes every byte, and there are as many pixels as said");
    image
}

/// Whole pixels for every module, so that all are equally wide; what is left over widens the quiet zone.
fn draw(code: &QrCode, width: u16) -> (Vec<u8>, u16) {
    let modules = code.width();
    let least = u16::try_from(modules + 2 * QUIET_ZONE).expect("a QR code has at most 177 modules a side");
    let width = width.max(least);
    let scale = usize::from(width / least);
    let side = usize::from(width);
    let offset = (side - modules * scale) / 2;
    let mut pixels = vec![WHITE; side * side];
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Light {
            continue;
        }
        let (top, left) = (offset + place / modules * scale, offset + place % modules * scale);
        for row in top..top + scale {
            pixels[row * side + left..row * side + left + scale].fill(BLACK);
        }
    }
    (pixels, width)
}

#[cfg(test)]
mod tests {
    use rqrr::PreparedImage;
    use zune_jpeg::JpegDecoder;
    use zune_jpeg::zune_core::bytestream::ZCursor;
    use zune_jpeg::zune_core::colorspace::ColorSpace;
    use zune_jpeg::zune_core::options::DecoderOptions;

    use super::*;

    fn pixels(image: &[u8]) -> (usize, Vec<u8>) {
        let gray = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(image), gray);
        let pixels = decoder.decode().unwrap();
        let (width, height) = decoder.dimensions().unwrap();
        assert_eq!((width, width * height), (height, pixels.len()));
        (width, pixels)
    }

    fn scan(image: &[u8]) -> String {
        let (width, pixels) = pixels(image);
        let mut image = PreparedImage::prepare_from_greyscale(width, width, |x, y| pixels[y * width + x]);
        let [grid] = <[_; 1]>::try_from(image.detect_grids()).unwrap_or_else(|_| panic!("not one code"));
        grid.decode().unwrap().1
    }

    #[test]
    fn a_phone_reads_the_text_at_every_width() {
        let long = "x".repeat(1_000);
        for (text, width) in [
            ("http://127.0.0.1:9000/connect/confirm?uuid=061p2Za447CUkl2X", 430),
            ("http://127.0.0.1:9000/connect/confirm?uuid=061p2Za447CUkl2X", 281),
            ("https://例.test/扫一扫", 1_280),
            (&long, 1_280),
        ] {
            let image = jpeg(text, width);
            assert_eq!((scan(&image).as_str(), pixels(&image).0), (text, width as usize));
        }
    }

    #[test]
    fn the_margin_is_white_and_as_wide_as_the_standard_asks() {
        let (width, pixels) = pixels(&jpeg("a", 290));
        // 21 modules and 8 of margin, ten pixels each.
        let first = pixels.iter().position(|pixel| *pixel < 128).unwrap();
        assert_eq!((first / width, first % width), (40, 40));
    }

    #[test]
    fn what_does_not_fit_is_larger_or_blank_and_never_a_fault() {
        assert!(pixels(&jpeg("a", 0)).0 == 29);
        let (width, pixels) = pixels(&jpeg(&"x".repeat(3_000), 100));
        assert!(width == 100 && pixels.iter().all(|pixel| *pixel > 250));
    }
}
