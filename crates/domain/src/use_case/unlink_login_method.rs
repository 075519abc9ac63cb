use std::sync::{Arc, RwLock};

use futures_util::future::{join, join_all};

use crate::{
    AppId, Error, Lifetimes, LoginMethod, LoginMethodId, LoginMethodKind, OpenId, RevocationView,
    ending::announce,
    ports::{Clock, RevocationNews, SessionKeys, Users},
    resolve::{PhoneJoins, Policy},
    unlink::{UnlinkRefusal, Unlinked, Unlinking},
    use_case::Authenticated,
};

/// A way in that is nobody's any more, as the session sees it that asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnlinkedFor {
    /// Whether that session was opened by it, and so is over.
    pub asking_is_over: bool,
}

/// What unlinking needs of the world.
#[expect(missing_docs, reason = "each field is named for its port")]
pub struct UnlinkLoginMethodPorts {
    pub users: Arc<dyn Users>,
    pub session_keys: Arc<dyn SessionKeys>,
    pub view: Arc<RwLock<RevocationView>>,
    pub news: Arc<dyn RevocationNews>,
    pub clock: Arc<dyn Clock>,
}

/// Takes a way in from whoever is signed in, whole: a WeChat account with all its openids and its unionids, its `session_key`s and the
/// sessions that it opened, be it the one that asks.
pub struct UnlinkLoginMethod {
    ports: UnlinkLoginMethodPorts,
    policy: Policy,
    lifetimes: Lifetimes,
}

impl UnlinkLoginMethod {
    /// With these ports.
    #[must_use]
    pub const fn new(ports: UnlinkLoginMethodPorts, policy: Policy, lifetimes: Lifetimes) -> Self {
        Self {
            ports,
            policy,
            lifetimes,
        }
    }

    /// Unlinks the way in that any of its login methods means. It is on the durable record before this returns.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the user has no such way in, [`Error::LastLoginMethod`] where no other would lead in, and
    /// [`Error::DependencyUnavailable`] where it is not known whether it was done.
    #[tracing::instrument(name = "unlink_login_method", skip_all)]
    pub async fn run(&self, who: &Authenticated, method: LoginMethodId) -> Result<UnlinkedFor, Error> {
        let asked = Unlinking {
            user_id: who.user_id,
            method,
            phone_leads_in: self.policy.phone_joins == PhoneJoins::Link,
            bars_until: self.lifetimes.last_end(self.ports.clock.now()),
        };
        let (removed, recorded) = match self.ports.users.unlink(&asked).await? {
            Unlinked::Done { removed, recorded } => (removed, recorded),
            Unlinked::Refused(UnlinkRefusal::NotFound) => return Err(Error::NotFound),
            Unlinked::Refused(UnlinkRefusal::Last) => return Err(Error::LastLoginMethod),
        };
        {
            let mut view = self.ports.view.write().expect("no holder panics");
            for row in &recorded {
                view.record(row);
            }
        }
        let keys = join_all(removed.iter().map(|method| self.forget_keys(method)));
        join(announce(&*self.ports.news), keys).await;
        let openid = who.session.openid.as_str();
        let opened_it =
            |one: &LoginMethod| one.kind == LoginMethodKind::WeChatOpenId && one.identifier == openid;
        Ok(UnlinkedFor {
            asking_is_over: removed.iter().any(opened_it),
        })
    }

    /// A key that stays is encrypted, of no use to anybody but its person, and gone by itself in a month: it is no reason to say that the way
    /// in is still there.
    async fn forget_keys(&self, method: &LoginMethod) {
        if method.kind != LoginMethodKind::WeChatOpenId {
            return;
        }
        let (Ok(app_id), Ok(openid)) = (AppId::parse(&method.realm), OpenId::parse(&method.identifier))
        else {
            return;
        };
        if let Err(error) = self.ports.session_keys.remove(&app_id, &openid).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the session_key of an unlinked WeChat account is still kept"
            );
        }
    }
}
