use std::time::Duration;

use actix_web::http::StatusCode;
use serde::Serialize;

use super::bend::Bend;
use super::effect::{Delivery, Effect, Substitute};
use super::wanted::Wanted;
use crate::answer::Answer;
use crate::wire::Refusal;

/// How long a fault holds a connection at most, so that none is left when a test has gone.
pub(super) const LONGEST: Duration = Duration::from_mins(1);
const LARGEST: usize = 16 * 1024 * 1024;

/// A word of the control API's.
#[derive(Serialize)]
pub(crate) struct Kind {
    #[serde(rename = "kind")]
    pub(super) word: &'static str,
    /// For people.
    pub(super) parameters: &'static str,
    /// None where the parameters do not suffice.
    #[serde(skip)]
    pub(super) effect: fn(&Wanted) -> Option<Effect>,
}

pub(crate) const KINDS: &[Kind] = &[
    kind(
        "latency",
        r#""ms" or "delay" such as "200ms", a minute at most"#,
        |wanted| pause(wanted).map(|pause| Effect::Sent(Delivery::Late(pause))),
    ),
    kind(
        "drip",
        r#"if any "ms" or "delay" a byte, a minute at most"#,
        |wanted| {
            let pause = if wanted.has_pause() {
                pause(wanted)?
            } else {
                Duration::from_millis(100)
            };
            Some(Effect::Sent(Delivery::Drip(pause)))
        },
    ),
    kind("hang", NONE, |wanted| instead(wanted, Substitute::Hang)),
    kind("reset", NONE, |wanted| instead(wanted, Substitute::Reset)),
    kind("close", NONE, |wanted| instead(wanted, Substitute::Close)),
    kind("errcode", r#""errcode", and if any "errmsg""#, |wanted| {
        refusal(wanted, wanted.errcode?)
    }),
    kind("busy", MESSAGE, |wanted| refusal(wanted, -1)),
    kind("rate_limited", MESSAGE, |wanted| refusal(wanted, 45011)),
    kind("blocked", MESSAGE, |wanted| refusal(wanted, 40226)),
    kind("token_revoked", NONE, |_wanted| Some(Effect::RevokedToken)),
    kind(
        "http_status",
        r#""status" from 200 to 599, and if any "body""#,
        |wanted| {
            let status = wanted.status.filter(|status| (200..600).contains(status))?;
            let body = wanted.body.clone().unwrap_or_default();
            page(wanted, StatusCode::from_u16(status).ok()?, body)
        },
    ),
    kind("html_502", NONE, |wanted| {
        page(wanted, StatusCode::BAD_GATEWAY, BAD_GATEWAY)
    }),
    kind("html", NONE, |wanted| page(wanted, StatusCode::OK, SORRY)),
    kind("empty", NONE, |wanted| page(wanted, StatusCode::OK, "")),
    kind("truncated", NONE, |_| Some(Effect::Sent(Delivery::Truncated))),
    kind("cut_off", NONE, |_| Some(Effect::Sent(Delivery::CutOff))),
    kind("oversized", r#"if any "bytes", 16777216 at most"#, |wanted| {
        let bytes = wanted.bytes.unwrap_or(100_000);
        (bytes <= LARGEST).then_some(Effect::Sent(Delivery::Oversized(bytes)))
    }),
    kind("deeply_nested", NONE, |_| {
        Some(Effect::Sent(Delivery::DeeplyNested))
    }),
    kind("bom", NONE, |_| Some(Effect::Sent(Delivery::ByteOrderMark))),
    kind("wrong_content_type", NONE, |_| {
        Some(Effect::Sent(Delivery::WrongContentType))
    }),
    kind("errcode_as_string", NONE, |_| {
        Some(Effect::Bent(Bend::ErrcodeAsString))
    }),
    kind("extra_fields", NONE, |_| Some(Effect::Bent(Bend::ExtraFields))),
    kind("missing_field", r#""field""#, |wanted| {
        Some(Effect::Bent(Bend::MissingField(field(wanted)?)))
    }),
    kind("set_field", r#""field" and "value""#, |wanted| {
        Some(Effect::Bent(Bend::SetField(
            field(wanted)?,
            wanted.value.clone()?.into(),
        )))
    }),
    kind("duplicate_keys", NONE, |_| {
        Some(Effect::Bent(Bend::DuplicateKeys))
    }),
    kind("control_characters", NONE, |_| {
        Some(Effect::Bent(Bend::InString(b"\x14")))
    }),
    // The head of a character of three bytes.
    kind("broken_utf8", NONE, |_| {
        Some(Effect::Bent(Bend::InString(b"\xE5\xBC")))
    }),
    kind("lone_surrogate", NONE, |_| {
        Some(Effect::Bent(Bend::InString(br"\ud800")))
    }),
    kind("snapshot_user", NONE, |_| Some(Effect::Bent(Bend::SnapshotUser))),
    kind("missing_unionid", NONE, |_| {
        Some(Effect::Bent(Bend::MissingField("unionid".to_owned())))
    }),
    kind("changed_unionid", NONE, |_| {
        Some(Effect::Bent(Bend::ChangedUnionid))
    }),
];

const NONE: &str = "no parameters";
const MESSAGE: &str = r#"if any "errmsg""#;

/// The page that nginx itself makes.
const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
const SORRY: &str = "<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>系统繁忙</title></head>\
    <body>系统繁忙，请稍候再试</body></html>\n";

const fn kind(word: &'static str, parameters: &'static str, effect: fn(&Wanted) -> Option<Effect>) -> Kind {
    Kind {
        word,
        parameters,
        effect,
    }
}

fn pause(wanted: &Wanted) -> Option<Duration> {
    wanted.pause().filter(|pause| *pause <= LONGEST)
}

fn field(wanted: &Wanted) -> Option<String> {
    wanted.field.clone().filter(|field| !field.is_empty())
}

#[expect(clippy::unnecessary_wraps, reason = "the type of the table's functions")]
fn instead(wanted: &Wanted, substitute: Substitute) -> Option<Effect> {
    Some(Effect::Instead(wanted.when.unwrap_or_default(), substitute))
}

fn refusal(wanted: &Wanted, errcode: i32) -> Option<Effect> {
    let refusal = match &wanted.errmsg {
        Some(errmsg) => Refusal::in_words(errcode, errmsg.clone()),
        None => Refusal::usual(errcode),
    };
    instead(wanted, Substitute::Refusal(refusal))
}

fn page(wanted: &Wanted, status: StatusCode, body: impl Into<String>) -> Option<Effect> {
    let page = Answer {
        status,
        content_type: "text/html",
        body: body.into().into(),
    };
    instead(wanted, Substitute::Page(page))
}
