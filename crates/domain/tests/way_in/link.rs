use wechat_login_domain::{Error, ports::WeChatError};
use wechat_login_testkit::sample::{alice, bob, session_key};

use crate::world::{World, key};

#[tokio::test(start_paused = true)]
async fn a_linked_account_is_listed_and_its_key_is_kept() {
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    world.give(bob(), "link", session_key(2));
    let ways = world.link(&who, "link").await.unwrap();
    assert_eq!(ways.len(), 2);
    assert!(ways.iter().all(|listed| listed.apps.len() == 1));
    assert!(world.has_key(bob()).await);
}

#[tokio::test(start_paused = true)]
async fn what_is_another_users_stays_theirs_and_their_key_is_the_new_one() {
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    let other = world.log_in(bob(), session_key(2)).await;
    assert_ne!(who.user_id, other.user_id);
    world.give(bob(), "link", session_key(3));
    let refused = world.link(&who, "link").await;
    assert!(matches!(refused, Err(Error::LoginMethodTaken)), "{refused:?}");
    // WeChat encrypts with it from now on, and Bob's session goes on.
    let data = world.phone_data(1, &session_key(3));
    assert!(world.decrypt().run(&other, &data, None).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_code_is_handed_in_once_unless_wechat_never_saw_it() {
    let world = World::new();
    let who = world.log_in(alice(), key()).await;
    world.wechat.answers("busy", [Err(WeChatError::Busy)]);
    for _ in 0..2 {
        let failed = world.link(&who, "busy").await;
        assert!(matches!(failed, Err(Error::WeChatUnavailable)), "{failed:?}");
    }
    assert_eq!(world.wechat.calls().len(), 5, "each asked twice");
    world.give(bob(), "link", session_key(2));
    assert!(world.link(&who, "link").await.is_ok());
    let again = world.link(&who, "link").await;
    assert!(matches!(again, Err(Error::LoginCodeRejected)), "{again:?}");
    assert_eq!(world.wechat.calls().len(), 6);
}
