//! A colour of the company's, and the shades of it that can be read.

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    /// White.
    pub const WHITE: Self = Self([0xff; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// The colour of these three bytes: red, green, blue.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Reads `#07c160` or `#0c6`.
    ///
    /// # Errors
    /// What it must be.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let message = "must be a colour such as \"#07c160\"";
        let digits: Option<Vec<u8>> = text
            .strip_prefix('#')
            .ok_or(message)?
            .chars()
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect();
        match digits.as_deref() {
            Some([r, g, b]) => Ok(Self([r * 17, g * 17, b * 17])),
            Some([r1, r2, g1, g2, b1, b2]) => Ok(Self([r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2])),
            _ => Err(message),
        }
    }

    /// As CSS writes it.
    #[must_use]
    pub fn css(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// Black or white, whichever reads better on this colour. One of the two always has a contrast of at least 4.5.
    #[must_use]
    pub fn text_on(self) -> Self {
        // White is what people expect on a button: it stays where it can be read.
        if self.contrast(Self::WHITE) >= READABLE {
            Self::WHITE
        } else {
            Self::BLACK
        }
    }

    /// This colour, moved towards black or white until it can be read on that background.
    #[must_use]
    pub fn readable_on(self, background: Self) -> Self {
        let end = background.text_on();
        (0_u16..=100)
            .map(|percent| self.mixed(end, percent))
            .find(|shade| shade.contrast(background) >= READABLE)
            .unwrap_or(end)
    }

    fn mixed(self, other: Self, percent: u16) -> Self {
        let mut mixed = self.0;
        for (channel, end) in mixed.iter_mut().zip(other.0) {
            let sum = u16::from(*channel) * (100 - percent) + u16::from(end) * percent;
            *channel = u8::try_from(sum / 100).unwrap_or(u8::MAX);
        }
        Self(mixed)
    }

    /// WCAG 2.2, "contrast ratio": from 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

/// WCAG 2.2, success criterion 1.4.3 (AA), of text that is not large.
const READABLE: f64 = 4.5;

#[cfg(test)]
mod tests {
    use super::*;

    fn every_twentieth() -> impl Iterator<Item = Colour> {
        let steps = || (0..=255).step_by(17);
        steps().flat_map(move |r| steps().flat_map(move |g| steps().map(move |b| Colour::new(r, g, b))))
    }

    #[test]
    fn a_colour_is_three_or_six_digits() {
        assert_eq!(Colour::parse("#07C160"), Ok(Colour::new(0x07, 0xc1, 0x60)));
        assert_eq!(Colour::parse("#0c6"), Ok(Colour::new(0x00, 0xcc, 0x66)));
        for text in [
            "",
            "#",
            "07c160",
            "#07c1",
            "#07c1600",
            "#07c16g",
            "green",
            "#０7c160",
            "#+7c160",
        ] {
            assert!(Colour::parse(text).is_err(), "{text}");
        }
        assert_eq!(Colour::new(7, 193, 96).css(), "#07c160");
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        let grey = Colour::new(0x76, 0x76, 0x76);
        assert!((grey.contrast(Colour::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn text_can_be_read_whatever_the_colour() {
        let dark = Colour::new(0x1e, 0x20, 0x23);
        for colour in every_twentieth() {
            assert!(colour.contrast(colour.text_on()) >= READABLE, "{colour:?}");
            for background in [Colour::WHITE, dark] {
                let shade = colour.readable_on(background);
                assert!(
                    shade.contrast(background) >= READABLE,
                    "{colour:?} on {background:?}"
                );
            }
        }
    }
}
