use time::Duration;
use wechat_login_domain::{Error, LoginCode, ports::WeChatError, use_case::MiniProgramLogin};
use wechat_login_testkit::sample::{alice, session_key, shop_mini};

use crate::world::{World, login};

const MOCK: &str = "the code is a mock one";

#[tokio::test]
async fn a_code_works_once_and_wechat_is_asked_once() {
    let world = World::with_alices("a");
    world.log_in("a").await.unwrap();
    for _ in 0..3 {
        let again = world.log_in("a").await;
        assert!(matches!(again, Err(Error::LoginCodeRejected)), "{again:?}");
    }
    assert_eq!(world.calls(), 1);
    assert_eq!(world.sessions.len(), 1);
}

#[tokio::test]
async fn of_two_logins_with_one_code_at_once_one_works() {
    let world = World::with_alices("a");
    let (one, other) = futures_util::future::join(world.log_in("a"), world.log_in("a")).await;
    assert!(one.is_ok() != other.is_ok());
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn a_code_that_may_be_spent_stays_claimed() {
    for (refusal, code) in [
        (WeChatError::CodeRejected, "login_code_rejected"),
        (WeChatError::LoginBlocked, "login_blocked"),
        (WeChatError::Unavailable, "wechat_unavailable"),
    ] {
        let world = World::default();
        let alices = alice().exchange(&shop_mini(), session_key(1));
        world.script("a", [Err(refusal), Ok(alices)]);
        assert_eq!(world.log_in("a").await.unwrap_err().code(), code);
        let again = world.log_in("a").await.unwrap_err();
        assert_eq!(again.code(), "login_code_rejected", "after {refusal:?}");
        assert_eq!(world.calls(), 1);
        world.assert_nothing_is_stored().await;
    }
}

#[tokio::test]
async fn a_code_that_is_as_good_as_before_works_later() {
    for (refusal, calls, code) in [
        (WeChatError::NotReached, 2, "wechat_unavailable"),
        (WeChatError::Busy, 2, "wechat_unavailable"),
        (WeChatError::RateLimited, 1, "wechat_rate_limited"),
        (
            WeChatError::Misconfigured { errcode: 40125 },
            1,
            "wechat_misconfigured",
        ),
    ] {
        let world = World::default();
        world.script("a", [Err(refusal)]);
        assert_eq!(world.log_in("a").await.unwrap_err().code(), code);
        assert_eq!(world.calls(), calls, "{refusal:?}");
        world.assert_nothing_is_stored().await;
        world.give(alice(), "a", session_key(1));
        let later = world.log_in("a").await;
        assert!(later.is_ok(), "after {refusal:?}: {later:?}");
    }
}

#[tokio::test]
async fn a_claim_outlives_the_code_and_ends_then() {
    let world = World::with_alices("a");
    world.log_in("a").await.unwrap();
    world.clock.advance(Duration::minutes(10) - Duration::SECOND);
    assert!(world.log_in("a").await.is_err());
    assert_eq!(world.calls(), 1);
    world.clock.advance(Duration::seconds(2));
    // WeChat gives a code out anew, or refuses it: it is WeChat's word again.
    assert!(world.log_in("a").await.is_ok());
    assert_eq!(world.calls(), 2);
}

#[tokio::test]
async fn the_developer_tools_mock_code_works_again_and_again() {
    let world = World::with_alices(MOCK);
    for calls in 1..=3 {
        let request = MiniProgramLogin {
            code: LoginCode::parse_for_simulator(MOCK).unwrap(),
            ..login("a")
        };
        world.run(request).await.unwrap();
        assert_eq!(world.calls(), calls);
    }
    assert_eq!((world.users.len(), world.sessions.len()), (1, 3));
}
