//! What [`Users`] and [`Revocations`] promise each other: a merge is on the record, so that checks of a session know the survivor.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    Revocation, UserId,
    ports::{Reading, Revocations, Users},
    resolve::{Identification, OnConflict, Policy, Resolution},
};

use crate::sample::{NOW, alice, game_pages, shop_mini, shop_web};

/// Checks that two stores over one database keep what [`Users`] and [`Revocations`] promise each other. See the crate's documentation.
#[macro_export]
macro_rules! merges_contract {
    ($setup:path) => {
        $crate::contract_tests!(
            merges,
            $setup,
            (users, revocations),
            [
                a_merge_is_on_the_record_as_an_alias,
                a_login_that_merges_nobody_is_not_on_the_record,
                a_survivor_that_is_merged_in_turn_leaves_every_alias_at_the_last_survivor,
            ]
        );
    };
}

async fn sign_in(users: &Arc<dyn Users>, asked: Identification, after: Duration) -> UserId {
    let asked = Identification {
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..Policy::default()
        },
        ..asked
    };
    let resolution = users.resolve(&asked, NOW + after).await;
    match resolution.expect("the database answers") {
        Resolution::User { user, .. } => user.id,
        Resolution::Refused(refusal) => panic!("{asked:?} was refused: {refusal:?}"),
    }
}

async fn read(revocations: &Arc<dyn Revocations>) -> Reading {
    revocations.all(NOW).await.expect("the database answers")
}

pub async fn a_merge_is_on_the_record_as_an_alias(users: Arc<dyn Users>, revocations: Arc<dyn Revocations>) {
    let before = read(&revocations).await;
    let into = sign_in(&users, alice().at_unbound(&shop_mini()), Duration::ZERO).await;
    let merged = sign_in(&users, alice().at(&shop_web()), Duration::HOUR).await;
    sign_in(&users, alice().at(&shop_mini()), Duration::DAY).await;
    let alias = [Revocation::Alias { merged, into }];
    assert_eq!(read(&revocations).await.rows, alias);
    let since = revocations.since(before.read_at).await;
    assert_eq!(since.expect("the database answers").rows, alias);
}

pub async fn a_login_that_merges_nobody_is_not_on_the_record(
    users: Arc<dyn Users>,
    revocations: Arc<dyn Revocations>,
) {
    for asked in [
        alice().at_unbound(&shop_mini()),
        alice().at(&shop_mini()),
        alice().at(&shop_web()),
    ] {
        sign_in(&users, asked, Duration::ZERO).await;
    }
    assert_eq!(read(&revocations).await.rows, []);
}

pub async fn a_survivor_that_is_merged_in_turn_leaves_every_alias_at_the_last_survivor(
    users: Arc<dyn Users>,
    revocations: Arc<dyn Revocations>,
) {
    let oldest = sign_in(&users, alice().at_unbound(&game_pages()), -Duration::DAY).await;
    let middle = sign_in(&users, alice().at_unbound(&shop_mini()), Duration::ZERO).await;
    let youngest = sign_in(&users, alice().at(&shop_web()), Duration::HOUR).await;
    sign_in(&users, alice().at(&shop_mini()), Duration::DAY).await;
    let at_game = Identification {
        open_platform: shop_mini().open_platform,
        unionid: Some(alice().unionid(&shop_mini().open_platform)),
        ..alice().at(&game_pages())
    };
    assert_eq!(sign_in(&users, at_game, Duration::DAY).await, oldest);

    let mut view = wechat_login_domain::RevocationView::default();
    view.refresh(read(&revocations).await.rows, std::time::Instant::now());
    for id in [youngest, middle, oldest] {
        assert_eq!(view.survivor(id), oldest);
    }
}
