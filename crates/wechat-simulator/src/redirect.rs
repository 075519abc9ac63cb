use url::Url;
use url::form_urlencoded::byte_serialize;

const LONGEST: usize = 4 * 1024;

/// Where a browser goes after consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redirect {
    uri: Url,
    state: String,
}

impl Redirect {
    /// `None` where the text is not the absolute address of a page, or is on another host than the app's domain.
    ///
    /// The port does not matter, though it does at WeChat: what is developed listens on one.
    pub(crate) fn parse(uri: &str, state: &str, domain: Option<&str>) -> Option<Self> {
        if uri.len() + state.len() > LONGEST {
            return None;
        }
        // The parser repairs more than WeChat does.
        if !uri.starts_with("http://") && !uri.starts_with("https://") {
            return None;
        }
        let uri = Url::parse(uri).ok()?;
        let host = uri.host_str()?;
        let is_there = domain.is_none_or(|domain| host.eq_ignore_ascii_case(domain));
        is_there.then(|| Self {
            uri,
            state: state.to_owned(),
        })
    }

    pub(crate) fn host(&self) -> &str {
        self.uri.host_str().unwrap_or_default()
    }

    pub(crate) fn scheme(&self) -> &str {
        self.uri.scheme()
    }

    pub(crate) fn with_code(&self, code: &str) -> String {
        self.with(&format!("code={code}&"))
    }

    /// Where WeChat sent those who refused, until 2021.
    pub(crate) fn without_code(&self) -> String {
        self.with("")
    }

    /// Before the fragment, and after what the query has already.
    fn with(&self, code: &str) -> String {
        let mut uri = self.uri.clone();
        let mut query = uri.query().unwrap_or_default().to_owned();
        if !query.is_empty() && !query.ends_with('&') {
            query.push('&');
        }
        let state: String = byte_serialize(self.state.as_bytes()).collect();
        uri.set_query(Some(&format!("{query}{code}state={state}")));
        uri.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(uri: &str) -> Option<Redirect> {
        Redirect::parse(uri, "s 1", Some("shop.example.com"))
    }

    #[test]
    fn code_and_state_come_after_the_query_and_before_the_fragment() {
        for (uri, expected) in [
            (
                "https://shop.example.com",
                "https://shop.example.com/?code=C&state=s+1",
            ),
            (
                "http://SHOP.example.com:8080/cb?",
                "http://shop.example.com:8080/cb?code=C&state=s+1",
            ),
            (
                "https://shop.example.com/cb?a=%2F&b",
                "https://shop.example.com/cb?a=%2F&b&code=C&state=s+1",
            ),
            (
                "https://shop.example.com/cb?a&#/r",
                "https://shop.example.com/cb?a&code=C&state=s+1#/r",
            ),
        ] {
            assert_eq!(page(uri).unwrap().with_code("C"), expected);
        }
        let refused = page("https://shop.example.com/cb").unwrap().without_code();
        assert_eq!(refused, "https://shop.example.com/cb?state=s+1");
    }

    #[test]
    fn only_pages_of_the_apps_own_host_are_gone_to() {
        for uri in [
            "",
            "/cb",
            "shop.example.com/cb",
            "//shop.example.com/cb",
            "javascript:alert(1)//shop.example.com",
            "data:text/html,shop.example.com",
            "ftp://shop.example.com/",
            "https:shop.example.com/cb",
            "https://www.shop.example.com/",
            "https://example.com/",
            "https://shop.example.com@evil.example/",
            "https://evil.example/?shop.example.com",
            &format!("https://shop.example.com/{}", "x".repeat(LONGEST)),
        ] {
            assert_eq!(page(uri), None, "{uri}");
        }
        assert!(Redirect::parse("http://127.0.0.1:1/", "", None).is_some());
    }
}
