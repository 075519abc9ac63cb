//! The app's `access_token`, from its holder's point of view.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use wechat_login_domain::{
    AppAccessToken, AppAccessTokens, AppCallError, PhoneCode,
    ports::{WeChat, WeChatError},
};
use wechat_login_testkit::fake::MemoryAppTokens;

use crate::world::{BARRED, SHOP, ShiftedClock, WITHIN, World, app};

const PHONE_NUMBER: &str = "/wxa/business/getuserphonenumber";

/// The token that a call is lent.
async fn lent(world: &World, holder: &AppAccessTokens) -> AppAccessToken {
    let token = holder
        .with_token(&app(SHOP), WITHIN, async |token, _within| Ok(token))
        .await
        .unwrap();
    world.remember(token.expose());
    token
}

pub(crate) async fn the_token_is_shared_by_all_who_ask(world: &World) {
    let (tokens, clock) = (Arc::default(), ShiftedClock::start());
    let (here, there) = (world.holder(&tokens, &clock), world.holder(&tokens, &clock));
    let first = lent(world, &here).await;
    assert_eq!(lent(world, &there).await, first);
    assert_eq!(lent(world, &here).await, first);
    let apart = world.holder(&Arc::default(), &clock);
    assert_eq!(
        lent(world, &apart).await,
        first,
        "which is what stable_token is for"
    );
}

pub(crate) async fn a_token_that_wechat_dropped_is_replaced_and_the_call_made_again(world: &World) {
    let holder = world.holder(&Arc::default(), &ShiftedClock::start());
    let before = lent(world, &holder).await;
    world
        .next_fails(PHONE_NUMBER, &json!({"kind": "token_revoked"}))
        .await;
    let code = PhoneCode::parse(&world.code_of_kind(SHOP, "张三", "phone").await).unwrap();
    let (openid, wechat, calls) = (
        world.openid(SHOP, "张三").await,
        world.wechat(),
        AtomicUsize::new(0),
    );
    let last = Mutex::new(None);
    let number = holder
        .with_token(&app(SHOP), WITHIN, async |token, within| {
            calls.fetch_add(1, Ordering::Relaxed);
            world.remember(token.expose());
            let number = wechat
                .phone_number(&app(SHOP), &code, &openid, &token, within)
                .await;
            *last.lock().unwrap() = Some(token);
            number
        })
        .await;
    assert_eq!(number.unwrap().expose(), "+8613800138000");
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    let after = lent(world, &holder).await;
    assert_ne!(after, before);
    assert_eq!(last.into_inner().unwrap(), Some(after), "the new one is kept");
}

pub(crate) async fn a_server_that_is_not_allowed_is_told_so_and_asks_once(world: &World) {
    let holder = world.holder(&Arc::new(MemoryAppTokens::default()), &ShiftedClock::start());
    let calls = AtomicUsize::new(0);
    let answer = holder
        .with_token(&app(BARRED), WITHIN, async |_token, _within| {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
        .await;
    let Err(AppCallError::NotAsked(error)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(error, WeChatError::Misconfigured { errcode: 40164 });
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

pub(crate) async fn a_token_is_renewed_before_it_ends(world: &World) {
    let clock = ShiftedClock::start();
    let holder = world.holder(&Arc::default(), &clock);
    let first = lent(world, &holder).await;
    // WeChat rolls it in its last five minutes, and by its last minute it has been asked for.
    world.advance("1h 58m").await;
    clock.advance(time::Duration::minutes(118));
    assert_eq!(lent(world, &holder).await, first, "two minutes are not the last");
    world.advance("1m 10s").await;
    clock.advance(time::Duration::seconds(70));
    assert_ne!(lent(world, &holder).await, first);
}
