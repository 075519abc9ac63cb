use url::Url;

use super::{Colour, keys::Keys};

/// `[pages]`: what the pages show of the company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// What it is called.
    pub name: Option<String>,
    /// Its logo.
    pub logo_url: Option<Link>,
    /// Its colour.
    pub colour: Option<Colour>,
    /// Its number with the Ministry of Industry and Information Technology (ICP备案号).
    pub icp_number: Option<String>,
    /// Its number with the police (公安备案号).
    pub police_number: Option<String>,
    /// Its terms of service.
    pub terms_url: Option<Link>,
    /// Its privacy policy.
    pub privacy_url: Option<Link>,
}

/// An https address, or a path on our own host, which the reverse proxy serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// The address or path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let message = "must be an https address, or a path that begins with one slash";
        let is_plain =
            text.len() <= 2048 && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let is_path = text.starts_with('/') && !text.starts_with("//");
        let is_https = || {
            Url::parse(text).is_ok_and(|url| {
                url.scheme() == "https"
                    && url.has_host()
                    && url.username().is_empty()
                    && url.password().is_none()
            })
        };
        if is_plain && (is_path || is_https()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(message)
        }
    }
}

impl Pages {
    /// Whether there is something that people agree to before they sign in.
    #[must_use]
    pub fn asks_for_consent(&self) -> bool {
        self.terms_url.is_some() || self.privacy_url.is_some()
    }

    pub(super) fn read(keys: &mut Keys) -> Option<Self> {
        let faults = keys.fault_count();
        let pages = Self {
            name: keys.get("pages.name", name),
            logo_url: keys.get("pages.logo_url", Link::parse),
            colour: keys.get("pages.colour", Colour::parse),
            icp_number: keys.get("pages.icp_number", icp_number),
            police_number: keys.get("pages.police_number", police_number),
            terms_url: keys.get("pages.terms_url", Link::parse),
            privacy_url: keys.get("pages.privacy_url", Link::parse),
        };
        (keys.fault_count() == faults).then_some(pages)
    }
}

fn name(text: &str) -> Result<String, &'static str> {
    let length = text.chars().count();
    if length <= 40 && text.trim() == text && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("must be one line of at most 40 characters")
    }
}

/// `京ICP备12345678号-1`, `粤ICP备2021012345号`, `京ICP证030173号`, with or without spaces.
fn icp_number(text: &str) -> Result<String, &'static str> {
    let plain: String = text.split_whitespace().collect();
    let is_number = || {
        let (province, rest) = plain.split_once("ICP")?;
        let rest = rest.strip_prefix(['备', '证'])?;
        let (number, site) = rest.split_once('号')?;
        let site_is_fine = site.is_empty()
            || site.strip_prefix('-').is_some_and(|site| {
                (1..=6).contains(&site.len()) && site.bytes().all(|b| b.is_ascii_alphanumeric())
            });
        Some(is_province(province) && is_digits(number, 5, 12) && site_is_fine)
    };
    if is_number() == Some(true) {
        Ok(text.to_owned())
    } else {
        Err("must be of the form \"京ICP备12345678号-1\"")
    }
}

/// `京公网安备11000002000001号`, with or without a space.
fn police_number(text: &str) -> Result<String, &'static str> {
    let plain: String = text.split_whitespace().collect();
    let is_number = || {
        let (province, rest) = plain.split_once("公网安备")?;
        Some(is_province(province) && is_digits(rest.strip_suffix('号')?, 12, 16))
    };
    if is_number() == Some(true) {
        Ok(text.to_owned())
    } else {
        Err("must be of the form \"京公网安备11000002000001号\"")
    }
}

fn is_province(text: &str) -> bool {
    text.chars().count() == 1 && text.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

fn is_digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_https_or_a_path_of_ours() {
        for text in [
            "https://shop.example/terms?v=2#top",
            "/terms",
            "/",
            "/static/logo.svg",
        ] {
            assert!(Link::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "terms",
            "//evil.example",
            "/\\evil.example",
            "http://shop.example",
            "javascript:alert(1)",
            "https://user:password@shop.example",
            "https://",
            "/a b",
            "data:image/png;base64,AA",
        ] {
            assert!(Link::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_have_the_form_that_the_authorities_give_them() {
        for text in [
            "京ICP备12345678号",
            "粤ICP备2021012345号-1",
            "京ICP备11041704号-3A",
            "沪 ICP备 12345678 号",
            "京ICP证030173号",
        ] {
            assert!(icp_number(text).is_ok(), "{text}");
        }
        for text in [
            "ICP备12345678号",
            "京ICP备号",
            "京ICP备12345678",
            "12345678",
            "京ICP备12345678号-",
            "AICP备12345678号",
        ] {
            assert!(icp_number(text).is_err(), "{text}");
        }
        for text in ["京公网安备11000002000001号", "京公网安备 11000002000001号"] {
            assert!(police_number(text).is_ok(), "{text}");
        }
        for text in ["京公网安备号", "11000002000001", "京公网安备11000002000001"] {
            assert!(police_number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_is_one_line() {
        assert!(name("小明的店").is_ok());
        for text in [" shop", "a\nb", &"长".repeat(41)] {
            assert!(name(text).is_err(), "{text}");
        }
    }
}
