use actix_web::{HttpRequest, HttpResponse};
use wechat_login_domain::{
    Channel, Client, Session, SessionId, WayInKind, resolve::PhoneJoins, use_case::ListedWayIn,
};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    super::{
        super::{AppState, Problem},
        ago::ago,
        browser::Browser,
        device::{self, Picture},
        visit::{Visit, parameter},
        who,
        words::{self, Account},
    },
    owner,
    views::{self, Device, Method, Overview, When},
};

/// All of it.
pub(crate) async fn show(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    let found = match owner(&request, &state, &visit).await? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let words = words::of(visit.language);
    let (asking, now) = (found.session.id, state.clock.now());
    let use_cases = std::sync::Arc::clone(&state.use_cases);
    let looked = state.runtime.run(async move {
        let user = use_cases.show_user.run(found.user_id).await?;
        let ways = use_cases.list_login_methods.run(found.user_id).await?;
        let sessions = use_cases.list_own_sessions.run(&found).await?;
        Ok::<_, wechat_login_domain::Error>((user, ways, sessions))
    });
    let (user, ways, sessions) = looked.await??;
    let browser = Browser::of_request(&request);
    let channel = match browser {
        Browser::WeChat => Channel::OfficialAccount,
        Browser::Phone | Browser::Screen => Channel::Web,
    };
    let counts_phones = state.phone_joins == PhoneJoins::Link;
    let all = Overview {
        id: user.id.to_string(),
        name: who::name(&user, words.common.somebody),
        avatar: user.avatar_url.as_deref().map(over_https),
        phone: user.phone.as_ref().map(wechat_login_domain::Phone::masked),
        methods: methods(&ways, counts_phones, now, &words.account),
        devices: devices(sessions, asking, now, &words.account),
        can_link: state.apps.choose(channel, None).is_some(),
        link_by_form: browser == Browser::WeChat,
        notice: notice(&request, &words.account),
    };
    Ok(views::account(&visit, all))
}

fn notice(request: &HttpRequest, words: &Account) -> Option<&'static str> {
    Some(match &*parameter(request, "done")? {
        "linked" => words.linked_now,
        "unlinked" => words.unlinked_now,
        "removed" => words.removed_now,
        "others-removed" => words.others_removed_now,
        _ => return None,
    })
}

/// Pages over https show no picture that comes without it; WeChat has all of them both ways.
fn over_https(address: &str) -> String {
    match address.strip_prefix("http://") {
        Some(rest) => format!("https://{rest}"),
        None => address.to_owned(),
    }
}

fn when(moment: OffsetDateTime, now: OffsetDateTime, words: &Account) -> When {
    When {
        datetime: moment.format(&Rfc3339).unwrap_or_default(),
        text: ago(moment, now, words),
    }
}

/// Who loses the last way in loses the account, so that one is shown without a way to unlink it.
fn methods(ways: &[ListedWayIn], counts_phones: bool, now: OffsetDateTime, words: &Account) -> Vec<Method> {
    let counts = |kind| kind == WayInKind::WeChat || counts_phones;
    let count = ways.iter().filter(|listed| counts(listed.way.kind)).count();
    let row = |ListedWayIn { way, .. }: &ListedWayIn| Method {
        id: way.id().to_string(),
        kind: way.kind.as_str(),
        is_wechat: way.kind == WayInKind::WeChat,
        title: title(way.kind, words),
        label: way.label(),
        linked: when(way.linked_at(), now, words),
        last_used: when(way.last_used_at(), now, words),
        can_unlink: count > 1 || !counts(way.kind),
    };
    ways.iter().map(row).collect()
}

pub(super) const fn title(kind: WayInKind, words: &Account) -> &'static str {
    match kind {
        WayInKind::WeChat => words.wechat,
        WayInKind::Phone => words.phone,
    }
}

/// The one that asks comes first.
fn devices(sessions: Vec<Session>, asking: SessionId, now: OffsetDateTime, words: &Account) -> Vec<Device> {
    let (current, others): (Vec<_>, Vec<_>) = sessions.into_iter().partition(|session| session.id == asking);
    let row = |session: Session| {
        let picture = device::picture(&session.client, session.channel);
        Device {
            id: session.id.to_string(),
            name: device::name(&session.client, words),
            details: details(&session.client, session.channel, words),
            is_current: session.id == asking,
            is_wechat: picture == Picture::WeChat,
            is_phone: picture == Picture::Phone,
            signed_in: when(session.created_at, now, words),
            last_seen: when(session.last_seen_at, now, words),
        }
    };
    current.into_iter().chain(others).map(row).collect()
}

/// Through what, and from where.
pub(super) fn details(client: &Client, channel: Channel, words: &Account) -> String {
    let through = words.channel(channel);
    match client.ip {
        Some(ip) => format!("{through} · IP\u{a0}{ip}"),
        None => through.to_owned(),
    }
}
