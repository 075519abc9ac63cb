//! Two users of whom an operator makes one.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    LoginMethodKind, Profile, Revocation, UserState,
    merge::MergeRefusal,
    ports::{Administration, Conflict, Merging, Revocations, Users},
    resolve::{Identification, Refusal},
};

use super::{LATER, World};
use crate::sample::{self, NOW, alice, bob, shop_mini, shop_mobile, shop_web, user_id};

async fn conflicts(world: &World) -> Vec<Conflict> {
    let listed = world.administration.conflicts().await;
    listed.expect("the database answers")
}

pub async fn a_conflict_is_listed_until_its_users_are_one(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    assert_eq!(conflicts(&world).await, []);
    let (of_openid, of_unionid) = world.two_users_in_conflict().await;
    let seen = NOW + Duration::hours(2);
    for (days, days_later) in [(1, 0), (2, 1), (2, 1), (3, 5)] {
        let now = seen + Duration::days(days_later);
        world.sign_in(&alice().at(&shop_mini()), now).await;
        let wanted = Conflict {
            of_openid,
            of_unionid,
            app_id: shop_mini().app_id,
            open_platform: shop_mini().open_platform,
            first_seen_at: seen,
            last_seen_at: now,
            days,
        };
        assert_eq!(conflicts(&world).await, [wanted]);
    }
    world.merge(of_openid, of_unionid).await;
    assert_eq!(conflicts(&world).await, []);
    world.undo_merge(of_unionid).await;
    assert_eq!(conflicts(&world).await.len(), 1);
}

pub async fn conflicts_are_listed_with_the_latest_first(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    world.two_users_in_conflict().await;
    let (of_openid, _) = world.sign_in(&bob().at_unbound(&shop_mini()), NOW).await;
    world.sign_in(&bob().at(&shop_web()), NOW).await;
    world.sign_in(&bob().at(&shop_mini()), LATER).await;
    let listed = conflicts(&world).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].of_openid, of_openid.id);
}

pub async fn an_operators_merge_leaves_the_older_user(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users().await;
    // Whichever is named first.
    let merging = world.merge(younger, older).await;
    let Merging::Merged { survivor, merged } = merging else {
        panic!("{merging:?}")
    };
    assert_eq!((survivor.id, merged), (older, younger));
    assert_eq!(survivor.former_ids, [younger]);
    assert_eq!(world.user(younger).await, *survivor);
    assert_eq!(world.account(older).await.methods.len(), 3);
    for asked in [alice().at_unbound(&shop_mini()), alice().at(&shop_mobile())] {
        assert_eq!(world.sign_in(&asked, LATER).await.0.id, older);
    }
}

pub async fn who_is_merged_leaves_their_name_to_a_survivor_without_one(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let older = world.sign_in(&bob().at(&shop_mini()), NOW).await.0.id;
    let named = Identification {
        profile: Profile {
            nickname: Some("Alice".into()),
            avatar_url: None,
        },
        ..alice().at(&shop_web())
    };
    let younger = world.sign_in(&named, LATER).await.0.id;
    let merging = world.merge(older, younger).await;
    let Merging::Merged { survivor, .. } = merging else {
        panic!("{merging:?}")
    };
    assert_eq!(
        (survivor.id, survivor.nickname.as_deref()),
        (older, Some("Alice"))
    );
    assert_eq!(world.user(older).await, *survivor);
}

pub async fn an_operators_merge_is_on_the_record_as_an_alias(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (into, merged) = world.two_users().await;
    world.merge(into, merged).await;
    assert_eq!(world.rows().await, [Revocation::Alias { merged, into }]);
}

pub async fn an_operators_merge_of_a_conflict_makes_one_wechat_account_of_it(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users_in_conflict().await;
    world.merge(older, younger).await;
    let account = world.account(older).await;
    assert!(
        account
            .methods
            .iter()
            .all(|method| method.account == account.methods[0].account)
    );
    for identity in account.wechat_identities(&sample::apps()) {
        let wanted = alice().unionid(&shop_mini().open_platform);
        assert_eq!(identity.unionid, Some(wanted), "{}", identity.app_id);
    }
}

pub async fn two_wechat_accounts_stay_two_where_users_are_merged(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (one, _) = world.sign_in(&alice().at(&shop_mini()), NOW).await;
    let (other, _) = world.sign_in(&bob().at(&shop_mini()), NOW).await;
    world.merge(one.id, other.id).await;
    let mut accounts: Vec<_> = world
        .account(one.id)
        .await
        .methods
        .iter()
        .filter(|method| method.kind == LoginMethodKind::WeChatOpenId)
        .map(|method| method.account)
        .collect();
    accounts.dedup();
    assert_eq!(accounts.len(), 2);
}

pub async fn a_disabled_user_is_not_merged_by_an_operator(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users().await;
    world.disable(younger).await;
    let refused = Merging::Refused(MergeRefusal::Barred(younger));
    assert_eq!(world.merge(older, younger).await, refused);
    assert_eq!(world.merge(younger, older).await, refused);
    assert_eq!(world.user(older).await.former_ids, []);
    assert_eq!(world.user(younger).await.state, UserState::Disabled);
    assert!(
        world
            .is_refused(&alice().at(&shop_web()), Refusal::Disabled)
            .await
    );
}

pub async fn a_user_is_not_merged_with_themselves(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users().await;
    let refused = Merging::Refused(MergeRefusal::SameUser);
    assert_eq!(world.merge(older, older).await, refused);
    world.merge(older, younger).await;
    let rows = world.rows().await;
    assert_eq!(world.merge(younger, older).await, refused);
    assert_eq!(world.rows().await, rows);
}

pub async fn a_merge_with_nobody_changes_nothing(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (user, _) = world.sign_in(&alice().at(&shop_mini()), NOW).await;
    let nobody = Merging::NotFound(user_id(9));
    assert_eq!(world.merge(user.id, user_id(9)).await, nobody);
    assert_eq!(world.merge(user_id(9), user.id).await, nobody);
    assert_eq!(world.user(user.id).await, user);
    assert_eq!(world.rows().await, []);
}
