//! What stands between somebody and their account.

use actix_web::HttpResponse;
use askama::Template;

use super::super::{
    layout::Layout,
    look::Loads,
    visit::Visit,
    words::{self, Login},
};

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    layout: Layout<'a>,
    words: &'static Login,
    title: String,
    action: &'a str,
}

/// The company's terms, to be agreed to by a form that is sent to `action`.
pub(super) fn consent(visit: &Visit, action: &str) -> HttpResponse {
    let words = &words::of(visit.language).login;
    let layout = visit.layout(words.consent_title);
    let page = ConsentPage {
        title: title_of(visit, words),
        layout,
        words,
        action,
    };
    visit.page(&page, Loads::Nothing)
}

/// "Sign in to Shop", where there is a name.
fn title_of(visit: &Visit, words: &Login) -> String {
    match &visit.look.company.name {
        Some(name) => format!("{}{name}", words.consent_title_to),
        None => words.consent_title.to_owned(),
    }
}

/// A QR code of WeChat's.
pub(in super::super) struct QrCode<'a> {
    /// The page in the frame.
    pub(in super::super) frame: String,
    /// What our page asks about.
    pub(in super::super) state: &'a str,
    /// Where it goes when somebody signed in.
    pub(in super::super) next: &'a str,
    /// Where a new code is.
    pub(in super::super) again: String,
    /// The same without a frame; `None` where the code is for linking.
    pub(in super::super) whole: Option<String>,
}

#[derive(Template)]
#[template(path = "qr.html")]
struct QrPage<'a> {
    layout: Layout<'a>,
    words: &'static Login,
    title: String,
    lead: &'static str,
    frame: String,
    state: &'a str,
    next: &'a str,
    again: String,
    whole: Option<String>,
}

/// The QR code in its frame.
pub(in super::super) fn qr(visit: &Visit, code: QrCode<'_>) -> HttpResponse {
    let words = &words::of(visit.language).login;
    let (title, lead) = if code.whole.is_some() {
        let title = match visit.look.company.name {
            Some(_) => title_of(visit, words),
            None => words.qr_title.to_owned(),
        };
        (title, words.qr_lead)
    } else {
        (words.link_title.to_owned(), words.link_lead)
    };
    let title_in_head = if code.whole.is_some() {
        words.qr_title
    } else {
        words.link_title
    };
    let page = QrPage {
        layout: visit.layout(title_in_head),
        words,
        title,
        lead,
        frame: code.frame,
        state: code.state,
        next: code.next,
        again: code.again,
        whole: code.whole,
    };
    visit.page(&page, Loads::WeChat)
}

#[derive(Template)]
#[template(path = "elsewhere.html")]
struct ElsewherePage<'a> {
    layout: Layout<'a>,
    words: &'static Login,
    title: &'static str,
    lead: &'static str,
    steps: &'static [&'static str],
    wechat_helps: bool,
    is_linking: bool,
    address: &'a str,
    show_qr: String,
}

/// Where it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Elsewhere {
    /// Signing in, inside WeChat.
    InWeChat,
    /// Signing in, on a computer.
    OnComputer,
    /// Linking, on a computer: who opens the page inside WeChat is signed in there as somebody else, or nobody.
    LinkOnComputer,
}

/// Why not here, and how elsewhere.
pub(in super::super) fn elsewhere(
    visit: &Visit,
    elsewhere: Elsewhere,
    address: &str,
    show_qr: String,
) -> HttpResponse {
    let words = &words::of(visit.language).login;
    let (title, lead, steps) = match elsewhere {
        Elsewhere::InWeChat => (words.phone_title, words.phone_lead, &words.phone_steps),
        Elsewhere::OnComputer => (words.computer_title, words.computer_lead, &words.computer_steps),
        Elsewhere::LinkOnComputer => (
            words.link_computer_title,
            words.link_computer_lead,
            &words.link_computer_steps,
        ),
    };
    let page = ElsewherePage {
        layout: visit.layout(title),
        words,
        title,
        lead,
        steps,
        wechat_helps: elsewhere == Elsewhere::InWeChat,
        is_linking: elsewhere == Elsewhere::LinkOnComputer,
        address,
        show_qr,
    };
    visit.page(&page, Loads::Nothing)
}

#[derive(Template)]
#[template(path = "already.html")]
struct AlreadyPage<'a> {
    layout: Layout<'a>,
    words: &'static Login,
    name: &'a str,
    next: &'a str,
    log_out: String,
}

/// They are signed in. They say themselves that they go on: a site that does not see that they are would send them back at once.
pub(super) fn already(visit: &Visit, name: &str, next: &str, log_out: String) -> HttpResponse {
    let words = &words::of(visit.language).login;
    let page = AlreadyPage {
        layout: visit.layout(words.already_title),
        words,
        name,
        next,
        log_out,
    };
    visit.page(&page, Loads::Nothing)
}
