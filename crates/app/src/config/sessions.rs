use time::Duration;
use wechat_login_domain::{Channel, Lifetime, Lifetimes};

use super::{keys::Keys, parse};

/// `[sessions.channels]`: how long people stay signed in.
pub(super) fn read(keys: &mut Keys) -> Option<Lifetimes> {
    let mini_program = lifetime(keys, Channel::MiniProgram);
    let web = lifetime(keys, Channel::Web);
    let mobile_app = lifetime(keys, Channel::MobileApp);
    let official_account = lifetime(keys, Channel::OfficialAccount);
    Some(Lifetimes {
        mini_program: mini_program?,
        web: web?,
        mobile_app: mobile_app?,
        official_account: official_account?,
    })
}

fn lifetime(keys: &mut Keys, channel: Channel) -> Option<Lifetime> {
    let idle_key = format!("sessions.channels.{channel}.idle_timeout");
    let idle = keys.require(&idle_key, timeout);
    let absolute = keys.require(&format!("sessions.channels.{channel}.absolute_timeout"), timeout);
    let lifetime = Lifetime::new(idle?, absolute?);
    if lifetime.is_none() {
        keys.fault(
            &idle_key,
            "must not be none together with absolute_timeout: a session has to end some time",
        );
    }
    lifetime
}

fn timeout(text: &str) -> Result<Option<Duration>, &'static str> {
    let duration = parse::duration(text)?;
    let duration = Duration::try_from(duration).map_err(|_too_long| "must be a hundred years at most")?;
    Ok((!duration.is_zero()).then_some(duration))
}
