//! What all pages share from start to end: the company's look, and what browsers may load for it.

use url::Url;

use super::assets::Assets;
use crate::config::{Link, Pages};

/// How the pages look.
#[derive(Debug)]
pub(crate) struct Look {
    pub(super) company: Pages,
    pub(super) assets: Assets,
    /// Scheme, host and port of WeChat's pages.
    open_origin: String,
    /// Where a login may lead, beside our own host, as a policy lists them.
    return_origins: String,
    /// Of the logo, where it is somewhere else.
    logo_origin: Option<String>,
    /// What stands before our paths: the path of `public_url`.
    base: String,
    /// Whether people reach us by https.
    pub(super) is_secure: bool,
}

/// What a page may load beside our own files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loads {
    /// Nothing.
    Nothing,
    /// WeChat's frame. WeChat may come back inside it, so it may show us, too.
    WeChat,
    /// Pictures from anywhere: avatars.
    Pictures,
    /// It is what comes back inside the frame.
    InsideTheFrame,
}

impl Look {
    /// A path of ours, as people reach it.
    pub(super) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Of this company, for a service at `public_url`, WeChat's pages at `open_url`, and logins that may lead to `return_urls`.
    pub(crate) fn new(company: Pages, public_url: &str, open_url: &Url, return_urls: &[Url]) -> Self {
        let logo_origin = company
            .logo_url
            .as_ref()
            .and_then(|link| Url::parse(link.as_str()).ok())
            .map(|url| url.origin().ascii_serialization());
        let mut return_origins: Vec<_> = return_urls
            .iter()
            .map(|url| url.origin().ascii_serialization())
            .collect();
        return_origins.sort_unstable();
        return_origins.dedup();
        Self {
            assets: Assets::new(company.colour),
            company,
            open_origin: open_url.origin().ascii_serialization(),
            return_origins: return_origins.join(" "),
            logo_origin,
            base: Url::parse(public_url)
                .map(|url| url.path().trim_end_matches('/').to_owned())
                .unwrap_or_default(),
            is_secure: public_url.starts_with("https:"),
        }
    }

    /// `Content-Security-Policy`.
    pub(super) fn policy(&self, loads: Loads) -> String {
        let open = &self.open_origin;
        let logo = self.logo_origin.as_deref().unwrap_or_default();
        let (pictures, frames, ancestors) = match loads {
            Loads::Nothing => (logo, "", "'none'"),
            Loads::WeChat => (logo, open.as_str(), "'none'"),
            Loads::Pictures => ("https:", "", "'none'"),
            Loads::InsideTheFrame => (logo, "", "'self'"),
        };
        let frames = if frames.is_empty() {
            String::new()
        } else {
            format!(" frame-src 'self' {frames};")
        };
        // Browsers hold form-action against every redirect after a form, and signing in leads to WeChat and at last to where they wanted.
        let returns = &self.return_origins;
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {pictures}; connect-src 'self';{frames} \
             form-action 'self' {open} {returns}; base-uri 'none'; frame-ancestors {ancestors}"
        )
    }
}

/// A number of the authorities' and the page that they want it linked to.
pub(super) struct Registration<'a> {
    pub(super) number: &'a str,
    pub(super) url: String,
}

impl Look {
    /// <https://beian.miit.gov.cn/>: where everybody can look the number up.
    pub(super) fn icp(&self) -> Option<Registration<'_>> {
        let number = self.company.icp_number.as_deref()?;
        let url = "https://beian.miit.gov.cn/".to_owned();
        Some(Registration { number, url })
    }

    /// The same of the police; their site finds the digits.
    pub(super) fn police(&self) -> Option<Registration<'_>> {
        let number = self.company.police_number.as_deref()?;
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let url = format!("https://beian.mps.gov.cn/#/query/webSearch?code={digits}");
        Some(Registration { number, url })
    }

    /// What people agree to, first the terms and then the policy.
    pub(super) fn agreements(&self) -> (Option<&str>, Option<&str>) {
        (
            self.company.terms_url.as_ref().map(Link::as_str),
            self.company.privacy_url.as_ref().map(Link::as_str),
        )
    }
}
