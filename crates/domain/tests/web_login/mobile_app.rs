use wechat_login_domain::{Client, Error, OauthCode, ports::WeChatError, use_case::MobileAppLogin};
use wechat_login_testkit::sample::{alice, shop_mobile};

use crate::world::{World, exchange};

fn login(code: &str) -> MobileAppLogin {
    MobileAppLogin {
        app: None,
        code: OauthCode::parse(code).expect("a code"),
        create_user: true,
        client: Client::default(),
    }
}

#[tokio::test]
async fn a_code_signs_its_person_in_once() {
    let world = World::default();
    world.give(alice(), &shop_mobile(), "a");
    let logged_in = world.mobile_app().run(login("a")).await.unwrap();
    assert!(logged_in.is_new_user);
    assert_eq!(logged_in.user.nickname.as_deref(), Some("爱丽丝"));
    let again = world.mobile_app().run(login("a")).await;
    assert!(matches!(again, Err(Error::LoginCodeRejected)), "{again:?}");
    assert_eq!((world.calls(), world.sessions.len()), (2, 1));
}

#[tokio::test]
async fn a_code_that_never_reached_wechat_can_be_tried_again() {
    let world = World::default();
    world.give(alice(), &shop_mobile(), "a");
    let never = [
        Err(WeChatError::NotReached),
        Err(WeChatError::NotReached),
        Ok(exchange(alice(), &shop_mobile(), "a")),
    ];
    world.wechat.oauth_codes.answers("a", never);
    let failed = world.mobile_app().run(login("a")).await;
    assert!(matches!(failed, Err(Error::WeChatUnavailable)), "{failed:?}");
    assert!(world.mobile_app().run(login("a")).await.is_ok());
}

#[tokio::test]
async fn no_code_reaches_wechat_where_it_cannot_be_claimed() {
    let world = World::default();
    world.give(alice(), &shop_mobile(), "a");
    world.exchanges.outage.begin();
    let failed = world.mobile_app().run(login("a")).await;
    assert!(
        matches!(failed, Err(Error::DependencyUnavailable(_))),
        "{failed:?}"
    );
    assert_eq!(world.calls(), 0);
}
