//! Many at the same moment.

use std::{sync::Arc, time::Duration};

use wechat_login_domain::{AppAccessTokens, AppCallError, Error, ports::WeChatError};

use crate::world::{WITHIN, World, show, show_within, shown};

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
async fn a_fetch_that_everybody_left_is_taken_over_when_the_claim_ends() {
    let world = World::handing_out(&[1]);
    world.fetches_take(Duration::from_secs(1));
    let tokens = world.instance();
    let first = tokio::spawn({
        let tokens = Arc::clone(&tokens);
        async move { show(&tokens).await }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    first.abort();
    assert!(first.await.is_err());
    let patient = show_within(&tokens, WITHIN * 2);
    assert_eq!(patient.await.unwrap(), shown(1));
    assert!(
        world.passed() < Duration::from_millis(4100),
        "{:?}",
        world.passed()
    );
    assert_eq!(world.fetches(), 2);
}
