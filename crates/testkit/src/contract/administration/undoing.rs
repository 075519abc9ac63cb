//! One user of whom an operator makes two again.

use std::{sync::Arc, time::Instant};

use time::Duration;
use wechat_login_domain::{
    RevocationView, RevokedBecause, UserState,
    link::{Linking, NewWayIn},
    ports::{Administration, Merging, Revocations, Undoing, Users},
    resolve::{Identification, OnConflict, Policy, Refusal},
};

use super::{LATER, World, is_barred, session_of};
use crate::sample::{
    NOW, alice, bob, carol, digest, game_pages, new_way_in, phone, shop_mini, shop_mobile, shop_web, user_id,
};

pub async fn an_undone_merge_leaves_everything_as_it_was(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users_in_conflict().await;
    let before = (world.account(older).await, world.account(younger).await);
    world.merge(older, younger).await;
    let undoing = world.undo_merge(younger).await;
    let Undoing::Undone { restored, survivor } = undoing else {
        panic!("{undoing:?}")
    };
    assert_eq!((restored.id, survivor.id), (younger, older));
    assert_eq!(restored.former_ids, []);
    assert_eq!(survivor.former_ids, []);
    assert_eq!(world.account(older).await.methods, before.0.methods);
    assert_eq!(world.account(younger).await.methods, before.1.methods);
    assert_eq!(world.user(younger).await.state, UserState::Active);
    let (signed_in, _) = world.sign_in(&alice().at_unbound(&shop_mini()), LATER).await;
    assert_eq!(signed_in.id, older);
    let (signed_in, _) = world.sign_in(&alice().at(&shop_web()), LATER).await;
    assert_eq!(signed_in.id, younger);
}

/// An instance that was there all along knows what one knows that has just started.
pub async fn an_undone_merge_takes_the_alias_back_on_the_record(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users().await;
    let before = world.revocations.all(NOW).await.expect("the database answers");
    let mut following = RevocationView::default();
    for (undo, wanted) in [(false, older), (true, younger), (false, older), (true, younger)] {
        if undo {
            world.undo_merge(younger).await;
        } else {
            world.merge(older, younger).await;
        }
        let since = world.revocations.since(before.read_at).await;
        following.refresh(since.expect("the database answers").rows, Instant::now());
        for view in [&following, &world.view().await] {
            assert_eq!(view.survivor(younger), wanted);
            assert_eq!(view.survivor(older), older);
        }
    }
}

pub async fn an_undone_merge_ends_the_sessions_of_the_survivor_alone(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users().await;
    world.merge(older, younger).await;
    // Whoever comes by what goes back is the survivor as long as it has not.
    let (signed_in, generation) = world.sign_in(&alice().at(&shop_web()), LATER).await;
    assert_eq!(signed_in.id, older);
    world.undo_merge(younger).await;
    let view = world.view().await;
    let because = view.bars_session(&digest(1), &session_of(older, generation));
    assert_eq!(because, Some(RevokedBecause::Kicked));
    assert!(!is_barred(&view, younger, 0), "from before the merge");
    for asked in [alice().at_unbound(&shop_mini()), alice().at(&shop_web())] {
        let (user, generation) = world.sign_in(&asked, LATER).await;
        assert!(!is_barred(&view, user.id, generation));
    }
}

fn merging(asked: Identification) -> Identification {
    Identification {
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..Policy::default()
        },
        ..asked
    }
}

pub async fn a_merge_by_a_login_is_undone_too(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users().await;
    let before = (world.account(older).await, world.account(younger).await);
    world.sign_in(&merging(alice().at(&shop_mini())), LATER).await;
    assert_eq!(world.user(older).await.former_ids, [younger]);
    world.undo_merge(younger).await;
    assert_eq!(world.account(younger).await.methods, before.1.methods);
    // The login that merged was a use of the openid.
    let accounts = |account: &wechat_login_domain::UserAccount| -> Vec<_> {
        let methods = account.methods.iter();
        methods.map(|method| (method.id, method.account)).collect()
    };
    assert_eq!(accounts(&world.account(older).await), accounts(&before.0));
}

/// Undoing goes step by step: the last merge first.
pub async fn whoever_moved_along_goes_back_along(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (oldest, _) = world.sign_in(&bob().at(&game_pages()), NOW - Duration::DAY).await;
    let (middle, youngest) = world.two_users().await;
    world.merge(middle, youngest).await;
    world.merge(oldest.id, youngest).await;
    let mut wanted = [middle, youngest];
    wanted.sort_unstable();
    let mut former_ids = world.user(youngest).await.former_ids;
    former_ids.sort_unstable();
    assert_eq!(former_ids, wanted);

    let undoing = world.undo_merge(youngest).await;
    let Undoing::Undone { restored, survivor } = undoing else {
        panic!("{undoing:?}")
    };
    assert_eq!((restored.id, &*restored.former_ids), (middle, &[youngest][..]));
    assert_eq!((survivor.id, &*survivor.former_ids), (oldest.id, &[][..]));
    let view = world.view().await;
    assert_eq!(view.survivor(youngest), middle);
    assert_eq!(view.survivor(middle), middle);

    world.undo_merge(youngest).await;
    for id in [oldest.id, middle, youngest] {
        assert_eq!(
            (world.user(id).await.id, world.view().await.survivor(id)),
            (id, id)
        );
    }
    assert_eq!(world.undo_merge(youngest).await, Undoing::NotMerged);
}

/// One WeChat account is never one half this user's and one half that user's.
pub async fn what_was_linked_while_merged_goes_where_its_wechat_account_or_its_session_goes(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users().await;
    world.merge(older, younger).await;
    let link = async |to, new: &NewWayIn| {
        let linking = world.users.link(to, new, LATER).await;
        assert!(matches!(linking, Ok(Linking::Linked(_))), "{linking:?}");
    };
    // The unionid is the younger's, whoever asks.
    link(older, &new_way_in(&alice().at(&shop_mobile()))).await;
    // A WeChat account and a phone that nobody has, from a session of the younger; then a part more of the same account.
    link(younger, &new_way_in(&bob().at(&shop_mini()))).await;
    link(younger, &NewWayIn::Phone(phone(1))).await;
    link(older, &new_way_in(&bob().at(&shop_web()))).await;
    // And the older's own.
    link(older, &new_way_in(&carol().at(&shop_mini()))).await;
    link(older, &NewWayIn::Phone(phone(2))).await;
    world.undo_merge(younger).await;

    for (asked, whose) in [
        (alice().at(&shop_mobile()), younger),
        (alice().at_unbound(&shop_mobile()), younger),
        (alice().at(&shop_web()), younger),
        (bob().at_unbound(&shop_mini()), younger),
        (bob().at_unbound(&shop_web()), younger),
        (bob().at(&shop_mobile()), younger),
        (carol().at(&shop_mini()), older),
    ] {
        assert_eq!(world.sign_in(&asked, LATER).await.0.id, whose, "{asked:?}");
    }
    assert_eq!(world.user(younger).await.phone, Some(phone(1)));
    assert_eq!(world.user(older).await.phone, Some(phone(2)));
}

pub async fn a_merge_is_undone_done_again_and_undone_again(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users_in_conflict().await;
    let before = world.account(older).await.methods;
    for _ in 0..3 {
        assert!(matches!(
            world.merge(older, younger).await,
            Merging::Merged { .. }
        ));
        assert!(matches!(world.undo_merge(younger).await, Undoing::Undone { .. }));
        assert_eq!(world.undo_merge(younger).await, Undoing::NotMerged);
        assert_eq!(world.account(older).await.methods, before);
    }
}

pub async fn only_a_former_id_can_be_undone(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users().await;
    assert_eq!(world.undo_merge(younger).await, Undoing::NotMerged);
    assert_eq!(world.undo_merge(user_id(9)).await, Undoing::NotFound);
    world.merge(older, younger).await;
    let rows = world.rows().await;
    assert_eq!(world.undo_merge(older).await, Undoing::NotMerged);
    assert_eq!(world.rows().await, rows);
    assert_eq!(world.user(younger).await.id, older);
}

pub async fn a_user_who_was_disabled_while_merged_stays_disabled(
    users: Arc<dyn Users>,
    administration: Arc<dyn Administration>,
    revocations: Arc<dyn Revocations>,
) {
    let world = World::new(users, administration, revocations);
    let (older, younger) = world.two_users().await;
    world.merge(older, younger).await;
    world.disable(older).await;
    world.undo_merge(younger).await;
    for id in [older, younger] {
        let user = world.user(id).await;
        assert_eq!((user.id, user.state), (id, UserState::Disabled));
        assert!(is_barred(&world.view().await, id, 0));
    }
    let at_mobile = alice().at(&shop_mobile());
    assert!(world.is_refused(&at_mobile, Refusal::Disabled).await);
}
