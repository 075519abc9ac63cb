//! What WeChat tells of a person, in two answers.

use std::time::Duration;

use wechat_login_domain::{
    Channel, Error,
    ports::{OauthExchange, Users, WeChatError},
    use_case::WebLoginRequest,
};
use wechat_login_testkit::sample::{NOW, alice, game_pages, shop_mini, shop_web};

use crate::world::{Back, World, exchange, logged_in, user_info, web};

#[tokio::test]
async fn a_profile_that_wechat_does_not_tell_costs_nobody_the_login() {
    for said in [
        WeChatError::CodeRejected,
        WeChatError::RateLimited,
        WeChatError::Unavailable,
        WeChatError::Busy,
        WeChatError::Misconfigured { errcode: 48001 },
    ] {
        let world = World::default();
        world.give(alice(), &shop_web(), "a");
        world.wechat.user_infos.answers("a", [Err(said)]);
        let back = world.begun("a").await;
        let logged_in = logged_in(world.finish(&back).await.unwrap());
        assert_eq!(logged_in.user.nickname, None, "{said:?}");
    }
}

#[tokio::test]
async fn a_unionid_counts_whichever_answer_tells_it_and_the_exchange_first() {
    let world = World::default();
    let app = shop_web();
    let known = alice().at(&shop_mini());
    world.users.resolve(&known, NOW).await.unwrap();
    let without = OauthExchange {
        unionid: None,
        ..exchange(alice(), &app, "a")
    };
    world.wechat.oauth_codes.answers("a", [Ok(without)]);
    world
        .wechat
        .user_infos
        .answers("a", [Ok(user_info(alice(), &app, "爱丽丝"))]);
    let back = world.begun("a").await;
    assert!(!logged_in(world.finish(&back).await.unwrap()).is_new_user);
}

#[tokio::test]
async fn both_questions_share_the_time() {
    let world = World::default();
    let app = shop_web();
    world.give(alice(), &app, "a");
    let busy_first = [Err(WeChatError::Busy), Ok(exchange(alice(), &app, "a"))];
    world.wechat.oauth_codes.answers("a", busy_first);
    let back = world.begun("a").await;
    world.finish(&back).await.unwrap();
    let within: Vec<_> = world.wechat.calls().iter().map(|call| call.within).collect();
    assert_eq!(within.len(), 3);
    assert!(within[0] <= Duration::from_secs(3) && within[0] > Duration::from_secs(2));
    assert!(within[1] <= Duration::from_millis(2800), "{within:?}");
    assert!(within[2] <= Duration::from_millis(2800), "{within:?}");
}

#[tokio::test]
async fn nobody_becomes_a_user_whom_wechat_made_up() {
    for is_silent in [false, true] {
        let world = World::default();
        let app = game_pages();
        let made_up = OauthExchange {
            is_snapshot_user: true,
            ..exchange(alice(), &app, "a")
        };
        world.wechat.oauth_codes.answers("a", [Ok(made_up)]);
        let back = official_account(&world, is_silent).await;
        let refused = world.finish(&back).await.unwrap_err();
        assert!(matches!(refused.error, Error::SnapshotUser), "{refused:?}");
        assert_eq!((world.users.len(), world.calls()), (0, 1));
    }
}

#[tokio::test]
async fn a_silent_login_asks_for_no_profile() {
    let world = World::default();
    world.give(alice(), &game_pages(), "a");
    let back = official_account(&world, true).await;
    let logged_in = logged_in(world.finish(&back).await.unwrap());
    assert_eq!((logged_in.user.nickname, world.calls()), (None, 1));
    assert_eq!(logged_in.session.channel, Channel::OfficialAccount);
}

async fn official_account(world: &World, is_silent: bool) -> Back {
    let request = WebLoginRequest {
        channel: Channel::OfficialAccount,
        app: Some(game_pages().name.to_string()),
        is_silent,
        ..web()
    };
    let begun = world.begin(&request).await.expect("it begins");
    Back {
        channel: Channel::OfficialAccount,
        state: begun.state,
        browser: begun.browser,
        code: "a",
    }
}
