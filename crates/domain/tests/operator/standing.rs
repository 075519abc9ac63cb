use time::Duration;
use wechat_login_domain::{
    OperatorError, Revocation, UserId, UserReference, UserState,
    resolve::{Identification, PhoneJoins, Policy},
};
use wechat_login_testkit::sample::{NOW, alice, bob, digest, openid, phone, shop_mini, shop_web, user_id};

use crate::world::World;

fn id(id: UserId) -> [UserReference; 1] {
    [UserReference::Id(id)]
}

#[tokio::test]
async fn whoever_is_meant_must_be_one_user() {
    let world = World::new();
    let find = world.find_user();
    assert!(matches!(find.run(&[]).await, Err(OperatorError::NoReference)));
    let nobody = find.run(&id(user_id(9))).await;
    assert!(matches!(nobody, Err(OperatorError::NotFound)));

    let same = |asked| Identification {
        openid: openid("oTheSame"),
        ..asked
    };
    let one = world.sign_in(&same(alice().at_unbound(&shop_mini()))).await;
    let other = world.sign_in(&same(bob().at_unbound(&shop_web()))).await;
    let several = find.run(&UserReference::parse("oTheSame")).await.unwrap_err();
    let message = several.to_string();
    for id in [one, other] {
        assert!(message.contains(&id.to_string()), "{message}");
    }
    assert_eq!(find.run(&id(one)).await.unwrap().user.id, one);
}

#[tokio::test]
async fn a_disabled_users_sessions_are_barred_for_as_long_as_any_could_last() {
    let world = World::new();
    let user = world.sign_in(&alice().at(&shop_mini())).await;
    let disabled = world.disable_user().run(&id(user)).await.unwrap();
    assert_eq!(disabled.state, UserState::Disabled);
    let rows = world.revocations.rows();
    let [Revocation::User { bars_until, .. }] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    // A mobile app's last 60 days, and clocks differ.
    assert_eq!(*bars_until, NOW + Duration::days(60) + Duration::HOUR);
    let enabled = world.enable_user().run(&id(user)).await.unwrap();
    assert_eq!(enabled.state, UserState::Active);
}

#[tokio::test]
async fn a_user_who_is_leaving_is_neither_disabled_nor_enabled() {
    let world = World::new();
    let user = world.sign_in(&alice().at(&shop_mini())).await;
    for state in [UserState::Closing { at: NOW }, UserState::Closed] {
        world.users.set_state(user, state);
        let disabled = world.disable_user().run(&id(user)).await;
        assert!(matches!(disabled, Err(OperatorError::Closing(_))));
        let enabled = world.enable_user().run(&id(user)).await;
        assert!(matches!(enabled, Err(OperatorError::Closing(_))));
    }
    assert!(world.revocations.rows().is_empty());
}

#[tokio::test]
async fn sessions_of_former_ids_are_listed_and_end_too() {
    let world = World::new();
    let one = world.sign_in(&alice().at(&shop_mini())).await;
    let other = world.sign_in(&bob().at(&shop_mini())).await;
    world.keep(one, 1).await;
    world.keep(other, 2).await;
    world.keep(user_id(9), 3).await;
    let merging = world.merge_users().run(&id(one), &id(other)).await.unwrap();
    let (survivor, merged) = (merging.survivor, merging.merged);
    let listed = world.list_sessions().run(&id(merged)).await.unwrap();
    let seen: Vec<_> = listed.iter().map(|session| session.user_id).collect();
    assert_eq!(seen, [other, one], "the one that was seen last comes first");

    let ended = world.revoke_sessions().run(&id(survivor.id), None).await;
    assert_eq!(ended.unwrap().unwrap(), 2);
    assert!(world.list_sessions().run(&id(merged)).await.unwrap().is_empty());
    assert_eq!(world.sessions.len(), 3, "their owner is told why they are over");
}

#[tokio::test]
async fn one_session_may_go_on_where_the_others_are_revoked() {
    let world = World::new();
    let user = world.sign_in(&alice().at(&shop_mini())).await;
    world.keep(user, 1).await;
    world.keep(user, 2).await;
    let ended = world.revoke_sessions().run(&id(user), Some(digest(1))).await;
    assert_eq!(ended.unwrap().unwrap(), 1);
    let listed = world.list_sessions().run(&id(user)).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].last_seen_at, NOW + Duration::MINUTE);
}

#[tokio::test]
async fn sessions_end_though_their_store_is_away() {
    let world = World::new();
    let user = world.sign_in(&alice().at(&shop_mini())).await;
    world.keep(user, 1).await;
    world.sessions.outage.begin();
    let ended = world.revoke_sessions().run(&id(user), None).await;
    assert!(ended.unwrap().is_err(), "nobody knows how many there were");
    world.sessions.outage.end();
    assert!(world.list_sessions().run(&id(user)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_merge_is_undone_by_the_former_id_alone() {
    let world = World::new();
    let one = world.sign_in(&alice().at(&shop_mini())).await;
    let with_phone = Identification {
        phone: Some(phone(1)),
        policy: Policy {
            phone_joins: PhoneJoins::Reject,
            ..Policy::default()
        },
        ..bob().at(&shop_mini())
    };
    let other = world.sign_in(&with_phone).await;
    let merging = world.merge_users().run(&id(one), &id(other)).await.unwrap();
    let (survivor, merged) = (merging.survivor, merging.merged);
    let by_phone = world.undo_merge().run(&[UserReference::Phone(phone(1))]).await;
    assert!(matches!(by_phone, Err(OperatorError::NoFormerId)));
    let by_survivor = world.undo_merge().run(&id(survivor.id)).await;
    assert!(matches!(by_survivor, Err(OperatorError::NotMerged(_))));
    // As a text is read that may be more than our id.
    let bare = merged.to_string().replace('-', "");
    let undone = world
        .undo_merge()
        .run(&UserReference::parse(&bare))
        .await
        .unwrap();
    assert_eq!((undone.restored.id, undone.survivor.id), (merged, survivor.id));

    let same = world.merge_users().run(&id(one), &id(one)).await;
    assert!(matches!(same, Err(OperatorError::SameUser(_))));
    world.disable_user().run(&id(other)).await.unwrap();
    let barred = world.merge_users().run(&id(one), &id(other)).await;
    assert!(matches!(barred, Err(OperatorError::Barred(id)) if id == other));
}

#[tokio::test]
async fn other_instances_are_told_of_sessions_that_end_and_of_nothing_else() {
    let world = World::new();
    let one = world.sign_in(&alice().at(&shop_mini())).await;
    let other = world.sign_in(&bob().at(&shop_mini())).await;
    world
        .revoke_sessions()
        .run(&id(one), None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(world.news.announced(), 1);
    world.disable_user().run(&id(one)).await.unwrap();
    assert_eq!(world.news.announced(), 1);
    world.enable_user().run(&id(one)).await.unwrap();
    let merged = world
        .merge_users()
        .run(&id(one), &id(other))
        .await
        .unwrap()
        .merged;
    assert_eq!(world.news.announced(), 0, "these end none");
    world.undo_merge().run(&id(merged)).await.unwrap();
    assert_eq!(world.news.announced(), 1);

    world.users.set_state(one, UserState::Closed);
    assert!(world.disable_user().run(&id(one)).await.is_err());
    assert!(world.disable_user().run(&id(user_id(9))).await.is_err());
    assert_eq!(world.news.announced(), 0, "nothing was done");
}

#[tokio::test]
async fn sessions_end_though_nobody_can_be_told() {
    let world = World::new();
    let user = world.sign_in(&alice().at(&shop_mini())).await;
    world.news.outage.begin();
    world.keep(user, 1).await;
    let ended = world.revoke_sessions().run(&id(user), None).await;
    assert_eq!(ended.unwrap().unwrap(), 1);
    world.disable_user().run(&id(user)).await.unwrap();
    assert_eq!(world.revocations.rows().len(), 2);
}
