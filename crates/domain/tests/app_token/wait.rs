//! No token that can be used, and somebody else fetches one.

use std::time::Duration;

use wechat_login_domain::{AppCallError, ports::WeChatError};

use crate::world::{LEASE, TWO_HOURS, WITHIN, World, fetched, show, show_within, shown, with_token};

#[tokio::test(start_paused = true)]
async fn the_other_instances_wait_for_the_one_that_fetches() {
    let world = World::handing_out(&[1, 2]);
    world.fetches_take(Duration::from_secs(1));
    let first = tokio::spawn({
        let tokens = world.instance();
        async move { show(&tokens).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(show(&world.instance()).await.unwrap(), shown(1));
    assert!(
        world.passed() < Duration::from_millis(1100),
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
async fn a_holder_that_died_is_waited_for_two_seconds_which_leaves_a_call_its_time() {
    let world = World::handing_out(&[1]);
    world.claim_and_die().await;
    world.fetches_take(Duration::from_millis(500));
    let tokens = world.instance();
    let left = with_token(&tokens, WITHIN, |_token, within| async move { Ok(within) });
    assert!(left.await.unwrap() > Duration::from_millis(400));
    let passed = world.passed();
    assert!(
        passed >= Duration::from_millis(2500) && passed < Duration::from_millis(2600),
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
    world.fetches_take(Duration::from_millis(1400));
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

#[tokio::test(start_paused = true)]
async fn a_claim_of_a_clock_that_is_far_ahead_keeps_nobody_waiting() {
    for ahead in [Duration::from_secs(2), Duration::from_mins(10), TWO_HOURS] {
        let world = World::handing_out(&[1]);
        world.claim_and_die_ahead(ahead).await;
        assert_eq!(show(&world.instance()).await.unwrap(), shown(1));
        assert_eq!(world.passed(), Duration::ZERO, "{ahead:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_of_a_clock_that_is_a_little_ahead_is_over_when_somebody_with_three_seconds_comes_next() {
    let world = World::handing_out(&[1]);
    world.claim_and_die_ahead(Duration::from_secs(1)).await;
    let tokens = world.instance();
    assert!(show(&tokens).await.is_err());
    assert_eq!(show(&tokens).await.unwrap(), shown(1));
    assert_eq!(world.passed(), WITHIN);
}

#[tokio::test(start_paused = true)]
async fn whoever_has_more_time_than_the_one_who_began_to_fetch_gets_the_token() {
    let world = World::handing_out(&[1, 2]);
    world.fetches_take(Duration::from_millis(300));
    let tokens = world.instance();
    let hurried = tokio::spawn({
        let tokens = tokens.clone();
        async move { show_within(&tokens, Duration::from_millis(200)).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(show(&tokens).await.unwrap(), shown(1));
    assert!(hurried.await.unwrap().is_err());
    assert_eq!((world.fetches(), world.passed()), (1, Duration::from_millis(300)));
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_is_slow_ends_before_its_claim() {
    let world = World::handing_out(&[1, 2]);
    world.fetches_take(Duration::from_millis(1499));
    let first = tokio::spawn({
        let tokens = world.instance();
        async move { show(&tokens).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(show(&world.instance()).await.unwrap(), shown(1));
    assert_eq!(first.await.unwrap().unwrap(), shown(1));
    assert_eq!(world.fetches(), 1);
    for call in world.wechat.calls() {
        assert!(call.within < LEASE, "{:?}", call.within);
    }
}
