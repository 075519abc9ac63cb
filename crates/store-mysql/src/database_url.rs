use std::path::PathBuf;

use mysql_async::{Opts, OptsBuilder, SslOpts};
use url::Url;

/// The URL of a database cannot be understood. It never shows the URL, which has a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// It is no URL of this kind.
    #[error("must be mysql://user:password@host:3306/database, with special characters percent-encoded")]
    Form,
    /// It has an `@` where the server is over: what is before it was to be the password.
    #[error(
        "has an @ behind a /, ? or #: is that a password? Percent-encode / ? # @ : and % in it (/ is %2F, @ is %40)"
    )]
    Unencoded,
    /// It names no database.
    #[error("names no database: it must end in /DATABASE")]
    NoDatabase,
    /// It has a parameter that means nothing here.
    #[error("knows the parameters ssl-mode, ssl-ca and ssl-name only")]
    Parameter,
    /// The mode is none of the three.
    #[error("ssl-mode must be disabled, required or verify_identity")]
    SslMode,
    /// It says how to verify, and not to.
    #[error("ssl-ca and ssl-name need ssl-mode=verify_identity")]
    UnusedDetail,
}

const KEEP_ALIVE_MS: u32 = 60_000;

/// Reads a URL of the form that [`crate::Settings`] tells.
pub(crate) fn parse(url: &str) -> Result<OptsBuilder, InvalidUrl> {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end_of_server = after_scheme.find(['/', '?', '#']);
    let (server, rest) = after_scheme.split_at(end_of_server.unwrap_or(after_scheme.len()));
    if rest
        .split(['?', '#'])
        .next()
        .is_some_and(|path| path.contains('@'))
    {
        return Err(InvalidUrl::Unencoded);
    }
    read(url).map_err(|error| {
        // The file of a certificate may have an @ in its name, so that one behind ? is a password only where nothing else makes sense.
        let is_password = rest.contains('@') && !server.contains('@');
        if is_password { InvalidUrl::Unencoded } else { error }
    })
}

fn read(url: &str) -> Result<OptsBuilder, InvalidUrl> {
    let mut url = Url::parse(url).map_err(|_may_show_the_password| InvalidUrl::Form)?;
    let ssl = ssl(&url)?;
    url.set_query(None);
    let options = Opts::from_url(url.as_str()).map_err(|_may_show_the_password| InvalidUrl::Form)?;
    if options.db_name().is_none() {
        return Err(InvalidUrl::NoDatabase);
    }
    Ok(OptsBuilder::from_opts(options)
        .ssl_opts(ssl)
        // A socket that the server names may belong to another container.
        .prefer_socket(false)
        .tcp_keepalive(Some(KEEP_ALIVE_MS))
        // diesel-async keeps the statements.
        .stmt_cache_size(0))
}

fn ssl(url: &Url) -> Result<Option<SslOpts>, InvalidUrl> {
    let (mut mode, mut ca, mut name) = (None, None, None);
    for (key, value) in url.query_pairs() {
        let place = match &*key {
            "ssl-mode" => &mut mode,
            "ssl-ca" => &mut ca,
            "ssl-name" => &mut name,
            _ => return Err(InvalidUrl::Parameter),
        };
        *place = Some(value.into_owned());
    }
    let is_detailed = ca.is_some() || name.is_some();
    match mode.as_deref() {
        Some("verify_identity") => Ok(Some(verified(ca, name))),
        None | Some("disabled" | "required") if is_detailed => Err(InvalidUrl::UnusedDetail),
        None | Some("disabled") => Ok(None),
        Some("required") => {
            let anybody = SslOpts::default().with_danger_accept_invalid_certs(true);
            Ok(Some(anybody.with_danger_skip_domain_validation(true)))
        }
        Some(_) => Err(InvalidUrl::SslMode),
    }
}

fn verified(ca: Option<String>, name: Option<String>) -> SslOpts {
    let ssl = SslOpts::default().with_danger_tls_hostname_override(name);
    match ca {
        Some(path) => ssl
            .with_root_certs(vec![PathBuf::from(path).into()])
            .with_disable_built_in_roots(true),
        None => ssl,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> InvalidUrl {
        parse(url).err().unwrap()
    }

    #[test]
    fn user_and_password_may_be_percent_encoded() {
        let options = Opts::from(parse("mysql://shop%40cn:p%40ss%2Fword@db.local:3307/login").unwrap());
        assert_eq!(options.user(), Some("shop@cn"));
        assert_eq!(options.pass(), Some("p@ss/word"));
        assert_eq!(
            (options.ip_or_hostname(), options.tcp_port(), options.db_name()),
            ("db.local", 3307, Some("login"))
        );
        assert_eq!(options.ssl_opts(), None);
    }

    #[test]
    fn the_mode_says_whom_to_trust() {
        let ssl = |query: &str| {
            let options = Opts::from(parse(&format!("mysql://u@h/d?{query}")).unwrap());
            options.ssl_opts().map(|ssl| {
                let skips = (ssl.accept_invalid_certs(), ssl.skip_domain_validation());
                let name = ssl.tls_hostname_override().map(str::to_owned);
                (skips, ssl.disable_built_in_roots(), ssl.root_certs().len(), name)
            })
        };
        assert_eq!(ssl("ssl-mode=disabled"), None);
        assert_eq!(ssl("ssl-mode=required"), Some(((true, true), false, 0, None)));
        assert_eq!(
            ssl("ssl-mode=verify_identity"),
            Some(((false, false), false, 0, None))
        );
        assert_eq!(
            ssl("ssl-mode=verify_identity&ssl-ca=/ca.pem&ssl-name=db"),
            Some(((false, false), true, 1, Some("db".into())))
        );
    }

    #[test]
    fn a_password_that_is_not_encoded_is_told_as_the_cause() {
        for url in [
            "mysql://u:SEC/RET@h/d",
            "mysql://u:12/SECRET@h:3306/d",
            "mysql://u:SEC@RET/@h/d",
            "mysql://u:SEC?RET@h/d",
            "mysql://u:12?SECRET@h/d",
            "mysql://u:#SECRET@h/d",
        ] {
            assert_eq!(refused(url), InvalidUrl::Unencoded, "{url}");
        }
        let text = InvalidUrl::Unencoded.to_string();
        assert!(text.contains("Percent-encode / ? # @ : and %"), "{text}");
        for good in [
            "mysql://u:p@s:s@h/d",
            "mysql://u:p@h/d?ssl-mode=verify_identity&ssl-ca=/a@b.pem",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        assert_eq!(refused("mysql://u:p@h/d?mail=a@b"), InvalidUrl::Parameter);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for no_url in ["", "login", "mysql://", "postgres://u@h/d", "mysql:u@h/d"] {
            assert_eq!(refused(no_url), InvalidUrl::Form, "{no_url}");
        }
        for no_database in ["mysql://u@h", "mysql://u@h/"] {
            assert_eq!(refused(no_database), InvalidUrl::NoDatabase, "{no_database}");
        }
        assert_eq!(refused("mysql://u@h/d?pool_max=3"), InvalidUrl::Parameter);
        for mode in ["prefer", "verify_ca", ""] {
            assert_eq!(
                refused(&format!("mysql://u@h/d?ssl-mode={mode}")),
                InvalidUrl::SslMode
            );
        }
        for unused in ["ssl-ca=/ca.pem", "ssl-mode=required&ssl-name=db"] {
            assert_eq!(
                refused(&format!("mysql://u@h/d?{unused}")),
                InvalidUrl::UnusedDetail
            );
        }
    }
}
