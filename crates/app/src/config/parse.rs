//! Parsers that several sections share. Their messages never repeat what they were given.

use std::time::Duration;

use url::Url;

/// `500ms`, `5s`, `10m`, `7d`; `0` is nothing.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let duration = humantime::parse_duration(text)
        .map_err(|_names_the_value| "must be a duration, such as \"500ms\", \"5s\" or \"7d\"")?;
    if duration > Duration::from_hours(24 * 366 * 100) {
        Err("must be a hundred years at most")
    } else {
        Ok(duration)
    }
}

/// A duration that is not nothing.
pub(super) fn positive_duration(text: &str) -> Result<Duration, &'static str> {
    duration(text).and_then(|duration| {
        if duration.is_zero() {
            Err("must be more than nothing")
        } else {
            Ok(duration)
        }
    })
}

/// A whole number of at least one.
pub(super) fn positive_number(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("must be a whole number of at least 1"),
    }
}

/// The address of a web server, to which paths are added.
pub(super) fn base_url(text: &str) -> Result<Url, &'static str> {
    let message = "must be an http or https address without query and fragment";
    let url = Url::parse(text).map_err(|_names_the_value| message)?;
    let is_base = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if is_base { Ok(url) } else { Err(message) }
}

/// `true` or `false`.
pub(super) fn boolean(text: &str) -> Result<bool, &'static str> {
    text.parse().map_err(|_names_the_value| "must be true or false")
}
