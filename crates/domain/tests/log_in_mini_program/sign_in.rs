use time::Duration;
use wechat_login_domain::{
    Channel, Error, Session, UserState,
    ports::{Sessions, Users},
    resolve::{OnConflict, Policy},
    use_case::MiniProgramLogin,
};
use wechat_login_testkit::{
    fake::Conflict,
    sample::{self, NOW, alice, bob, session_key, shop_mini, shop_web},
};

use crate::world::{World, login};

#[tokio::test]
async fn somebody_new_becomes_a_user_and_gets_a_session() {
    let world = World::with_alices("a");
    let request = MiniProgramLogin {
        client: sample::client(),
        ..login("a")
    };
    let from_mini_program = world.run(request).await.unwrap();
    assert!(from_mini_program.user_info.is_none());
    let logged_in = from_mini_program.login;
    assert!(logged_in.is_new_user);
    let wanted = Session {
        id: logged_in.session.id,
        user_id: logged_in.user.id,
        generation: 0,
        app: shop_mini().name,
        channel: Channel::MiniProgram,
        openid: alice().openid(&shop_mini()),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW + Duration::days(7),
        client: sample::client(),
    };
    assert_eq!(logged_in.session, wanted);
    let stored = world.sessions.find(&logged_in.token.digest()).await.unwrap();
    assert_eq!(stored, Some(wanted));
    let user = world.users.find(logged_in.user.id).await.unwrap();
    assert_eq!(user, Some(logged_in.user));
    assert_eq!(world.keys_of(alice()).await.unwrap().current, session_key(1));
}

#[tokio::test]
async fn a_known_person_is_the_same_user_with_another_session() {
    let world = World::with_alices("a");
    world.give(alice(), "b", session_key(2));
    let first = world.log_in("a").await.unwrap();
    let second = world.log_in("b").await.unwrap();
    assert!(!second.is_new_user);
    assert_eq!(second.user.id, first.user.id);
    assert_ne!(second.session.id, first.session.id);
    assert_ne!(second.token.expose(), first.token.expose());
    assert_eq!(world.sessions.len(), 2);
    let keys = world.keys_of(alice()).await.unwrap();
    assert_eq!(
        (keys.current, keys.previous),
        (session_key(2), Some(session_key(1)))
    );
}

#[tokio::test]
async fn two_people_are_two_users() {
    let world = World::with_alices("a");
    world.give(bob(), "b", session_key(2));
    let alice = world.log_in("a").await.unwrap();
    let bob = world.log_in("b").await.unwrap();
    assert!(bob.is_new_user);
    assert_ne!(bob.user.id, alice.user.id);
}

#[tokio::test]
async fn somebody_new_who_may_not_become_a_user_leaves_nothing_behind() {
    let world = World::with_alices("a");
    let request = MiniProgramLogin {
        create_user: false,
        ..login("a")
    };
    let refused = world.run(request).await;
    assert!(matches!(refused, Err(Error::UserNotFound)), "{refused:?}");
    world.assert_nothing_is_stored().await;
}

#[tokio::test]
async fn a_known_person_needs_no_leave_to_become_a_user() {
    let world = World::with_alices("a");
    world.give(alice(), "b", session_key(1));
    let first = world.log_in("a").await.unwrap();
    let request = MiniProgramLogin {
        create_user: false,
        ..login("b")
    };
    assert_eq!(world.run(request).await.unwrap().login.user.id, first.user.id);
}

#[tokio::test]
async fn an_app_is_named_by_our_name_or_by_wechats() {
    for named in [shop_mini().name.as_str(), shop_mini().app_id.as_str()] {
        let world = World::with_alices("a");
        let request = MiniProgramLogin {
            app: Some(named.to_owned()),
            ..login("a")
        };
        let logged_in = world.run(request).await.unwrap().login;
        assert_eq!(logged_in.session.app, shop_mini().name);
        assert_eq!(world.wechat.calls()[0].app_id, shop_mini().app_id);
    }
}

#[tokio::test]
async fn an_unknown_app_costs_neither_a_call_nor_the_code() {
    let world = World::with_alices("a");
    // The second serves another channel.
    for named in ["no_such_app", "shop_web", "", "SHOP_MINI"] {
        let request = MiniProgramLogin {
            app: Some(named.to_owned()),
            ..login("a")
        };
        let refused = world.run(request).await;
        assert!(matches!(refused, Err(Error::AppUnknown)), "{named}: {refused:?}");
    }
    assert_eq!(world.calls(), 0);
    world.assert_nothing_is_stored().await;
    assert!(world.log_in("a").await.is_ok());
}

#[tokio::test]
async fn a_user_who_may_not_sign_in_gets_no_session() {
    let at = NOW + Duration::days(15);
    for (state, code) in [
        (UserState::Disabled, "user_disabled"),
        (UserState::Closing { at }, "account_closing"),
        (UserState::Closed, "account_closing"),
    ] {
        let world = World::with_alices("a");
        world.give(alice(), "b", session_key(2));
        let first = world.log_in("a").await.unwrap();
        world.users.set_state(first.user.id, state);
        let refused = world.log_in("b").await.unwrap_err();
        assert_eq!(refused.code(), code);
        assert_eq!(world.sessions.len(), 1);
        // It is WeChat's from then on, should they be let in again.
        assert_eq!(world.keys_of(alice()).await.unwrap().current, session_key(2));
    }
}

#[tokio::test]
async fn the_session_is_of_the_generation_that_the_user_is_in() {
    let world = World::with_alices("a");
    world.give(alice(), "b", session_key(1));
    let first = world.log_in("a").await.unwrap();
    world.users.set_generation(first.user.id, 5);
    assert_eq!(world.log_in("b").await.unwrap().session.generation, 5);
}

/// Makes Alice two users before she comes: one of the mini-program's openid, and an older one of the unionid.
async fn make_alice_twice(world: &World) {
    for (asked, age) in [
        (alice().at_unbound(&shop_mini()), Duration::DAY),
        (alice().at(&shop_web()), Duration::WEEK),
    ] {
        let resolution = world.users.resolve(&asked, NOW - age).await;
        resolution.expect("the fake answers");
    }
}

#[tokio::test]
async fn a_person_who_is_two_users_is_signed_in_as_the_one_of_the_openid() {
    let world = World::with_alices("a");
    make_alice_twice(&world).await;
    let logged_in = world.log_in("a").await.unwrap();
    assert!(!logged_in.is_new_user);
    assert_eq!(logged_in.user.created_at, NOW - Duration::DAY);
    let [Conflict { of_openid, .. }] = world.users.conflicts()[..] else {
        panic!("one conflict was recorded, not {:?}", world.users.conflicts())
    };
    assert_eq!(of_openid, logged_in.user.id);
}

#[tokio::test]
async fn a_person_who_is_two_users_becomes_one_where_the_policy_says_so() {
    let world = World {
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..Policy::default()
        },
        ..World::with_alices("a")
    };
    make_alice_twice(&world).await;
    let logged_in = world.log_in("a").await.unwrap();
    assert_eq!(logged_in.user.created_at, NOW - Duration::WEEK);
    assert_eq!(logged_in.user.former_ids.len(), 1);
    assert_eq!(logged_in.session.user_id, logged_in.user.id);
    assert_eq!(world.users.conflicts(), []);
}
