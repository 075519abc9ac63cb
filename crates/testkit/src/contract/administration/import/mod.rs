//! Moving in.

mod batches;
mod who_is_there;

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    App, LoginMethodKind, Scope, User, UserState,
    import::{ImportOutcome, ImportRefusal, ImportedIdentity, ImportedUser},
    ports::{Administration, Revocations, Users},
    resolve::Resolution,
};

pub use self::{batches::*, who_is_there::*};
use super::{LATER, World, external};
use crate::sample::{
    self, NOW, Person, alice, bob, carol, game_pages, phone, shop_mini, shop_mobile, shop_web,
};

async fn import(world: &World, people: &[ImportedUser]) -> Vec<ImportOutcome> {
    let done = world.administration.import(people, NOW).await;
    done.expect("the database answers")
}

fn at(person: Person, app: &App) -> ImportedIdentity {
    ImportedIdentity {
        app_id: app.app_id.clone(),
        open_platform: app.open_platform.clone(),
        openid: Some(person.openid(app)),
        unionid: Some(person.unionid(&app.open_platform)),
    }
}

fn at_unbound(person: Person, app: &App) -> ImportedIdentity {
    ImportedIdentity {
        unionid: None,
        ..at(person, app)
    }
}

/// Somebody with everything, who came three years ago.
fn alice_of_old() -> ImportedUser {
    ImportedUser {
        external_id: Some(external("42")),
        created_at: Some(NOW - Duration::days(1_000) - Duration::MICROSECOND),
        nickname: Some("爱丽丝 🐇".into()),
        phone: Some(phone(1)),
        scopes: vec![
            Scope::parse("vip").expect("a scope"),
            Scope::parse("beta").expect("a scope"),
        ],
        wechat: vec![at(alice(), &shop_mini()), at(alice(), &shop_web())],
    }
}

async fn sole(world: &World) -> User {
    let found = world.users.find_account_by_external_id(&external("42")).await;
    found
        .expect("the database answers")
        .expect("the user is there")
        .user
}

pub async fn an_imported_person_is_found_at_their_first_login(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let person = alice_of_old();
    assert_eq!(
        import(&world, std::slice::from_ref(&person)).await,
        [ImportOutcome::Imported]
    );
    let wanted = User {
        id: sole(&world).await.id,
        external_id: person.external_id,
        nickname: person.nickname,
        avatar_url: None,
        scopes: vec!["vip".into(), "beta".into()],
        state: UserState::Active,
        former_ids: Vec::new(),
        phone: person.phone,
        created_at: NOW - Duration::days(1_000) - Duration::MICROSECOND,
        updated_at: NOW,
    };
    assert_eq!(sole(&world).await, wanted);
    for asked in [
        alice().at(&shop_mini()),
        alice().at_unbound(&shop_web()),
        alice().at(&shop_mobile()),
    ] {
        let resolution = world.resolve(&asked, LATER).await;
        let Resolution::User { user, is_new, .. } = resolution else {
            panic!("{resolution:?}")
        };
        assert_eq!((*user, is_new), (wanted.clone(), false));
    }
}

pub async fn importing_again_changes_nothing(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let nameless = ImportedUser {
        wechat: vec![at(bob(), &shop_mini())],
        ..ImportedUser::default()
    };
    let of_phone = ImportedUser {
        phone: Some(phone(2)),
        ..ImportedUser::default()
    };
    let of_external_id = ImportedUser {
        external_id: Some(external("43")),
        ..ImportedUser::default()
    };
    let people = [alice_of_old(), nameless, of_phone, of_external_id];
    assert_eq!(import(&world, &people).await, [ImportOutcome::Imported; 4]);
    let before = world.account(sole(&world).await.id).await;
    let again = world.administration.import(&people, LATER).await;
    assert_eq!(
        again.expect("the database answers"),
        [ImportOutcome::Unchanged; 4]
    );
    assert_eq!(world.account(before.user.id).await, before);
}

pub async fn a_later_row_of_a_batch_sees_what_an_earlier_one_did(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let other_id = ImportedUser {
        external_id: Some(external("43")),
        ..alice_of_old()
    };
    let outcomes = import(&world, &[alice_of_old(), alice_of_old(), other_id]).await;
    let taken = ImportOutcome::Refused(ImportRefusal::LoginMethodTaken {
        kind: LoginMethodKind::WeChatOpenId,
        user: sole(&world).await.id,
    });
    assert_eq!(
        outcomes,
        [ImportOutcome::Imported, ImportOutcome::Unchanged, taken]
    );
}

pub async fn one_row_is_one_wechat_account_unless_it_says_otherwise(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let row = |external_id: &str, wechat| ImportedUser {
        external_id: Some(external(external_id)),
        wechat,
        ..ImportedUser::default()
    };
    let one = row(
        "1",
        vec![
            at(alice(), &shop_mini()),
            at_unbound(alice(), &shop_web()),
            at(alice(), &game_pages()),
        ],
    );
    let two = row(
        "2",
        vec![
            at(bob(), &shop_mini()),
            at(carol(), &shop_mini()),
            at(bob(), &shop_web()),
        ],
    );
    assert_eq!(import(&world, &[one, two]).await, [ImportOutcome::Imported; 2]);
    for (external_id, wanted) in [("1", 1), ("2", 2)] {
        let found = world
            .users
            .find_account_by_external_id(&external(external_id))
            .await;
        let account = found.expect("the database answers").expect("the user is there");
        let mut accounts: Vec<_> = account.methods.iter().map(|method| method.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        assert_eq!(accounts.len(), wanted, "{external_id}");
        for identity in account.wechat_identities(&sample::apps()) {
            assert!(identity.unionid.is_some(), "{}", identity.app_id);
        }
    }
}

pub async fn a_person_imported_by_a_unionid_alone_is_found_by_it(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let identity = ImportedIdentity {
        openid: None,
        ..at(alice(), &shop_mini())
    };
    let person = ImportedUser {
        external_id: Some(external("42")),
        wechat: vec![identity],
        ..ImportedUser::default()
    };
    assert_eq!(import(&world, &[person]).await, [ImportOutcome::Imported]);
    let (found, _) = world.sign_in(&alice().at(&shop_web()), LATER).await;
    assert_eq!(found, sole(&world).await);
}
