//! What stands around every page.

use super::{
    look::Registration,
    visit::Visit,
    words::{self, Common},
};
use crate::config::Language;

/// Head, header and footer of a page.
pub(super) struct Layout<'a> {
    pub(super) lang: &'static str,
    pub(super) title: String,
    /// Of the company, or of what this is.
    pub(super) name: &'a str,
    pub(super) logo: Option<&'a str>,
    pub(super) switch: Option<&'a str>,
    pub(super) other_lang: &'static str,
    pub(super) other_name: &'static str,
    /// What stands before our paths.
    pub(super) base: String,
    pub(super) css: String,
    pub(super) script: String,
    pub(super) icon: String,
    pub(super) icp: Option<Registration<'a>>,
    pub(super) police: Option<Registration<'a>>,
    pub(super) terms: Option<&'a str>,
    pub(super) privacy: Option<&'a str>,
    pub(super) words: &'static Common,
}

impl<'a> Layout<'a> {
    pub(super) fn new(visit: &'a Visit, title: &str) -> Self {
        let look = &*visit.look;
        let words = &words::of(visit.language).common;
        let name = look.company.name.as_deref().unwrap_or(words.sign_in_with_wechat);
        let (other_lang, other_name) = match visit.language {
            Language::Chinese => (Language::English.tag(), "English"),
            Language::English => (Language::Chinese.tag(), "中文"),
        };
        let (terms, privacy) = look.agreements();
        Self {
            lang: visit.language.tag(),
            title: if title == name {
                title.to_owned()
            } else {
                format!("{title} · {name}")
            },
            name,
            logo: look.company.logo_url.as_ref().map(crate::config::Link::as_str),
            switch: visit.switch.as_deref(),
            other_lang,
            other_name,
            base: look.path(""),
            css: look.path(&look.assets.path("pages.css")),
            script: look.path(&look.assets.path("pages.js")),
            icon: look.path(&look.assets.path("icon.svg")),
            icp: look.icp(),
            police: look.police(),
            terms,
            privacy,
            words,
        }
    }
}
