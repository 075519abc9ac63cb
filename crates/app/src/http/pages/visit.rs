//! Somebody with a browser looks at a page.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    cookie::{Cookie, SameSite, time::Duration},
    http::{
        StatusCode,
        header::{self, HeaderMap},
    },
};
use askama::Template;
use url::form_urlencoded;

use super::{
    super::{AppState, context, preference::preferences},
    layout::Layout,
    look::{Loads, Look},
};
use crate::config::Language;

const COOKIE: &str = "wechat_login_language";
const YEAR: Duration = Duration::days(365);

/// A request for a page, as far as every page cares.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(super) look: Arc<Look>,
    pub(crate) language: Language,
    /// Whether the language was chosen just now, and has to be remembered.
    is_chosen: bool,
    /// The same page in the other language; none where its address may hold a secret.
    pub(super) switch: Option<String>,
}

impl Visit {
    /// Of this request, whatever it accepts.
    pub(super) fn of(request: &HttpRequest, state: &AppState) -> Self {
        let context = context::current();
        let visit = context.visit.clone();
        visit.unwrap_or_else(|| Self::new(request, &state.look, context.language))
    }

    /// The language is the one chosen in the address, else the one chosen before, else what the browser likes best.
    pub(super) fn new(request: &HttpRequest, look: &Arc<Look>, accepted: Language) -> Self {
        let chosen = query(request)
            .find(|(name, _)| name == "lang")
            .and_then(|(_, tag)| Language::from_tag(&tag));
        let remembered = || {
            request
                .cookie(COOKIE)
                .and_then(|cookie| Language::from_tag(cookie.value()))
        };
        let language = chosen.or_else(remembered).unwrap_or(accepted);
        Self {
            look: Arc::clone(look),
            language,
            is_chosen: chosen.is_some(),
            switch: switch(request, language),
        }
    }

    pub(super) fn cookie(&self, name: &'static str, value: String) -> Cookie<'static> {
        Cookie::build(name, value)
            .path("/")
            .max_age(YEAR)
            .same_site(SameSite::Lax)
            .secure(self.look.is_secure)
            .http_only(true)
            .finish()
    }

    /// A path of ours, as people reach it.
    pub(super) fn path(&self, path: &str) -> String {
        self.look.path(path)
    }

    pub(super) fn layout(&self, title: &str) -> Layout<'_> {
        Layout::new(self, title)
    }

    /// The page.
    pub(super) fn page(&self, template: &impl Template, loads: Loads) -> HttpResponse {
        self.page_with(StatusCode::OK, template, loads)
    }

    pub(super) fn page_with(
        &self,
        status: StatusCode,
        template: &impl Template,
        loads: Loads,
    ) -> HttpResponse {
        let body = template.render().expect("a template that writes to memory only");
        let mut response = HttpResponseBuilder::new(status);
        self.dress(&mut response);
        response
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_SECURITY_POLICY, self.look.policy(loads)))
            .insert_header((header::CONTENT_LANGUAGE, self.language.tag()))
            .insert_header((header::VARY, "Accept-Language, Cookie"))
            // With "no-referrer" a form's Origin would be "null", and nobody could tell it from another site's.
            .insert_header((header::REFERRER_POLICY, "same-origin"));
        response.body(body)
    }

    /// To another page, by GET.
    pub(super) fn go(&self, to: &str) -> HttpResponse {
        let mut response = HttpResponse::SeeOther();
        self.dress(&mut response);
        response.insert_header((header::LOCATION, to)).finish()
    }

    fn dress(&self, response: &mut HttpResponseBuilder) {
        if self.is_chosen {
            response.cookie(self.cookie(COOKIE, self.language.tag().to_owned()));
        }
    }
}

/// Whether the answer is for a browser's window: only navigations accept HTML by name.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"))
}

/// Whether the answer is for a program: it names JSON, and would not rather have a page.
pub(super) fn prefers_json(headers: &HeaderMap) -> bool {
    let weight = |of: &[&str]| {
        preferences(headers, header::ACCEPT)
            .filter(|preference| of.iter().any(|range| preference.what.eq_ignore_ascii_case(range)))
            .map(|preference| preference.weight)
            .reduce(f32::max)
    };
    // The closest range counts (RFC 9110 section 12.5.1).
    let page = ["text/html", "text/*", "*/*"]
        .iter()
        .find_map(|range| weight(&[range]));
    weight(&["application/json", "application/problem+json"])
        .is_some_and(|json| json > 0.0 && json >= page.unwrap_or_default())
}

/// Whether it is for a frame's.
pub(super) fn is_framed(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-dest")
        .is_some_and(|value| value == "iframe" || value == "frame")
}

pub(super) fn query(request: &HttpRequest) -> impl Iterator<Item = (String, String)> + '_ {
    form_urlencoded::parse(request.query_string().as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
}

/// A parameter of the address, unless it is empty.
pub(super) fn parameter(request: &HttpRequest, name: &str) -> Option<String> {
    query(request)
        .find(|(key, value)| key == name && !value.is_empty())
        .map(|(_, value)| value)
}

fn switch(request: &HttpRequest, language: Language) -> Option<String> {
    let is_ours = request.method() == "GET" && !request.path().starts_with("/v1/");
    let other = match language {
        Language::Chinese => Language::English,
        Language::English => Language::Chinese,
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query(request).filter(|(name, _)| name != "lang"))
        .append_pair("lang", other.tag())
        .finish();
    is_ours.then(|| format!("?{query}"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn json_is_for_whoever_names_it_and_would_not_rather_have_a_page() {
        for (accept, expected) in [
            ("", false),
            ("*/*", false),
            ("application/*", false),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                false,
            ),
            ("text/html,application/json;q=0.9", false),
            ("application/json;q=0.5,*/*", false),
            ("application/json;q=0", false),
            ("application/json", true),
            ("Application/Problem+JSON", true),
            ("application/json,text/plain,*/*", true),
            ("text/html;q=0.9,application/json", true),
            ("text/html,application/json", true),
            ("text/html;q=0,*/*,application/json;q=0.1", true),
        ] {
            let request = TestRequest::default().insert_header((header::ACCEPT, accept));
            let found = prefers_json(request.to_http_request().headers());
            assert_eq!(found, expected, "{accept}");
        }
    }
}
