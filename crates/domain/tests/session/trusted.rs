//! A store that may turn into an older copy of itself is believed when the record was read since.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    Dependency, Error, PortError, RevokedBecause, Session, SessionToken, TokenDigest, TrustedSessions,
    UserId,
    ports::{RevocationReadings, Revocations, Sessions},
    use_case::{Authenticated, FollowRevocations},
};
use wechat_login_testkit::{fake::MemorySessions, sample};

use crate::world::{World, is_unavailable, kicked, token};

/// A server that may be exchanged for what it was before, as a failover does to one that missed a delete.
struct Exchangeable {
    server: Mutex<Arc<MemorySessions>>,
    connected_since: Mutex<Option<Instant>>,
}

impl Exchangeable {
    fn current(&self) -> Arc<MemorySessions> {
        self.server.lock().expect("no holder panics").clone()
    }

    fn exchange(&self, other: Arc<MemorySessions>) {
        *self.server.lock().expect("no holder panics") = other;
        *self.connected_since.lock().expect("no holder panics") = Some(Instant::now());
    }
}

#[async_trait]
impl Sessions for Exchangeable {
    async fn insert(&self, digest: &TokenDigest, session: &Session) -> Result<(), PortError> {
        self.current().insert(digest, session).await
    }

    async fn find(&self, digest: &TokenDigest) -> Result<Option<Session>, PortError> {
        self.current().find(digest).await
    }

    async fn renew(
        &self,
        digest: &TokenDigest,
        read: &Session,
        renewed: &Session,
    ) -> Result<bool, PortError> {
        self.current().renew(digest, read, renewed).await
    }

    async fn remove(&self, digest: &TokenDigest) -> Result<(), PortError> {
        self.current().remove(digest).await
    }

    async fn list(
        &self,
        users: &[UserId],
        now: OffsetDateTime,
    ) -> Result<Vec<(TokenDigest, Session)>, PortError> {
        self.current().list(users, now).await
    }

    fn connected_since(&self) -> Option<Instant> {
        *self.connected_since.lock().expect("no holder panics")
    }
}

/// Reads when it is asked to, and at no other time.
struct OnDemand {
    follow: FollowRevocations,
    last_read_at: OffsetDateTime,
    times: AtomicU32,
    may_catch_up: AtomicBool,
}

#[async_trait]
impl RevocationReadings for OnDemand {
    async fn after(&self, moment: Instant, until: Instant) -> Result<(), PortError> {
        let now = Instant::now();
        assert!(moment < now && now < until, "somebody waits for it");
        self.times.fetch_add(1, Ordering::SeqCst);
        self.follow.run(Some(self.last_read_at)).await.map(drop)
    }

    async fn catch_up(&self, moment: Instant, until: Instant) {
        assert!(
            until <= moment + Duration::from_millis(100),
            "it is worth no more"
        );
        if self.may_catch_up.load(Ordering::SeqCst) {
            let _best_effort = self.after(moment, until).await;
        }
    }

    fn hasten(&self) {}
}

/// An instance whose store was exchanged for a copy from before a logout elsewhere, of which it has not read yet.
struct Restored {
    world: World,
    store: Arc<Exchangeable>,
    readings: Arc<OnDemand>,
    sessions: Arc<TrustedSessions>,
    goes_on: SessionToken,
    logged_out: SessionToken,
}

impl Restored {
    async fn new() -> Self {
        let (world, copy) = (World::starting(), Arc::new(MemorySessions::default()));
        let store = Arc::new(Exchangeable {
            server: Mutex::new(world.sessions.clone()),
            connected_since: Mutex::default(),
        });
        let follow = world.follow_revocations();
        let last_read_at = follow.run(None).await.expect("the fake answers");
        let readings = Arc::new(OnDemand {
            follow,
            last_read_at,
            times: AtomicU32::new(0),
            may_catch_up: AtomicBool::new(true),
        });
        let sessions = Arc::new(TrustedSessions::new(
            store.clone(),
            world.view.clone(),
            readings.clone(),
        ));
        let (goes_on, logged_out) = (token(), token());
        for token in [&goes_on, &logged_out] {
            for server in [&world.sessions, &copy] {
                server
                    .insert(&token.digest(), &sample::session())
                    .await
                    .expect("the fake answers");
            }
        }
        world
            .sessions
            .remove(&logged_out.digest())
            .await
            .expect("the fake answers");
        world
            .revocations
            .record(&kicked(&logged_out))
            .await
            .expect("the fake answers");
        store.exchange(copy);
        Self {
            world,
            store,
            readings,
            sessions,
            goes_on,
            logged_out,
        }
    }

    async fn authenticate(&self, token: &SessionToken) -> Result<Authenticated, Error> {
        self.world.authenticate_over(self.sessions.clone(), token).await
    }

    fn readings(&self) -> u32 {
        self.readings.times.swap(0, Ordering::SeqCst)
    }
}

#[tokio::test]
async fn a_logged_out_session_that_a_copy_brings_back_opens_nothing() {
    let restored = Restored::new().await;
    // What this is about: the copy holds it, and the view knows nothing yet.
    let believed_at_once = restored
        .world
        .authenticate_over(restored.store.clone(), &restored.logged_out)
        .await;
    assert!(believed_at_once.is_ok());

    let refused = restored.authenticate(&restored.logged_out).await;
    assert!(matches!(refused, Err(Error::SessionRevoked(_))), "{refused:?}");
    assert!(restored.authenticate(&restored.goes_on).await.is_ok());
}

#[tokio::test]
async fn nobody_is_told_anything_where_the_record_cannot_be_read_then() {
    let restored = Restored::new().await;
    restored.world.revocations.outage.begin();
    for token in [&restored.goes_on, &restored.logged_out, &token()] {
        let answer = restored.authenticate(token).await;
        assert!(is_unavailable(&answer), "{answer:?}");
    }
    let listed = restored
        .sessions
        .list(&[sample::session().user_id], sample::NOW)
        .await;
    assert_eq!(listed.unwrap_err().dependency, Dependency::Database);
    restored.world.revocations.outage.end();
    assert!(restored.authenticate(&restored.goes_on).await.is_ok());
    assert!(restored.authenticate(&restored.logged_out).await.is_err());
}

#[tokio::test]
async fn the_record_is_read_once_for_each_connection_and_not_for_each_check() {
    let restored = Restored::new().await;
    for _ in 0..5 {
        restored.authenticate(&restored.goes_on).await.unwrap();
    }
    assert_eq!(restored.readings(), 1);
    restored.store.exchange(restored.store.current());
    for _ in 0..5 {
        restored.authenticate(&restored.goes_on).await.unwrap();
    }
    assert_eq!(restored.readings(), 1);
}

#[tokio::test]
async fn a_store_that_is_what_it_is_costs_no_reading() {
    let restored = Restored::new().await;
    *restored.store.connected_since.lock().unwrap() = None;
    restored.authenticate(&restored.goes_on).await.unwrap();
    assert_eq!(restored.readings(), 0);
}

#[tokio::test]
async fn a_store_that_does_not_answer_costs_no_reading_either() {
    let restored = Restored::new().await;
    restored.store.current().outage.begin();
    assert!(is_unavailable(&restored.authenticate(&restored.goes_on).await));
    assert_eq!(restored.readings(), 0);
}

#[tokio::test]
async fn writes_wait_for_nothing() {
    let restored = Restored::new().await;
    restored.world.revocations.outage.begin();
    let digest = token().digest();
    restored
        .sessions
        .insert(&digest, &sample::session())
        .await
        .unwrap();
    assert!(
        restored
            .sessions
            .renew(&digest, &sample::session(), &sample::session())
            .await
            .unwrap()
    );
    restored.sessions.remove(&digest).await.unwrap();
    assert_eq!(restored.readings(), 0);
}

/// The other instance's delete was seen, and its record was not read yet.
#[tokio::test]
async fn whoever_was_logged_out_elsewhere_is_told_so_at_once() {
    let restored = Restored::new().await;
    *restored.store.connected_since.lock().unwrap() = None;
    restored
        .sessions
        .remove(&restored.logged_out.digest())
        .await
        .unwrap();
    let refused = restored.authenticate(&restored.logged_out).await;
    assert!(
        matches!(refused, Err(Error::SessionRevoked(RevokedBecause::Kicked))),
        "{refused:?}"
    );
    assert_eq!(restored.readings(), 1);
    let refused = restored.authenticate(&restored.logged_out).await;
    assert!(matches!(refused, Err(Error::SessionRevoked(_))), "{refused:?}");
    assert_eq!(restored.readings(), 0, "known without asking");
}

#[tokio::test]
async fn where_the_reason_cannot_be_had_the_session_is_unknown() {
    let restored = Restored::new().await;
    *restored.store.connected_since.lock().unwrap() = None;
    restored
        .sessions
        .remove(&restored.logged_out.digest())
        .await
        .unwrap();
    restored.world.revocations.outage.begin();
    let refused = restored.authenticate(&restored.logged_out).await;
    assert!(matches!(refused, Err(Error::Unauthenticated)), "{refused:?}");
    restored.world.revocations.outage.end();
    restored.readings.may_catch_up.store(false, Ordering::SeqCst);
    let refused = restored.authenticate(&restored.logged_out).await;
    assert!(matches!(refused, Err(Error::Unauthenticated)), "{refused:?}");
    restored.readings.may_catch_up.store(true, Ordering::SeqCst);
    let unknown = restored.authenticate(&token()).await;
    assert!(matches!(unknown, Err(Error::Unauthenticated)), "{unknown:?}");
}
