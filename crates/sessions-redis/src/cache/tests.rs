use tokio::time::advance;
use wechat_login_testkit::sample::{digest, session};

use super::*;

fn up() -> SessionCache {
    let cache = SessionCache::new();
    cache.feed_is_up();
    cache
}

fn fill(cache: &SessionCache, digest: &TokenDigest) {
    let asked = cache.ask(digest).expect("the feed is up");
    cache.put(digest, &session(), &asked);
}

#[test]
fn what_was_taken_in_is_at_hand_and_nothing_else_is() {
    let cache = up();
    fill(&cache, &digest(1));
    assert_eq!(cache.get(&digest(1)), Some(session()));
    assert_eq!(cache.get(&digest(2)), None);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_at_hand_ten_seconds_after_it_was_asked_for() {
    let cache = up();
    let asked = cache.ask(&digest(1)).unwrap();
    // The store took a second to answer: the session may be as old as the question.
    advance(Duration::from_secs(1)).await;
    cache.put(&digest(1), &session(), &asked);
    advance(Duration::from_millis(8_999)).await;
    assert!(cache.get(&digest(1)).is_some());
    advance(Duration::from_millis(1)).await;
    assert_eq!(cache.get(&digest(1)), None);
    fill(&cache, &digest(1));
    assert!(cache.get(&digest(1)).is_some(), "it may be asked for again");
}

#[test]
fn what_was_said_while_the_store_answered_keeps_its_answer_out() {
    let cache = up();
    let said: [fn(&SessionCache); 4] = [
        |cache| cache.invalidate(&digest(1)),
        SessionCache::invalidate_all,
        |cache| assert!(cache.feed_is_lost()),
        // It is up again, but not all that changed was told.
        |cache| {
            cache.feed_is_lost();
            cache.feed_is_up();
        },
    ];
    for (n, say) in said.into_iter().enumerate() {
        cache.feed_is_up();
        let asked = cache.ask(&digest(1)).unwrap();
        say(&cache);
        cache.put(&digest(1), &session(), &asked);
        cache.feed_is_up();
        assert_eq!(cache.get(&digest(1)), None, "{n}");
    }
}

#[test]
fn what_was_said_of_others_keeps_nothing_out() {
    let cache = up();
    let asked = cache.ask(&digest(1)).unwrap();
    cache.invalidate(&digest(2));
    cache.put(&digest(1), &session(), &asked);
    assert!(cache.get(&digest(1)).is_some());
}

#[test]
fn what_is_said_to_have_changed_is_gone_at_once() {
    let cache = up();
    for n in [1, 2] {
        fill(&cache, &digest(n));
    }
    cache.invalidate(&digest(1));
    assert_eq!(cache.get(&digest(1)), None);
    assert!(cache.get(&digest(2)).is_some());
    cache.invalidate_all();
    assert_eq!(cache.get(&digest(2)), None);
}

#[test]
fn nothing_goes_in_or_out_while_the_feed_is_down() {
    let cache = SessionCache::new();
    assert!(cache.ask(&digest(1)).is_none());
    cache.feed_is_up();
    fill(&cache, &digest(1));
    assert!(cache.feed_is_lost());
    assert!(!cache.feed_is_lost(), "told twice, it is as down as before");
    assert_eq!(cache.get(&digest(1)), None);
    assert!(cache.ask(&digest(1)).is_none());
    cache.feed_is_up();
    assert_eq!(cache.get(&digest(1)), None, "it was emptied");
    fill(&cache, &digest(1));
    assert!(cache.get(&digest(1)).is_some());
}

#[tokio::test(start_paused = true)]
async fn it_holds_so_many_and_keeps_the_youngest() {
    let cache = up();
    let digest_of = |n: usize| {
        let mut bytes = [0; 32];
        bytes[1..9].copy_from_slice(&n.to_be_bytes());
        TokenDigest::from_bytes(bytes)
    };
    for n in 0..=MOST {
        fill(&cache, &digest_of(n));
    }
    assert_eq!(cache.get(&digest_of(0)), None, "the oldest made room");
    assert!(cache.get(&digest_of(1)).is_some());
    assert!(cache.get(&digest_of(MOST)).is_some());

    // And what is too old to be used takes no room either.
    advance(LONGEST).await;
    fill(&cache, &digest_of(0));
    assert_eq!(cache.read(&digest_of(0)).entries.len(), 1);
}
