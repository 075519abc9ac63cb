//! The table of problems. Codes are never renamed or used again: clients store them.

use actix_web::http::StatusCode;

/// One kind of failure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) code: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    pub(crate) detail: &'static str,
    /// What the client should do: `new_code`, `later` or `no`.
    pub(crate) retry: &'static str,
    /// Seconds.
    pub(crate) retry_after: Option<u16>,
    /// The rest of the request was not read, so the connection cannot be used again.
    pub(crate) closes_connection: bool,
}

const fn new(
    code: &'static str,
    status: StatusCode,
    retry: &'static str,
    title: &'static str,
    detail: &'static str,
) -> Row {
    Row {
        code,
        status,
        title,
        detail,
        retry,
        retry_after: None,
        closes_connection: false,
    }
}

const fn later(row: Row, seconds: u16) -> Row {
    Row {
        retry_after: Some(seconds),
        ..row
    }
}

const fn closing(row: Row) -> Row {
    Row {
        closes_connection: true,
        ..row
    }
}

/// Every row.
pub(crate) static ROWS: &[Row] = &[
    new(
        "invalid_request",
        StatusCode::BAD_REQUEST,
        "no",
        "The request is not valid",
        "See `errors` for the fields at fault.",
    ),
    new(
        "app_unknown",
        StatusCode::BAD_REQUEST,
        "no",
        "The app is not known",
        "No app of this name or AppID serves this channel; see [wechat.apps] of the configuration.",
    ),
    new(
        "login_code_rejected",
        StatusCode::BAD_REQUEST,
        "new_code",
        "The login code was not accepted",
        "The code is expired, was used before, or belongs to another app. Get a new one and try again, once.",
    ),
    new(
        "state_mismatch",
        StatusCode::BAD_REQUEST,
        "new_code",
        "The login was not begun in this browser",
        "There is no login of this state that this browser began within the last ten minutes and has not finished. Begin again.",
    ),
    new(
        "login_cancelled",
        StatusCode::BAD_REQUEST,
        "new_code",
        "The person did not agree",
        "WeChat sent the browser back without a code.",
    ),
    new(
        "login_not_here",
        StatusCode::BAD_REQUEST,
        "no",
        "There is no login for this device",
        "A phone's browser cannot scan its own screen, and no app is configured that could serve it.",
    ),
    new(
        "return_to_not_allowed",
        StatusCode::BAD_REQUEST,
        "no",
        "The address to return to is not allowed",
        "`return_to` must be a path of this service's host, or lie below one of web.allowed_return_urls, spelt as `location.href` spells it.",
    ),
    new(
        "unauthenticated",
        StatusCode::UNAUTHORIZED,
        "no",
        "Not signed in",
        "There is no token, or it opens no session.",
    ),
    new(
        "session_expired",
        StatusCode::UNAUTHORIZED,
        "no",
        "The session has expired",
        "It was not used for too long, or reached its end. Sign in again.",
    ),
    new(
        "session_revoked",
        StatusCode::UNAUTHORIZED,
        "no",
        "The session was ended",
        "`reason` says why. Sign in again.",
    ),
    new(
        "client_unauthorized",
        StatusCode::UNAUTHORIZED,
        "no",
        "The client is not known",
        "This address is for backends: send the name and secret of one of [clients] with HTTP Basic.",
    ),
    new(
        "login_blocked",
        StatusCode::FORBIDDEN,
        "no",
        "WeChat blocked the login",
        "WeChat holds this person for a risk (errcode 40226).",
    ),
    new(
        "user_disabled",
        StatusCode::FORBIDDEN,
        "no",
        "The user is disabled",
        "An operator disabled this user.",
    ),
    new(
        "account_closing",
        StatusCode::FORBIDDEN,
        "no",
        "The account is being closed",
        "The user asked to close the account.",
    ),
    new(
        "cross_origin",
        StatusCode::FORBIDDEN,
        "no",
        "The request comes from another site",
        "With a cookie, only pages of this service and of web.allowed_origins may do that. Others send `Authorization: Bearer`.",
    ),
    new(
        "not_found",
        StatusCode::NOT_FOUND,
        "no",
        "Nothing is here",
        "The service has no such address, or whoever asks has nothing of this id there.",
    ),
    new(
        "user_not_found",
        StatusCode::NOT_FOUND,
        "no",
        "There is no such user",
        "Nobody has this id, or nobody signed in before and `create_user` is false.",
    ),
    new(
        "method_not_allowed",
        StatusCode::METHOD_NOT_ALLOWED,
        "no",
        "The method is not allowed here",
        "See the Allow header.",
    ),
    closing(new(
        "request_timeout",
        StatusCode::REQUEST_TIMEOUT,
        "later",
        "The request took too long to arrive",
        "The body must arrive within four seconds.",
    )),
    new(
        "login_method_taken",
        StatusCode::CONFLICT,
        "no",
        "The login method is another user's",
        "Nothing was changed.",
    ),
    new(
        "last_login_method",
        StatusCode::CONFLICT,
        "no",
        "It is the only way in",
        "Nothing was changed. Link another one first.",
    ),
    closing(new(
        "payload_too_large",
        StatusCode::PAYLOAD_TOO_LARGE,
        "no",
        "The body is too large",
        "A body may have 64 KiB.",
    )),
    new(
        "unsupported_media_type",
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "no",
        "The body is of another type",
        "Send JSON with `Content-Type: application/json`; to /oauth2/introspect a form, with `application/x-www-form-urlencoded`.",
    ),
    new(
        "session_key_stale",
        StatusCode::UNPROCESSABLE_ENTITY,
        "new_code",
        "The encrypted data cannot be used",
        "It does not decrypt or verify with the session_key. Call wx.login, then get the data again, then send both.",
    ),
    new(
        "idempotency_key_reused",
        StatusCode::UNPROCESSABLE_ENTITY,
        "no",
        "The Idempotency-Key was used before",
        "It came with another body. Use a new key for a new request.",
    ),
    later(
        new(
            "wechat_rate_limited",
            StatusCode::TOO_MANY_REQUESTS,
            "later",
            "WeChat asks to slow down",
            "WeChat's limit for this app is reached.",
        ),
        60,
    ),
    new(
        "internal",
        StatusCode::INTERNAL_SERVER_ERROR,
        "later",
        "Something went wrong",
        "The log has the cause, under this request_id.",
    ),
    new(
        "wechat_misconfigured",
        StatusCode::BAD_GATEWAY,
        "no",
        "WeChat refuses the app",
        "The operator must act; the log has cause and cure.",
    ),
    later(
        new(
            "wechat_unavailable",
            StatusCode::SERVICE_UNAVAILABLE,
            "later",
            "WeChat did not answer",
            "WeChat did not answer in time, or with nothing that means anything.",
        ),
        1,
    ),
    later(
        new(
            "dependency_unavailable",
            StatusCode::SERVICE_UNAVAILABLE,
            "later",
            "A dependency did not answer",
            "A database did not answer in time, so the truth is not known.",
        ),
        1,
    ),
];

/// The row of this code.
pub(crate) fn row(code: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clients store codes and act on them. A line may be added here; a change to one breaks somebody.
    #[test]
    fn the_table_is_frozen() {
        let table: Vec<_> = ROWS
            .iter()
            .map(|row| (row.code, row.status.as_u16(), row.retry))
            .collect();
        let frozen = [
            ("invalid_request", 400, "no"),
            ("app_unknown", 400, "no"),
            ("login_code_rejected", 400, "new_code"),
            ("state_mismatch", 400, "new_code"),
            ("login_cancelled", 400, "new_code"),
            ("login_not_here", 400, "no"),
            ("return_to_not_allowed", 400, "no"),
            ("unauthenticated", 401, "no"),
            ("session_expired", 401, "no"),
            ("session_revoked", 401, "no"),
            ("client_unauthorized", 401, "no"),
            ("login_blocked", 403, "no"),
            ("user_disabled", 403, "no"),
            ("account_closing", 403, "no"),
            ("cross_origin", 403, "no"),
            ("not_found", 404, "no"),
            ("user_not_found", 404, "no"),
            ("method_not_allowed", 405, "no"),
            ("request_timeout", 408, "later"),
            ("login_method_taken", 409, "no"),
            ("last_login_method", 409, "no"),
            ("payload_too_large", 413, "no"),
            ("unsupported_media_type", 415, "no"),
            ("session_key_stale", 422, "new_code"),
            ("idempotency_key_reused", 422, "no"),
            ("wechat_rate_limited", 429, "later"),
            ("internal", 500, "later"),
            ("wechat_misconfigured", 502, "no"),
            ("wechat_unavailable", 503, "later"),
            ("dependency_unavailable", 503, "later"),
        ];
        assert_eq!(table, frozen);
    }

    #[test]
    fn every_failure_of_a_use_case_is_in_the_table() {
        use wechat_login_domain::{Dependency, Error, PortError, RevokedBecause};
        for error in [
            Error::InvalidRequest(Vec::new()),
            Error::AppUnknown,
            Error::LoginCodeRejected,
            Error::StateMismatch,
            Error::ReturnToNotAllowed,
            Error::SnapshotUser,
            Error::Unauthenticated,
            Error::SessionExpired,
            Error::SessionRevoked(RevokedBecause::Kicked),
            Error::ClientUnauthorized,
            Error::LoginBlocked,
            Error::UserDisabled,
            Error::AccountClosing,
            Error::UserNotFound,
            Error::NotFound,
            Error::LoginMethodTaken,
            Error::LastLoginMethod,
            Error::SessionKeyStale,
            Error::IdempotencyKeyReused,
            Error::WeChatRateLimited,
            Error::WeChatMisconfigured { errcode: 1 },
            Error::WeChatUnavailable,
            Error::DependencyUnavailable(PortError::new(Dependency::Database, "down")),
        ] {
            assert!(row(error.code()).is_some(), "{}", error.code());
        }
    }
}
