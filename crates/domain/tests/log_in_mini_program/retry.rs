use std::time::Duration;

use wechat_login_domain::{
    Error,
    ports::{Clock, WeChatError},
};
use wechat_login_testkit::sample::{NOW, alice, session_key, shop_mini};

use crate::world::World;

const PAUSE: Duration = Duration::from_millis(200);

fn failing_first(failures: &[WeChatError]) -> World {
    let world = World::default();
    let failures = failures.iter().copied().map(Err);
    let success = Ok(alice().exchange(&shop_mini(), session_key(1)));
    world.script("a", failures.chain([success]));
    world
}

#[tokio::test]
async fn wechat_is_asked_once_more_where_the_code_cannot_be_spent() {
    for failure in [WeChatError::Busy, WeChatError::NotReached] {
        let world = failing_first(&[failure]);
        assert!(world.log_in("a").await.unwrap().is_new_user, "{failure:?}");
        assert_eq!(world.calls(), 2);
        assert_eq!(world.clock.now(), NOW + PAUSE, "WeChat was left alone in between");
    }
}

#[tokio::test]
async fn wechat_is_not_asked_a_third_time() {
    let world = failing_first(&[WeChatError::Busy, WeChatError::NotReached]);
    let failed = world.log_in("a").await;
    assert!(matches!(failed, Err(Error::WeChatUnavailable)), "{failed:?}");
    assert_eq!(world.calls(), 2);
}

#[tokio::test]
async fn wechat_is_not_asked_again_where_that_does_no_good_or_the_code_may_be_spent() {
    for failure in [
        WeChatError::CodeRejected,
        WeChatError::LoginBlocked,
        WeChatError::RateLimited,
        WeChatError::Misconfigured { errcode: 40013 },
        WeChatError::Unavailable,
    ] {
        let world = failing_first(&[failure]);
        assert!(world.log_in("a").await.is_err(), "{failure:?}");
        assert_eq!(world.calls(), 1, "{failure:?}");
        assert_eq!(world.clock.now(), NOW);
    }
}

#[tokio::test]
async fn a_code_that_the_second_try_may_have_spent_stays_claimed() {
    let world = failing_first(&[WeChatError::Busy, WeChatError::Unavailable]);
    assert!(matches!(world.log_in("a").await, Err(Error::WeChatUnavailable)));
    assert!(matches!(world.log_in("a").await, Err(Error::LoginCodeRejected)));
    assert_eq!(world.calls(), 2);
}

#[tokio::test]
async fn both_tries_share_the_time_of_one_login() {
    let world = World {
        wechat_timeout: Some(Duration::from_secs(2)),
        ..failing_first(&[WeChatError::Busy])
    };
    world.log_in("a").await.unwrap();
    let [first, second] = &world.wechat.calls()[..] else {
        panic!("two calls were made, not {:?}", world.wechat.calls())
    };
    assert_eq!(first.within, Duration::from_secs(2));
    assert!(second.within + PAUSE <= first.within, "{second:?}");
    assert!(!second.within.is_zero());
}

#[tokio::test]
async fn there_is_no_second_try_where_no_time_is_left_for_it() {
    let world = World {
        wechat_timeout: Some(PAUSE),
        ..failing_first(&[WeChatError::Busy])
    };
    let failed = world.log_in("a").await;
    assert!(matches!(failed, Err(Error::WeChatUnavailable)), "{failed:?}");
    assert_eq!(world.calls(), 1);
    assert!(world.log_in("a").await.is_ok(), "the code is as good as before");
}
