use std::sync::{Arc, RwLock};

use wechat_login_domain::{
    Lifetimes, RevocationView, Session, UserId,
    ports::{Sessions, Users},
    resolve::{Identification, Resolution},
    use_case::{DisableUser, EnableUser, FindUser, ListSessions, MergeUsers, RevokeSessions, UndoMerge},
};
use wechat_login_testkit::{
    fake::{FixedClock, MemoryNews, MemoryRevocations, MemorySessions, MemoryUsers},
    sample::{self, NOW, digest},
};

/// Users and what looks after them.
pub(crate) struct World {
    pub(crate) users: Arc<MemoryUsers>,
    pub(crate) sessions: Arc<MemorySessions>,
    pub(crate) revocations: Arc<MemoryRevocations>,
    pub(crate) view: Arc<RwLock<RevocationView>>,
    pub(crate) news: Arc<MemoryNews>,
    clock: Arc<FixedClock>,
}

impl World {
    pub(crate) fn new() -> Self {
        let revocations = Arc::new(MemoryRevocations::default());
        Self {
            users: Arc::new(MemoryUsers::recording_to(Arc::clone(&revocations))),
            sessions: Arc::default(),
            revocations,
            view: Arc::default(),
            news: Arc::default(),
            clock: Arc::default(),
        }
    }

    pub(crate) async fn sign_in(&self, asked: &Identification) -> UserId {
        match self.users.resolve(asked, NOW).await.expect("it is answered") {
            Resolution::User { user, .. } => user.id,
            Resolution::Refused(refusal) => panic!("{refusal:?}"),
        }
    }

    /// Keeps a session of this user under `digest(n)`, seen last `n` minutes from now.
    pub(crate) async fn keep(&self, user_id: UserId, n: u8) {
        let session = Session {
            user_id,
            generation: 0,
            last_seen_at: NOW + time::Duration::minutes(i64::from(n)),
            ..sample::session()
        };
        let kept = self.sessions.insert(&digest(n), &session).await;
        kept.expect("it is answered");
    }

    pub(crate) fn find_user(&self) -> FindUser {
        FindUser::new(self.users.clone())
    }

    pub(crate) fn disable_user(&self) -> DisableUser {
        DisableUser::new(
            self.users.clone(),
            self.news.clone(),
            self.clock.clone(),
            Lifetimes::default(),
        )
    }

    pub(crate) fn enable_user(&self) -> EnableUser {
        EnableUser::new(self.users.clone(), self.clock.clone())
    }

    pub(crate) fn merge_users(&self) -> MergeUsers {
        MergeUsers::new(self.users.clone(), self.clock.clone())
    }

    pub(crate) fn undo_merge(&self) -> UndoMerge {
        UndoMerge::new(
            self.users.clone(),
            self.news.clone(),
            self.clock.clone(),
            Lifetimes::default(),
        )
    }

    pub(crate) fn list_sessions(&self) -> ListSessions {
        ListSessions::new(
            self.users.clone(),
            self.sessions.clone(),
            self.view.clone(),
            self.clock.clone(),
        )
    }

    pub(crate) fn revoke_sessions(&self) -> RevokeSessions {
        RevokeSessions::new(
            self.users.clone(),
            self.sessions.clone(),
            self.view.clone(),
            self.news.clone(),
            self.clock.clone(),
            Lifetimes::default(),
        )
    }
}
