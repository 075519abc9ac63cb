use wechat_login_domain::{Error, ports::Revocations};
use wechat_login_testkit::sample;

use crate::world::{World, is_unavailable, kicked, token};

#[tokio::test]
async fn an_instance_that_has_read_the_record_believes_its_view() {
    let world = World::starting();
    let token = world.keep(&sample::session()).await;
    assert!(is_unavailable(&world.authenticate(&token).await));
    world.follow_revocations().run(None).await.unwrap();
    assert!(world.authenticate(&token).await.is_ok());
}

#[tokio::test]
async fn the_first_reading_takes_in_all_that_was_recorded_before() {
    let world = World::starting();
    let token = world.keep(&sample::session()).await;
    world.revocations.record(&kicked(&token)).await.unwrap();
    world.follow_revocations().run(None).await.unwrap();
    let refused = world.authenticate(&token).await;
    assert!(matches!(refused, Err(Error::SessionRevoked(_))), "{refused:?}");
}

#[tokio::test]
async fn a_later_reading_takes_in_what_another_instance_recorded() {
    let world = World::starting();
    let read_at = world.follow_revocations().run(None).await.unwrap();
    let token = world.keep(&sample::session()).await;
    let other = world.another_instance();
    other.follow_revocations().run(None).await.unwrap();
    let authenticated = other.authenticate(&token).await.unwrap();
    other.log_out(&authenticated).await.unwrap();

    let read_at = world.follow_revocations().run(Some(read_at)).await.unwrap();
    let refused = world.authenticate(&token).await;
    assert!(matches!(refused, Err(Error::SessionRevoked(_))), "{refused:?}");
    world.follow_revocations().run(Some(read_at)).await.unwrap();
    assert!(
        world.authenticate(&token).await.is_err(),
        "a reading without it takes nothing back"
    );
}

#[tokio::test]
async fn a_reading_that_fails_leaves_the_view_as_it_was() {
    let world = World::starting();
    let token = world.keep(&sample::session()).await;
    world.revocations.outage.begin();
    assert!(world.follow_revocations().run(None).await.is_err());
    assert!(
        is_unavailable(&world.authenticate(&token).await),
        "nothing was read, so nothing is believed"
    );
    world.revocations.outage.end();
    let read_at = world.follow_revocations().run(None).await.unwrap();
    world.revocations.outage.begin();
    assert!(world.follow_revocations().run(Some(read_at)).await.is_err());
    assert!(world.authenticate(&token).await.is_ok());
}

#[tokio::test]
async fn reading_everything_anew_forgets_what_bars_nothing_any_more() {
    let world = World::ready();
    let token = token();
    let row = kicked(&token);
    world.knows(&row);
    world.revocations.record(&row).await.unwrap();
    world.follow_revocations().run(None).await.unwrap();
    assert!(world.view.read().unwrap().bars_token(&token.digest()).is_some());
    world.clock.advance(time::Duration::DAY);
    world.follow_revocations().run(None).await.unwrap();
    assert_eq!(world.view.read().unwrap().bars_token(&token.digest()), None);
}
