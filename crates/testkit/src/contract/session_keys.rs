//! What [`SessionKeys`] promises.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    App, OpenId,
    ports::{SessionKeyRing, SessionKeys},
};

use super::at_once;
use crate::sample::{NOW, alice, bob, openid, session_key, shop_mini, shop_web};

/// Checks that a store keeps what [`SessionKeys`] promises. See the crate's documentation.
#[macro_export]
macro_rules! session_keys_contract {
    ($setup:path) => {
        $crate::contract_tests!(
            session_keys,
            $setup,
            (session_keys),
            [
                a_person_without_a_key_has_none,
                the_first_key_has_none_before_it,
                the_newest_key_is_the_current_one,
                the_key_before_stays_good_for_ten_minutes,
                only_the_one_key_before_is_kept,
                the_same_key_again_replaces_nothing,
                the_same_key_again_does_not_prolong_the_one_before,
                an_old_key_that_comes_back_is_the_current_one,
                letter_case_makes_another_person,
                the_same_openid_at_another_app_is_another_person,
                people_keep_their_own_keys,
                any_number_of_keys_at_once_leaves_one_of_them,
                a_removed_key_is_gone_with_the_one_before_it,
                removing_leaves_the_keys_of_others,
            ]
        );
    };
}

async fn put(keys: &Arc<dyn SessionKeys>, app: &App, openid: &OpenId, key: u8, now: OffsetDateTime) {
    keys.put(&app.app_id, openid, &session_key(key), now)
        .await
        .expect("the store answers");
}

async fn find(
    keys: &Arc<dyn SessionKeys>,
    app: &App,
    openid: &OpenId,
    now: OffsetDateTime,
) -> Option<SessionKeyRing> {
    keys.find(&app.app_id, openid, now)
        .await
        .expect("the store answers")
}

fn ring(current: u8, previous: Option<u8>) -> SessionKeyRing {
    SessionKeyRing {
        current: session_key(current),
        previous: previous.map(session_key),
    }
}

fn alices() -> (App, OpenId) {
    let app = shop_mini();
    let openid = alice().openid(&app);
    (app, openid)
}

pub async fn a_person_without_a_key_has_none(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    assert_eq!(find(&session_keys, &app, &alice, NOW).await, None);
}

pub async fn the_first_key_has_none_before_it(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    put(&session_keys, &app, &alice, 1, NOW).await;
    assert_eq!(find(&session_keys, &app, &alice, NOW).await, Some(ring(1, None)));
    assert_eq!(
        find(&session_keys, &app, &alice, NOW + Duration::days(30)).await,
        Some(ring(1, None)),
        "WeChat never says when a session_key ends, so neither does the store"
    );
}

pub async fn the_newest_key_is_the_current_one(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    put(&session_keys, &app, &alice, 1, NOW).await;
    put(&session_keys, &app, &alice, 2, NOW + Duration::MINUTE).await;
    assert_eq!(
        find(&session_keys, &app, &alice, NOW + Duration::MINUTE).await,
        Some(ring(2, Some(1)))
    );
}

pub async fn the_key_before_stays_good_for_ten_minutes(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    let replaced_at = NOW + Duration::days(3);
    put(&session_keys, &app, &alice, 1, NOW).await;
    put(&session_keys, &app, &alice, 2, replaced_at).await;
    let just_before = replaced_at + Duration::minutes(10) - Duration::SECOND;
    assert_eq!(
        find(&session_keys, &app, &alice, just_before).await,
        Some(ring(2, Some(1)))
    );
    let just_after = replaced_at + Duration::minutes(10) + Duration::SECOND;
    assert_eq!(
        find(&session_keys, &app, &alice, just_after).await,
        Some(ring(2, None))
    );
}

pub async fn only_the_one_key_before_is_kept(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    for (key, minutes) in [(1, 0), (2, 1), (3, 2)] {
        put(&session_keys, &app, &alice, key, NOW + Duration::minutes(minutes)).await;
    }
    let just_before = NOW + Duration::minutes(12) - Duration::SECOND;
    assert_eq!(
        find(&session_keys, &app, &alice, just_before).await,
        Some(ring(3, Some(2)))
    );
}

pub async fn the_same_key_again_replaces_nothing(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    put(&session_keys, &app, &alice, 1, NOW).await;
    put(&session_keys, &app, &alice, 1, NOW + Duration::MINUTE).await;
    assert_eq!(
        find(&session_keys, &app, &alice, NOW + Duration::MINUTE).await,
        Some(ring(1, None))
    );

    put(&session_keys, &app, &alice, 2, NOW + Duration::minutes(2)).await;
    put(&session_keys, &app, &alice, 2, NOW + Duration::minutes(3)).await;
    assert_eq!(
        find(&session_keys, &app, &alice, NOW + Duration::minutes(3)).await,
        Some(ring(2, Some(1))),
        "data on its way was encrypted with the key before"
    );
}

pub async fn the_same_key_again_does_not_prolong_the_one_before(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    put(&session_keys, &app, &alice, 1, NOW).await;
    put(&session_keys, &app, &alice, 2, NOW).await;
    put(&session_keys, &app, &alice, 2, NOW + Duration::minutes(9)).await;
    let just_after = NOW + Duration::minutes(10) + Duration::SECOND;
    assert_eq!(
        find(&session_keys, &app, &alice, just_after).await,
        Some(ring(2, None))
    );
}

pub async fn an_old_key_that_comes_back_is_the_current_one(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    for key in [1, 2, 1] {
        put(&session_keys, &app, &alice, key, NOW).await;
    }
    assert_eq!(
        find(&session_keys, &app, &alice, NOW).await,
        Some(ring(1, Some(2)))
    );
}

pub async fn letter_case_makes_another_person(session_keys: Arc<dyn SessionKeys>) {
    let (app, upper, lower) = (shop_mini(), openid("oABC"), openid("oAbC"));
    put(&session_keys, &app, &upper, 1, NOW).await;
    assert_eq!(find(&session_keys, &app, &lower, NOW).await, None);
    put(&session_keys, &app, &lower, 2, NOW).await;
    assert_eq!(find(&session_keys, &app, &upper, NOW).await, Some(ring(1, None)));
    assert_eq!(find(&session_keys, &app, &lower, NOW).await, Some(ring(2, None)));
}

pub async fn the_same_openid_at_another_app_is_another_person(session_keys: Arc<dyn SessionKeys>) {
    let (mini, web, openid) = (shop_mini(), shop_web(), openid("oABC"));
    put(&session_keys, &mini, &openid, 1, NOW).await;
    assert_eq!(find(&session_keys, &web, &openid, NOW).await, None);
    put(&session_keys, &web, &openid, 2, NOW).await;
    assert_eq!(
        find(&session_keys, &mini, &openid, NOW).await,
        Some(ring(1, None))
    );
    assert_eq!(find(&session_keys, &web, &openid, NOW).await, Some(ring(2, None)));
}

pub async fn people_keep_their_own_keys(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    let bob = bob().openid(&app);
    put(&session_keys, &app, &alice, 1, NOW).await;
    put(&session_keys, &app, &bob, 2, NOW).await;
    assert_eq!(find(&session_keys, &app, &alice, NOW).await, Some(ring(1, None)));
    assert_eq!(find(&session_keys, &app, &bob, NOW).await, Some(ring(2, None)));
}

pub async fn any_number_of_keys_at_once_leaves_one_of_them(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    at_once(40, |n| {
        let (keys, (app, alice)) = (Arc::clone(&session_keys), alices());
        let key = u8::try_from(n % 4).expect("it is below 4");
        async move {
            put(&keys, &app, &alice, key, NOW).await;
        }
    })
    .await;
    let kept = find(&session_keys, &app, &alice, NOW)
        .await
        .expect("a key was put");
    let possible: Vec<_> = (0..4).map(session_key).collect();
    assert!(kept.iter().all(|key| possible.contains(key)));
    assert_ne!(Some(&kept.current), kept.previous.as_ref());
}

pub async fn a_removed_key_is_gone_with_the_one_before_it(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    put(&session_keys, &app, &alice, 1, NOW).await;
    put(&session_keys, &app, &alice, 2, NOW).await;
    for _ in 0..2 {
        let removed = session_keys.remove(&app.app_id, &alice).await;
        removed.expect("the store answers");
        assert_eq!(find(&session_keys, &app, &alice, NOW).await, None);
    }
    put(&session_keys, &app, &alice, 3, NOW).await;
    assert_eq!(find(&session_keys, &app, &alice, NOW).await, Some(ring(3, None)));
}

pub async fn removing_leaves_the_keys_of_others(session_keys: Arc<dyn SessionKeys>) {
    let (app, alice) = alices();
    let others = [
        (app.clone(), bob().openid(&app)),
        (shop_web(), alice.clone()),
        (app.clone(), openid(&alice.as_str().to_lowercase())),
    ];
    for (app, openid) in &others {
        put(&session_keys, app, openid, 1, NOW).await;
    }
    let removed = session_keys.remove(&app.app_id, &alice).await;
    removed.expect("the store answers");
    for (app, openid) in &others {
        assert_eq!(find(&session_keys, app, openid, NOW).await, Some(ring(1, None)));
    }
}
