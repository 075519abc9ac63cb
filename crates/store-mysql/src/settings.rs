use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::database_url::{self, InvalidUrl};

/// Which database, and how long to wait for it.
///
/// The URL is `mysql://user:password@host:3306/database`, the user and the password percent-encoded where they need it, and may end in
/// - `?ssl-mode=disabled` (the default): no TLS.
/// - `?ssl-mode=required`: TLS with whoever answers. It keeps listeners out and nobody else.
/// - `?ssl-mode=verify_identity`: TLS with the host of the URL, as a known authority confirms. The one to use.
/// - `&ssl-ca=/path/of/ca.pem`: the authority to know, instead of those that browsers know.
/// - `&ssl-name=db.internal`: the name in the certificate, where it is not the host of the URL. It takes the place of MySQL's `verify_ca`,
///   which takes any name.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where. A secret, as it has the password.
    pub url: SecretString,
    /// How many connections to have at most.
    pub pool_size: usize,
    /// How long a call may wait for one of them, or for a new one.
    pub wait_timeout: Duration,
    /// How long a statement may take. A lock is waited for at most a second, so with less than that a busy row fails a login that would
    /// have been tried again.
    pub statement_timeout: Duration,
    /// How long a call may take with all its statements, tried again where somebody was in the way.
    pub call_timeout: Duration,
}

impl Settings {
    /// The defaults: 16 connections, two seconds, a second and a half, two and a half in all.
    #[must_use]
    pub const fn new(url: SecretString) -> Self {
        Self {
            url,
            pool_size: 16,
            wait_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_millis(1500),
            call_timeout: Duration::from_millis(2500),
        }
    }

    /// Whether the URL can be understood. Nothing is connected.
    ///
    /// # Errors
    /// [`InvalidUrl`] says why not, without showing it.
    pub fn check(&self) -> Result<(), InvalidUrl> {
        database_url::parse(self.url.expose_secret()).map(drop)
    }
}
