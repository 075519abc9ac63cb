//! Moving in where somebody is already.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    LoginMethodKind, ProfileEdit, Scope, ScopeChange,
    import::{ImportOutcome, ImportRefusal, ImportedUser},
    ports::{Administration, Revocations, Users},
    resolve::Identification,
};

use super::{
    super::{LATER, World, external},
    alice_of_old, at, at_unbound, import, sole,
};
use crate::sample::{NOW, alice, bob, carol, game_pages, phone, shop_mini, shop_mobile, shop_web};

pub async fn somebody_who_came_before_the_import_is_given_what_they_lack(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (user, _) = world.sign_in(&alice().at_unbound(&shop_web()), NOW).await;
    assert_eq!(import(&world, &[alice_of_old()]).await, [ImportOutcome::Imported]);
    let found = sole(&world).await;
    let person = alice_of_old();
    assert_eq!(found.id, user.id);
    assert_eq!(Some(found.created_at), person.created_at);
    assert_eq!((found.nickname, found.phone), (person.nickname, person.phone));
    assert_eq!(
        found.scopes, [""; 0],
        "rights are for those whom the import makes"
    );
    let (again, _) = world.sign_in(&alice().at(&shop_mini()), LATER).await;
    assert_eq!(again.id, user.id);
    let account = world.account(user.id).await;
    let of_wechat = account
        .methods
        .iter()
        .filter(|one| one.kind != LoginMethodKind::Phone);
    let mut accounts: Vec<_> = of_wechat.map(|one| one.account).collect();
    accounts.dedup();
    assert_eq!(
        accounts.len(),
        1,
        "the openid that she came with is of the same account"
    );
}

pub async fn an_import_overwrites_nothing(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let came_before = alice_of_old().created_at.expect("it is set") - Duration::DAY;
    let (user, _) = world.sign_in(&alice().at(&shop_mini()), came_before).await;
    let mut edit = ProfileEdit::default();
    edit.set_nickname(Some("Alice")).expect("a nickname");
    let edited = world.users.edit_profile(user.id, &edit, NOW).await;
    edited.expect("the database answers");
    let change = ScopeChange::Set(vec![Scope::parse("own").expect("a scope")]);
    let changed = world.administration.change_scopes(user.id, &change, NOW).await;
    changed.expect("the database answers");
    import(&world, &[alice_of_old()]).await;
    let found = sole(&world).await;
    assert_eq!((found.id, found.created_at), (user.id, came_before));
    assert_eq!(found.nickname.as_deref(), Some("Alice"));
    assert_eq!(found.scopes, ["own"]);

    // Who wants no nickname gets none.
    let (bob_user, _) = world.sign_in(&bob().at(&shop_mini()), NOW).await;
    let mut edit = ProfileEdit::default();
    edit.set_nickname(None).expect("no nickname");
    let edited = world.users.edit_profile(bob_user.id, &edit, NOW).await;
    edited.expect("the database answers");
    let person = ImportedUser {
        external_id: Some(external("43")),
        phone: Some(phone(2)),
        wechat: vec![at(bob(), &shop_mini())],
        ..alice_of_old()
    };
    assert_eq!(import(&world, &[person]).await, [ImportOutcome::Imported]);
    assert_eq!(world.user(bob_user.id).await.nickname, None);
}

pub async fn what_was_changed_since_the_import_is_not_changed_back(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    import(&world, &[alice_of_old()]).await;
    let id = sole(&world).await.id;
    let none = ScopeChange::Set(Vec::new());
    let changed = world.administration.change_scopes(id, &none, LATER).await;
    changed.expect("the database answers");
    assert_eq!(
        import(&world, &[alice_of_old()]).await,
        [ImportOutcome::Unchanged]
    );
    assert_eq!(world.user(id).await.scopes, [""; 0]);

    // Other news of the person brings no right back.
    let changed = world.administration.set_external_id(id, None, LATER).await;
    changed.expect("the database answers");
    let came_before = alice_of_old().created_at.expect("it is set") - Duration::DAY;
    let of_old = ImportedUser {
        created_at: Some(came_before),
        ..alice_of_old()
    };
    let with_news = ImportedUser {
        wechat: vec![at(alice(), &shop_mini()), at(alice(), &shop_mobile())],
        ..alice_of_old()
    };
    for row in [alice_of_old(), of_old, with_news] {
        assert_eq!(import(&world, &[row]).await, [ImportOutcome::Imported]);
        assert_eq!(world.user(id).await.scopes, [""; 0]);
    }
    let user = world.user(id).await;
    assert_eq!(user.external_id, Some(external("42")));
    assert_eq!(user.created_at, came_before);
}

pub async fn an_external_id_is_the_person_whatever_they_are_known_by(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let row = |identity| ImportedUser {
        external_id: Some(external("42")),
        wechat: vec![identity],
        ..ImportedUser::default()
    };
    let rows = [
        row(at(alice(), &shop_mini())),
        row(at_unbound(alice(), &game_pages())),
    ];
    assert_eq!(import(&world, &rows).await, [ImportOutcome::Imported; 2]);
    for asked in [alice().at(&shop_mini()), alice().at_unbound(&game_pages())] {
        assert_eq!(world.sign_in(&asked, LATER).await.0, sole(&world).await);
    }
}

pub async fn an_import_takes_nothing_from_anybody(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    import(&world, &[alice_of_old()]).await;
    let with_phone = Identification {
        phone: Some(phone(2)),
        ..bob().at(&shop_mini())
    };
    world.sign_in(&with_phone, NOW).await;
    let alice_before = world.account(sole(&world).await.id).await;
    let bob_before = world
        .account(world.sign_in(&bob().at(&shop_mini()), NOW).await.0.id)
        .await;

    let row = |external_id: &str, phone_number, wechat| ImportedUser {
        external_id: Some(external(external_id)),
        phone: phone_number,
        wechat,
        ..ImportedUser::default()
    };
    let taken = |kind| ImportRefusal::LoginMethodTaken {
        kind,
        user: alice_before.user.id,
    };
    for (refused, because) in [
        // Bob is nobody's 42.
        (
            row("42", None, vec![at(bob(), &shop_mini())]),
            ImportRefusal::ExternalIdTaken,
        ),
        (
            row("43", Some(phone(1)), vec![at(carol(), &shop_mini())]),
            taken(LoginMethodKind::Phone),
        ),
        (
            row("43", None, vec![at(alice(), &shop_mobile())]),
            taken(LoginMethodKind::WeChatUnionId),
        ),
        (
            row("43", Some(phone(1)), vec![at(alice(), &shop_mini())]),
            taken(LoginMethodKind::WeChatOpenId),
        ),
        (
            row("43", Some(phone(2)), vec![at(alice(), &shop_mini())]),
            ImportRefusal::SeveralUsers,
        ),
        (
            row("42", Some(phone(2)), vec![at(alice(), &shop_mini())]),
            ImportRefusal::SeveralUsers,
        ),
    ] {
        let outcome = import(&world, std::slice::from_ref(&refused)).await;
        assert_eq!(outcome, [ImportOutcome::Refused(because)], "{refused:?}");
    }
    assert_eq!(world.account(alice_before.user.id).await, alice_before);
    assert_eq!(world.account(bob_before.user.id).await, bob_before);
    let carols = Identification {
        create_user: false,
        ..carol().at(&shop_mini())
    };
    let nobody = wechat_login_domain::resolve::Refusal::NotFound;
    assert!(world.is_refused(&carols, nobody).await);
}

pub async fn a_refused_row_keeps_no_other_from_being_imported(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let person = |external_id: &str, who| ImportedUser {
        external_id: Some(external(external_id)),
        wechat: vec![at(who, &shop_mini())],
        ..ImportedUser::default()
    };
    let rows = [person("42", alice()), person("43", alice()), person("44", bob())];
    let outcomes = import(&world, &rows).await;
    let refused = ImportOutcome::Refused(ImportRefusal::LoginMethodTaken {
        kind: LoginMethodKind::WeChatOpenId,
        user: sole(&world).await.id,
    });
    let wanted = [ImportOutcome::Imported, refused, ImportOutcome::Imported];
    assert_eq!(outcomes, wanted);
    let (found, _) = world.sign_in(&bob().at(&shop_mini()), LATER).await;
    assert_eq!(found.external_id, Some(external("44")));
}

pub async fn a_disabled_user_is_given_nothing_by_an_import(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    import(&world, &[alice_of_old()]).await;
    world.disable(sole(&world).await.id).await;
    assert_eq!(
        import(&world, &[alice_of_old()]).await,
        [ImportOutcome::Unchanged],
        "there is nothing to give"
    );
    let more = ImportedUser {
        wechat: vec![at(alice(), &shop_mobile())],
        ..alice_of_old()
    };
    let before = world.account(sole(&world).await.id).await;
    let refused = ImportOutcome::Refused(ImportRefusal::Barred);
    assert_eq!(import(&world, &[more]).await, [refused]);
    assert_eq!(world.account(before.user.id).await, before);
}
