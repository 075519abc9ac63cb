use url::{Host, Url};

use super::{Environment, Server, keys::Keys, parse};

/// `[web]`: which pages and front ends belong to us.
#[derive(Clone, Debug, Default)]
pub struct Web {
    /// Where a login may lead, beside the service's own host: these addresses and what lies below them.
    pub allowed_return_urls: Vec<Url>,
    /// The origins of front ends that may call with a person's cookie.
    pub allowed_origins: Vec<String>,
    /// The domain whose hosts all get the session's cookie; `None`: the service's own host alone.
    pub cookie_domain: Option<String>,
}

impl Web {
    pub(super) fn read(keys: &mut Keys, environment: &Environment, server: Option<&Server>) -> Option<Self> {
        let faults = keys.fault_count();
        let allowed_return_urls = keys.list("web.allowed_return_urls", |text| {
            parse::base_url(text).and_then(|url| https(url, environment))
        });
        let allowed_origins = keys.list("web.allowed_origins", |text| origin(text, environment));
        let public_url = server.and_then(|server| Url::parse(&server.public_url).ok());
        let cookie_domain = keys.get("web.cookie_domain", |text| {
            cookie_domain(text, public_url.as_ref())
        });
        (keys.fault_count() == faults).then_some(Self {
            allowed_return_urls: allowed_return_urls?,
            allowed_origins: allowed_origins?,
            cookie_domain,
        })
    }
}

/// Codes and people are sent there, so nobody may listen; on a developer's machine nobody does.
pub(super) fn https(url: Url, environment: &Environment) -> Result<Url, &'static str> {
    if url.scheme() == "https" || environment.is_development() {
        Ok(url)
    } else {
        Err("must be https outside development")
    }
}

/// Exactly as browsers write it in `Origin`: it is compared as a text.
fn origin(text: &str, environment: &Environment) -> Result<String, &'static str> {
    let url = parse::base_url(text)
        .map_err(|_says_too_much| "must be an origin such as https://shop.example.com")?;
    let url = https(url, environment)?;
    // A pattern is a name to a parser, and matches nothing that a browser sends.
    if url.origin().ascii_serialization() == text && !text.contains('*') {
        Ok(text.to_owned())
    } else {
        Err(
            "must be scheme://host[:port] in lower case, without a slash at the end and without the scheme's own port",
        )
    }
}

fn cookie_domain(text: &str, public_url: Option<&Url>) -> Result<String, &'static str> {
    let host = match public_url.map(Url::host) {
        // What is wrong with server.public_url is told already.
        None => return Ok(text.to_owned()),
        Some(Some(Host::Domain(host))) => host,
        Some(_) => return Err("needs a server.public_url with a name for its host"),
    };
    let covers = host == text || host.strip_suffix(text).is_some_and(|rest| rest.ends_with('.'));
    if !covers || !text.contains('.') || text.starts_with('.') {
        Err("must be the host of server.public_url or a domain that it belongs to, such as example.com")
    } else if psl::suffix_str(text) == Some(text) {
        Err(
            "is a domain below which everybody can register (https://publicsuffix.org): browsers keep no cookie for all of it",
        )
    } else {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Environment {
        Environment::parse(Some(name)).unwrap()
    }

    #[test]
    fn an_origin_is_what_browsers_send() {
        let production = environment("production");
        for good in ["https://shop.example.com", "https://shop.example.com:8443"] {
            assert_eq!(origin(good, &production).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "*",
            "null",
            "shop.example.com",
            "https://",
            "https://shop.example.com/",
            "https://shop.example.com:443",
            "https://Shop.example.com",
            "https://shop.example.com/app",
            "https://user@shop.example.com",
            "https://*.example.com",
            "https://例子.example.com",
            "http://shop.example.com",
            "ftp://shop.example.com",
        ] {
            assert!(origin(bad, &production).is_err(), "{bad}");
        }
        let local = "http://localhost:3000";
        assert_eq!(origin(local, &environment("development")).as_deref(), Ok(local));
    }

    #[test]
    fn a_cookie_goes_to_the_services_own_domain_and_no_other() {
        let public_url = Url::parse("https://login.shop.example.com").unwrap();
        for good in ["login.shop.example.com", "shop.example.com", "example.com"] {
            assert!(cookie_domain(good, Some(&public_url)).is_ok(), "{good}");
        }
        for bad in [
            "com",
            ".example.com",
            "hop.example.com",
            "www.shop.example.com",
            "evil.example",
            "Example.com",
            "https://example.com",
        ] {
            assert!(cookie_domain(bad, Some(&public_url)).is_err(), "{bad}");
        }
        for (public_url, suffix) in [
            ("https://login.shop.com.cn", "com.cn"),
            ("https://login.shop.github.io", "github.io"),
        ] {
            let public_url = Url::parse(public_url).unwrap();
            assert!(cookie_domain(suffix, Some(&public_url)).is_err(), "{suffix}");
            let registered = format!("shop.{suffix}");
            assert!(
                cookie_domain(&registered, Some(&public_url)).is_ok(),
                "{registered}"
            );
        }
        let numbered = Url::parse("http://127.0.0.1:8080").unwrap();
        assert!(cookie_domain("127.0.0.1", Some(&numbered)).is_err());
    }
}
