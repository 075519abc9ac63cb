//! The one HTTP client.

use std::{fs, time::Duration};

use reqwest::{Certificate, Client, Proxy, redirect::Policy, retry};

use crate::settings::{BuildError, Settings, is_http};

/// Long enough to spare a burst of logins the handshake; short, as a firewall on the way forgets idle connections
/// without a word, and a code that is sent into one is lost.
const IDLE_CONNECTION_LIVES: Duration = Duration::from_secs(30);

/// The client. A call limits its own time, since that must include the body.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the crate that sets every limit, and here is where"
)]
pub(crate) fn client(settings: &Settings) -> Result<Client, BuildError> {
    let mut builder = Client::builder()
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(IDLE_CONNECTION_LIVES)
        // A redirect would carry the AppSecret to another host, and a `Referer` show it there.
        .redirect(Policy::none())
        .referer(false)
        .retry(retry::never())
        .no_proxy();
    if let Some(url) = &settings.proxy {
        if !is_http(url) {
            return Err(BuildError::Proxy);
        }
        // The error repeats the URL, and with it the password.
        let proxy = Proxy::all(url.as_str()).map_err(|_secret| BuildError::Proxy)?;
        builder = builder.proxy(proxy);
    }
    let certificates = certificates(settings)?;
    let speaks_tls = [Some(&settings.api_url), settings.proxy.as_ref()]
        .into_iter()
        .flatten()
        .any(|url| url.scheme() == "https");
    builder = if speaks_tls {
        builder.tls_certs_merge(certificates)
    } else {
        // With the simulator nothing is verified: a machine without CA certificates must do, and loading them takes time.
        builder.tls_certs_only(certificates)
    };
    builder.build().map_err(|error| match &settings.ca_file {
        // With a file there is something to trust, so only its content is left to be at fault.
        Some(path) => BuildError::CaFileInvalid { path: path.clone() },
        None => BuildError::Tls(error.without_url()),
    })
}

fn certificates(settings: &Settings) -> Result<Vec<Certificate>, BuildError> {
    let Some(path) = &settings.ca_file else {
        return Ok(Vec::new());
    };
    let pem = fs::read(path).map_err(|source| BuildError::CaFileUnreadable {
        path: path.clone(),
        source,
    })?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(BuildError::CaFileInvalid { path: path.clone() }),
    }
}
