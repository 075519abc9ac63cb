//! No token that can be used, and somebody else fetches one.

use std::time::Duration;

use wechat_login_domain::{AppCallError, ports::WeChatError};

use crate::world::{TWO_HOURS, WITHIN, World, fetched, show, show_within, shown};

#[tokio::test(start_paused = true)]
async fn the_other_instances_wait_for_the_one_that_fetches() {
    let world = World::handing_out(&[1, 2]);
    world.fetches_take(Duration::from_secs(2));
    let first = tokio::spawn({
        let tokens = world.instance();
        async move { show(&tokens).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(show(&world.instance()).await.unwrap(), shown(1));
    assert!(
        world.passed() < Duration::from_millis(2100),
        "{:?}",
        world.passed()
    );
    assert_eq!(first.await.unwrap().unwrap(), shown(1));
    assert_eq!(world.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_a_fetch_failed_the_next_instance_tries() {
    let world = World::default();
    world.hands_out([Err(WeChatError::Unavailable), fetched(1, TWO_HOURS)]);
    world.fetches_take(Duration::from_secs(1));
    let first = tokio::spawn({
        let tokens = world.instance();
        async move { show(&tokens).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(show(&world.instance()).await.unwrap(), shown(1));
    let failed = first.await.unwrap();
    assert!(matches!(
        failed,
        Err(AppCallError::NotAsked(WeChatError::Unavailable))
    ));
    assert_eq!(world.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_died_is_waited_for_three_seconds_and_no_longer() {
    let world = World::handing_out(&[1]);
    world.claim_and_die().await;
    let tokens = world.instance();
    let patient = show_within(&tokens, WITHIN * 2);
    assert_eq!(patient.await.unwrap(), shown(1));
    let passed = world.passed();
    assert!(
        passed >= Duration::from_secs(3) && passed < Duration::from_millis(3100),
        "{passed:?}"
    );
    assert_eq!(world.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_they_have_time() {
    let world = World::handing_out(&[1]);
    world.claim_and_die().await;
    let tokens = world.instance();
    let impatient = show_within(&tokens, Duration::from_secs(1));
    let failed = impatient.await.unwrap_err();
    assert!(
        matches!(failed, AppCallError::NotAsked(WeChatError::Unavailable)),
        "{failed:?}"
    );
    assert!(world.passed() <= Duration::from_secs(1), "{:?}", world.passed());
    assert_eq!(world.fetches(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_has_less_time_than_the_one_they_wait_for_gives_up_in_time() {
    let world = World::handing_out(&[1]);
    world.fetches_take(Duration::from_secs(2));
    let tokens = world.instance();
    let first = tokio::spawn({
        let tokens = tokens.clone();
        async move { show(&tokens).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    let impatient = show_within(&tokens, Duration::from_secs(1));
    assert!(impatient.await.is_err());
    assert!(
        world.passed() <= Duration::from_millis(1010),
        "{:?}",
        world.passed()
    );
    assert_eq!(first.await.unwrap().unwrap(), shown(1));
    assert_eq!(world.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_has_more_time_than_the_one_they_wait_for_goes_on() {
    let world = World::handing_out(&[1]);
    world.claim_and_die().await;
    let tokens = world.instance();
    let first = tokio::spawn({
        let tokens = tokens.clone();
        async move { show_within(&tokens, Duration::from_secs(1)).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    let patient = show_within(&tokens, WITHIN * 2);
    assert_eq!(patient.await.unwrap(), shown(1));
    assert!(first.await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_hangs_ends_within_the_time_of_the_call() {
    let world = World::handing_out(&[1]);
    world.fetches_take(Duration::from_mins(1));
    let failed = show(&world.instance()).await.unwrap_err();
    assert!(
        matches!(failed, AppCallError::NotAsked(WeChatError::Unavailable)),
        "{failed:?}"
    );
    assert!(world.passed() <= WITHIN, "{:?}", world.passed());
}

#[tokio::test(start_paused = true)]
async fn a_call_without_time_asks_nobody() {
    let world = World::handing_out(&[1]);
    let tokens = world.instance();
    let hurried = show_within(&tokens, Duration::ZERO);
    assert!(hurried.await.is_err());
    assert_eq!(world.fetches(), 0);
}
