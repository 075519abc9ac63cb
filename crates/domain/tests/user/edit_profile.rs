use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{Error, ProfileEdit, User, UserId, ports::Users, use_case::EditProfile};
use wechat_login_testkit::{
    fake::{FixedClock, MemoryUsers},
    sample::{NOW, alice, shop_mini, user_id},
};

use crate::{merged_alice, sign_in};

async fn edit(users: &Arc<MemoryUsers>, id: UserId, edit: &ProfileEdit) -> Result<User, Error> {
    let clock = FixedClock::at(NOW + Duration::HOUR);
    EditProfile::new(users.clone(), Arc::new(clock))
        .run(id, edit)
        .await
}

fn rename(nickname: Option<&str>) -> ProfileEdit {
    let mut edit = ProfileEdit::default();
    edit.set_nickname(nickname).expect("the sample is a nickname");
    edit
}

#[tokio::test]
async fn a_user_changes_what_they_are_called() {
    let users = Arc::new(MemoryUsers::default());
    let before = sign_in(&users, alice().at(&shop_mini()), Duration::ZERO).await;
    let after = edit(&users, before.id, &rename(Some("Ally"))).await.unwrap();
    let wanted = User {
        nickname: Some("Ally".into()),
        updated_at: NOW + Duration::HOUR,
        ..before
    };
    assert_eq!(after, wanted);
    assert_eq!(users.find(wanted.id).await.unwrap(), Some(wanted.clone()));
    let after = edit(&users, wanted.id, &rename(None)).await.unwrap();
    assert_eq!(after.nickname, None);
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_not_written() {
    let users = Arc::new(MemoryUsers::default());
    let before = sign_in(&users, alice().at(&shop_mini()), Duration::ZERO).await;
    let after = edit(&users, before.id, &ProfileEdit::default()).await.unwrap();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_merged_user_edits_the_survivor() {
    let users = Arc::new(MemoryUsers::default());
    let (survivor, former) = merged_alice(&users).await;
    let after = edit(&users, former, &rename(Some("Ally"))).await.unwrap();
    assert_eq!((after.id, after.nickname.as_deref()), (survivor.id, Some("Ally")));
}

#[tokio::test]
async fn nobody_is_unauthenticated_whether_the_edit_is_one_or_not() {
    let users = Arc::new(MemoryUsers::default());
    for change in [rename(Some("Nobody")), ProfileEdit::default()] {
        let refused = edit(&users, user_id(9), &change).await;
        assert!(matches!(refused, Err(Error::Unauthenticated)), "{refused:?}");
    }
    assert!(users.is_empty());
}

#[tokio::test]
async fn a_database_that_does_not_answer_changes_nothing() {
    let users = Arc::new(MemoryUsers::default());
    let before = sign_in(&users, alice().at(&shop_mini()), Duration::ZERO).await;
    users.outage.begin();
    let failed = edit(&users, before.id, &rename(Some("Ally"))).await;
    assert!(
        matches!(failed, Err(Error::DependencyUnavailable(_))),
        "{failed:?}"
    );
    users.outage.end();
    assert_eq!(users.find(before.id).await.unwrap(), Some(before));
}
