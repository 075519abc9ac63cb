use time::Duration;
use wechat_login_domain::{
    ExternalId, ScopeChange, UserId, UserReference,
    import::{ImportedIdentity, ImportedUser},
    ports::{Administration, Merging, Undoing, Users},
    resolve::Resolution,
};
use wechat_login_testkit::sample::{NOW, Person, alice, bob, carol, phone, shop_mini};

use crate::MysqlStore;

/// All but the list of conflicts, which is to be the whole table.
pub(super) async fn administer(store: &MysqlStore, id: UserId) {
    let (users, app) = (store.users(), shop_mini());
    let references = [
        UserReference::Id(id),
        UserReference::OpenId(alice().openid(&app)),
        UserReference::UnionId(alice().unionid(&app.open_platform)),
        UserReference::Phone(phone(1)),
    ];
    assert_eq!(users.find_accounts(&references).await.unwrap().len(), 1);
    users.disable(id, NOW, NOW).await.unwrap();
    users.enable(id, NOW).await.unwrap();
    let change = ScopeChange::Add(Vec::new());
    users.change_scopes(id, &change, NOW).await.unwrap();
    let external = ExternalId::parse("x").unwrap();
    users.set_external_id(id, Some(&external), NOW).await.unwrap();
    let Resolution::User { user, .. } = users.resolve(&bob().at(&app), NOW).await.unwrap() else {
        panic!("he is somebody new")
    };
    let Merging::Merged { merged, .. } = users.merge(id, user.id, NOW).await.unwrap() else {
        panic!("both may sign in")
    };
    let undoing = users.undo_merge(merged, NOW, NOW).await.unwrap();
    assert!(matches!(undoing, Undoing::Undone { .. }), "{undoing:?}");
    let identity = |person: Person| ImportedIdentity {
        app_id: app.app_id.clone(),
        open_platform: app.open_platform.clone(),
        openid: Some(person.openid(&app)),
        unionid: None,
    };
    let people = [bob(), carol()].map(|person| ImportedUser {
        phone: Some(phone(2)),
        created_at: Some(NOW - Duration::DAY),
        wechat: vec![identity(person)],
        ..ImportedUser::default()
    });
    users.import(&people, NOW).await.unwrap();
}
