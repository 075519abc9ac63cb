use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use futures_util::poll;
use tokio::sync::{Notify, mpsc::unbounded_channel};
use wechat_login_domain::Dependency;
use wechat_login_testkit::{
    fake::{EmptyReadings, MemorySessions},
    sample::{digest, session},
};

use super::*;

/// Sessions in memory. A test may hold an answer back after it was made, as a slow line does, or lose that of a write.
#[derive(Default)]
struct Store {
    sessions: MemorySessions,
    asked: AtomicU32,
    holds_back: AtomicBool,
    goes_on: Notify,
    loses_answers: AtomicBool,
}

impl Store {
    fn asked(&self) -> u32 {
        self.asked.swap(0, Ordering::SeqCst)
    }

    fn answered<T>(&self, answer: T) -> Result<T, PortError> {
        if self.loses_answers.load(Ordering::SeqCst) {
            Err(PortError::new(Dependency::Redis, "no answer"))
        } else {
            Ok(answer)
        }
    }
}

#[async_trait]
impl Sessions for Store {
    async fn insert(&self, digest: &TokenDigest, session: &Session) -> Result<(), PortError> {
        self.sessions.insert(digest, session).await?;
        self.answered(())
    }

    async fn find(&self, digest: &TokenDigest) -> Result<Option<Session>, PortError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.sessions.find(digest).await?;
        if self.holds_back.swap(false, Ordering::SeqCst) {
            self.goes_on.notified().await;
        }
        self.answered(answer)
    }

    async fn renew(
        &self,
        digest: &TokenDigest,
        read: &Session,
        renewed: &Session,
    ) -> Result<bool, PortError> {
        let answer = self.sessions.renew(digest, read, renewed).await?;
        self.answered(answer)
    }

    async fn remove(&self, digest: &TokenDigest) -> Result<(), PortError> {
        self.sessions.remove(digest).await?;
        self.answered(())
    }

    async fn list(
        &self,
        users: &[UserId],
        now: OffsetDateTime,
    ) -> Result<Vec<(TokenDigest, Session)>, PortError> {
        self.sessions.list(users, now).await
    }
}

const ONE: TokenDigest = digest(1);

fn renewed() -> Session {
    Session {
        last_seen_at: session().last_seen_at + time::Duration::HOUR,
        ..session()
    }
}

fn over(
    store: &Arc<Store>,
    readings: Arc<EmptyReadings>,
    events: UnboundedReceiver<FeedEvent>,
) -> CachedSessions {
    CachedSessions::new(Arc::clone(store) as _, readings, events, &Handle::current())
}

/// Over a store with one session. The feed is up, and nobody waits for what it says: the tests let it be heard.
async fn stored() -> (Arc<Store>, CachedSessions) {
    let store = Arc::new(Store::default());
    store.insert(&ONE, &session()).await.unwrap();
    // A feed that never says anything; one that ends would be lost.
    let (feed, events) = unbounded_channel();
    std::mem::forget(feed);
    let cached = over(&store, Arc::new(EmptyReadings::default()), events);
    cached.kept.hear(FeedEvent::Up);
    (store, cached)
}

async fn found(cached: &CachedSessions) -> Option<Session> {
    cached.find(&ONE).await.unwrap()
}

#[tokio::test]
async fn a_session_is_asked_for_once() {
    let (store, cached) = stored().await;
    for _ in 0..3 {
        assert_eq!(found(&cached).await, Some(session()));
    }
    assert_eq!(store.asked(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_asked_for_every_time() {
    let (store, cached) = stored().await;
    for _ in 0..3 {
        assert_eq!(cached.find(&digest(2)).await.unwrap(), None);
    }
    assert_eq!(store.asked(), 3);
}

/// The answer is on its way, the session changes, the feed says so, and only then does the answer arrive.
#[tokio::test]
async fn an_answer_that_was_overtaken_by_a_change_is_not_kept() {
    for event in [
        FeedEvent::Invalidated(ONE),
        FeedEvent::AllInvalidated,
        FeedEvent::Lost,
    ] {
        let (store, cached) = stored().await;
        store.holds_back.store(true, Ordering::SeqCst);
        let mut finding = std::pin::pin!(cached.find(&ONE));
        assert!(poll!(&mut finding).is_pending());
        store.sessions.remove(&ONE).await.unwrap();
        cached.kept.hear(event);
        cached.kept.hear(FeedEvent::Up);
        store.goes_on.notify_one();
        assert!(finding.await.unwrap().is_some(), "it was true when it was asked");
        assert_eq!(found(&cached).await, None, "{event:?}");
    }
}

#[tokio::test]
async fn an_answer_that_was_overtaken_by_a_write_of_our_own_is_not_kept() {
    let (store, cached) = stored().await;
    store.holds_back.store(true, Ordering::SeqCst);
    let mut finding = std::pin::pin!(cached.find(&ONE));
    assert!(poll!(&mut finding).is_pending());
    cached.remove(&ONE).await.unwrap();
    store.goes_on.notify_one();
    assert!(finding.await.unwrap().is_some());
    assert_eq!(found(&cached).await, None);
}

#[tokio::test]
async fn writes_of_our_own_are_seen_at_once_whatever_the_feed_says() {
    let (_, cached) = stored().await;
    assert_eq!(found(&cached).await, Some(session()));
    assert!(cached.renew(&ONE, &session(), &renewed()).await.unwrap());
    assert_eq!(found(&cached).await, Some(renewed()));
    cached.insert(&ONE, &session()).await.unwrap();
    assert_eq!(found(&cached).await, Some(session()));
    cached.remove(&ONE).await.unwrap();
    assert_eq!(found(&cached).await, None);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_may_have_been_done() {
    let (store, cached) = stored().await;
    for n in 0..3 {
        store.sessions.insert(&ONE, &session()).await.unwrap();
        cached.kept.hear(FeedEvent::Invalidated(ONE));
        assert_eq!(found(&cached).await, Some(session()));
        store.asked();
        store.loses_answers.store(true, Ordering::SeqCst);
        let failed = match n {
            0 => cached.insert(&ONE, &session()).await.is_err(),
            1 => cached.renew(&ONE, &session(), &renewed()).await.is_err(),
            _ => cached.remove(&ONE).await.is_err(),
        };
        assert!(failed);
        store.loses_answers.store(false, Ordering::SeqCst);
        found(&cached).await;
        assert_eq!(store.asked(), 1, "{n}");
    }
}

#[tokio::test]
async fn while_the_feed_is_down_every_check_asks() {
    let (store, cached) = stored().await;
    found(&cached).await;
    cached.kept.hear(FeedEvent::Lost);
    store.asked();
    for _ in 0..3 {
        assert!(found(&cached).await.is_some());
    }
    assert_eq!(store.asked(), 3);
    cached.kept.hear(FeedEvent::Up);
    for _ in 0..3 {
        assert!(found(&cached).await.is_some());
    }
    assert_eq!(store.asked(), 1);
}

/// As where the servers offer no tracking.
#[tokio::test]
async fn a_feed_that_ends_is_a_feed_that_is_down() {
    let store = Arc::new(Store::default());
    store.insert(&ONE, &session()).await.unwrap();
    let (feed, events) = unbounded_channel();
    let cached = over(&store, Arc::new(EmptyReadings::default()), events);
    feed.send(FeedEvent::Up).unwrap();
    // Heard: what is asked for twice is asked for once.
    loop {
        store.asked();
        found(&cached).await;
        found(&cached).await;
        if store.asked() < 2 {
            break;
        }
        tokio::task::yield_now().await;
    }
    drop(feed);
    loop {
        found(&cached).await;
        if store.asked() > 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    found(&cached).await;
    assert_eq!(store.asked(), 1);
}

#[tokio::test]
async fn whatever_becomes_of_the_feed_the_store_may_be_another_one_since() {
    let (_, cached) = stored().await;
    for event in [FeedEvent::Lost, FeedEvent::Up, FeedEvent::AllInvalidated] {
        let before = Instant::now();
        assert!(cached.connected_since().unwrap() <= before);
        cached.kept.hear(FeedEvent::Invalidated(ONE));
        assert!(cached.connected_since().unwrap() <= before);
        cached.kept.hear(event);
        assert!(cached.connected_since().unwrap() > before, "{event:?}");
    }
}

#[tokio::test]
async fn news_of_revocations_hastens_a_reading_and_costs_no_session() {
    let (store, readings) = (Arc::new(Store::default()), Arc::new(EmptyReadings::default()));
    store.insert(&ONE, &session()).await.unwrap();
    let (_feed, events) = unbounded_channel();
    let cached = over(&store, Arc::clone(&readings), events);
    cached.kept.hear(FeedEvent::Up);
    assert!(found(&cached).await.is_some());
    assert_eq!(readings.hastened(), 0);
    cached.kept.hear(FeedEvent::RevocationNews);
    assert_eq!(readings.hastened(), 1);
    assert!(found(&cached).await.is_some());
    assert_eq!(store.asked(), 1, "it is still at hand");
}
