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

    /// Whether the request may be another site's doing: it is none only where the browser says so.
    pub(crate) fn may_be_forged(&self, request: &HttpRequest) -> bool {
        self.sender(request.headers()) != Sender::Ours
    }

    /// Whether a browser says that the request is another site's doing. For what a cookie alone does not do: where no browser is at work,
    /// nobody else's cookies are.
    pub(crate) fn is_foreign(&self, request: &HttpRequest) -> bool {
        self.sender(request.headers()) == Sender::Elsewhere
    }

    /// What the browser says itself of where a request comes from (Fetch Metadata) decides: nobody else can write it, and it holds wherever
    /// the page was reached, be it a name that the configuration does not know. `Origin` is asked where a browser says nothing. A front end
    /// elsewhere is known by its `Origin` alone, since to the browser it is foreign.
    fn sender(&self, headers: &HeaderMap) -> Sender {
        if self.other(headers).is_some() {
            return Sender::Ours;
        }
        let is_ours = match (headers.get(FETCH_SITE), headers.get(header::ORIGIN)) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => origin == &*self.own,
            (None, None) => return Sender::Unsaid,
        };
        if is_ours { Sender::Ours } else { Sender::Elsewhere }
    }
}

/// Whose page a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    /// Ours, or a named front end's.
    Ours,
    Elsewhere,
    /// Nobody says: no browser sends such a request but by GET.
    Unsaid,
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn sender(headers: &[(&'static str, &'static str)]) -> Sender {
        let origins = Origins::new(
            "https://login.example.com/auth",
            vec!["https://shop.example.com".to_owned()],
        );
        let request = headers.iter().fold(TestRequest::post(), |request, header| {
            request.insert_header(*header)
        });
        origins.sender(request.to_http_request().headers())
    }

    #[test]
    fn our_own_pages_and_those_that_are_named_may_act() {
        for headers in [
            &[("sec-fetch-site", "same-origin")][..],
            // With "no-referrer" our own forms name nobody.
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            // At another name of this machine.
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "http://localhost:8080"),
            ],
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "https://login.example.com"),
            ],
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
            assert_eq!(sender(headers), Sender::Ours, "{headers:?}");
        }
    }

    #[test]
    fn nobody_else_may() {
        for headers in [
            &[("origin", "null")][..],
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
            // What the browser says stands above what anybody may write.
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://login.example.com"),
            ],
            &[
                ("sec-fetch-site", "none"),
                ("origin", "https://login.example.com"),
            ],
            &[("sec-fetch-site", "cross-site"), ("origin", "null")],
        ] {
            assert_eq!(sender(headers), Sender::Elsewhere, "{headers:?}");
        }
    }

    #[test]
    fn of_whom_nobody_speaks_nothing_is_known() {
        for headers in [&[][..], &[("referer", "https://login.example.com/")]] {
            assert_eq!(sender(headers), Sender::Unsaid, "{headers:?}");
        }
    }
}
