//! What an operator changes about one user.

use std::sync::Arc;

use wechat_login_domain::{
    RevokedBecause, Scope, ScopeChange, User, UserState,
    ports::{Administration, ExternalIdChange, Revocations, SessionsEnding, Users},
    resolve::Refusal,
};

use super::{BARS_UNTIL, LATER, World, external, is_barred, session_of};
use crate::{
    contract::at_once,
    sample::{NOW, alice, bob, digest, shop_mini, user_id},
};

pub async fn a_disabled_user_may_not_sign_in_and_has_no_session_left(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (user, generation) = world.sign_in(&alice().at(&shop_mini()), NOW).await;
    let (other, others) = world.sign_in(&bob().at(&shop_mini()), NOW).await;
    let before = world.revocations.all(NOW).await.expect("the database answers");
    let disabled = world.disable(user.id).await.expect("the user is there");
    assert_eq!(disabled.state, UserState::Disabled);
    assert_eq!(world.user(user.id).await, disabled);
    assert!(
        world
            .is_refused(&alice().at(&shop_mini()), Refusal::Disabled)
            .await
    );

    let view = world.view().await;
    let because = view.bars_session(&digest(1), &session_of(user.id, generation));
    assert_eq!(because, Some(RevokedBecause::UserDisabled));
    assert!(!is_barred(&view, other.id, others));
    let since = world.revocations.since(before.read_at).await;
    assert_eq!(since.expect("the database answers").rows, world.rows().await);
}

pub async fn disabling_twice_does_no_harm(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (user, generation) = world.sign_in(&alice().at(&shop_mini()), NOW).await;
    for _ in 0..2 {
        let disabled = world.disable(user.id).await.expect("the user is there");
        assert_eq!(disabled.state, UserState::Disabled);
        assert!(is_barred(&world.view().await, user.id, generation));
    }
}

pub async fn an_enabled_user_signs_in_again_and_no_session_comes_back(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (user, before) = world.sign_in(&alice().at(&shop_mini()), NOW).await;
    world.disable(user.id).await;
    for _ in 0..2 {
        let enabled = world.enable(user.id).await.expect("the user is there");
        assert_eq!(enabled.state, UserState::Active);
    }
    let (again, generation) = world.sign_in(&alice().at(&shop_mini()), LATER).await;
    assert_eq!(again.id, user.id);
    let view = world.view().await;
    assert!(is_barred(&view, user.id, before));
    assert!(!is_barred(&view, user.id, generation));
}

pub async fn a_user_is_disabled_by_a_former_id_with_the_sessions_of_all_their_ids(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (survivor, merged) = world.two_users().await;
    world.merge(survivor, merged).await;
    let disabled = world.disable(merged).await.expect("the user is there");
    assert_eq!((disabled.id, disabled.state), (survivor, UserState::Disabled));
    let view = world.view().await;
    assert!(is_barred(&view, survivor, 0) && is_barred(&view, merged, 0));
    let enabled = world.enable(merged).await.expect("the user is there");
    assert_eq!((enabled.id, enabled.state), (survivor, UserState::Active));
    assert_eq!(enabled.former_ids, [merged]);
}

pub async fn nobody_is_no_one_to_administer(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    assert_eq!(world.disable(user_id(9)).await, None);
    assert_eq!(world.enable(user_id(9)).await, None);
    let nobody = &world.administration;
    let change = ScopeChange::Set(Vec::new());
    let changed = nobody.change_scopes(user_id(9), &change, NOW).await;
    assert_eq!(changed.expect("the database answers"), None);
    let set = nobody
        .set_external_id(user_id(9), Some(&external("42")), NOW)
        .await;
    assert_eq!(set.expect("the database answers"), ExternalIdChange::NotFound);
    let ended = nobody.end_sessions(&ending(user_id(9))).await;
    assert_eq!(ended.expect("the database answers"), []);
    assert_eq!(world.rows().await, []);
}

const fn ending(user_id: wechat_login_domain::UserId) -> SessionsEnding {
    SessionsEnding {
        user_id,
        except: None,
        because: RevokedBecause::Kicked,
        bars_until: BARS_UNTIL,
    }
}

pub async fn ended_sessions_are_on_the_record_and_a_new_login_is_not_barred(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (survivor, merged) = world.two_users().await;
    world.merge(survivor, merged).await;
    let aliases = world.rows().await.len();
    let ended = world.administration.end_sessions(&ending(merged)).await;
    let ended = ended.expect("the database answers");
    assert_eq!(world.rows().await[aliases..], ended);
    let view = world.view().await;
    assert!(is_barred(&view, survivor, 0) && is_barred(&view, merged, 0));
    let (user, generation) = world.sign_in(&alice().at(&shop_mini()), LATER).await;
    assert_eq!((user.id, user.state), (survivor, UserState::Active));
    assert!(!is_barred(&view, survivor, generation));
}

pub async fn one_session_may_go_on_where_the_others_end(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (user, generation) = world.sign_in(&alice().at(&shop_mini()), NOW).await;
    let but_one = SessionsEnding {
        except: Some(digest(1)),
        ..ending(user.id)
    };
    let ended = world.administration.end_sessions(&but_one).await;
    ended.expect("the database answers");
    let (view, session) = (world.view().await, session_of(user.id, generation));
    assert_eq!(view.bars_session(&digest(1), &session), None);
    assert_eq!(
        view.bars_session(&digest(2), &session),
        Some(RevokedBecause::Kicked)
    );
}

fn scopes(text: &str) -> Vec<Scope> {
    let scopes = text.split_whitespace().map(Scope::parse);
    scopes.collect::<Result<_, _>>().expect("the samples are scopes")
}

pub async fn scopes_are_changed_and_nothing_else(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (survivor, merged) = world.two_users().await;
    world.merge(survivor, merged).await;
    let before = world.user(survivor).await;
    for (change, wanted) in [
        (ScopeChange::Add(scopes("orders:read admin")), "orders:read admin"),
        (ScopeChange::Add(scopes("admin x")), "orders:read admin x"),
        (ScopeChange::Remove(scopes("admin y")), "orders:read x"),
        (ScopeChange::Set(scopes("b a")), "b a"),
        (ScopeChange::Set(Vec::new()), ""),
    ] {
        let changed = world.administration.change_scopes(merged, &change, LATER).await;
        let changed = changed.expect("the database answers").expect("the user is there");
        let wanted = User {
            scopes: wanted.split_whitespace().map(ToOwned::to_owned).collect(),
            updated_at: LATER,
            ..before.clone()
        };
        assert_eq!(changed, wanted);
        assert_eq!(world.user(survivor).await, wanted);
    }
}

pub async fn scopes_that_are_added_at_once_all_count(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (user, _) = world.sign_in(&alice().at(&shop_mini()), NOW).await;
    at_once(10, |n| {
        let (administration, id) = (Arc::clone(&world.administration), user.id);
        async move {
            let change = ScopeChange::Add(scopes(&format!("scope{n}")));
            let changed = administration.change_scopes(id, &change, NOW).await;
            changed.expect("the database answers");
        }
    })
    .await;
    assert_eq!(world.user(user.id).await.scopes.len(), 10);
}

pub async fn an_external_id_is_set_moved_and_taken_away(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (user, _) = world.sign_in(&alice().at(&shop_mini()), NOW).await;
    for id in [Some("42"), Some("42"), Some("顾客 43"), None, Some("42")] {
        let id = id.map(external);
        let set = world
            .administration
            .set_external_id(user.id, id.as_ref(), LATER)
            .await;
        let wanted = User {
            external_id: id,
            updated_at: LATER,
            ..user.clone()
        };
        let done = ExternalIdChange::Done(Box::new(wanted.clone()));
        assert_eq!(set.expect("the database answers"), done);
        assert_eq!(world.user(user.id).await, wanted);
    }
}

pub async fn an_external_id_of_another_user_is_not_taken_from_them(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (one, _) = world.sign_in(&alice().at(&shop_mini()), NOW).await;
    let (other, _) = world.sign_in(&bob().at(&shop_mini()), NOW).await;
    let id = external("42");
    let administration = &world.administration;
    let set = administration.set_external_id(one.id, Some(&id), NOW).await;
    set.expect("the database answers");
    let set = administration.set_external_id(other.id, Some(&id), NOW).await;
    assert_eq!(set.expect("the database answers"), ExternalIdChange::Taken);
    assert_eq!(world.user(one.id).await.external_id, Some(id));
    assert_eq!(world.user(other.id).await, other);
}

pub async fn an_external_id_of_a_former_id_comes_over_to_the_survivor(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (survivor, merged) = world.two_users().await;
    let id = external("42");
    let administration = &world.administration;
    let set = administration.set_external_id(merged, Some(&id), NOW).await;
    set.expect("the database answers");
    world.merge(survivor, merged).await;
    let found = world.users.find_account_by_external_id(&id).await;
    let found = found.expect("the database answers").expect("the user is there");
    assert_eq!((found.user.id, found.user.external_id), (survivor, None));

    let set = administration.set_external_id(survivor, Some(&id), NOW).await;
    let ExternalIdChange::Done(user) = set.expect("the database answers") else {
        panic!("it is their own")
    };
    assert_eq!((user.id, user.external_id), (survivor, Some(id)));
}
