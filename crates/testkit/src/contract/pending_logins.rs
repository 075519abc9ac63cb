//! What [`PendingLogins`] promises.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    LoginPurpose, PendingLogin, State, TokenDigest, UserId,
    ports::{PendingLogins, RequestDigest, Seen, Taking},
};

use super::at_once;
use crate::sample::{NOW, digest, game_pages, pending_login, state};

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
                a_login_of_every_kind_is_taken_exactly,
                an_unknown_state_has_no_login,
                a_login_is_taken_once,
                of_many_takers_at_once_exactly_one_gets_it,
                a_login_is_there_until_it_expires,
                an_expired_login_is_nobodys,
                logins_do_not_disturb_each_other,
                another_browser_neither_gets_a_login_nor_spoils_it,
                the_same_attempt_is_told_that_it_is_under_way,
                the_same_attempt_is_told_what_came_of_it,
                what_came_of_it_last_counts,
                another_attempt_is_told_nothing,
                what_came_of_a_login_goes_with_it,
                nothing_comes_of_a_login_that_is_gone,
                a_browser_sees_how_far_its_login_has_come,
                to_look_changes_nothing,
            ]
        );
    };
}

const EXPIRES_AT: OffsetDateTime = NOW.saturating_add(Duration::minutes(10));
const BROWSER: TokenDigest = digest(5);
const ATTEMPT: RequestDigest = [7; 32];
const OTHER_ATTEMPT: RequestDigest = [8; 32];
/// With bytes that end texts in some stores.
const OUTCOME: &[u8] = b"\0sealed \xff\r\n\0";

fn pending() -> PendingLogin {
    PendingLogin {
        redirect_uri: "https://login.example.com/v1/login/web/callback?店=1".into(),
        return_to: Some("/账户?tab='devices'&x=%2F#top".into()),
        ..pending_login()
    }
}

async fn remember(pending_logins: &Arc<dyn PendingLogins>, state: &State, pending: &PendingLogin) {
    pending_logins
        .insert(state, pending)
        .await
        .expect("the store answers");
}

async fn take(pending_logins: &Arc<dyn PendingLogins>, state: &State, now: OffsetDateTime) -> Taking {
    take_for(pending_logins, state, &ATTEMPT, now).await
}

async fn take_for(
    pending_logins: &Arc<dyn PendingLogins>,
    state: &State,
    attempt: &RequestDigest,
    now: OffsetDateTime,
) -> Taking {
    pending_logins
        .take(state, &BROWSER, attempt, now)
        .await
        .expect("the store answers")
}

async fn finish(pending_logins: &Arc<dyn PendingLogins>, state: &State) {
    pending_logins
        .finish(state, OUTCOME)
        .await
        .expect("the store answers");
}

async fn find(
    pending_logins: &Arc<dyn PendingLogins>,
    browser: &TokenDigest,
    now: OffsetDateTime,
) -> Option<Seen> {
    pending_logins
        .find(&state(1), browser, now)
        .await
        .expect("the store answers")
}

pub async fn a_login_is_taken_exactly_as_it_was_remembered(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    assert_eq!(
        take(&pending_logins, &state(1), NOW).await,
        Taking::Taken(pending())
    );
}

pub async fn a_login_of_every_kind_is_taken_exactly(pending_logins: Arc<dyn PendingLogins>) {
    let link = LoginPurpose::Link {
        user_id: UserId::from_bytes([0xfe; 16]),
    };
    let kinds = [
        PendingLogin {
            return_to: None,
            ..pending()
        },
        PendingLogin {
            is_silent: true,
            ..pending()
        },
        PendingLogin {
            purpose: link,
            ..pending()
        },
    ];
    for (n, kind) in (1..).zip(kinds) {
        remember(&pending_logins, &state(n), &kind).await;
        assert_eq!(take(&pending_logins, &state(n), NOW).await, Taking::Taken(kind));
    }
}

pub async fn an_unknown_state_has_no_login(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    assert_eq!(take(&pending_logins, &state(2), NOW).await, Taking::Nobodys);
}

pub async fn a_login_is_taken_once(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    let first = take(&pending_logins, &state(1), NOW).await;
    assert_eq!(first, Taking::Taken(pending()));
    for attempt in [ATTEMPT, OTHER_ATTEMPT] {
        let again = take_for(&pending_logins, &state(1), &attempt, NOW).await;
        assert!(!matches!(again, Taking::Taken(_)), "{again:?}");
    }
}

pub async fn of_many_takers_at_once_exactly_one_gets_it(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    let takings = at_once(100, |n| {
        let pending_logins = Arc::clone(&pending_logins);
        let attempt = if n % 2 == 0 { ATTEMPT } else { OTHER_ATTEMPT };
        async move { take_for(&pending_logins, &state(1), &attempt, NOW).await }
    })
    .await;
    let taken: Vec<_> = takings
        .iter()
        .filter(|taking| matches!(taking, Taking::Taken(_)))
        .collect();
    assert_eq!(taken, [&Taking::Taken(pending())]);
    let under_way = takings.iter().filter(|taking| **taking == Taking::UnderWay);
    assert_eq!(under_way.count(), 49, "the twins of the one that took it");
}

pub async fn a_login_is_there_until_it_expires(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    let just_before = EXPIRES_AT - Duration::MICROSECOND;
    assert_eq!(
        take(&pending_logins, &state(1), just_before).await,
        Taking::Taken(pending())
    );
}

pub async fn an_expired_login_is_nobodys(pending_logins: Arc<dyn PendingLogins>) {
    for (n, late) in (1..).zip([Duration::ZERO, Duration::MICROSECOND, Duration::DAY]) {
        remember(&pending_logins, &state(n), &pending()).await;
        assert_eq!(
            take(&pending_logins, &state(n), EXPIRES_AT + late).await,
            Taking::Nobodys,
            "{late}"
        );
    }
}

pub async fn logins_do_not_disturb_each_other(pending_logins: Arc<dyn PendingLogins>) {
    let other = PendingLogin {
        app: game_pages().name,
        is_silent: true,
        ..pending()
    };
    remember(&pending_logins, &state(1), &pending()).await;
    remember(&pending_logins, &state(2), &other).await;
    assert_eq!(take(&pending_logins, &state(2), NOW).await, Taking::Taken(other));
    finish(&pending_logins, &state(2)).await;
    assert_eq!(
        take(&pending_logins, &state(1), NOW).await,
        Taking::Taken(pending())
    );
}

pub async fn another_browser_neither_gets_a_login_nor_spoils_it(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    for attempt in [ATTEMPT, OTHER_ATTEMPT] {
        let strangers = pending_logins
            .take(&state(1), &digest(6), &attempt, NOW)
            .await
            .expect("the store answers");
        assert_eq!(strangers, Taking::Nobodys);
    }
    assert_eq!(
        take(&pending_logins, &state(1), NOW).await,
        Taking::Taken(pending())
    );
    finish(&pending_logins, &state(1)).await;
    let strangers = pending_logins
        .take(&state(1), &digest(6), &ATTEMPT, NOW)
        .await
        .expect("the store answers");
    assert_eq!(strangers, Taking::Nobodys);
}

pub async fn the_same_attempt_is_told_that_it_is_under_way(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    take(&pending_logins, &state(1), NOW).await;
    for _ in 0..2 {
        assert_eq!(take(&pending_logins, &state(1), NOW).await, Taking::UnderWay);
    }
}

pub async fn the_same_attempt_is_told_what_came_of_it(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    take(&pending_logins, &state(1), NOW).await;
    finish(&pending_logins, &state(1)).await;
    for _ in 0..2 {
        let told = Taking::Finished {
            pending: pending(),
            outcome: OUTCOME.to_owned(),
        };
        assert_eq!(take(&pending_logins, &state(1), NOW).await, told);
    }
}

pub async fn what_came_of_it_last_counts(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    take(&pending_logins, &state(1), NOW).await;
    for outcome in [OUTCOME, b"", b"something else"] {
        let kept = pending_logins.finish(&state(1), outcome).await;
        kept.expect("the store answers");
        let told = Taking::Finished {
            pending: pending(),
            outcome: outcome.to_owned(),
        };
        assert_eq!(take(&pending_logins, &state(1), NOW).await, told);
    }
}

pub async fn another_attempt_is_told_nothing(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    take(&pending_logins, &state(1), NOW).await;
    let other = take_for(&pending_logins, &state(1), &OTHER_ATTEMPT, NOW).await;
    assert_eq!(other, Taking::Nobodys);
    finish(&pending_logins, &state(1)).await;
    let other = take_for(&pending_logins, &state(1), &OTHER_ATTEMPT, NOW).await;
    assert_eq!(other, Taking::Nobodys);
    let first = take(&pending_logins, &state(1), NOW).await;
    assert!(matches!(first, Taking::Finished { .. }), "{first:?}");
}

pub async fn what_came_of_a_login_goes_with_it(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    take(&pending_logins, &state(1), NOW).await;
    finish(&pending_logins, &state(1)).await;
    assert_eq!(
        take(&pending_logins, &state(1), EXPIRES_AT).await,
        Taking::Nobodys
    );
}

pub async fn nothing_comes_of_a_login_that_is_gone(pending_logins: Arc<dyn PendingLogins>) {
    finish(&pending_logins, &state(1)).await;
    assert_eq!(take(&pending_logins, &state(1), NOW).await, Taking::Nobodys);
    assert_eq!(find(&pending_logins, &BROWSER, NOW).await, None);
}

pub async fn a_browser_sees_how_far_its_login_has_come(pending_logins: Arc<dyn PendingLogins>) {
    assert_eq!(find(&pending_logins, &BROWSER, NOW).await, None);
    remember(&pending_logins, &state(1), &pending()).await;
    let just_before = EXPIRES_AT - Duration::MICROSECOND;
    let seen = |outcome: Option<&[u8]>| {
        Some(Seen {
            pending: pending(),
            outcome: outcome.map(<[u8]>::to_vec),
        })
    };
    let is_seen = async |expected: Option<Seen>| {
        assert_eq!(find(&pending_logins, &BROWSER, NOW).await, expected);
        assert_eq!(find(&pending_logins, &BROWSER, just_before).await, expected);
        assert_eq!(find(&pending_logins, &BROWSER, EXPIRES_AT).await, None);
        assert_eq!(find(&pending_logins, &digest(6), NOW).await, None);
    };
    is_seen(seen(None)).await;
    take(&pending_logins, &state(1), NOW).await;
    is_seen(seen(None)).await;
    finish(&pending_logins, &state(1)).await;
    is_seen(seen(Some(OUTCOME))).await;
}

pub async fn to_look_changes_nothing(pending_logins: Arc<dyn PendingLogins>) {
    remember(&pending_logins, &state(1), &pending()).await;
    find(&pending_logins, &BROWSER, NOW).await;
    find(&pending_logins, &BROWSER, EXPIRES_AT).await;
    assert_eq!(
        take(&pending_logins, &state(1), NOW).await,
        Taking::Taken(pending())
    );
}
