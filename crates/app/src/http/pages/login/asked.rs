use actix_web::HttpRequest;
use url::form_urlencoded;
use wechat_login_domain::{Channel, Error};

use super::super::super::{AppState, Problem, query::Query};

/// What the address of the login page says.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The website app.
    pub(super) app: Option<String>,
    /// Where they want to go, as it was given.
    pub(super) return_to: Option<String>,
    /// The same, whole, or their account.
    next: String,
    /// Whether they have another phone to scan with.
    pub(super) wants_qr: bool,
}

impl Asked {
    /// # Errors
    /// [`Error::ReturnToNotAllowed`]: a page of ours has a link to it. [`Error::InvalidRequest`] where something is there twice.
    pub(super) fn of(request: &HttpRequest, state: &AppState) -> Result<Self, Problem> {
        let query = Query::of(request);
        let return_to = query.get("return_to")?.map(str::to_owned);
        let next = match &return_to {
            Some(text) => state.return_urls.resolve(text).map_err(Error::from)?.into(),
            None => format!("{}/account", state.public_url),
        };
        Ok(Self {
            app: query.get("app")?.map(str::to_owned),
            return_to,
            next,
            wants_qr: wants_qr(&query)?,
        })
    }

    pub(super) fn next(&self) -> &str {
        &self.next
    }

    /// The same, and a QR code whatever the device.
    pub(super) fn with_qr(&self) -> Self {
        Self {
            wants_qr: true,
            ..self.clone()
        }
    }

    /// This path with all of it.
    pub(super) fn path(&self, path: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("app", &self.app), ("return_to", &self.return_to)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        if self.wants_qr {
            query.append_pair("show", "qr");
        }
        let query = query.finish();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }
}

/// Whether somebody has another phone to scan with.
pub(in super::super) fn wants_qr(query: &Query) -> Result<bool, Error> {
    Ok(query.get("show")? == Some("qr"))
}

/// Whether pages inside WeChat have a way in.
pub(super) fn has_official_account(state: &AppState) -> bool {
    state.apps.choose(Channel::OfficialAccount, None).is_some()
}
