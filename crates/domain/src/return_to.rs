//! Where a browser may be sent after a login: nowhere but where the configuration says (RFC 9700 section 4.11, open redirectors).
//!
//! Nothing is repaired. A text is refused unless it is spelt exactly as a browser spells the address of a page (`location.href`): whatever
//! browsers and servers read in different ways, none of them gets to read.

use url::Url;

/// Longer than any page of ours, and short enough for a header.
const LONGEST: usize = 2048;

/// The addresses that a login may lead to.
#[derive(Clone, Debug)]
pub struct ReturnUrls {
    own: Url,
    allowed: Vec<Url>,
}

/// The text leads to none of these addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("leads to no address that is allowed")]
pub struct ReturnToNotAllowed;

impl ReturnUrls {
    /// Every page of the service's own host, and what lies below these addresses.
    #[must_use]
    pub fn new(own: &Url, allowed: Vec<Url>) -> Self {
        let mut own = own.clone();
        own.set_path("/");
        Self { own, allowed }
    }

    /// The whole address that this text leads to: a path of the service's own host, or an address that is allowed.
    ///
    /// # Errors
    /// [`ReturnToNotAllowed`] for every other text.
    pub fn resolve(&self, text: &str) -> Result<Url, ReturnToNotAllowed> {
        let is_plain = text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        if !is_plain {
            return Err(ReturnToNotAllowed);
        }
        let whole = if text.starts_with('/') && !text.starts_with("//") {
            format!("{}{text}", self.own.as_str().trim_end_matches('/'))
        } else {
            text.to_owned()
        };
        let url = Url::parse(&whole).map_err(|_no_address| ReturnToNotAllowed)?;
        let is_as_spelt = url.as_str() == whole || url.as_str().strip_suffix('/') == Some(&*whole);
        let is_allowed = std::iter::once(&self.own)
            .chain(&self.allowed)
            .any(|allowed| lies_below(&url, allowed));
        if is_as_spelt && is_allowed && has_plain_path(&url) {
            Ok(url)
        } else {
            Err(ReturnToNotAllowed)
        }
    }

    /// Where a login leads that says nothing of it.
    #[must_use]
    pub const fn home(&self) -> &Url {
        &self.own
    }
}

/// The same scheme, host and port, nobody's name in front of them, and the same path or one below it.
fn lies_below(url: &Url, allowed: &Url) -> bool {
    let same_origin = url.scheme() == allowed.scheme()
        && url.host() == allowed.host()
        && url.port() == allowed.port()
        && url.username().is_empty()
        && url.password().is_none();
    let base = allowed.path().trim_end_matches('/');
    let below = url.path().strip_prefix(base);
    same_origin && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// No segment that a server could take for another path than the one that was compared, however often it decodes.
fn has_plain_path(url: &Url) -> bool {
    let mut path = url.path().to_owned();
    loop {
        let is_plain = path.split('/').skip(1).all(|segment| {
            let name = segment.split(';').next().unwrap_or_default();
            name != "." && name != ".."
        });
        if !is_plain || path.contains("//") || path.bytes().any(|b| b == b'\\' || b.is_ascii_control()) {
            return false;
        }
        let Some(decoded) = decode(&path) else {
            return false;
        };
        if decoded == path {
            return true;
        }
        // A slash that was hidden would make other segments.
        if decoded.matches('/').count() != path.matches('/').count() {
            return false;
        }
        path = decoded;
    }
}

/// Percent-decodes once; `None` where that is no text. A percent sign that begins nothing stays.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let digit = |at: usize| char::from(*tail.get(at)?).to_digit(16);
        let decoded = match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high << 4 | low).ok(),
            _ => None,
        };
        bytes.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).ok()
}

impl From<ReturnToNotAllowed> for crate::Error {
    fn from(ReturnToNotAllowed: ReturnToNotAllowed) -> Self {
        Self::ReturnToNotAllowed
    }
}
