//! What people see of their account.

use actix_web::HttpResponse;
use askama::Template;

use super::super::{
    layout::Layout,
    look::Loads,
    visit::Visit,
    words::{self, Account},
};

/// A moment: exact, and as people tell it.
pub(super) struct When {
    pub(super) datetime: String,
    pub(super) text: String,
}

/// A way in.
pub(super) struct Method {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) is_wechat: bool,
    pub(super) title: &'static str,
    pub(super) label: String,
    pub(super) linked: When,
    pub(super) last_used: When,
    pub(super) can_unlink: bool,
}

/// Where they are signed in.
pub(super) struct Device {
    pub(super) id: String,
    pub(super) name: String,
    /// Through what, and from where.
    pub(super) details: String,
    pub(super) is_current: bool,
    pub(super) is_wechat: bool,
    pub(super) is_phone: bool,
    pub(super) signed_in: When,
    pub(super) last_seen: When,
}

/// All of it.
pub(super) struct Overview {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) avatar: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) methods: Vec<Method>,
    pub(super) devices: Vec<Device>,
    /// Whether there is an app that they can link through here.
    pub(super) can_link: bool,
    /// Whether linking leads to WeChat at once, which another site's link must not.
    pub(super) link_by_form: bool,
    /// What they have just done.
    pub(super) notice: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    layout: Layout<'a>,
    words: &'static Account,
    id: String,
    name: String,
    avatar: Option<String>,
    phone: Option<String>,
    methods: Vec<Method>,
    devices: Vec<Device>,
    can_link: bool,
    link_by_form: bool,
    notice: Option<&'static str>,
}

pub(super) fn account(visit: &Visit, all: Overview) -> HttpResponse {
    let words = &words::of(visit.language).account;
    let page = AccountPage {
        layout: visit.layout(words.title),
        words,
        id: all.id,
        name: all.name,
        avatar: all.avatar,
        phone: all.phone,
        methods: all.methods,
        devices: all.devices,
        can_link: all.can_link,
        link_by_form: all.link_by_form,
        notice: all.notice,
    };
    visit.page(&page, Loads::Pictures)
}

/// What a question is about.
pub(super) struct About {
    pub(super) name: String,
    pub(super) details: String,
}

/// A question before something that cannot be taken back.
pub(super) struct Question {
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) about: Option<About>,
    /// Where the answer goes.
    pub(super) action: String,
    pub(super) submit: &'static str,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    layout: Layout<'a>,
    words: &'static Account,
    title: &'static str,
    lead: &'static str,
    about: Option<About>,
    action: String,
    submit: &'static str,
}

pub(super) fn confirm(visit: &Visit, question: Question) -> HttpResponse {
    let page = ConfirmPage {
        layout: visit.layout(question.title),
        words: &words::of(visit.language).account,
        title: question.title,
        lead: question.lead,
        about: question.about,
        action: question.action,
        submit: question.submit,
    };
    visit.page(&page, Loads::Nothing)
}
