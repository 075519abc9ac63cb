//! What a browser's window shows when something went wrong.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use super::{
    layout::Layout,
    look::Loads,
    visit::Visit,
    words::{self, Failure, Told},
};

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    layout: Layout<'a>,
    words: &'static Failure,
    told: Told,
    code: &'a str,
    request_id: &'a str,
    way_out: Option<Way>,
}

/// Where to go from here.
struct Way {
    href: String,
    text: &'static str,
}

/// The page of that problem.
pub(crate) fn show(
    visit: &Visit,
    status: StatusCode,
    (code, reason): (&str, Option<&str>),
    request_id: &str,
) -> HttpResponse {
    let words = &words::of(visit.language).failure;
    let told = words.told(code, reason);
    let page = FailurePage {
        layout: visit.layout(told.title),
        words,
        told,
        code,
        request_id,
        way_out: way_out(visit, words, code, reason),
    };
    visit.page_with(status, &page, Loads::InsideTheFrame)
}

/// `None` where every way leads back here.
fn way_out(visit: &Visit, words: &Failure, code: &str, reason: Option<&str>) -> Option<Way> {
    let (href, text) = match code {
        "login_blocked" if reason == Some("snapshot_user") => return None,
        "user_disabled" | "account_closing" | "wechat_misconfigured" => ("/", words.home),
        "dependency_unavailable" | "internal" | "not_found" | "method_not_allowed" => ("/", words.home),
        "last_login_method" | "login_method_taken" | "cross_origin" => ("/account", words.to_account),
        "state_mismatch"
        | "login_cancelled"
        | "login_code_rejected"
        | "login_blocked"
        | "unauthenticated"
        | "session_expired"
        | "session_revoked"
        | "rate_limited"
        | "wechat_rate_limited"
        | "wechat_unavailable" => ("/login", words.sign_in_again),
        _ => ("/", words.home),
    };
    let href = visit.path(href);
    Some(Way { href, text })
}
