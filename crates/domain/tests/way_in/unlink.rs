use wechat_login_domain::{Error, RevokedBecause, ports::Sessions};
use wechat_login_testkit::sample::{alice, bob, session_key};

use crate::world::{World, key};

#[tokio::test(start_paused = true)]
async fn what_is_unlinked_opens_nothing_and_keeps_no_key() {
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    world.give(bob(), "link", session_key(2));
    let ways = world.link(&who, "link").await.unwrap();
    world.give(bob(), "in", session_key(2));
    let by_bobs = world.run("in", None).await.unwrap();
    assert_eq!(by_bobs.user.id, who.user_id);

    let unlinked = world.unlink(&who, &ways[1]).await.unwrap();
    assert!(!unlinked.asking_is_over);
    assert_eq!(world.news.announced(), 1, "other instances are told");
    let over = world.authenticate(&by_bobs).await;
    assert!(
        matches!(over, Err(Error::SessionRevoked(RevokedBecause::Unlinked))),
        "{over:?}"
    );
    assert!(!world.has_key(bob()).await);
    assert!(world.has_key(alice()).await);
    assert_eq!(world.revocations.rows().len(), 1);
    let again = world.unlink(&who, &ways[1]).await;
    assert!(matches!(again, Err(Error::NotFound)), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn a_login_that_keeps_its_session_after_all_is_barred_too() {
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    world.give(bob(), "link", session_key(2));
    let ways = world.link(&who, "link").await.unwrap();
    world.give(bob(), "in", session_key(2));
    let by_bobs = world.run("in", None).await.unwrap();
    let digest = by_bobs.token.digest();
    world.sessions.remove(&digest).await.unwrap();
    world.unlink(&who, &ways[1]).await.unwrap();
    // Its store was slow.
    world.sessions.insert(&digest, &by_bobs.session).await.unwrap();
    assert!(world.authenticate(&by_bobs).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_last_way_in_stays_and_a_redis_that_fails_undoes_nothing() {
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    world.give(bob(), "link", session_key(2));
    let ways = world.link(&who, "link").await.unwrap();
    world.session_keys.outage.begin();
    world.news.outage.begin();
    world.unlink(&who, &ways[1]).await.unwrap();
    let last = world.unlink(&who, &ways[0]).await;
    assert!(matches!(last, Err(Error::LastLoginMethod)), "{last:?}");
    world.users.outage.begin();
    let unknown = world.unlink(&who, &ways[0]).await;
    assert!(
        matches!(unknown, Err(Error::DependencyUnavailable(_))),
        "{unknown:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_unlinks_what_they_came_by_is_told_that_it_is_over() {
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    world.give(bob(), "link", session_key(2));
    let ways = world.link(&who, "link").await.unwrap();
    let unlinked = world.unlink(&who, &ways[0]).await.unwrap();
    assert!(unlinked.asking_is_over);
}
