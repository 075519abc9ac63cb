//! How values are laid out.
//!
//! A value begins with a byte that names its layout. Numbers are big-endian, moments are microseconds since 1970, texts are preceded by
//! their length plus one in LEB128, 0 where there is none. A later layout may add fields at the end without another first byte: readers
//! do not look behind what they know. For any other change the first byte goes up, and readers keep knowing the old ones.
//!
//! Scripts read their values too, so what they look at stands at fixed places, and moments among it are 16 decimal digits.

use time::OffsetDateTime;
use wechat_login_domain::TokenDigest;

use crate::failure::Failure;

/// Writes a value.
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new(layout: u8) -> Self {
        Self(vec![layout])
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn moment(self, moment: OffsetDateTime) -> Self {
        let microseconds = moment.unix_timestamp_nanos() / 1000;
        let microseconds = i64::try_from(microseconds).expect("the `time` crate ends with the year 9999");
        self.bytes(&microseconds.to_be_bytes())
    }

    pub(crate) fn text(self, text: &str) -> Self {
        self.optional_text(Some(text))
    }

    pub(crate) fn optional_text(mut self, text: Option<&str>) -> Self {
        let mut length = text.map_or(0, |text| text.len() + 1);
        while length > 0x7f {
            self.0.push(length.to_le_bytes()[0] | 0x80);
            length >>= 7;
        }
        self.0.push(length.to_le_bytes()[0]);
        self.bytes(text.unwrap_or_default().as_bytes())
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads a value.
pub(crate) struct Reader<'a> {
    what: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Begins to read a value of these; `known` is the newest layout.
    pub(crate) fn new(what: &'static str, known: u8, value: &'a [u8]) -> Result<Self, Failure> {
        match value.split_first() {
            Some((&found, _)) if found > known => Err(Failure::Newer { what, found, known }),
            Some((1.., rest)) => Ok(Self { what, rest }),
            Some(_) | None => Err(Failure::BadValue(what)),
        }
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Failure> {
        let (bytes, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(Failure::BadValue(self.what))?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Failure> {
        let bytes = self.bytes(N)?;
        Ok(bytes.try_into().expect("as many were asked for"))
    }

    pub(crate) fn moment(&mut self) -> Result<OffsetDateTime, Failure> {
        let nanoseconds = i128::from(i64::from_be_bytes(self.array()?)) * 1000;
        OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map_err(Failure::bad_value(self.what))
    }

    /// A number that scripts read too.
    pub(crate) fn digits(&mut self, count: usize) -> Result<i64, Failure> {
        let text = std::str::from_utf8(self.bytes(count)?).map_err(Failure::bad_value(self.what))?;
        text.parse().map_err(Failure::bad_value(self.what))
    }

    pub(crate) fn digest(&mut self) -> Result<TokenDigest, Failure> {
        self.array().map(TokenDigest::from_bytes)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Failure> {
        self.optional_text()?.ok_or(Failure::BadValue(self.what))
    }

    pub(crate) fn optional_text(&mut self) -> Result<Option<&'a str>, Failure> {
        let mut length = 0_usize;
        for shift in [0, 7, 14, 21] {
            let [byte] = self.array()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let Some(length) = length.checked_sub(1) else {
                    return Ok(None);
                };
                let text = std::str::from_utf8(self.bytes(length)?);
                return text.map(Some).map_err(Failure::bad_value(self.what));
            }
        }
        Err(Failure::BadValue(self.what))
    }

    pub(crate) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) const fn rest(self) -> &'a [u8] {
        self.rest
    }
}

/// How many digits a moment has that scripts read; Lua's numbers are exact up to 2^53, the year 2255.
pub(crate) const MOMENT_DIGITS: usize = 16;
const LAST_MOMENT: i128 = 9_007_199_254_740_991;

/// The microseconds of a moment as digits that Lua can compare.
pub(crate) fn digits(moment: OffsetDateTime) -> String {
    let microseconds = (moment.unix_timestamp_nanos() / 1000).clamp(0, LAST_MOMENT);
    format!("{microseconds:0MOMENT_DIGITS$}")
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let moment = datetime!(2026-05-20 13:14:15.123_457 UTC);
        let long = "微信".repeat(3000);
        let value = Writer::new(1)
            .bytes(&[7, 8])
            .moment(moment)
            .moment(datetime!(1969-12-31 23:59 UTC))
            .text("")
            .text(&long)
            .optional_text(None)
            .bytes(digits(moment).as_bytes())
            .finish();
        let mut reader = Reader::new("test", 1, &value).unwrap();
        assert_eq!(reader.array().unwrap(), [7, 8]);
        assert_eq!(reader.moment().unwrap(), moment);
        assert_eq!(reader.moment().unwrap(), datetime!(1969-12-31 23:59 UTC));
        assert_eq!(reader.text().unwrap(), "");
        assert_eq!(reader.text().unwrap(), long);
        assert_eq!(reader.optional_text().unwrap(), None);
        assert_eq!(reader.digits(MOMENT_DIGITS).unwrap(), 1_779_282_855_123_457);
        assert!(reader.rest().is_empty());
    }

    #[test]
    fn a_newer_layout_is_a_failure_of_its_own() {
        let newer = Reader::new("test", 1, &[2, 0]).err().unwrap();
        assert!(
            matches!(
                newer,
                Failure::Newer {
                    found: 2,
                    known: 1,
                    ..
                }
            ),
            "{newer:?}"
        );
        assert_eq!(
            newer.to_string(),
            "a value of test has layout 2, and this version knows none after 1: a newer wechat-login writes here"
        );
    }

    #[test]
    fn damage_is_a_failure_and_never_a_panic() {
        for bad in [&[][..], &[0], &[0, 1]] {
            assert!(matches!(
                Reader::new("test", 1, bad),
                Err(Failure::BadValue("test"))
            ));
        }
        let reads: [fn(&mut Reader<'_>) -> bool; 4] = [
            |reader| reader.moment().is_err(),
            |reader| reader.text().is_err(),
            |reader| reader.optional_text().is_err(),
            |reader| reader.digits(2).is_err(),
        ];
        for bad in [
            &[1][..],
            &[1, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[1, 5, b'a'],
            &[1, 2, 0xff],
        ] {
            for (n, fails) in reads.iter().enumerate() {
                assert!(fails(&mut Reader::new("test", 1, bad).unwrap()), "{n} {bad:?}");
            }
        }
    }
}
