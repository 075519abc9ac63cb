//! Failures as clients see them: RFC 9457 `application/problem+json`. The one place that knows both our errors and HTTP.

mod message;
mod table;

use std::fmt;

use actix_web::http::ConnectionType;
use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wechat_login_domain::{Error, FieldFault, RevokedBecause};

use super::{
    context,
    pages::{self, Visit, Wish},
};
pub(crate) use table::Row;

/// More than a code says of why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// What ended the session.
    Revoked(RevokedBecause),
    /// WeChat made the person up.
    SnapshotUser,
}

impl Reason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked(because) => because.as_str(),
            Self::SnapshotUser => "snapshot_user",
        }
    }
}

/// A failure on its way to a client.
#[derive(Clone, Debug)]
pub struct Problem {
    row: &'static Row,
    /// What happened, where the row does not say it.
    detail: Option<&'static str>,
    faults: Vec<FieldFault>,
    reason: Option<Reason>,
    /// The value of `WWW-Authenticate`, where the answer has one.
    challenge: Option<String>,
    /// The methods of `Allow`, where the answer has it.
    allow: Option<&'static str>,
    /// What a person wanted of it, where that is known: a page leads there again.
    wish: Option<Box<Wish>>,
}

/// The body of every failure.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Address that names the kind of failure.
    pub r#type: String,
    /// The kind of failure, in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, for a developer.
    pub detail: String,
    /// The path that was asked for.
    pub instance: String,
    /// The stable word to program against.
    pub code: String,
    /// The request, as the log names it.
    pub request_id: String,
    /// What to do: `new_code` (call wx.login again), `later`, or `no`.
    pub retry: String,
    /// A sentence to show to the person, in their language.
    pub user_message: String,
    /// Why a session was ended: `logged_out`, `kicked`, `replaced`, `unlinked`, `user_disabled`, `account_closed`; or, where a login is
    /// blocked because it comes from a snapshot page inside WeChat, `snapshot_user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The fields at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// A field at fault.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// JSON Pointer (RFC 6901) to the field; empty for the whole body.
    pub pointer: String,
    /// What is wrong with it.
    pub message: String,
}

impl Problem {
    /// The problem of this code.
    ///
    /// # Panics
    /// Where the table has no such code.
    #[must_use]
    pub fn of(code: &str) -> Self {
        let row = table::row(code).unwrap_or_else(|| panic!("no problem has the code {code}"));
        Self {
            row,
            detail: None,
            faults: Vec::new(),
            reason: None,
            challenge: None,
            allow: None,
            wish: None,
        }
    }

    /// With this detail instead of the usual one.
    #[must_use]
    pub(crate) fn saying(self, detail: &'static str) -> Self {
        Self {
            detail: Some(detail),
            ..self
        }
    }

    /// Nothing is at this address.
    #[must_use]
    pub fn not_found() -> Self {
        Self::of("not_found")
    }

    /// The address is right, the method is not one of these.
    #[must_use]
    pub fn method_not_allowed(allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::of("method_not_allowed")
        }
    }

    /// Something that must not happen did.
    #[must_use]
    pub fn internal() -> Self {
        Self::of("internal")
    }

    /// The same, of somebody who wanted this.
    #[must_use]
    pub(crate) fn with_wish(self, wish: Option<Wish>) -> Self {
        Self {
            wish: wish.map(Box::new),
            ..self
        }
    }

    /// No token came with the request. RFC 6750 section 3.1: no error code, since nothing was tried.
    #[must_use]
    pub fn no_token() -> Self {
        Self {
            challenge: Some("Bearer realm=\"wechat-login\"".to_owned()),
            ..Self::of("unauthenticated")
        }
    }
}

impl Problem {
    /// As a page, for whoever sees it in a browser's window.
    fn page(&self, visit: &Visit, request_id: &str) -> HttpResponse {
        let reason = self.reason.map(Reason::as_str);
        let told = (self.row.code, reason);
        let mut response = pages::failure(visit, self.row.status, told, self.wish.as_deref(), request_id);
        self.add_headers(&mut response);
        response
    }

    /// What the status demands of the answer, whatever its body.
    fn add_headers(&self, response: &mut HttpResponse) {
        let headers = response.headers_mut();
        if let Some(seconds) = self.row.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(value) = self
            .challenge
            .as_deref()
            .and_then(|text| HeaderValue::from_str(text).ok())
        {
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        if self.row.closes_connection {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let row = table::row(error.code()).expect("a test looks every code up");
        if row.status.is_server_error() {
            tracing::error!(
                code = row.code,
                error = &error as &dyn std::error::Error,
                "{}",
                row.title
            );
        }
        let reason = match &error {
            Error::SessionRevoked(because) => Some(Reason::Revoked(*because)),
            Error::SnapshotUser => Some(Reason::SnapshotUser),
            _ => None,
        };
        let challenge = match row.code {
            "client_unauthorized" => Some("Basic realm=\"wechat-login\", charset=\"UTF-8\"".to_owned()),
            code if row.status == StatusCode::UNAUTHORIZED => {
                let because = reason.map_or_else(String::new, |reason| format!(":{}", reason.as_str()));
                Some(format!(
                    "Bearer error=\"invalid_token\", error_description=\"{code}{because}\""
                ))
            }
            _ => None,
        };
        let faults = match error {
            Error::InvalidRequest(faults) => faults,
            _ => Vec::new(),
        };
        Self {
            row,
            detail: None,
            faults,
            reason,
            challenge,
            allow: None,
            wish: None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.row.status
    }

    fn error_response(&self) -> HttpResponse {
        let context = context::current();
        let body = ProblemBody {
            r#type: format!("{}/problems/{}", context.public_url, self.row.code),
            title: self.row.title.to_owned(),
            status: self.row.status.as_u16(),
            detail: self.detail.unwrap_or(self.row.detail).to_owned(),
            instance: context.path.clone(),
            code: self.row.code.to_owned(),
            request_id: context.request_id.clone(),
            retry: self.row.retry.to_owned(),
            user_message: message::for_person(self.row.code, self.reason, context.language).to_owned(),
            reason: self.reason.map(|reason| reason.as_str().to_owned()),
            errors: self
                .faults
                .iter()
                .map(|fault| FieldProblem {
                    pointer: fault.pointer.clone(),
                    message: fault.message.clone(),
                })
                .collect(),
        };
        if let Some(visit) = &context.visit {
            return self.page(visit, &context.request_id);
        }
        let mut response = HttpResponse::build(self.row.status);
        response
            .content_type("application/problem+json")
            .insert_header((header::CONTENT_LANGUAGE, context.language.tag()))
            .insert_header((header::VARY, "Accept-Language"));
        let mut response = response.json(body);
        self.add_headers(&mut response);
        response
    }
}
