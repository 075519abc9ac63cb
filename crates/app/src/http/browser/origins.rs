use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap},
};
use url::Url;

const FETCH_SITE: &str = "sec-fetch-site";

/// The pages that may act with a person's cookie: ours, and those of the front ends that the configuration names.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    own: String,
    allowed: Vec<String>,
}

impl Origins {
    pub(crate) fn new(public_url: &str, allowed: Vec<String>) -> Self {
        let own = Url::parse(public_url).map(|url| url.origin().ascii_serialization());
        Self {
            own: own.unwrap_or_default(),
            allowed,
        }
    }

    /// Whether there is any front end elsewhere.
    pub(crate) const fn has_others(&self) -> bool {
        !self.allowed.is_empty()
    }

    /// The origin of the page that asks, where it is one of the front ends elsewhere.
    pub(crate) fn other<'a>(&'a self, headers: &HeaderMap) -> Option<&'a str> {
        let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
        self.allowed
            .iter()
            .find(|allowed| *allowed == origin)
            .map(String::as_str)
    }

    /// Whether the request may be another site's doing: it is none only where the browser says so. Its own word on where it comes from
    /// (Fetch Metadata) is one that no page can forge; `Origin` is for browsers without it, and for front ends elsewhere.
    pub(crate) fn may_be_forged(&self, request: &HttpRequest) -> bool {
        let headers = request.headers();
        if headers.get(FETCH_SITE).is_some_and(|site| site == "same-origin") {
            return false;
        }
        let is_own = headers
            .get(header::ORIGIN)
            .is_some_and(|origin| origin == &*self.own);
        !is_own && self.other(headers).is_none()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn is_refused(headers: &[(&'static str, &'static str)]) -> bool {
        let origins = Origins::new(
            "https://login.example.com/auth",
            vec!["https://shop.example.com".to_owned()],
        );
        let request = headers.iter().fold(TestRequest::post(), |request, header| {
            request.insert_header(*header)
        });
        origins.may_be_forged(&request.to_http_request())
    }

    #[test]
    fn our_own_pages_and_those_that_are_named_may_act() {
        for headers in [
            &[("sec-fetch-site", "same-origin")][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("origin", "https://login.example.com")],
            &[("origin", "https://shop.example.com")],
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://shop.example.com"),
            ],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://shop.example.com"),
            ],
        ] {
            assert!(!is_refused(headers), "{headers:?}");
        }
    }

    #[test]
    fn nobody_else_may() {
        for headers in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://login.example.com.evil.example")],
            &[("origin", "https://login.example.com:8443")],
            &[("origin", "http://login.example.com")],
            &[("origin", "https://LOGIN.example.com")],
            &[("origin", "https://shop.example.com/")],
            &[("origin", "https://a.shop.example.com")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://evil.example.com"),
            ],
            &[("referer", "https://login.example.com/")],
        ] {
            assert!(is_refused(headers), "{headers:?}");
        }
    }
}
