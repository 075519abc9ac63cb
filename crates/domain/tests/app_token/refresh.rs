//! A token that is due: somebody fetches the next one, and nobody waits for it.

use std::time::Duration;

use wechat_login_domain::ports::WeChatError;
use wechat_login_testkit::sample::app_token;

use crate::world::{TWO_HOURS, WITHIN, World, fetched, show, show_within, shown, with_token};

/// A world whose token 1 is due and good for a minute more.
async fn due(tokens: &[u8]) -> World {
    let world = World::handing_out(tokens);
    world.keep(1, Duration::ZERO, Duration::from_mins(1)).await;
    world
}

#[tokio::test(start_paused = true)]
async fn who_comes_first_fetches_the_next_one() {
    let world = due(&[2]).await;
    for _ in 0..3 {
        assert_eq!(show(&world.instance()).await.unwrap(), shown(2));
    }
    assert_eq!(world.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn everybody_else_goes_on_with_the_old_one_and_waits_for_nobody() {
    let world = due(&[2]).await;
    world.fetches_take(Duration::from_secs(1));
    let (here, elsewhere) = (world.instance(), world.instance());
    let first = tokio::spawn({
        let here = here.clone();
        async move { show(&here).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    for tokens in [&here, &elsewhere] {
        for _ in 0..5 {
            assert_eq!(show(tokens).await.unwrap(), shown(1));
        }
    }
    assert_eq!(world.passed(), Duration::from_millis(100));
    assert_eq!(first.await.unwrap().unwrap(), shown(2));
    assert_eq!(world.passed(), Duration::from_secs(1));
    assert_eq!(show(&elsewhere).await.unwrap(), shown(2));
    assert_eq!(world.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_costs_nobody_the_call() {
    for error in [
        WeChatError::Unavailable,
        WeChatError::NotReached,
        WeChatError::RateLimited,
        WeChatError::Misconfigured { errcode: 40164 },
    ] {
        let world = due(&[]).await;
        world.hands_out([Err(error)]);
        assert_eq!(show(&world.instance()).await.unwrap(), shown(1), "{error:?}");
        assert_eq!(world.kept().await.unwrap().token, app_token(1));
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_refresh_that_failed_an_instance_leaves_wechat_alone_for_five_seconds() {
    for error in [
        WeChatError::Misconfigured { errcode: 40164 },
        WeChatError::Unavailable,
    ] {
        let world = due(&[]).await;
        world.hands_out([Err(error)]);
        let tokens = world.instance();
        for _ in 0..10 {
            assert_eq!(show(&tokens).await.unwrap(), shown(1));
        }
        assert_eq!(world.fetches(), 1);
        tokio::time::advance(Duration::from_secs(5)).await;
        world.hands_out([fetched(2, TWO_HOURS)]);
        assert_eq!(show(&tokens).await.unwrap(), shown(2));
        assert_eq!(world.fetches(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_without_a_token_waits_for_a_refresh_that_failed() {
    let world = due(&[]).await;
    world.hands_out([Err(WeChatError::Unavailable), fetched(2, TWO_HOURS)]);
    let tokens = world.instance();
    let answer = with_token(&tokens, WITHIN, |token, _within| async move {
        if token == app_token(1) {
            Err(WeChatError::AccessTokenRejected)
        } else {
            Ok(token)
        }
    });
    assert_eq!(answer.await.unwrap(), app_token(2));
    assert_eq!((world.fetches(), world.passed()), (2, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_hangs_leaves_the_call_half_of_the_time_and_the_next_one_all_of_it() {
    for within in [WITHIN, WITHIN / 3] {
        let world = due(&[2]).await;
        world.fetches_take(Duration::from_mins(1));
        let tokens = world.instance();
        for _ in 0..3 {
            assert_eq!(show_within(&tokens, within).await.unwrap(), shown(1));
            assert_eq!(world.passed(), within / 2);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_written_costs_nobody_the_call() {
    let world = due(&[2]).await;
    world.store.claims_outage.begin();
    assert_eq!(show(&world.instance()).await.unwrap(), shown(1));
}

#[tokio::test(start_paused = true)]
async fn the_same_token_again_is_served_until_its_new_end() {
    let world = due(&[]).await;
    world.hands_out([fetched(1, Duration::from_mins(1)), fetched(2, TWO_HOURS)]);
    let tokens = world.instance();
    assert_eq!(show(&tokens).await.unwrap(), shown(1));
    tokio::time::advance(Duration::from_secs(59)).await;
    assert_eq!(show(&tokens).await.unwrap(), shown(1));
    assert_eq!(world.fetches(), 1);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(show(&tokens).await.unwrap(), shown(2));
}
