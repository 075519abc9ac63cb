//! A token that WeChat takes no more.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use wechat_login_domain::{
    AppAccessToken, AppAccessTokens, AppCallError, Error,
    ports::{AppTokens, Clock, WeChatError},
};
use wechat_login_testkit::sample::{app_token, shop_mini};

use crate::world::{TWO_HOURS, WITHIN, World, fetched, shown, with_token};

/// Calls a WeChat that takes only this token, and says which ones it was shown.
async fn call(tokens: &AppAccessTokens, taken: u8) -> (Result<(), AppCallError>, Vec<String>) {
    let shown = &Mutex::new(Vec::new());
    let call = |token: AppAccessToken, _within| async move {
        shown.lock().unwrap().push(token.expose().to_owned());
        if token == app_token(taken) {
            Ok(())
        } else {
            Err(WeChatError::AccessTokenRejected)
        }
    };
    let answer = with_token(tokens, WITHIN, call).await;
    (answer, shown.lock().unwrap().clone())
}

#[tokio::test(start_paused = true)]
async fn another_token_is_fetched_and_the_call_made_once_more() {
    let world = World::handing_out(&[2]);
    world.keep(1, TWO_HOURS, TWO_HOURS).await;
    let (answer, seen) = call(&world.instance(), 2).await;
    answer.unwrap();
    assert_eq!(seen, [shown(1), shown(2)]);
    assert_eq!(world.fetches(), 1);
    assert_eq!(world.kept().await.unwrap().token, app_token(2));
}

#[tokio::test(start_paused = true)]
async fn one_that_another_instance_has_put_meanwhile_is_used_and_not_forgotten() {
    let world = World::handing_out(&[3]);
    world.keep(1, TWO_HOURS, TWO_HOURS).await;
    let (world, seen) = (&world, &Mutex::new(Vec::new()));
    let tokens = world.instance();
    let answer = with_token(&tokens, WITHIN, |token, _within| async move {
        seen.lock().unwrap().push(token.clone());
        if token == app_token(1) {
            world.keep(2, TWO_HOURS, TWO_HOURS).await;
            return Err(WeChatError::AccessTokenRejected);
        }
        Ok(())
    });
    answer.await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [app_token(1), app_token(2)]);
    assert_eq!(world.fetches(), 0);
    assert_eq!(world.kept().await.unwrap().token, app_token(2));
}

#[tokio::test(start_paused = true)]
async fn a_call_is_not_made_again_with_the_very_same_token() {
    let world = World::handing_out(&[1]);
    let (answer, seen) = call(&world.instance(), 9).await;
    assert_eq!(seen, [shown(1)]);
    let failed = answer.unwrap_err();
    assert!(failed.leaves_code_unspent());
    let error = Error::from(failed);
    assert!(
        matches!(error, Error::WeChatMisconfigured { errcode: 40001 }),
        "{error:?}"
    );
    assert_eq!(world.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_is_made_no_third_time() {
    let world = World::handing_out(&[1, 2, 3, 4]);
    let (answer, seen) = call(&world.instance(), 9).await;
    assert_eq!(seen, [shown(1), shown(2)]);
    assert!(matches!(
        answer,
        Err(AppCallError::WeChat(WeChatError::AccessTokenRejected))
    ));
    assert_eq!(world.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn where_no_other_token_is_to_be_had_the_reason_is_told() {
    let world = World::default();
    world.keep(1, TWO_HOURS, TWO_HOURS).await;
    world.hands_out([Err(WeChatError::Misconfigured { errcode: 40125 })]);
    let (answer, seen) = call(&world.instance(), 9).await;
    assert_eq!(seen.len(), 1);
    let failed = answer.unwrap_err();
    assert!(failed.leaves_code_unspent());
    assert!(matches!(
        Error::from(failed),
        Error::WeChatMisconfigured { errcode: 40125 }
    ));
    assert_eq!(world.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn there_is_no_second_call_where_no_time_is_left_for_it() {
    let world = World::handing_out(&[2]);
    world.keep(1, TWO_HOURS, TWO_HOURS).await;
    let (world, calls) = (&world, &Mutex::new(0));
    let tokens = world.instance();
    let answer = with_token(&tokens, WITHIN, |_token, _within| async move {
        *calls.lock().unwrap() += 1;
        world.clock.sleep(WITHIN).await;
        Err::<(), _>(WeChatError::AccessTokenRejected)
    });
    let failed = answer.await.unwrap_err();
    assert!(
        matches!(failed, AppCallError::NotAsked(WeChatError::Unavailable)),
        "{failed:?}"
    );
    assert_eq!(world.passed(), WITHIN);
    assert_eq!(*calls.lock().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn both_calls_and_the_fetch_share_the_time() {
    let world = World::handing_out(&[2]);
    world.keep(1, TWO_HOURS, TWO_HOURS).await;
    world.fetches_take(Duration::from_millis(500));
    let (world, given) = (&world, &Mutex::new(Vec::new()));
    let tokens = world.instance();
    let answer = with_token(&tokens, WITHIN, |token, within| async move {
        given.lock().unwrap().push(within);
        world.clock.sleep(Duration::from_secs(1)).await;
        if token == app_token(2) {
            Ok(())
        } else {
            Err(WeChatError::AccessTokenRejected)
        }
    });
    answer.await.unwrap();
    let given = given.lock().unwrap();
    assert!(
        given[0] <= WITHIN && given[1] <= Duration::from_millis(1500),
        "{given:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn many_rejections_at_once_are_one_fetch() {
    let world = World::handing_out(&[2, 3]);
    world.keep(1, TWO_HOURS, TWO_HOURS).await;
    world.fetches_take(Duration::from_millis(500));
    let instances = [world.instance(), world.instance(), world.instance()];
    let mut running = Vec::new();
    for n in 0..500 {
        let tokens = Arc::clone(&instances[n % 3]);
        running.push(tokio::spawn(async move { call(&tokens, 2).await }));
    }
    for call in running {
        let (answer, _seen) = call.await.unwrap();
        answer.unwrap();
    }
    assert_eq!(world.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_replaced_while_somebody_refreshes_it() {
    let world = World::handing_out(&[2]);
    world.keep(1, Duration::ZERO, Duration::from_mins(1)).await;
    world.fetches_take(Duration::from_millis(500));
    let tokens = world.instance();
    let first = tokio::spawn({
        let tokens = Arc::clone(&tokens);
        async move { call(&tokens, 2).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    let (answer, seen) = call(&tokens, 2).await;
    answer.unwrap();
    assert_eq!(seen, [shown(1), shown(2)]);
    first.await.unwrap().0.unwrap();
    assert_eq!(world.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ended_before_its_time_is_fetched_again() {
    let world = World::default();
    world.hands_out([fetched(1, Duration::from_secs(1)), fetched(2, TWO_HOURS)]);
    let tokens = world.instance();
    call(&tokens, 1).await.0.unwrap();
    tokio::time::advance(Duration::from_secs(2)).await;
    call(&tokens, 2).await.0.unwrap();
    assert_eq!(world.fetches(), 2);
    assert!(
        world
            .store
            .find(&shop_mini().app_id, world.clock.now())
            .await
            .unwrap()
            .is_some()
    );
}
