use time::Duration;
use wechat_login_domain::{Session, ports::Sessions};
use wechat_login_testkit::sample::{self, NOW};

use crate::world::World;

#[tokio::test]
async fn a_session_that_is_in_use_goes_on() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    world.clock.advance(Duration::days(6));
    let authenticated = world.authenticate(&token).await.unwrap();
    let renewed = world.renew(&authenticated).await;
    assert_eq!(renewed.expires_at, NOW + Duration::days(13));
    assert_eq!(world.stored(&token.digest()).await, Some(renewed));
    world.clock.advance(Duration::days(6));
    assert!(world.authenticate(&token).await.is_ok());
}

#[tokio::test]
async fn a_session_that_was_just_seen_is_not_written() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    let authenticated = world.authenticate(&token).await.unwrap();
    assert_eq!(world.renew(&authenticated).await, sample::session());
    assert_eq!(world.stored(&token.digest()).await, Some(sample::session()));
}

#[tokio::test]
async fn a_store_that_does_not_answer_costs_the_renewal_and_not_the_request() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    world.clock.advance(Duration::DAY);
    let authenticated = world.authenticate(&token).await.unwrap();
    world.sessions.outage.begin();
    assert_eq!(world.renew(&authenticated).await, sample::session());
    world.sessions.outage.end();
    assert_eq!(world.stored(&token.digest()).await, Some(sample::session()));
}

#[tokio::test]
async fn a_session_that_was_logged_out_meanwhile_does_not_come_back() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    world.clock.advance(Duration::DAY);
    let authenticated = world.authenticate(&token).await.unwrap();
    world.log_out(&authenticated).await.unwrap();
    assert_eq!(world.renew(&authenticated).await, sample::session());
    assert_eq!(world.stored(&token.digest()).await, None);
}

#[tokio::test]
async fn of_two_requests_that_renew_at_once_one_writes() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    world.clock.advance(Duration::DAY);
    let first = world.authenticate(&token).await.unwrap();
    world.clock.advance(Duration::SECOND);
    let second = world.authenticate(&token).await.unwrap();
    let renewed = world.renew(&first).await;
    assert_eq!(Some(&renewed), first.renewal.as_ref());
    assert_eq!(world.renew(&second).await, second.session);
    assert_eq!(world.stored(&token.digest()).await, Some(renewed));
}

#[tokio::test]
async fn no_renewal_goes_past_the_absolute_end() {
    let world = World::ready();
    let session = Session {
        channel: wechat_login_domain::Channel::Web,
        ..sample::session()
    };
    let token = world.keep(&session).await;
    for days in (6..30).step_by(6) {
        world.clock.set(NOW + Duration::days(days));
        let authenticated = world.authenticate(&token).await.unwrap();
        world.renew(&authenticated).await;
    }
    let kept = world.sessions.find(&token.digest()).await.unwrap().unwrap();
    assert_eq!(kept.expires_at, NOW + Duration::days(30));
}
