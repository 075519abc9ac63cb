use std::{
    sync::{Arc, RwLock},
    time::Instant,
};

use wechat_login_domain::{
    Error, Lifetimes, Revocation, RevocationView, Session, SessionToken, TokenDigest,
    ports::Sessions,
    use_case::{Authenticate, Authenticated, FollowRevocations, LogOut, RenewSession},
};
use wechat_login_testkit::{
    fake::{FixedClock, MemoryRevocations, MemorySessions, SeededEntropy},
    sample,
};

/// One instance of the service: its clock, its view of the record, and the stores that it shares.
pub(crate) struct World {
    pub(crate) sessions: Arc<MemorySessions>,
    pub(crate) revocations: Arc<MemoryRevocations>,
    pub(crate) view: Arc<RwLock<RevocationView>>,
    pub(crate) clock: Arc<FixedClock>,
}

impl World {
    /// An instance that has just read the record.
    pub(crate) fn ready() -> Self {
        let world = Self::starting();
        world
            .view
            .write()
            .expect("no holder panics")
            .refresh([], Instant::now());
        world
    }

    /// An instance that has not read the record yet.
    pub(crate) fn starting() -> Self {
        Self {
            sessions: Arc::default(),
            revocations: Arc::default(),
            view: Arc::default(),
            clock: Arc::default(),
        }
    }

    /// Another instance over the same stores, that has not read the record yet.
    pub(crate) fn another_instance(&self) -> Self {
        Self {
            sessions: self.sessions.clone(),
            revocations: self.revocations.clone(),
            clock: self.clock.clone(),
            ..Self::starting()
        }
    }

    pub(crate) async fn keep(&self, session: &Session) -> SessionToken {
        let token = token();
        self.sessions
            .insert(&token.digest(), session)
            .await
            .expect("the fake answers");
        token
    }

    pub(crate) fn knows(&self, row: &Revocation) {
        self.view.write().expect("no holder panics").record(row);
    }

    pub(crate) async fn authenticate(&self, token: &SessionToken) -> Result<Authenticated, Error> {
        self.authenticate_over(self.sessions.clone(), token).await
    }

    pub(crate) async fn authenticate_over(
        &self,
        sessions: Arc<dyn Sessions>,
        token: &SessionToken,
    ) -> Result<Authenticated, Error> {
        Authenticate::new(
            sessions,
            self.view.clone(),
            self.clock.clone(),
            Lifetimes::default(),
        )
        .run(token)
        .await
    }

    pub(crate) async fn log_out(&self, authenticated: &Authenticated) -> Result<(), Error> {
        LogOut::new(
            self.revocations.clone(),
            self.sessions.clone(),
            self.view.clone(),
            self.clock.clone(),
            Lifetimes::default(),
        )
        .run(authenticated)
        .await
    }

    pub(crate) async fn renew(&self, authenticated: &Authenticated) -> Session {
        RenewSession::new(self.sessions.clone()).run(authenticated).await
    }

    pub(crate) fn follow_revocations(&self) -> FollowRevocations {
        FollowRevocations::new(self.revocations.clone(), self.view.clone(), self.clock.clone())
    }

    pub(crate) async fn stored(&self, digest: &TokenDigest) -> Option<Session> {
        self.sessions.find(digest).await.expect("the fake answers")
    }
}

/// A token that no other call gives.
pub(crate) fn token() -> SessionToken {
    use std::sync::LazyLock;
    static ENTROPY: LazyLock<SeededEntropy> = LazyLock::new(SeededEntropy::default);
    SessionToken::generate(&*ENTROPY)
}

/// The answer of a check that cannot know.
pub(crate) fn is_unavailable<T>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::DependencyUnavailable(_)))
}

/// A revocation of the session of this token, kept for a day.
pub(crate) fn kicked(token: &SessionToken) -> Revocation {
    Revocation::Session {
        digest: token.digest(),
        because: wechat_login_domain::RevokedBecause::Kicked,
        bars_until: sample::NOW + time::Duration::DAY,
    }
}
