use time::Duration;
use wechat_login_domain::{
    ExternalId, LoginMethod, ScopeChange, UserId, UserReference,
    import::{ImportedIdentity, ImportedUser},
    link::{Linking, NewWayIn},
    ports::{Administration, Merging, Undoing, Users},
    resolve::{Identification, PhoneJoins, Policy, Resolution},
    unlink::{Unlinked, Unlinking},
};
use wechat_login_testkit::sample::{
    NOW, Person, alice, bob, carol, new_way_in, nth_person, phone, shop_mini, shop_web,
};

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

/// Links and unlinks, and joins two accounts that a phone brought together.
pub(super) async fn link_and_unlink(store: &MysqlStore, id: UserId) {
    let users = store.users();
    // The number that came last is the one that joins.
    for (seconds, new) in [
        (0, new_way_in(&nth_person(1).at(&shop_web()))),
        (1, NewWayIn::Phone(phone(4))),
        (2, NewWayIn::Phone(phone(3))),
        (3, NewWayIn::Phone(phone(4))),
    ] {
        let now = NOW + Duration::seconds(seconds);
        let linking = users.link(id, &new, now).await.unwrap();
        assert!(matches!(linking, Linking::Linked(_)), "{linking:?}");
    }
    let joining = |asked: Identification| Identification {
        phone: Some(phone(4)),
        policy: Policy {
            phone_joins: PhoneJoins::Link,
            ..asked.policy
        },
        ..asked
    };
    let unbound = joining(nth_person(2).at_unbound(&shop_mini()));
    users.resolve(&unbound, NOW).await.unwrap();
    users
        .resolve(&joining(nth_person(2).at(&shop_web())), NOW)
        .await
        .unwrap();
    users.resolve(&nth_person(2).at(&shop_mini()), NOW).await.unwrap();
    let account = users.find_account(id).await.unwrap().unwrap();
    let openid = nth_person(2).openid(&shop_mini());
    let of_it = |method: &&LoginMethod| method.identifier == openid.as_str();
    let unlinking = Unlinking {
        user_id: id,
        method: account.methods.iter().find(of_it).unwrap().id,
        phone_leads_in: false,
        bars_until: NOW,
    };
    let Unlinked::Done { removed, .. } = users.unlink(&unlinking).await.unwrap() else {
        panic!("others are left")
    };
    assert_eq!(removed.len(), 3);
}
