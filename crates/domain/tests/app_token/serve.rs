//! A token that is kept, and the first one.

use std::time::Duration;

use wechat_login_domain::{AppCallError, Error, ports::WeChatError};
use wechat_login_testkit::{
    fake::SeededEntropy,
    sample::{NOW, app_token, game_pages},
};

use crate::world::{TWO_HOURS, WITHIN, World, fetched, show, shown, with_token};

#[tokio::test(start_paused = true)]
async fn the_first_token_is_fetched_and_then_served_to_all_instances() {
    let world = World::handing_out(&[1, 2]);
    for _ in 0..3 {
        assert_eq!(show(&world.instance()).await.unwrap(), shown(1));
    }
    assert_eq!(world.fetches(), 1);
    let kept = world.kept().await.unwrap();
    assert_eq!((kept.token, kept.expires_at), (app_token(1), NOW + TWO_HOURS));
}

#[tokio::test(start_paused = true)]
async fn each_app_has_a_token_of_its_own() {
    let world = World::handing_out(&[1]);
    let game = game_pages();
    world
        .wechat
        .app_tokens
        .answers(game.app_id.as_str(), [fetched(2, TWO_HOURS)]);
    let tokens = world.instance();
    assert_eq!(show(&tokens).await.unwrap(), shown(1));
    let token = tokens.with_token(&game, WITHIN, |token, _within| async { Ok(token) });
    assert_eq!(token.await.unwrap(), app_token(2));
}

#[tokio::test(start_paused = true)]
async fn it_is_refreshed_at_random_in_wechats_last_five_minutes() {
    let mut moments = Vec::new();
    for seed in 0..200 {
        let world = World {
            entropy: SeededEntropy::new(seed).into(),
            ..World::handing_out(&[1])
        };
        show(&world.instance()).await.unwrap();
        let kept = world.kept().await.unwrap();
        let before_the_end = kept.expires_at - kept.refresh_at;
        assert!(
            (60..260).contains(&before_the_end.whole_seconds()),
            "{before_the_end}"
        );
        moments.push(before_the_end);
    }
    moments.sort();
    let spread = moments[199] - moments[0];
    assert!(spread.whole_seconds() > 180, "{spread}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_soon_is_not_fetched_more_than_once_a_minute() {
    for expires_in in [1, 5, 59, 60, 61, 100, 259] {
        let world = World::default();
        world.hands_out([fetched(1, Duration::from_secs(expires_in))]);
        let tokens = world.instance();
        for _ in 0..600 {
            assert_eq!(show(&tokens).await.unwrap(), shown(1));
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert!(world.fetches() <= 10, "{expires_in}: {}", world.fetches());
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_gets_the_time_that_the_fetch_leaves() {
    let world = World::handing_out(&[1]);
    world.fetches_take(Duration::from_secs(1));
    let tokens = world.instance();
    let left = with_token(&tokens, WITHIN, |_token, within| async move { Ok(within) });
    let left = left.await.unwrap();
    assert!(
        left <= Duration::from_secs(2) && left > Duration::from_millis(1900),
        "{left:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_call_says_is_handed_on() {
    let world = World::handing_out(&[1]);
    for error in [
        WeChatError::CodeRejected,
        WeChatError::Busy,
        WeChatError::Unavailable,
        WeChatError::Misconfigured { errcode: 48001 },
    ] {
        let tokens = world.instance();
        let failed = with_token(
            &tokens,
            WITHIN,
            |_token, _within| async move { Err::<(), _>(error) },
        );
        let failed = failed.await.unwrap_err();
        assert!(
            matches!(failed, AppCallError::WeChat(said) if said == error),
            "{failed:?}"
        );
        assert_eq!(failed.leaves_code_unspent(), error.leaves_code_unspent());
    }
    assert_eq!(world.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_misconfigured_app_is_told_at_once_and_each_time_asks_once() {
    for errcode in [40164, 40125, 40243, 48001, 40001] {
        let world = World::default();
        world.hands_out([Err(WeChatError::Misconfigured { errcode })]);
        for n in 1..=3 {
            let failed = show(&world.instance()).await.unwrap_err();
            assert!(failed.leaves_code_unspent());
            let error = Error::from(failed);
            assert!(
                matches!(error, Error::WeChatMisconfigured { errcode: told } if told == errcode),
                "{error:?}"
            );
            assert_eq!(world.fetches(), n, "{errcode}");
        }
        assert_eq!(world.passed(), Duration::ZERO, "nobody waits");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fetch_is_tried_once_more_where_wechat_is_busy() {
    let world = World::default();
    world.hands_out([Err(WeChatError::Busy), fetched(1, TWO_HOURS)]);
    assert_eq!(show(&world.instance()).await.unwrap(), shown(1));
    tokio::time::advance(TWO_HOURS).await;
    world.hands_out([Err(WeChatError::Busy)]);
    let failed = show(&world.instance()).await.unwrap_err();
    assert!(
        matches!(failed, AppCallError::NotAsked(WeChatError::Busy)),
        "{failed:?}"
    );
    assert_eq!(world.fetches(), 4);
}

#[tokio::test(start_paused = true)]
async fn without_the_store_nothing_is_asked() {
    let world = World::handing_out(&[1]);
    world.store.outage.begin();
    let failed = show(&world.instance()).await.unwrap_err();
    assert!(failed.leaves_code_unspent());
    assert!(matches!(Error::from(failed), Error::DependencyUnavailable(_)));
    assert_eq!(world.fetches(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_wechat_says_of_codes_means_nothing_where_none_was_shown() {
    for error in [WeChatError::CodeRejected, WeChatError::LoginBlocked] {
        let world = World::default();
        world.hands_out([Err(error)]);
        let failed = Error::from(show(&world.instance()).await.unwrap_err());
        assert!(matches!(failed, Error::WeChatUnavailable), "{failed:?}");
    }
}
