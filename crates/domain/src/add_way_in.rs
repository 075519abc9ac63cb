use time::OffsetDateTime;

use crate::{
    App, Error, OpenId, UnionId, UserAccount,
    link::{LinkRefusal, Linking, NewWayIn},
    ports::Users,
    use_case::Authenticated,
};

impl NewWayIn {
    /// What WeChat proved at this app.
    #[must_use]
    pub fn wechat(app: &App, openid: OpenId, unionid: Option<UnionId>) -> Self {
        Self::WeChat {
            app_id: app.app_id.clone(),
            openid,
            open_platform: app.open_platform.clone(),
            unionid,
        }
    }
}

/// Makes what WeChat proved a way in of somebody who is signed in, by whatever door it was proved, and gives them as they are then. It is the
/// session's own user whom it becomes known of, merged or not: where the merge is undone, the session is theirs again.
///
/// # Errors
/// [`Error::LoginMethodTaken`] where any of it is another user's, and where they may link nothing. Nothing is changed then.
pub(crate) async fn add_way_in(
    users: &dyn Users,
    who: &Authenticated,
    new: &NewWayIn,
    now: OffsetDateTime,
) -> Result<UserAccount, Error> {
    match users.link(who.session.user_id, new, now).await? {
        Linking::Linked(account) => Ok(*account),
        Linking::Refused(refusal) => Err(refusal.into()),
    }
}

impl From<LinkRefusal> for Error {
    fn from(refusal: LinkRefusal) -> Self {
        match refusal {
            LinkRefusal::Taken => Self::LoginMethodTaken,
            LinkRefusal::NotFound => Self::Unauthenticated,
            LinkRefusal::Disabled => Self::UserDisabled,
            LinkRefusal::Closing => Self::AccountClosing,
        }
    }
}
