use serde_json::{Value, json};
use time::Duration;
use wechat_login_domain::{
    App, Error, ProfileEdit, SessionKey,
    ports::{Clock, Users},
    use_case::{LoggedInFromMiniProgram, MiniProgramLogin},
};
use wechat_login_testkit::{
    fake::encrypt,
    sample::{alice, bob, session_key, shop_mini, shop_web},
};

use crate::world::{World, login};

/// What WeChat encrypts of Alice now, at this app.
fn alices_info(world: &World, app: &App) -> Value {
    json!({
        "openId": alice().openid(app).as_str(),
        "unionId": alice().unionid(&app.open_platform).as_str(),
        "nickName": "爱丽丝 🐼",
        "avatarUrl": "https://thx.example.com/alice.png",
        "gender": 0,
        "watermark": {"appid": app.app_id.as_str(), "timestamp": world.clock.now().unix_timestamp()},
    })
}

async fn log_in_with(
    world: &World,
    code: &str,
    key: &SessionKey,
    info: &Value,
) -> Result<LoggedInFromMiniProgram, Error> {
    let request = MiniProgramLogin {
        user_info: Some(encrypt(key, info)),
        ..login(code)
    };
    world.run(request).await
}

async fn assert_stale(world: &World, key: &SessionKey, info: &Value) {
    let refused = log_in_with(world, "a", key, info).await;
    assert!(matches!(refused, Err(Error::SessionKeyStale)), "{refused:?}");
    world.assert_nobody_is_stored();
}

#[tokio::test]
async fn the_profile_is_taken_over_and_handed_out_without_identifiers() {
    let world = World::with_alices("a");
    let mut info = alices_info(&world, &shop_mini());
    let logged_in = log_in_with(&world, "a", &session_key(1), &info).await.unwrap();
    assert_eq!(logged_in.login.user.nickname.as_deref(), Some("爱丽丝 🐼"));
    assert_eq!(
        logged_in.login.user.avatar_url.as_deref(),
        Some("https://thx.example.com/alice.png")
    );
    let stored = world.users.find(logged_in.login.user.id).await.unwrap();
    assert_eq!(stored, Some(logged_in.login.user));

    let fields = info.as_object_mut().unwrap();
    fields.remove("openId").unwrap();
    fields.remove("unionId").unwrap();
    assert_eq!(logged_in.user_info.map(Value::Object), Some(info));
}

#[tokio::test]
async fn a_profile_that_names_nobody_is_taken_over() {
    let world = World::with_alices("a");
    let mut info = alices_info(&world, &shop_mini());
    info.as_object_mut().unwrap().remove("openId").unwrap();
    let logged_in = log_in_with(&world, "a", &session_key(1), &info).await.unwrap();
    assert_eq!(logged_in.login.user.nickname.as_deref(), Some("爱丽丝 🐼"));
}

#[tokio::test]
async fn a_profile_that_was_encrypted_with_a_key_of_before_is_taken_over() {
    // With the key of the last login, and with the one before that.
    for key in [2, 1] {
        let world = World::with_alices("first");
        world.give(alice(), "second", session_key(2));
        world.give(alice(), "a", session_key(3));
        world.log_in("first").await.unwrap();
        world.log_in("second").await.unwrap();
        let info = alices_info(&world, &shop_mini());
        let logged_in = log_in_with(&world, "a", &session_key(key), &info).await.unwrap();
        assert_eq!(logged_in.login.user.nickname.as_deref(), Some("爱丽丝 🐼"));
        let keys = world.keys_of(alice()).await.unwrap();
        assert_eq!(
            (keys.current, keys.previous),
            (session_key(3), Some(session_key(2)))
        );
    }
}

#[tokio::test]
async fn a_profile_that_was_encrypted_with_a_key_of_long_ago_is_stale() {
    let world = World::with_alices("first");
    world.give(alice(), "second", session_key(2));
    world.give(alice(), "a", session_key(3));
    world.log_in("first").await.unwrap();
    world.log_in("second").await.unwrap();
    world.clock.advance(Duration::minutes(11));
    let info = alices_info(&world, &shop_mini());
    let refused = log_in_with(&world, "a", &session_key(1), &info).await;
    assert!(matches!(refused, Err(Error::SessionKeyStale)), "{refused:?}");
    assert_eq!(world.sessions.len(), 2);
    assert_eq!(world.keys_of(alice()).await.unwrap().current, session_key(3));
}

#[tokio::test]
async fn a_stale_profile_leaves_nothing_behind_and_costs_the_code() {
    let world = World::with_alices("a");
    let info = alices_info(&world, &shop_mini());
    assert_stale(&world, &session_key(9), &info).await;
    let again = world.log_in("a").await;
    assert!(matches!(again, Err(Error::LoginCodeRejected)), "{again:?}");
}

#[tokio::test]
async fn a_profile_of_another_person_leaves_nothing_behind() {
    let world = World::with_alices("a");
    let mut info = alices_info(&world, &shop_mini());
    info["openId"] = bob().openid(&shop_mini()).as_str().into();
    assert_stale(&world, &session_key(1), &info).await;
}

#[tokio::test]
async fn a_profile_of_another_app_leaves_nothing_behind() {
    let world = World::with_alices("a");
    let mut info = alices_info(&world, &shop_mini());
    info["watermark"]["appid"] = shop_web().app_id.as_str().into();
    assert_stale(&world, &session_key(1), &info).await;
}

#[tokio::test]
async fn a_profile_of_long_ago_leaves_nothing_behind() {
    let world = World::with_alices("a");
    let info = alices_info(&world, &shop_mini());
    world.clock.advance(Duration::minutes(5) + Duration::SECOND);
    assert_stale(&world, &session_key(1), &info).await;
}

#[tokio::test]
async fn a_profile_without_a_watermark_leaves_nothing_behind() {
    let world = World::with_alices("a");
    let mut info = alices_info(&world, &shop_mini());
    info.as_object_mut().unwrap().remove("watermark").unwrap();
    assert_stale(&world, &session_key(1), &info).await;
}

#[tokio::test]
async fn what_is_no_json_object_leaves_nothing_behind() {
    for info in [json!("Alice"), json!([]), json!(null)] {
        assert_stale(&World::with_alices("a"), &session_key(1), &info).await;
    }
}

#[tokio::test]
async fn an_anonymous_profile_overwrites_nothing() {
    let world = World::with_alices("a");
    let info = alices_info(&world, &shop_mini());
    let known = log_in_with(&world, "a", &session_key(1), &info)
        .await
        .unwrap()
        .login
        .user;

    let mut nameless = info.clone();
    nameless["nickName"] = "微信用户".into();
    nameless["avatarUrl"] = "https://thx.example.com/grey.png".into();
    let mut demoted = nameless.clone();
    demoted["nickName"] = "Somebody".into();
    demoted["is_demote"] = true.into();
    let mut empty = info;
    empty["nickName"] = "".into();
    empty["avatarUrl"] = "".into();
    for (code, anonymous) in [("b", nameless), ("c", demoted), ("d", empty)] {
        world.give(alice(), code, session_key(1));
        let logged_in = log_in_with(&world, code, &session_key(1), &anonymous)
            .await
            .unwrap();
        assert_eq!(logged_in.login.user, known, "{anonymous}");
        let told = logged_in.user_info.unwrap();
        assert_eq!(
            told["nickName"], anonymous["nickName"],
            "the client may see what WeChat said"
        );
    }
}

#[tokio::test]
async fn what_the_user_calls_themselves_stands_above_what_wechat_says() {
    let world = World::with_alices("a");
    world.give(alice(), "b", session_key(1));
    let id = world.log_in("a").await.unwrap().user.id;
    let mut edit = ProfileEdit::default();
    edit.set_nickname(Some("Ally")).unwrap();
    world
        .users
        .edit_profile(id, &edit, world.clock.now())
        .await
        .unwrap();
    let info = alices_info(&world, &shop_mini());
    let logged_in = log_in_with(&world, "b", &session_key(1), &info).await.unwrap();
    assert_eq!(logged_in.login.user.nickname.as_deref(), Some("Ally"));
    assert!(logged_in.login.user.avatar_url.is_some());
}
