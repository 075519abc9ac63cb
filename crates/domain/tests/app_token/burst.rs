//! Many at the same moment.

use std::{sync::Arc, time::Duration};

use wechat_login_domain::{
    AppAccessTokens, AppCallError, Error,
    ports::{Clock, WeChatError},
};
use wechat_login_testkit::sample::app_token;

use crate::world::{TWO_HOURS, WITHIN, World, fetched, show, show_within, shown, with_token};

/// So many calls of each instance at once.
async fn burst(instances: &[Arc<AppAccessTokens>], calls: usize) -> Vec<Result<String, AppCallError>> {
    let mut running = Vec::new();
    for _ in 0..calls {
        for tokens in instances {
            let tokens = Arc::clone(tokens);
            running.push(tokio::spawn(async move { show(&tokens).await }));
        }
    }
    let mut answers = Vec::new();
    for call in running {
        answers.push(call.await.unwrap());
    }
    answers
}

#[tokio::test(start_paused = true)]
async fn three_instances_with_500_calls_each_fetch_one_token() {
    let world = World::handing_out(&[2, 3]);
    world.keep(1, Duration::ZERO, Duration::ZERO).await;
    world.fetches_take(Duration::from_secs(1));
    let instances = [world.instance(), world.instance(), world.instance()];
    for answer in burst(&instances, 500).await {
        assert_eq!(answer.unwrap(), shown(2));
    }
    assert_eq!(world.fetches(), 1);
    // Each call looks once, and each instance every 50 ms for a second, at the token and at the claim.
    let looks = world.store.looks();
    assert!(looks < 1_500 + 3 * 2 * 21 + 10, "{looks}");
}

#[tokio::test(start_paused = true)]
async fn a_due_token_is_fetched_once_while_all_others_go_on_with_it() {
    let world = World::handing_out(&[2, 3]);
    world.keep(1, Duration::ZERO, Duration::from_mins(1)).await;
    world.fetches_take(Duration::from_secs(1));
    let instances = [world.instance(), world.instance(), world.instance()];
    let answers = burst(&instances, 500).await;
    let new = answers
        .into_iter()
        .filter(|answer| *answer.as_ref().unwrap() == shown(2))
        .count();
    assert_eq!((new, world.fetches()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn of_a_burst_that_fails_wechat_is_asked_once_by_an_instance() {
    let world = World::default();
    world.hands_out([Err(WeChatError::Misconfigured { errcode: 40164 })]);
    world.fetches_take(Duration::from_millis(100));
    for answer in burst(&[world.instance()], 500).await {
        let error = Error::from(answer.unwrap_err());
        assert!(
            matches!(error, Error::WeChatMisconfigured { errcode: 40164 }),
            "{error:?}"
        );
    }
    assert_eq!(world.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_told_to_all_who_wait() {
    let world = World::handing_out(&[1]);
    world.store.claims_outage.begin();
    for answer in burst(&[world.instance()], 50).await {
        let error = Error::from(answer.unwrap_err());
        assert!(matches!(error, Error::DependencyUnavailable(_)), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_takes_the_fetch_from_nobody() {
    let world = World::handing_out(&[1]);
    world.fetches_take(Duration::from_secs(1));
    let tokens = world.instance();
    let call = |tokens: &Arc<AppAccessTokens>| {
        let tokens = Arc::clone(tokens);
        tokio::spawn(async move { show(&tokens).await })
    };
    let (first, second) = (call(&tokens), call(&tokens));
    tokio::time::sleep(Duration::from_millis(500)).await;
    first.abort();
    assert_eq!(second.await.unwrap().unwrap(), shown(1));
    assert_eq!((world.fetches(), world.passed()), (1, Duration::from_secs(1)));
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_everybody_left_is_taken_over_at_once() {
    // Long enough to be gone during the fetch, and short enough for a caller in a hurry.
    for within in [WITHIN, Duration::from_secs(1)] {
        let world = World::handing_out(&[1]);
        world.fetches_take(Duration::from_millis(500));
        let tokens = world.instance();
        let first = tokio::time::timeout(Duration::from_millis(100), show_within(&tokens, within));
        assert!(first.await.is_err());
        assert_eq!(show_within(&tokens, within).await.unwrap(), shown(1));
        assert_eq!((world.fetches(), world.passed()), (2, Duration::from_millis(600)));
        world.claim_and_die().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_whose_caller_left_is_taken_over_at_once() {
    let world = World::handing_out(&[2]);
    world.keep(1, Duration::ZERO, Duration::from_mins(1)).await;
    world.fetches_take(Duration::from_millis(500));
    let tokens = world.instance();
    let first = tokio::time::timeout(Duration::from_millis(100), show(&tokens));
    assert!(first.await.is_err());
    assert_eq!(show(&tokens).await.unwrap(), shown(2));
    assert_eq!(world.passed(), Duration::from_millis(600));
}

#[tokio::test(start_paused = true)]
async fn what_wechat_hands_out_again_after_it_rejected_it_is_fetched_by_an_instance_once_in_five_seconds() {
    let world = World::handing_out(&[1]);
    world.keep(1, TWO_HOURS, TWO_HOURS).await;
    world.fetches_take(Duration::from_millis(50));
    let instances = [world.instance(), world.instance(), world.instance()];
    let mut running = Vec::new();
    for n in 0..500 {
        let (tokens, clock) = (Arc::clone(&instances[n % 3]), world.clock.clone());
        running.push(tokio::spawn(async move {
            let reject = |_token, _within| async {
                clock.sleep(Duration::from_millis(10 + n as u64 * 4)).await;
                Err::<(), _>(WeChatError::AccessTokenRejected)
            };
            with_token(&tokens, WITHIN, reject).await
        }));
    }
    for call in running {
        let failed = call.await.unwrap().unwrap_err();
        assert!(failed.leaves_code_unspent(), "{failed:?}");
    }
    assert!(world.fetches() <= 6, "{}", world.fetches());

    // Another one is taken at once, and fetched after five seconds.
    let another = |token, _within| async move {
        if token == app_token(2) {
            Ok(())
        } else {
            Err(WeChatError::AccessTokenRejected)
        }
    };
    assert!(with_token(&instances[0], WITHIN, another).await.is_err());
    let meanwhile = |token, _within| {
        let world = &world;
        async move {
            if token == app_token(1) {
                world.keep(2, TWO_HOURS, TWO_HOURS).await;
            }
            another(token, WITHIN).await
        }
    };
    with_token(&instances[0], WITHIN, meanwhile).await.unwrap();
    world.keep(1, TWO_HOURS, TWO_HOURS).await;
    world.hands_out([fetched(2, TWO_HOURS)]);
    tokio::time::advance(Duration::from_secs(5)).await;
    with_token(&instances[0], WITHIN, another).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_wechat_says_of_an_app_is_answered_from_memory_for_five_seconds() {
    for error in [
        WeChatError::Misconfigured { errcode: 40164 },
        WeChatError::RateLimited,
    ] {
        let world = World::default();
        world.hands_out([Err(error)]);
        world.fetches_take(Duration::from_millis(5));
        let tokens = world.instance();
        for _ in 0..500 {
            let failed = show(&tokens).await.unwrap_err();
            assert!(
                matches!(failed, AppCallError::NotAsked(told) if told == error),
                "{failed:?}"
            );
            tokio::time::advance(Duration::from_millis(20)).await;
        }
        assert_eq!(world.fetches(), 2, "in ten seconds");

        world.hands_out([fetched(1, TWO_HOURS)]);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(show(&tokens).await.unwrap(), shown(1));
        world.keep(1, Duration::ZERO, Duration::ZERO).await;
        world.hands_out([fetched(2, TWO_HOURS)]);
        assert_eq!(show(&tokens).await.unwrap(), shown(2), "a token ends it");
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_asked_again_at_once() {
    for error in [WeChatError::Unavailable, WeChatError::NotReached] {
        let world = World::default();
        world.hands_out([Err(error)]);
        let tokens = world.instance();
        assert!(show(&tokens).await.is_err());
        world.hands_out([fetched(1, TWO_HOURS)]);
        assert_eq!(show(&tokens).await.unwrap(), shown(1));
        world.keep(1, Duration::ZERO, TWO_HOURS).await;
        world.hands_out([fetched(2, TWO_HOURS)]);
        assert_eq!(
            show(&tokens).await.unwrap(),
            shown(2),
            "nor does it delay a refresh"
        );
    }
}
