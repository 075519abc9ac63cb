//! Who came back from WeChat with the code of a website, a mobile app or an official account.

use crate::{
    App, Error, OauthCode, OpenId, Profile, UnionId,
    ask_wechat::ask_wechat,
    ports::{Clock, OauthExchange, WeChat, WeChatError},
    time_left::TimeLeft,
};

/// What WeChat says of a person.
#[derive(Debug)]
pub(crate) struct OauthPerson {
    /// The person at this app.
    pub(crate) openid: OpenId,
    /// The person at the app's Open Platform account, where WeChat told.
    pub(crate) unionid: Option<UnionId>,
    /// What they are called and look like, where WeChat told.
    pub(crate) profile: Profile,
}

/// Exchanges a code, within the time that is left.
pub(crate) async fn exchange(
    wechat: &dyn WeChat,
    clock: &dyn Clock,
    app: &App,
    code: &OauthCode,
    time_left: &TimeLeft<'_>,
) -> Result<OauthExchange, WeChatError> {
    ask_wechat(clock, time_left.now(), |within| {
        wechat.exchange_oauth_code(app, code, within)
    })
    .await
}

/// Asks for the profile of whoever the code was, within the time that is left. The code is spent: whatever becomes of this, they are signed in.
///
/// # Errors
/// [`Error::SnapshotUser`] where WeChat made the person up.
pub(crate) async fn person(
    wechat: &dyn WeChat,
    clock: &dyn Clock,
    app: &App,
    exchange: OauthExchange,
    time_left: &TimeLeft<'_>,
) -> Result<OauthPerson, Error> {
    let OauthExchange {
        openid,
        unionid,
        is_snapshot_user,
        access_token,
    } = exchange;
    if is_snapshot_user {
        return Err(Error::SnapshotUser);
    }
    let left = time_left.now();
    let told = if left.is_zero() {
        Err(WeChatError::Unavailable)
    } else {
        ask_wechat(clock, left, |within| {
            wechat.user_info(app, &openid, &access_token, within)
        })
        .await
    };
    let (told_unionid, profile) = match told {
        Ok(told) => (told.unionid, told.profile),
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                wechat.app_id = app.app_id.as_str(),
                "WeChat did not tell the profile of somebody who signs in"
            );
            (None, Profile::default())
        }
    };
    Ok(OauthPerson {
        openid,
        unionid: unionid.or(told_unionid),
        profile,
    })
}

/// Whoever the code was, of whom WeChat tells nothing else (`snsapi_base`).
///
/// # Errors
/// [`Error::SnapshotUser`] where WeChat made the person up.
pub(crate) fn silent_person(exchange: OauthExchange) -> Result<OauthPerson, Error> {
    if exchange.is_snapshot_user {
        return Err(Error::SnapshotUser);
    }
    Ok(OauthPerson {
        openid: exchange.openid,
        unionid: exchange.unionid,
        profile: Profile::default(),
    })
}
