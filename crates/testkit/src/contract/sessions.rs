//! What [`Sessions`] promises.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use time::Duration;
use wechat_login_domain::{Channel, Client, Session, TokenDigest, ports::Sessions};

use super::{at_once, count};
use crate::sample::{self, digest};

/// Checks that a store keeps what [`Sessions`] promises. See the crate's documentation.
#[macro_export]
macro_rules! sessions_contract {
    ($setup:path) => {
        $crate::contract_tests!(
            sessions,
            $setup,
            (sessions),
            [
                a_session_comes_back_exactly_as_it_was_kept,
                a_session_of_a_device_that_says_nothing_comes_back_exactly,
                a_session_of_any_channel_comes_back_exactly,
                an_unknown_digest_finds_nothing,
                sessions_of_one_user_do_not_disturb_each_other,
                an_expired_session_is_found_so_that_its_owner_can_be_told,
                a_renewal_of_what_is_stored_replaces_it,
                a_renewal_of_what_is_not_stored_any_more_changes_nothing,
                a_renewal_does_not_bring_a_removed_session_back,
                a_renewal_of_an_unknown_session_does_not_make_one,
                of_concurrent_renewals_exactly_one_succeeds,
                a_session_stays_removed_under_concurrent_renewals,
                a_removed_session_is_not_found,
                removing_twice_does_no_harm,
                removing_one_session_leaves_the_others,
            ]
        );
    };
}

async fn keep(sessions: &Arc<dyn Sessions>, digest: &TokenDigest, session: &Session) {
    sessions.insert(digest, session).await.expect("the store answers");
}

async fn find(sessions: &Arc<dyn Sessions>, digest: &TokenDigest) -> Option<Session> {
    sessions.find(digest).await.expect("the store answers")
}

async fn renew(
    sessions: &Arc<dyn Sessions>,
    digest: &TokenDigest,
    read: &Session,
    renewed: &Session,
) -> bool {
    sessions
        .renew(digest, read, renewed)
        .await
        .expect("the store answers")
}

async fn remove(sessions: &Arc<dyn Sessions>, digest: &TokenDigest) {
    sessions.remove(digest).await.expect("the store answers");
}

/// The session as it is after it was seen so much later.
fn seen_after(session: &Session, later: Duration) -> Session {
    Session {
        last_seen_at: session.last_seen_at + later,
        expires_at: session.expires_at + later,
        ..session.clone()
    }
}

pub async fn a_session_comes_back_exactly_as_it_was_kept(sessions: Arc<dyn Sessions>) {
    let kept = Session {
        last_seen_at: sample::NOW + Duration::microseconds(1),
        expires_at: sample::NOW + Duration::microseconds(86_400_000_003),
        ..sample::session()
    };
    keep(&sessions, &digest(1), &kept).await;
    assert_eq!(find(&sessions, &digest(1)).await, Some(kept));
}

pub async fn a_session_of_a_device_that_says_nothing_comes_back_exactly(sessions: Arc<dyn Sessions>) {
    let kept = Session {
        client: Client::default(),
        ..sample::session()
    };
    keep(&sessions, &digest(1), &kept).await;
    assert_eq!(find(&sessions, &digest(1)).await, Some(kept));
}

pub async fn a_session_of_any_channel_comes_back_exactly(sessions: Arc<dyn Sessions>) {
    for (n, channel) in (1..).zip(Channel::ALL) {
        let kept = Session {
            channel,
            generation: i32::MAX - i32::from(n),
            client: Client {
                ip: Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, n))),
                ..Client::default()
            },
            ..sample::session()
        };
        keep(&sessions, &digest(n), &kept).await;
        assert_eq!(find(&sessions, &digest(n)).await, Some(kept));
    }
}

pub async fn an_unknown_digest_finds_nothing(sessions: Arc<dyn Sessions>) {
    assert_eq!(find(&sessions, &digest(1)).await, None);
    keep(&sessions, &digest(1), &sample::session()).await;
    let mut almost = *digest(1).as_bytes();
    almost[31] ^= 1;
    assert_eq!(find(&sessions, &TokenDigest::from_bytes(almost)).await, None);
}

pub async fn sessions_of_one_user_do_not_disturb_each_other(sessions: Arc<dyn Sessions>) {
    let phone = sample::session();
    let laptop = Session {
        id: wechat_login_domain::SessionId::from_bytes([8; 16]),
        ..seen_after(&phone, Duration::HOUR)
    };
    keep(&sessions, &digest(1), &phone).await;
    keep(&sessions, &digest(2), &laptop).await;
    assert_eq!(find(&sessions, &digest(1)).await, Some(phone));
    assert_eq!(find(&sessions, &digest(2)).await, Some(laptop));
}

/// No look-up says what time it is, so the store may go by no clock of its own: each of these ended at another distance from now.
pub async fn an_expired_session_is_found_so_that_its_owner_can_be_told(sessions: Arc<dyn Sessions>) {
    let day_almost_over = Duration::hours(24) - Duration::MINUTE;
    for (n, ended_ago) in (1..).zip([-Duration::MILLISECOND, Duration::ZERO, day_almost_over]) {
        let kept = Session {
            created_at: sample::NOW - Duration::days(9),
            last_seen_at: sample::NOW - Duration::days(8),
            expires_at: sample::NOW - ended_ago,
            ..sample::session()
        };
        keep(&sessions, &digest(n), &kept).await;
        assert_eq!(find(&sessions, &digest(n)).await, Some(kept), "{ended_ago}");
    }
}

pub async fn a_renewal_of_what_is_stored_replaces_it(sessions: Arc<dyn Sessions>) {
    let read = sample::session();
    let renewed = seen_after(&read, Duration::HOUR);
    keep(&sessions, &digest(1), &read).await;
    assert!(renew(&sessions, &digest(1), &read, &renewed).await);
    assert_eq!(find(&sessions, &digest(1)).await, Some(renewed.clone()));

    let renewed_again = seen_after(&renewed, Duration::HOUR);
    assert!(renew(&sessions, &digest(1), &renewed, &renewed_again).await);
    assert_eq!(find(&sessions, &digest(1)).await, Some(renewed_again));
}

pub async fn a_renewal_of_what_is_not_stored_any_more_changes_nothing(sessions: Arc<dyn Sessions>) {
    let read = sample::session();
    let renewed = seen_after(&read, Duration::MICROSECOND);
    keep(&sessions, &digest(1), &read).await;
    assert!(renew(&sessions, &digest(1), &read, &renewed).await);
    let late = seen_after(&read, Duration::HOUR);
    assert!(!renew(&sessions, &digest(1), &read, &late).await);
    assert_eq!(find(&sessions, &digest(1)).await, Some(renewed));
}

pub async fn a_renewal_does_not_bring_a_removed_session_back(sessions: Arc<dyn Sessions>) {
    let read = sample::session();
    keep(&sessions, &digest(1), &read).await;
    remove(&sessions, &digest(1)).await;
    assert!(!renew(&sessions, &digest(1), &read, &seen_after(&read, Duration::HOUR)).await);
    assert_eq!(find(&sessions, &digest(1)).await, None);
}

pub async fn a_renewal_of_an_unknown_session_does_not_make_one(sessions: Arc<dyn Sessions>) {
    let read = sample::session();
    keep(&sessions, &digest(1), &read).await;
    assert!(!renew(&sessions, &digest(2), &read, &seen_after(&read, Duration::HOUR)).await);
    assert_eq!(find(&sessions, &digest(2)).await, None);
    assert_eq!(find(&sessions, &digest(1)).await, Some(read));
}

pub async fn of_concurrent_renewals_exactly_one_succeeds(sessions: Arc<dyn Sessions>) {
    let read = sample::session();
    keep(&sessions, &digest(1), &read).await;
    let succeeded = at_once(20, |n| {
        let (sessions, read) = (Arc::clone(&sessions), read.clone());
        async move {
            let later = Duration::HOUR + Duration::seconds(i64::try_from(n).expect("n is small"));
            let renewed = seen_after(&read, later);
            renew(&sessions, &digest(1), &read, &renewed)
                .await
                .then_some(renewed)
        }
    })
    .await;
    let winners: Vec<_> = succeeded.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(find(&sessions, &digest(1)).await.as_ref(), winners.first());
}

pub async fn a_session_stays_removed_under_concurrent_renewals(sessions: Arc<dyn Sessions>) {
    for n in 0..10 {
        let read = sample::session();
        keep(&sessions, &digest(n), &read).await;
        at_once(4, |task| {
            let (sessions, read) = (Arc::clone(&sessions), read.clone());
            async move {
                if task == 0 {
                    remove(&sessions, &digest(n)).await;
                } else {
                    renew(&sessions, &digest(n), &read, &seen_after(&read, Duration::HOUR)).await;
                }
            }
        })
        .await;
        assert_eq!(find(&sessions, &digest(n)).await, None);
    }
}

pub async fn a_removed_session_is_not_found(sessions: Arc<dyn Sessions>) {
    keep(&sessions, &digest(1), &sample::session()).await;
    remove(&sessions, &digest(1)).await;
    assert_eq!(find(&sessions, &digest(1)).await, None);
}

pub async fn removing_twice_does_no_harm(sessions: Arc<dyn Sessions>) {
    remove(&sessions, &digest(1)).await;
    keep(&sessions, &digest(1), &sample::session()).await;
    let removed = at_once(5, |_| {
        let sessions = Arc::clone(&sessions);
        async move { sessions.remove(&digest(1)).await.is_ok() }
    })
    .await;
    assert_eq!(count(&removed, &true), 5);
    remove(&sessions, &digest(1)).await;
    assert_eq!(find(&sessions, &digest(1)).await, None);
}

pub async fn removing_one_session_leaves_the_others(sessions: Arc<dyn Sessions>) {
    let session = sample::session();
    keep(&sessions, &digest(1), &session).await;
    keep(&sessions, &digest(2), &session).await;
    remove(&sessions, &digest(1)).await;
    assert_eq!(find(&sessions, &digest(2)).await, Some(session));
}
