//! What a browser's window shows when something went wrong.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;
use url::form_urlencoded;
use wechat_login_domain::{Channel, LoginPurpose, PendingLogin};

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

/// What somebody wanted whose login came to nothing: the way out leads there again.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// To sign in: the login page, with all that they asked for.
    LogIn(String),
    /// To link a WeChat account: the page that has it done.
    Link,
    /// The same inside WeChat, which has no page of its own for it.
    LinkInWeChat,
}

impl Wish {
    /// Of whoever began this login.
    pub(crate) fn of(begun: &PendingLogin, channel: Channel) -> Self {
        match (begun.purpose, channel) {
            (LoginPurpose::Link { .. }, Channel::OfficialAccount) => Self::LinkInWeChat,
            (LoginPurpose::Link { .. }, _) => Self::Link,
            (LoginPurpose::Login, _) => {
                let mut query = form_urlencoded::Serializer::new(String::new());
                if let Some(return_to) = &begun.return_to {
                    query.append_pair("return_to", return_to);
                }
                // The login page chooses among websites alone.
                if channel == Channel::Web {
                    query.append_pair("app", begun.app.as_str());
                }
                let query = query.finish();
                Self::LogIn(if query.is_empty() {
                    "/login".to_owned()
                } else {
                    format!("/login?{query}")
                })
            }
        }
    }
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
    wish: Option<&Wish>,
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
        way_out: way_out(visit, words, (code, reason), wish),
    };
    visit.page_with(status, &page, Loads::InsideTheFrame)
}

/// `None` where every way leads back here.
fn way_out(
    visit: &Visit,
    words: &Failure,
    (code, reason): (&str, Option<&str>),
    wish: Option<&Wish>,
) -> Option<Way> {
    let (href, text) = match code {
        "login_blocked" if reason == Some("snapshot_user") => return None,
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
        | "wechat_unavailable" => match wish {
            None => ("/login", words.sign_in_again),
            Some(Wish::LogIn(path)) => (path.as_str(), words.sign_in_again),
            Some(Wish::Link) => ("/account/link", words.link_again),
            Some(Wish::LinkInWeChat) => ("/account", words.to_account),
        },
        _ => ("/", words.home),
    };
    let href = visit.path(href);
    Some(Way { href, text })
}
