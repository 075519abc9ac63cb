//! What an operator reads.

use comfy_table::{Table, presets};
use time::{OffsetDateTime, UtcOffset, format_description::BorrowedFormatItem, macros::format_description};
use wechat_login_domain::{Apps, LoginMethodKind, Session, User, UserAccount, ports::Conflict};

use super::json;

const MINUTE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");

/// Lines without frames, so that a row can be copied.
fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    for row in rows {
        table.add_row(row);
    }
    let text = table.to_string();
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    lines.join("\n")
}

fn minute(moment: OffsetDateTime) -> String {
    let moment = moment.to_offset(UtcOffset::UTC);
    moment.format(MINUTE).unwrap_or_default()
}

fn or_dash(text: Option<String>) -> String {
    text.filter(|text| !text.is_empty())
        .unwrap_or_else(|| "-".to_owned())
}

pub(super) fn users(users: &[User]) -> String {
    let rows = users.iter().map(|user| {
        [
            user.id.to_string(),
            json::state(user.state).to_owned(),
            or_dash(user.external_id.as_ref().map(ToString::to_string)),
            or_dash(user.nickname.clone()),
            or_dash(user.phone.as_ref().map(wechat_login_domain::Phone::masked)),
            or_dash(Some(user.scopes.join(" "))),
            minute(user.created_at),
        ]
    });
    table(
        [
            "id",
            "state",
            "external id",
            "nickname",
            "phone",
            "scopes",
            "created",
        ],
        rows,
    )
}

pub(super) fn account(account: &UserAccount, apps: &Apps) -> String {
    let user = users(std::slice::from_ref(&account.user));
    let former_ids = account.user.former_ids.iter();
    let former_ids: Vec<_> = former_ids.map(|id| format!("former id {id}\n")).collect();
    let methods = account.methods.iter().map(|method| {
        let is_phone = method.kind == LoginMethodKind::Phone;
        let app = apps.iter().find(|app| app.app_id.as_str() == method.realm);
        [
            method.kind.as_str().to_owned(),
            app.map_or_else(|| or_dash(Some(method.realm.clone())), |app| app.name.to_string()),
            if is_phone {
                "-".to_owned()
            } else {
                method.identifier.clone()
            },
            minute(method.linked_at),
            minute(method.last_used_at),
        ]
    });
    let methods = table(["way in", "at", "identifier", "linked", "last used"], methods);
    format!("{user}\n{}\n{methods}", former_ids.concat())
}

pub(super) fn conflicts(conflicts: &[Conflict]) -> String {
    if conflicts.is_empty() {
        return "no conflicts".to_owned();
    }
    let rows = conflicts.iter().map(|conflict| {
        [
            conflict.of_openid.to_string(),
            conflict.of_unionid.to_string(),
            conflict.app_id.to_string(),
            minute(conflict.first_seen_at),
            minute(conflict.last_seen_at),
            conflict.days.to_string(),
        ]
    });
    table(
        [
            "user of the openid",
            "user of the unionid",
            "app",
            "first seen",
            "last seen",
            "days",
        ],
        rows,
    )
}

pub(super) fn sessions(sessions: &[Session]) -> String {
    if sessions.is_empty() {
        return "no sessions".to_owned();
    }
    let rows = sessions.iter().map(|session| {
        let client = &session.client;
        let words = [&client.device_name, &client.os, &client.user_agent];
        [
            session.id.to_string(),
            session.app.to_string(),
            session.channel.to_string(),
            minute(session.created_at),
            minute(session.last_seen_at),
            or_dash(client.ip.map(|ip| ip.to_string())),
            or_dash(words.into_iter().flatten().next().cloned()),
        ]
    });
    table(
        ["id", "app", "channel", "created", "last seen", "ip", "device"],
        rows,
    )
}
