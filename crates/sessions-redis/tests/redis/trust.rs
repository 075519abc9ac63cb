//! A Redis that comes back as an older copy of itself, as after a crash, a failover or a restore.

use std::{
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::time::sleep;
use wechat_login_domain::{
    Error, Lifetimes, PortError, Revocation, RevocationView, RevokedBecause, SessionToken, TrustedSessions,
    ports::{RevocationReadings, Revocations, Sessions},
    use_case::{Authenticate, Authenticated, FollowRevocations},
};
use wechat_login_sessions_redis::RedisStore;
use wechat_login_testkit::{
    fake::{FixedClock, MemoryRevocations, SeededEntropy},
    sample::{NOW, digest, session},
};

use crate::{
    cluster::{cluster, url},
    common,
    own_server::{OwnServer, run},
};

/// Reads the record when somebody needs it, and at no other time.
struct OnDemand(FollowRevocations, OffsetDateTime);

#[async_trait]
impl RevocationReadings for OnDemand {
    async fn after(&self, _moment: Instant, _until: Instant) -> Result<(), PortError> {
        self.0.run(Some(self.1)).await.map(drop)
    }

    async fn catch_up(&self, _moment: Instant, _until: Instant) {}

    fn hasten(&self) {}
}

/// An instance over this store, which has read the record.
struct Instance {
    record: Arc<MemoryRevocations>,
    authenticate: Authenticate,
}

impl Instance {
    async fn new(sessions: Arc<dyn Sessions>) -> Self {
        let record = Arc::new(MemoryRevocations::default());
        let view = Arc::new(RwLock::new(RevocationView::default()));
        let clock = Arc::new(FixedClock::default());
        let follow = FollowRevocations::new(record.clone(), view.clone(), clock.clone());
        let read_at = follow.run(None).await.expect("the fake answers");
        let readings = Arc::new(OnDemand(follow, read_at));
        let trusted = TrustedSessions::new(sessions, view.clone(), readings);
        Self {
            record,
            authenticate: Authenticate::new(Arc::new(trusted), view, clock, Lifetimes::default()),
        }
    }

    async fn check(&self, token: &SessionToken) -> Result<Authenticated, Error> {
        self.authenticate.run(token).await
    }

    /// Until Redis answers again; never with something else than "unknown" until then.
    async fn settled(&self, token: &SessionToken) -> Result<Authenticated, Error> {
        let begun = Instant::now();
        loop {
            match self.check(token).await {
                Err(Error::DependencyUnavailable(_)) if begun.elapsed() < Duration::from_secs(2) => {
                    sleep(Duration::from_millis(5)).await;
                }
                answer => return answer,
            }
        }
    }
}

fn token(n: u64) -> SessionToken {
    SessionToken::generate(&SeededEntropy::new(n))
}

async fn a_logout_outlasts_an_older_copy(sessions: fn(&RedisStore) -> Arc<dyn Sessions>) {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    let (goes_on, logged_out) = (token(1), token(2));
    for token in [&goes_on, &logged_out] {
        store
            .sessions()
            .insert(&token.digest(), &session())
            .await
            .expect("Redis answers");
    }
    let () = run(&mut server.connection().await, &["SAVE"]).await;
    let instance = Instance::new(sessions(&store)).await;
    for token in [&goes_on, &logged_out] {
        assert!(instance.check(token).await.is_ok());
    }

    // Another instance logs out, which this one has not read yet when Redis falls back.
    let elsewhere = common::connect(&server.url(), "wl:").await;
    let revocation = Revocation::Session {
        digest: logged_out.digest(),
        because: RevokedBecause::LoggedOut,
        bars_until: NOW + time::Duration::DAY,
    };
    instance
        .record
        .record(&revocation)
        .await
        .expect("the fake answers");
    elsewhere
        .sessions()
        .remove(&logged_out.digest())
        .await
        .expect("Redis answers");
    let ended = server.kill();
    instance.record.outage.begin();
    let server = ended.start_again().await;
    let copy = common::connect(&server.url(), "wl:").await;
    let zombie = copy.sessions().find(&logged_out.digest()).await;
    assert!(zombie.expect("Redis answers").is_some(), "the copy holds it");

    // Long enough for the feed to be up again, and for Redis to be asked many times.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(500) {
        for token in [&goes_on, &logged_out] {
            let answer = instance.check(token).await;
            assert!(
                matches!(answer, Err(Error::DependencyUnavailable(_))),
                "{answer:?}"
            );
        }
    }
    instance.record.outage.end();
    let refused = instance.settled(&logged_out).await;
    assert!(matches!(refused, Err(Error::SessionRevoked(_))), "{refused:?}");
    assert!(instance.settled(&goes_on).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_outlasts_an_older_copy_of_redis() {
    a_logout_outlasts_an_older_copy(|store| Arc::new(store.sessions())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_so_it_does_with_sessions_at_hand() {
    a_logout_outlasts_an_older_copy(|store| Arc::new(common::cached(store))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_never_older_than_its_connection() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    let sessions = store.sessions();
    let mut connection = server.connection().await;
    for n in 0..5 {
        // Both lines.
        for _ in 0..2 {
            sessions.find(&digest(1)).await.unwrap();
        }
        let before = Instant::now();
        sessions.find(&digest(1)).await.unwrap();
        assert!(sessions.connected_since().unwrap() <= before, "nothing was lost");
        let _killed: u32 = run(
            &mut connection,
            &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
        )
        .await;
        sessions.find(&digest(1)).await.unwrap();
        assert!(sessions.connected_since().unwrap() > before, "{n}");
    }
}

/// The client of a cluster connects again by itself.
#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_on_a_cluster_whichever_node_was_lost() {
    let nodes = cluster().await;
    let store = common::connect(&url(&nodes), "wl:").await;
    let sessions = store.sessions();
    let find_all = async || {
        for n in 0..12 {
            sessions.find(&digest(n)).await.expect("Redis answers");
        }
    };
    for node in &nodes {
        find_all().await;
        find_all().await;
        let before = Instant::now();
        find_all().await;
        assert!(sessions.connected_since().unwrap() <= before, "nothing was lost");
        let _killed: u32 = run(
            &mut node.connection().await,
            &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
        )
        .await;
        find_all().await;
        assert!(sessions.connected_since().unwrap() > before, "{}", node.port());
    }
}
