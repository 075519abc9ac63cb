//! What [`PendingLogins`] promises.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{PendingLogin, State, ports::PendingLogins};

use super::at_once;
use crate::sample::{NOW, digest, game_pages, shop_web, state};

/// Checks that a store keeps what [`PendingLogins`] promises. See the crate's documentation.
#[macro_export]
macro_rules! pending_logins_contract {
    ($setup:path) => {
        $crate::contract_tests!(
            pending_logins,
            $setup,
            (pending_logins),
            [
                a_login_is_taken_exactly_as_it_was_remembered,
                a_login_without_a_way_back_is_taken_exactly,
                an_unknown_state_has_no_login,
                a_login_is_taken_once,
                of_many_takers_at_once_exactly_one_gets_it,
                a_login_is_there_until_it_expires,
                an_expired_login_is_nobodys,
                logins_do_not_disturb_each_other,
            ]
        );
    };
}

const EXPIRES_AT: OffsetDateTime = NOW.saturating_add(Duration::minutes(10));

fn pending() -> PendingLogin {
    PendingLogin {
        app: shop_web().name,
        browser: digest(5),
        redirect_uri: "https://login.example.com/v1/login/web/callback?店=1".into(),
        return_to: Some("/账户?tab='devices'&x=%2F#top".into()),
        created_at: NOW,
        expires_at: EXPIRES_AT,
    }
}

async fn remember(pending_logins: &Arc<dyn PendingLogins>, state: &State, pending: &PendingLogin) {
    pending_logins
        .insert(state, pending)
        .await
        .expect("the store answers");
}

async fn take(
    pending_logins: &Arc<dyn PendingLogins>,
    state: &State,
    now: OffsetDateTime,
) -> Option<PendingLogin> {
    pending_logins.take(state, now).await.expect("the store answers")
}

pub async fn a_login_is_taken_exactly_as_it_was_remembered(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    assert_eq!(take(&pending_logins, &state(1), NOW).await, Some(pending()));
}

pub async fn a_login_without_a_way_back_is_taken_exactly(pending_logins: Arc<dyn PendingLogins>) {
    let without = PendingLogin {
        return_to: None,
        ..pending()
    };
    remember(&pending_logins, &state(1), &without).await;
    assert_eq!(take(&pending_logins, &state(1), NOW).await, Some(without));
}

pub async fn an_unknown_state_has_no_login(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    assert_eq!(take(&pending_logins, &state(2), NOW).await, None);
}

pub async fn a_login_is_taken_once(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    assert!(take(&pending_logins, &state(1), NOW).await.is_some());
    assert_eq!(take(&pending_logins, &state(1), NOW).await, None);
}

pub async fn of_many_takers_at_once_exactly_one_gets_it(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    let taken = at_once(100, |_| {
        let pending_logins = Arc::clone(&pending_logins);
        async move { take(&pending_logins, &state(1), NOW).await }
    })
    .await;
    let taken: Vec<_> = taken.into_iter().flatten().collect();
    assert_eq!(taken, [pending()]);
}

pub async fn a_login_is_there_until_it_expires(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    let just_before = EXPIRES_AT - Duration::MICROSECOND;
    assert_eq!(
        take(&pending_logins, &state(1), just_before).await,
        Some(pending())
    );
}

pub async fn an_expired_login_is_nobodys(pending_logins: Arc<dyn PendingLogins>) {
    for (n, late) in (1..).zip([Duration::ZERO, Duration::MICROSECOND, Duration::DAY]) {
        remember(&pending_logins, &state(n), &pending()).await;
        assert_eq!(
            take(&pending_logins, &state(n), EXPIRES_AT + late).await,
            None,
            "{late}"
        );
    }
}

pub async fn logins_do_not_disturb_each_other(pending_logins: Arc<dyn PendingLogins>) {
    let other = PendingLogin {
        app: game_pages().name,
        browser: digest(6),
        ..pending()
    };
    remember(&pending_logins, &state(1), &pending()).await;
    remember(&pending_logins, &state(2), &other).await;
    assert_eq!(take(&pending_logins, &state(2), NOW).await, Some(other));
    assert_eq!(take(&pending_logins, &state(1), NOW).await, Some(pending()));
}
