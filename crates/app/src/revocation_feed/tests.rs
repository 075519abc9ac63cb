use std::sync::{
    RwLock,
    atomic::{AtomicU32, Ordering},
};

use futures_util::future::join_all;
use tokio::time::sleep;
use wechat_login_domain::{
    Revocation, RevocationView,
    ports::{Reading, Revocations},
};

use super::*;
use crate::system::SystemClock;

/// A record that answers, fails or hangs where it is asked what is new, and hangs where it is asked for everything.
#[derive(Default)]
struct Record {
    readings: AtomicU32,
    whole_readings: AtomicU32,
    mood: AtomicU32,
}

const FAILS: u32 = 1;
const HANGS: u32 = 2;

#[async_trait]
impl Revocations for Record {
    async fn all(&self, _now: OffsetDateTime) -> Result<Reading, PortError> {
        self.whole_readings.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }

    async fn since(&self, read_at: OffsetDateTime) -> Result<Reading, PortError> {
        self.readings.fetch_add(1, Ordering::SeqCst);
        match self.mood.load(Ordering::SeqCst) {
            FAILS => Err(PortError::new(Dependency::Database, "switched off")),
            HANGS => std::future::pending().await,
            _ => Ok(Reading {
                rows: Vec::new(),
                read_at,
            }),
        }
    }

    async fn record(&self, _revocation: &Revocation) -> Result<(), PortError> {
        Ok(())
    }
}

/// A feed that just read, so that its next turn is half a second away.
async fn feed() -> (Arc<Record>, Arc<RevocationFeed>) {
    let record = Arc::new(Record::default());
    let view = Arc::new(RwLock::new(RevocationView::default()));
    let follow = FollowRevocations::new(record.clone(), view, Arc::new(SystemClock));
    let follow = Arc::new(follow);
    let feed = Arc::new(RevocationFeed::default());
    tokio::spawn(reload(Arc::clone(&follow)));
    tokio::spawn(Arc::clone(&feed).follow(follow, OffsetDateTime::UNIX_EPOCH));
    while record.readings.load(Ordering::SeqCst) == 0 {
        sleep(Duration::from_millis(1)).await;
    }
    (record, feed)
}

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(300)
}

#[tokio::test]
async fn who_waits_has_a_reading_at_once_and_all_of_them_have_one() {
    let (record, feed) = feed().await;
    let before = record.readings.load(Ordering::SeqCst);
    let moment = Instant::now();
    let answers = join_all((0..100).map(|_| feed.after(moment, soon()))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert!(moment.elapsed() < POLL_EVERY, "{:?}", moment.elapsed());
    let readings = record.readings.load(Ordering::SeqCst) - before;
    assert!((1..=2).contains(&readings), "{readings}");
}

#[tokio::test]
async fn who_waits_hears_of_a_failure_and_the_next_one_may_be_luckier() {
    let (record, feed) = feed().await;
    record.mood.store(FAILS, Ordering::SeqCst);
    let moment = Instant::now();
    assert!(feed.after(moment, soon()).await.is_err());
    assert!(
        moment.elapsed() < Duration::from_millis(250),
        "it did not wait for more"
    );
    record.mood.store(0, Ordering::SeqCst);
    let back = Instant::now();
    while feed.after(moment, soon()).await.is_err() {
        assert!(back.elapsed() < POLL_EVERY);
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn whoever_can_do_without_has_a_reading_at_once_too() {
    let (record, feed) = feed().await;
    let before = record.readings.load(Ordering::SeqCst);
    let moment = Instant::now();
    join_all((0..100).map(|_| feed.catch_up(moment, soon()))).await;
    assert!(moment.elapsed() < POLL_EVERY / 2, "{:?}", moment.elapsed());
    assert_eq!(record.readings.load(Ordering::SeqCst) - before, 1);
    feed.catch_up(moment, soon()).await;
    assert_eq!(
        record.readings.load(Ordering::SeqCst) - before,
        1,
        "it was caught up with already"
    );
}

#[tokio::test]
async fn those_who_can_do_without_cannot_make_the_database_busy() {
    let (record, feed) = feed().await;
    let before = record.readings.load(Ordering::SeqCst);
    let begun = Instant::now();
    let mut asked = 0;
    while begun.elapsed() < Duration::from_secs(2) {
        feed.catch_up(Instant::now(), soon()).await;
        asked += 1;
        tokio::task::yield_now().await;
    }
    let readings = record.readings.load(Ordering::SeqCst) - before;
    // Ten, five a second, and those of the timer.
    assert!((10..=26).contains(&readings), "{readings}");
    assert!(asked > 1000, "whoever comes then does not wait: {asked}");
}

#[tokio::test]
async fn whoever_can_do_without_does_not_wait_for_a_database_that_fails_or_hangs() {
    let (record, feed) = feed().await;
    record.mood.store(FAILS, Ordering::SeqCst);
    let begun = Instant::now();
    feed.catch_up(begun, soon()).await;
    assert!(
        begun.elapsed() < Duration::from_millis(250),
        "{:?}",
        begun.elapsed()
    );
    record.mood.store(HANGS, Ordering::SeqCst);
    let begun = Instant::now();
    feed.catch_up(begun, begun + Duration::from_millis(100)).await;
    assert!(
        begun.elapsed() < Duration::from_millis(350),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn what_is_announced_is_read_soon_and_a_storm_costs_little() {
    let (record, feed) = feed().await;
    let before = record.readings.load(Ordering::SeqCst);
    let begun = Instant::now();
    feed.hasten();
    while record.readings.load(Ordering::SeqCst) == before {
        assert!(begun.elapsed() < POLL_EVERY / 2, "{:?}", begun.elapsed());
        sleep(Duration::from_millis(1)).await;
    }
    let before = record.readings.load(Ordering::SeqCst);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        feed.hasten();
        tokio::task::yield_now().await;
    }
    let readings = record.readings.load(Ordering::SeqCst) - before;
    assert!((5..=24).contains(&readings), "{readings}");
}

#[tokio::test]
async fn nobody_waits_for_longer_than_they_can() {
    let (record, feed) = feed().await;
    record.mood.store(HANGS, Ordering::SeqCst);
    let begun = Instant::now();
    let until = soon();
    assert!(feed.after(begun, until).await.is_err());
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_is_new_is_read_on_while_the_reading_of_everything_hangs() {
    let (record, _feed) = feed().await;
    assert_eq!(record.whole_readings.load(Ordering::SeqCst), 0);
    sleep(Duration::from_mins(11)).await;
    assert_eq!(record.whole_readings.load(Ordering::SeqCst), 1);
    let before = record.readings.load(Ordering::SeqCst);
    sleep(Duration::from_secs(10)).await;
    let readings = record.readings.load(Ordering::SeqCst) - before;
    assert!((19..=21).contains(&readings), "{readings}");
}
