//! Style sheet, script and icon. Their addresses change with their content, so that browsers keep them for good.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::Path,
};

use super::super::{AppState, Problem};
use crate::config::Colour;

/// WeChat's green as its buttons have it, darkened until white can be read on it.
const USUAL: Colour = Colour::new(0x06, 0x83, 0x42);
/// The cards in the dark, as the style sheet has them.
const DARK: Colour = Colour::new(0x1e, 0x20, 0x23);

/// The files, and under which addresses they are.
#[derive(Debug)]
pub(super) struct Assets {
    version: String,
    css: String,
    icon: String,
}

const STYLE: &str = concat!(
    include_str!("assets/base.css"),
    include_str!("assets/parts.css"),
    include_str!("assets/login.css"),
    include_str!("assets/account.css"),
    include_str!("assets/adapt.css"),
);
const SCRIPT: &str = include_str!("assets/pages.js");
const TOP_SCRIPT: &str = include_str!("assets/top.js");

impl Assets {
    /// In the company's colour, where it has one.
    pub(super) fn new(colour: Option<Colour>) -> Self {
        let brand = colour.unwrap_or(USUAL);
        let css = format!(
            ":root{{--brand:{};--on-brand:{};--brand-on-light:{};--brand-on-dark:{}}}\n{}",
            brand.css(),
            brand.text_on().css(),
            brand.readable_on(Colour::WHITE).css(),
            brand.readable_on(DARK).css(),
            STYLE,
        );
        let icon = include_str!("assets/icon.svg")
            .replace("BRAND", &brand.css())
            .replace("INK", &brand.text_on().css());
        let version = fingerprint([css.as_str(), &icon, SCRIPT, TOP_SCRIPT]);
        Self { version, css, icon }
    }

    /// The path of the file of that name.
    pub(super) fn path(&self, name: &str) -> String {
        format!("/assets/{}/{name}", self.version)
    }

    fn file(&self, name: &str) -> Option<(&'static str, &str)> {
        Some(match name {
            "pages.css" => ("text/css; charset=utf-8", &*self.css),
            "pages.js" => ("text/javascript; charset=utf-8", SCRIPT),
            "top.js" => ("text/javascript; charset=utf-8", TOP_SCRIPT),
            "icon.svg" => ("image/svg+xml", &*self.icon),
            _ => return None,
        })
    }
}

/// FNV-1a: it tells versions apart, and nothing depends on it.
pub(super) fn fingerprint<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let bytes = texts.into_iter().flat_map(str::bytes);
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A file.
pub(crate) async fn show(
    request: HttpRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let assets = &state.look.assets;
    let (version, name) = path.into_inner();
    let (content_type, body) = assets.file(&name).ok_or_else(Problem::not_found)?;
    // While instances are replaced, a page of one may ask another: what it gets is good for now.
    let keep = if version == assets.version {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static(keep)))
        .body(body.to_owned()))
}
