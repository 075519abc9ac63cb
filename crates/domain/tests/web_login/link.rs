use std::sync::atomic::Ordering;

use wechat_login_domain::{
    Channel, Error, LoginPurpose,
    ports::Users,
    use_case::{WebLoginOutcome, WebLoginRequest},
};
use wechat_login_testkit::sample::{alice, bob, carol, shop_web};

use crate::world::{Back, World, logged_in, web};

/// A world in which Alice is signed in, and wants `code`'s WeChat account linked.
async fn alice_links(code: &'static str) -> (World, Back) {
    let mut world = World::default();
    world.give(alice(), &shop_web(), "alice");
    world.give(bob(), &shop_web(), "bob");
    let back = world.begun("alice").await;
    let user_id = logged_in(world.finish(&back).await.expect("Alice signs in"))
        .user
        .id;
    world.signed_in = Some(user_id);
    let request = WebLoginRequest {
        purpose: LoginPurpose::Link { user_id },
        ..web()
    };
    let begun = world.begin(&request).await.expect("it begins");
    let back = Back {
        channel: Channel::Web,
        state: begun.state,
        browser: begun.browser,
        code,
    };
    (world, back)
}

#[tokio::test]
async fn the_wechat_account_becomes_a_way_in_and_nobody_is_signed_in() {
    let (world, back) = alice_links("bob").await;
    let alice = world.signed_in.unwrap();
    let finished = world.finish(&back).await.unwrap();
    let WebLoginOutcome::Linked(account) = finished.outcome else {
        panic!("{finished:?}")
    };
    assert_eq!(account.user.id, alice);
    assert_eq!(world.sessions.len(), 1, "the one that Alice had");
    let again = world.finish(&back).await.unwrap();
    assert!(
        matches!(again.outcome, WebLoginOutcome::Before(None)),
        "{again:?}"
    );
    // Bob's WeChat account now is Alice's.
    world.give(bob(), &shop_web(), "bob-again");
    let back = world.begun("bob-again").await;
    assert_eq!(logged_in(world.finish(&back).await.unwrap()).user.id, alice);
}

#[tokio::test]
async fn nothing_is_linked_to_whoever_is_signed_in_meanwhile() {
    let (mut world, back) = alice_links("bob").await;
    let alice = world.signed_in.take().unwrap();
    let (calls, asked) = (world.calls(), world.asked_who.load(Ordering::SeqCst));
    let refused = world.finish(&back).await.unwrap_err();
    assert!(matches!(refused.error, Error::Unauthenticated), "{refused:?}");
    assert_eq!(world.asked_who.load(Ordering::SeqCst), asked + 1);

    let (mut world, back) = alice_links("bob").await;
    world.give(carol(), &shop_web(), "carol");
    let carols = world.begun("carol").await;
    world.signed_in = Some(logged_in(world.finish(&carols).await.unwrap()).user.id);
    let refused = world.finish(&back).await.unwrap_err();
    assert!(matches!(refused.error, Error::StateMismatch), "{refused:?}");
    assert_eq!(world.calls(), calls + 2, "Carol's login, and nothing about Bob");
    assert_eq!(
        world
            .users
            .find_account(alice)
            .await
            .unwrap()
            .unwrap()
            .methods
            .len(),
        2
    );
}

#[tokio::test]
async fn another_users_wechat_account_stays_theirs() {
    let (world, back) = alice_links("bob").await;
    world.give(bob(), &shop_web(), "bob-himself");
    let bobs = world.begun("bob-himself").await;
    world.finish(&bobs).await.unwrap();
    let refused = world.finish(&back).await.unwrap_err();
    assert!(matches!(refused.error, Error::LoginMethodTaken), "{refused:?}");
}
