use std::{fmt, io, path::PathBuf, time::Duration};

use url::Url;

/// How WeChat is reached.
#[derive(Clone)]
pub struct Settings {
    /// Where the API is: `https://api.weixin.qq.com`, another of its access points, or the simulator. A path in it is kept.
    pub api_url: Url,
    /// How long name resolution, TCP and TLS may take together. Where they take longer, nothing was sent and the code is unspent.
    pub connect_timeout: Duration,
    /// An HTTP proxy, `http://user:password@host:port`. Without one none is used, whatever `HTTP_PROXY` says.
    pub proxy: Option<Url>,
    /// PEM certificates to trust besides the system's, for a proxy that looks into TLS.
    pub ca_file: Option<PathBuf>,
}

impl Settings {
    pub(crate) fn check_api_url(&self) -> Result<(), BuildError> {
        let url = &self.api_url;
        let has_no_credentials = url.username().is_empty() && url.password().is_none();
        let has_no_tail = url.query().is_none() && url.fragment().is_none();
        if is_http(url) && has_no_credentials && has_no_tail {
            Ok(())
        } else {
            Err(BuildError::ApiUrl)
        }
    }
}

pub(crate) fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

// A proxy's URL holds its password.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("api_url", &self.api_url.host_str())
            .field("connect_timeout", &self.connect_timeout)
            .field("proxy", &self.proxy.as_ref().map(|_| "…"))
            .field("ca_file", &self.ca_file)
            .finish()
    }
}

/// A setting cannot be used. No value is shown that may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Not a plain http or https address.
    #[error("wechat.api_url: must be an http or https URL without credentials, query and fragment")]
    ApiUrl,
    /// Not the address of an HTTP proxy.
    #[error("wechat.proxy: must be an http or https URL, with credentials that are percent-encoded")]
    Proxy,
    /// Not readable.
    #[error("wechat.ca_file: {path} cannot be read: {source}")]
    CaFileUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Readable, but not what it should be.
    #[error("wechat.ca_file: {path} holds no PEM certificate that can be used")]
    CaFileInvalid {
        /// The file.
        path: PathBuf,
    },
    /// TLS cannot be set up; in practice there is no certificate to trust.
    #[error(
        "TLS cannot be set up ({0}): install the system's CA certificates (Debian: ca-certificates) or set wechat.ca_file"
    )]
    Tls(#[source] reqwest::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(api_url: &str) -> Settings {
        Settings {
            api_url: Url::parse(api_url).unwrap(),
            connect_timeout: Duration::from_secs(1),
            proxy: Some(Url::parse("http://user:PASSWORD@127.0.0.1:1").unwrap()),
            ca_file: None,
        }
    }

    #[test]
    fn the_api_is_at_a_plain_address() {
        for good in [
            "https://api.weixin.qq.com",
            "http://127.0.0.1:8081/",
            "https://gateway/wechat",
        ] {
            assert!(settings(good).check_api_url().is_ok(), "{good}");
        }
        for bad in [
            "ftp://api.weixin.qq.com",
            "mailto:a@b",
            "https://user@host",
            "https://:password@host",
            "https://host/?a=b",
            "https://host/#a",
        ] {
            let refused = settings(bad).check_api_url();
            assert!(matches!(refused, Err(BuildError::ApiUrl)), "{bad}");
        }
    }

    #[test]
    fn debug_shows_no_password() {
        assert!(!format!("{:?}", settings("http://127.0.0.1")).contains("PASSWORD"));
    }
}
