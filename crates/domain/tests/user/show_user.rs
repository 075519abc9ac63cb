use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{Error, use_case::ShowUser};
use wechat_login_testkit::{
    fake::MemoryUsers,
    sample::{alice, shop_mini, user_id},
};

use crate::{merged_alice, sign_in};

#[tokio::test]
async fn a_user_is_shown() {
    let users = Arc::new(MemoryUsers::default());
    let alice = sign_in(&users, alice().at(&shop_mini()), Duration::ZERO).await;
    assert_eq!(ShowUser::new(users).run(alice.id).await.unwrap(), alice);
}

#[tokio::test]
async fn a_former_id_shows_the_survivor() {
    let users = Arc::new(MemoryUsers::default());
    let (survivor, former) = merged_alice(&users).await;
    assert_eq!(ShowUser::new(users).run(former).await.unwrap(), survivor);
}

#[tokio::test]
async fn a_session_without_a_user_opens_nothing() {
    let shown = ShowUser::new(Arc::new(MemoryUsers::default()))
        .run(user_id(9))
        .await;
    assert!(matches!(shown, Err(Error::Unauthenticated)), "{shown:?}");
}

#[tokio::test]
async fn a_database_that_does_not_answer_signs_nobody_out() {
    let users = Arc::new(MemoryUsers::default());
    users.outage.begin();
    let shown = ShowUser::new(users).run(user_id(9)).await;
    assert!(matches!(shown, Err(Error::DependencyUnavailable(_))), "{shown:?}");
}
