//! What [`AppTokens`] promises.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    App, AppId,
    ports::{AppTokens, CLOCKS_MAY_DIFFER, KeptAppToken},
};

use super::{at_once, count};
use crate::sample::{NOW, app_token, shop_mini, shop_web};

/// Checks that a store keeps what [`AppTokens`] promises. See the crate's documentation.
#[macro_export]
macro_rules! app_tokens_contract {
    ($setup:path) => {
        $crate::contract_tests!(
            app_tokens,
            $setup,
            (app_tokens),
            [
                an_app_without_a_token_has_none,
                a_kept_token_comes_back_exactly,
                a_token_that_has_expired_is_not_found,
                the_newest_token_replaces_the_one_before,
                apps_keep_their_own_tokens,
                letter_case_makes_another_app,
                a_fetch_is_claimed_once_until_the_claim_ends,
                of_many_claims_at_once_exactly_one_succeeds,
                of_many_claims_at_once_of_a_fetch_whose_claim_ended_exactly_one_succeeds,
                a_claim_of_a_clock_that_is_a_little_ahead_counts,
                a_claim_that_ends_later_than_any_can_does_not_count,
                a_claim_leaves_the_kept_token_alone,
                a_new_token_ends_the_claim,
                a_released_fetch_can_be_claimed_once_more,
                a_holder_that_was_too_slow_does_not_release_the_next_one,
                releasing_what_nobody_claimed_does_no_harm,
                a_rejected_token_is_forgotten_and_the_claim_stays,
                a_newer_token_is_not_forgotten_for_the_one_before,
                forgetting_what_is_not_kept_does_no_harm,
                a_forgotten_token_may_come_back,
                of_a_new_token_and_many_rejections_of_the_old_one_the_new_token_stays,
            ]
        );
    };
}

const LEASE: Duration = Duration::seconds(3);
const UNTIL: OffsetDateTime = NOW.saturating_add(LEASE);
const JUST_BEFORE: OffsetDateTime = UNTIL.saturating_sub(Duration::MILLISECOND);
const JUST_AFTER: OffsetDateTime = UNTIL.saturating_add(Duration::MILLISECOND);

fn kept(n: u8) -> KeptAppToken {
    KeptAppToken {
        token: app_token(n),
        refresh_at: NOW + Duration::HOUR,
        expires_at: NOW + Duration::hours(2),
    }
}

async fn find(tokens: &Arc<dyn AppTokens>, app: &App, now: OffsetDateTime) -> Option<KeptAppToken> {
    let found = tokens.find(&app.app_id, now).await;
    found.expect("the store answers")
}

async fn put(tokens: &Arc<dyn AppTokens>, app: &App, kept: &KeptAppToken) {
    let put = tokens.put(&app.app_id, kept).await;
    put.expect("the store answers");
}

async fn claim(tokens: &Arc<dyn AppTokens>, app: &App, now: OffsetDateTime) -> bool {
    let claimed = tokens.claim_fetch(&app.app_id, now, now + LEASE).await;
    claimed.expect("the store answers")
}

async fn release(tokens: &Arc<dyn AppTokens>, app: &App, until: OffsetDateTime) {
    let released = tokens.release(&app.app_id, until).await;
    released.expect("the store answers");
}

async fn drop_token(tokens: &Arc<dyn AppTokens>, app: &App, n: u8) {
    let dropped = tokens.drop_token(&app.app_id, &app_token(n)).await;
    dropped.expect("the store answers");
}

pub async fn an_app_without_a_token_has_none(app_tokens: Arc<dyn AppTokens>) {
    assert_eq!(find(&app_tokens, &shop_mini(), NOW).await, None);
}

pub async fn a_kept_token_comes_back_exactly(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    put(&app_tokens, &app, &kept(1)).await;
    for now in [NOW, NOW + Duration::HOUR, NOW + Duration::minutes(119)] {
        assert_eq!(find(&app_tokens, &app, now).await, Some(kept(1)));
    }
}

pub async fn a_token_that_has_expired_is_not_found(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    put(&app_tokens, &app, &kept(1)).await;
    let end = kept(1).expires_at;
    let just_before = end - Duration::MICROSECOND;
    assert_eq!(find(&app_tokens, &app, just_before).await, Some(kept(1)));
    assert_eq!(find(&app_tokens, &app, end).await, None);
}

pub async fn the_newest_token_replaces_the_one_before(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    put(&app_tokens, &app, &kept(1)).await;
    let newer = KeptAppToken {
        refresh_at: NOW + Duration::hours(3),
        expires_at: NOW + Duration::hours(4),
        ..kept(2)
    };
    put(&app_tokens, &app, &newer).await;
    assert_eq!(find(&app_tokens, &app, NOW).await, Some(newer.clone()));
    assert_eq!(
        find(&app_tokens, &app, NOW + Duration::hours(3)).await,
        Some(newer)
    );
}

pub async fn apps_keep_their_own_tokens(app_tokens: Arc<dyn AppTokens>) {
    let (mini, web) = (shop_mini(), shop_web());
    put(&app_tokens, &mini, &kept(1)).await;
    assert_eq!(find(&app_tokens, &web, NOW).await, None);
    put(&app_tokens, &web, &kept(2)).await;
    assert!(claim(&app_tokens, &mini, NOW).await);
    assert!(claim(&app_tokens, &web, NOW).await);
    drop_token(&app_tokens, &mini, 2).await;
    drop_token(&app_tokens, &web, 1).await;
    assert_eq!(find(&app_tokens, &mini, NOW).await, Some(kept(1)));
    assert_eq!(find(&app_tokens, &web, NOW).await, Some(kept(2)));
}

pub async fn letter_case_makes_another_app(app_tokens: Arc<dyn AppTokens>) {
    let app = |app_id| App {
        app_id: AppId::parse(app_id).expect("the sample is an AppID"),
        ..shop_mini()
    };
    let (upper, lower) = (app("wxABC"), app("wxAbC"));
    put(&app_tokens, &upper, &kept(1)).await;
    assert_eq!(find(&app_tokens, &lower, NOW).await, None);
    assert!(claim(&app_tokens, &lower, NOW).await);
    assert!(claim(&app_tokens, &upper, NOW).await);
}

pub async fn a_fetch_is_claimed_once_until_the_claim_ends(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    assert!(claim(&app_tokens, &app, NOW).await);
    assert!(!claim(&app_tokens, &app, NOW).await);
    assert!(!claim(&app_tokens, &app, JUST_BEFORE).await);
    assert!(claim(&app_tokens, &app, JUST_AFTER).await);
    assert!(
        !claim(&app_tokens, &app, JUST_AFTER).await,
        "the new claim is as good as the first"
    );
}

pub async fn of_many_claims_at_once_exactly_one_succeeds(app_tokens: Arc<dyn AppTokens>) {
    let claimed = at_once(100, |_| {
        let tokens = Arc::clone(&app_tokens);
        async move { claim(&tokens, &shop_mini(), NOW).await }
    })
    .await;
    assert_eq!(count(&claimed, &true), 1);
}

pub async fn of_many_claims_at_once_of_a_fetch_whose_claim_ended_exactly_one_succeeds(
    app_tokens: Arc<dyn AppTokens>,
) {
    put(&app_tokens, &shop_mini(), &kept(1)).await;
    assert!(claim(&app_tokens, &shop_mini(), NOW).await);
    let claimed = at_once(100, |_| {
        let tokens = Arc::clone(&app_tokens);
        async move { claim(&tokens, &shop_mini(), JUST_AFTER).await }
    })
    .await;
    assert_eq!(count(&claimed, &true), 1);
}

pub async fn a_claim_of_a_clock_that_is_a_little_ahead_counts(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    assert!(claim(&app_tokens, &app, NOW + CLOCKS_MAY_DIFFER).await);
    assert!(!claim(&app_tokens, &app, NOW).await);
}

pub async fn a_claim_that_ends_later_than_any_can_does_not_count(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    let ahead = CLOCKS_MAY_DIFFER + Duration::MILLISECOND;
    for ahead in [ahead, Duration::minutes(10), Duration::days(365)] {
        assert!(claim(&app_tokens, &app, NOW + ahead).await);
        assert!(claim(&app_tokens, &app, NOW).await);
        assert!(!claim(&app_tokens, &app, NOW).await);
        release(&app_tokens, &app, UNTIL).await;
    }
}

pub async fn a_claim_leaves_the_kept_token_alone(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    put(&app_tokens, &app, &kept(1)).await;
    assert!(claim(&app_tokens, &app, NOW).await);
    assert_eq!(find(&app_tokens, &app, NOW).await, Some(kept(1)));
    let end = kept(1).expires_at;
    assert!(claim(&app_tokens, &app, end - Duration::SECOND).await);
    assert_eq!(find(&app_tokens, &app, end).await, None, "nor does it prolong it");
}

pub async fn a_new_token_ends_the_claim(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    assert!(claim(&app_tokens, &app, NOW).await);
    put(&app_tokens, &app, &kept(1)).await;
    assert!(claim(&app_tokens, &app, NOW).await);
    assert!(!claim(&app_tokens, &app, NOW).await);
}

pub async fn a_released_fetch_can_be_claimed_once_more(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    assert!(claim(&app_tokens, &app, NOW).await);
    release(&app_tokens, &app, UNTIL).await;
    assert!(claim(&app_tokens, &app, NOW).await);
    assert!(!claim(&app_tokens, &app, NOW).await);
}

pub async fn a_holder_that_was_too_slow_does_not_release_the_next_one(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    assert!(claim(&app_tokens, &app, NOW).await);
    assert!(claim(&app_tokens, &app, JUST_AFTER).await);
    release(&app_tokens, &app, UNTIL).await;
    assert!(!claim(&app_tokens, &app, JUST_AFTER).await);
}

pub async fn releasing_what_nobody_claimed_does_no_harm(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    release(&app_tokens, &app, UNTIL).await;
    put(&app_tokens, &app, &kept(1)).await;
    release(&app_tokens, &app, UNTIL).await;
    assert_eq!(find(&app_tokens, &app, NOW).await, Some(kept(1)));
    assert!(claim(&app_tokens, &app, NOW).await);
}

pub async fn a_rejected_token_is_forgotten_and_the_claim_stays(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    put(&app_tokens, &app, &kept(1)).await;
    assert!(claim(&app_tokens, &app, NOW).await);
    drop_token(&app_tokens, &app, 1).await;
    assert_eq!(find(&app_tokens, &app, NOW).await, None);
    assert!(!claim(&app_tokens, &app, NOW).await);
}

pub async fn a_newer_token_is_not_forgotten_for_the_one_before(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    put(&app_tokens, &app, &kept(1)).await;
    put(&app_tokens, &app, &kept(2)).await;
    drop_token(&app_tokens, &app, 1).await;
    assert_eq!(find(&app_tokens, &app, NOW).await, Some(kept(2)));
}

pub async fn forgetting_what_is_not_kept_does_no_harm(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    drop_token(&app_tokens, &app, 1).await;
    assert!(claim(&app_tokens, &app, NOW).await);
    drop_token(&app_tokens, &app, 1).await;
    assert_eq!(find(&app_tokens, &app, NOW).await, None);
}

pub async fn a_forgotten_token_may_come_back(app_tokens: Arc<dyn AppTokens>) {
    let app = shop_mini();
    for _ in 0..2 {
        put(&app_tokens, &app, &kept(1)).await;
        drop_token(&app_tokens, &app, 1).await;
        assert_eq!(find(&app_tokens, &app, NOW).await, None);
    }
    put(&app_tokens, &app, &kept(1)).await;
    assert_eq!(find(&app_tokens, &app, NOW).await, Some(kept(1)));
}

pub async fn of_a_new_token_and_many_rejections_of_the_old_one_the_new_token_stays(
    app_tokens: Arc<dyn AppTokens>,
) {
    put(&app_tokens, &shop_mini(), &kept(1)).await;
    at_once(40, |n| {
        let tokens = Arc::clone(&app_tokens);
        async move {
            if n == 20 {
                put(&tokens, &shop_mini(), &kept(2)).await;
            } else {
                drop_token(&tokens, &shop_mini(), 1).await;
            }
        }
    })
    .await;
    assert_eq!(find(&app_tokens, &shop_mini(), NOW).await, Some(kept(2)));
}
