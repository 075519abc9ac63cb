use std::time::Duration;

use serde_json::json;
use wechat_login_domain::{
    Error,
    ports::{Users, WeChatError},
    use_case::PhoneProof,
};
use wechat_login_testkit::{
    fake::encrypt,
    sample::{alice, app_token, bob, phone, session_key, shop_mini, shop_web},
};

use crate::world::{WITHIN, World, at_website, by_code, key};

#[tokio::test(start_paused = true)]
async fn a_login_asks_for_the_phone_after_the_person_and_names_them() {
    let world = World::new();
    world.give(alice(), "a", key());
    world.wechat.phones.answers("p", [Ok(phone(1))]);
    let logged_in = world.run("a", Some("p")).await.unwrap();
    assert_eq!(logged_in.user.phone, Some(phone(1)));
    let calls = world.wechat.calls();
    let about: Vec<_> = calls.iter().map(|call| call.code.as_str()).collect();
    assert_eq!(about, ["a", shop_mini().app_id.as_str(), "p"]);
    assert_eq!(calls[2].openid, Some(alice().openid(&shop_mini())));
    assert_eq!(calls[2].access_token.as_deref(), Some(app_token(1).expose()));
    assert!(calls.iter().all(|call| call.within <= WITHIN));
}

#[tokio::test(start_paused = true)]
async fn a_login_whose_phone_is_not_told_stores_nothing_but_the_key() {
    for (answer, wanted) in [
        (WeChatError::CodeRejected, "login_code_rejected"),
        (WeChatError::RateLimited, "wechat_rate_limited"),
        (WeChatError::Busy, "wechat_unavailable"),
        (WeChatError::Unavailable, "wechat_unavailable"),
        (
            WeChatError::Misconfigured { errcode: 48001 },
            "wechat_misconfigured",
        ),
    ] {
        let world = World::new();
        world.give(alice(), "a", key());
        world.wechat.phones.answers("p", [Err(answer)]);
        let refused = world.run("a", Some("p")).await.unwrap_err();
        assert_eq!(refused.code(), wanted);
        assert_eq!((world.users.len(), world.sessions.len()), (0, 0));
        assert!(
            world.has_key(alice()).await,
            "WeChat has replaced the one of before"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_phone_is_bound_by_its_code_once() {
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    // Busy at first: asked again with the same code.
    world
        .wechat
        .phones
        .answers("p", [Err(WeChatError::Busy), Ok(phone(1))]);
    let user = world.bind(&who, by_code("p")).await.unwrap();
    assert_eq!(user.phone, Some(phone(1)));
    let again = world.bind(&who, by_code("p")).await;
    assert!(matches!(again, Err(Error::LoginCodeRejected)), "{again:?}");
    world.wechat.phones.answers("later", [Err(WeChatError::Busy)]);
    for _ in 0..2 {
        let failed = world.bind(&who, by_code("later")).await;
        assert!(matches!(failed, Err(Error::WeChatUnavailable)), "{failed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_phone_of_another_user_is_not_bound() {
    let world = World::new();
    let (who, other) = (
        world.log_in(alice(), key()).await,
        world.log_in(bob(), session_key(2)).await,
    );
    world.wechat.phones.answers("p", [Ok(phone(1))]);
    world.bind(&who, by_code("p")).await.unwrap();
    let data = world.phone_data(1, &session_key(2));
    let refused = world.bind(&other, PhoneProof::Data(data)).await;
    assert!(matches!(refused, Err(Error::LoginMethodTaken)), "{refused:?}");
    let bob = world.users.find(other.user_id).await.unwrap().unwrap();
    assert_eq!(bob.phone, None);
}

#[tokio::test(start_paused = true)]
async fn data_counts_where_it_is_the_sessions_own_and_fresh() {
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    let own = world.phone_data(1, &key());
    let user = world.bind(&who, PhoneProof::Data(own)).await.unwrap();
    assert_eq!(user.phone, Some(phone(1)));

    let of_another_app = world.phone_json(2, &shop_web());
    let mut about_another = world.phone_json(2, &shop_mini());
    about_another["openId"] = bob().openid(&shop_mini()).as_str().into();
    let mut forged = world.phone_json(2, &shop_mini());
    forged["purePhoneNumber"] = json!("13800138003");
    let mut without = world.phone_json(2, &shop_mini());
    without.as_object_mut().unwrap().remove("countryCode");
    let old = world.phone_json(2, &shop_mini());
    for data in [of_another_app, about_another, forged, without] {
        let refused = world.bind(&who, PhoneProof::Data(encrypt(&key(), &data))).await;
        assert!(matches!(refused, Err(Error::SessionKeyStale)), "{data}");
    }
    let wrong_key = PhoneProof::Data(world.phone_data(2, &session_key(9)));
    assert!(matches!(
        world.bind(&who, wrong_key).await,
        Err(Error::SessionKeyStale)
    ));
    tokio::time::advance(Duration::from_secs(301)).await;
    let old = PhoneProof::Data(encrypt(&key(), &old));
    assert!(matches!(world.bind(&who, old).await, Err(Error::SessionKeyStale)));
}

#[tokio::test(start_paused = true)]
async fn only_a_mini_programs_session_has_phones() {
    let world = World::new();
    let who = at_website(&world.log_in(alice(), key()).await);
    world.wechat.phones.answers("p", [Ok(phone(1))]);
    let asked = world.wechat.calls().len();
    for proof in [by_code("p"), PhoneProof::Data(world.phone_data(1, &key()))] {
        let refused = world.bind(&who, proof).await;
        assert!(matches!(refused, Err(Error::InvalidRequest(_))), "{refused:?}");
    }
    assert_eq!(world.wechat.calls().len(), asked);
}
