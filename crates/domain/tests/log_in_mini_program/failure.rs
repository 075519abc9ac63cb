use serde_json::json;
use wechat_login_domain::{
    Error, UserState,
    ports::{Users, WeChat},
    use_case::MiniProgramLogin,
};
use wechat_login_testkit::{
    fake::encrypt,
    sample::{NOW, alice, code, session_key, shop_mini},
};

use crate::world::{World, login};

async fn assert_unavailable(world: &World, request: MiniProgramLogin) {
    let failed = world.run(request).await;
    assert!(
        matches!(failed, Err(Error::DependencyUnavailable(_))),
        "{failed:?}"
    );
}

#[tokio::test]
async fn wechat_is_not_asked_where_it_cannot_be_known_whether_the_code_is_spent() {
    let world = World::with_alices("a");
    world.exchanges.outage.begin();
    assert_unavailable(&world, login("a")).await;
    assert_eq!(world.calls(), 0);
    world.assert_nothing_is_stored().await;
    world.exchanges.outage.end();
    assert!(world.log_in("a").await.is_ok(), "the code was not spent");
}

#[tokio::test]
async fn nobody_is_signed_in_where_the_users_are_unavailable() {
    let world = World::with_alices("a");
    world.users.outage.begin();
    assert_unavailable(&world, login("a")).await;
    world.users.outage.end();
    world.assert_nobody_is_stored();
}

/// WeChat has replaced the key of the session that is open already.
#[tokio::test]
async fn the_key_of_a_login_that_fails_is_kept() {
    let world = World::with_alices("a");
    world.log_in("a").await.unwrap();
    for (code, n, users, sessions) in [("b", 2, true, false), ("c", 3, false, true)] {
        world.give(alice(), code, session_key(n));
        let outages = [(&world.users.outage, users), (&world.sessions.outage, sessions)];
        for (outage, _) in outages.iter().filter(|(_, is_out)| *is_out) {
            outage.begin();
        }
        assert_unavailable(&world, login(code)).await;
        for (outage, _) in outages {
            outage.end();
        }
        assert_eq!(world.keys_of(alice()).await.unwrap().current, session_key(n));
    }
    // A profile that is not hers.
    world.give(alice(), "d", session_key(4));
    let request = MiniProgramLogin {
        user_info: Some(encrypt(&session_key(9), &json!({}))),
        ..login("d")
    };
    let refused = world.run(request).await;
    assert!(matches!(refused, Err(Error::SessionKeyStale)), "{refused:?}");
    assert_eq!(world.keys_of(alice()).await.unwrap().current, session_key(4));
}

#[tokio::test]
async fn what_failed_first_is_what_is_told_where_the_key_cannot_be_kept_either() {
    let world = World::with_alices("a");
    let id = world.log_in("a").await.unwrap().user.id;
    world.users.set_state(id, UserState::Disabled);
    world.session_keys.outage.begin();
    world.give(alice(), "b", session_key(2));
    let refused = world.log_in("b").await;
    assert!(matches!(refused, Err(Error::UserDisabled)), "{refused:?}");
}

#[tokio::test]
async fn a_user_without_a_session_is_left_where_the_sessions_are_unavailable() {
    let world = World::with_alices("a");
    world.sessions.outage.begin();
    assert_unavailable(&world, login("a")).await;
    world.sessions.outage.end();
    assert_eq!((world.users.len(), world.sessions.len()), (1, 0));
    world.give(alice(), "b", session_key(1));
    let later = world.log_in("b").await.unwrap();
    assert!(!later.is_new_user, "the user is there since the first login");
}

#[tokio::test]
async fn nobody_is_signed_in_where_the_session_key_cannot_be_kept() {
    let world = World::with_alices("a");
    world.session_keys.outage.begin();
    assert_unavailable(&world, login("a")).await;
}

#[tokio::test]
async fn a_profile_is_not_stale_where_the_key_of_before_cannot_be_asked_for() {
    let world = World::with_alices("a");
    world.session_keys.outage.begin();
    let info =
        json!({"watermark": {"appid": shop_mini().app_id.as_str(), "timestamp": NOW.unix_timestamp()}});
    let request = MiniProgramLogin {
        user_info: Some(encrypt(&session_key(9), &info)),
        ..login("a")
    };
    assert_unavailable(&world, request).await;
    world.session_keys.outage.end();
    world.assert_nobody_is_stored();
}

#[tokio::test]
async fn no_failure_shows_a_secret() {
    let world = World::with_alices("secret-code");
    world.users.outage.begin();
    let failed = world.log_in("secret-code").await.unwrap_err();
    assert!(!format!("{failed:?} {failed}").contains("secret-code"));
    let request = format!("{:?}", login("secret-code"));
    assert!(!request.contains("secret-code"), "{request}");

    let exchange = world
        .wechat
        .exchange_login_code(&shop_mini(), &code("secret-code"), std::time::Duration::MAX)
        .await
        .unwrap();
    let shown = format!("{exchange:?}");
    assert!(!shown.contains(session_key(1).expose()), "{shown}");
    assert!(!shown.contains(exchange.openid.as_str()), "{shown}");
    world.users.outage.end();
    let logged_in = world.users.resolve(&alice().at(&shop_mini()), NOW).await.unwrap();
    assert!(!format!("{logged_in:?}").contains("oAlice"));
}
