use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    App, AppName, Error, ExternalId, LoginMethodKind, UserAccount,
    use_case::{AccountReference, ShowAccount},
};
use wechat_login_testkit::{
    fake::MemoryUsers,
    sample::{self, alice, bob, game_pages, shop_mini, shop_mobile, shop_web, user_id},
};

use crate::{merged_alice, sign_in};

async fn show(
    users: &Arc<MemoryUsers>,
    reference: &AccountReference,
    visible: Option<&[AppName]>,
) -> Result<UserAccount, Error> {
    ShowAccount::new(users.clone(), sample::apps())
        .run(reference, visible)
        .await
}

fn names(apps: &[App]) -> Vec<AppName> {
    apps.iter().map(|app| app.name.clone()).collect()
}

fn external(text: &str) -> ExternalId {
    ExternalId::parse(text).expect("the sample is an external id")
}

/// The AppIDs that the account shows an openid of.
fn app_ids(account: &UserAccount) -> Vec<&str> {
    let openids = account
        .methods
        .iter()
        .filter(|method| method.kind == LoginMethodKind::WeChatOpenId);
    openids.map(|method| method.realm.as_str()).collect()
}

#[tokio::test]
async fn a_backend_of_all_apps_sees_every_way_in() {
    let users = Arc::new(MemoryUsers::default());
    let user = sign_in(&users, alice().at(&shop_mini()), Duration::ZERO).await;
    sign_in(&users, alice().at(&shop_web()), Duration::HOUR).await;
    let account = show(&users, &AccountReference::Id(user.id), None).await.unwrap();
    assert_eq!(account.user, user);
    assert_eq!(
        app_ids(&account),
        [shop_mini().app_id.as_str(), shop_web().app_id.as_str()]
    );
    assert_eq!(account.methods.len(), 3);
}

#[tokio::test]
async fn a_former_id_shows_the_survivor() {
    let users = Arc::new(MemoryUsers::default());
    let (survivor, former) = merged_alice(&users).await;
    let account = show(&users, &AccountReference::Id(former), None).await.unwrap();
    assert_eq!(account.user, survivor);
    assert_eq!(app_ids(&account).len(), 2);
}

#[tokio::test]
async fn the_companys_own_id_shows_its_user() {
    let users = Arc::new(MemoryUsers::default());
    let user = sign_in(&users, alice().at(&shop_mini()), Duration::ZERO).await;
    sign_in(&users, bob().at(&shop_mini()), Duration::ZERO).await;
    users.change(user.id, |user| user.external_id = Some(external("customer-17")));
    let by = |text| AccountReference::External(external(text));
    let account = show(&users, &by("customer-17"), None).await.unwrap();
    assert_eq!(account.user.id, user.id);
    for unknown in ["customer-18", "CUSTOMER-17"] {
        let refused = show(&users, &by(unknown), None).await;
        assert!(
            matches!(refused, Err(Error::UserNotFound)),
            "{unknown}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_backend_of_some_apps_sees_no_openid_of_the_others() {
    let users = Arc::new(MemoryUsers::default());
    let user = sign_in(&users, alice().at(&shop_mini()), Duration::ZERO).await;
    sign_in(&users, alice().at(&shop_web()), Duration::HOUR).await;
    let visible = names(&[shop_web(), shop_mobile(), game_pages()]);
    let account = show(&users, &AccountReference::Id(user.id), Some(&visible))
        .await
        .unwrap();
    assert_eq!(app_ids(&account), [shop_web().app_id.as_str()]);
    let identities = account.wechat_identities(&sample::apps());
    assert_eq!(identities.len(), 1);
    assert_eq!(
        identities[0].unionid,
        Some(alice().unionid(&shop_web().open_platform))
    );
}

#[tokio::test]
async fn a_user_who_never_came_through_a_backends_apps_is_nobody_to_it() {
    let users = Arc::new(MemoryUsers::default());
    let user = sign_in(&users, alice().at(&shop_mini()), Duration::ZERO).await;
    users.change(user.id, |user| user.external_id = Some(external("customer-17")));
    for visible in [names(&[shop_web(), game_pages()]), vec![]] {
        for reference in [
            AccountReference::Id(user.id),
            AccountReference::External(external("customer-17")),
        ] {
            let refused = show(&users, &reference, Some(&visible)).await;
            assert!(matches!(refused, Err(Error::UserNotFound)), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn nobody_is_not_found() {
    let users = Arc::new(MemoryUsers::default());
    let refused = show(&users, &AccountReference::Id(user_id(9)), None).await;
    assert!(matches!(refused, Err(Error::UserNotFound)), "{refused:?}");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_not_a_user_that_is_not_found() {
    let users = Arc::new(MemoryUsers::default());
    users.outage.begin();
    let failed = show(&users, &AccountReference::Id(user_id(9)), None).await;
    assert!(
        matches!(failed, Err(Error::DependencyUnavailable(_))),
        "{failed:?}"
    );
}
