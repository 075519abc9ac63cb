//! What a user, and a backend, may see and change of a user.

mod edit_profile;
mod late_users;
mod recall_user;
mod recalled_users;
mod show_account;
mod show_user;

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    User, UserId,
    ports::Users,
    resolve::{Identification, OnConflict, Policy, Resolution},
};
use wechat_login_testkit::{
    fake::MemoryUsers,
    sample::{NOW, alice, shop_mini, shop_web},
};

async fn sign_in(users: &Arc<impl Users>, asked: Identification, after: Duration) -> User {
    match users.resolve(&asked, NOW + after).await {
        Ok(Resolution::User { user, .. }) => *user,
        other => panic!("{asked:?} was not signed in: {other:?}"),
    }
}

/// Alice, who was two users, and the id that she had as the other.
async fn merged_alice(users: &Arc<MemoryUsers>) -> (User, UserId) {
    sign_in(users, alice().at_unbound(&shop_mini()), Duration::ZERO).await;
    let former = sign_in(users, alice().at(&shop_web()), Duration::HOUR).await.id;
    let merging = Identification {
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..Policy::default()
        },
        ..alice().at(&shop_mini())
    };
    (sign_in(users, merging, Duration::DAY).await, former)
}
