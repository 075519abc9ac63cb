//! What [`Sessions`] promises of lists.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{Session, TokenDigest, UserId, ports::Sessions};

use crate::sample::{self, NOW, digest, user_id};

/// Checks that a store keeps what [`Sessions`] promises of lists. See the crate's documentation.
#[macro_export]
macro_rules! session_lists_contract {
    ($setup:path) => {
        $crate::contract_tests!(
            session_lists,
            $setup,
            (sessions),
            [
                a_list_has_every_session_of_the_users_asked_for_and_no_others,
                a_list_shows_a_session_as_it_was_renewed_last,
                a_removed_session_is_in_no_list,
                an_expired_session_is_in_no_list,
            ]
        );
    };
}

async fn keep(sessions: &Arc<dyn Sessions>, n: u8, session: &Session) {
    sessions
        .insert(&digest(n), session)
        .await
        .expect("the store answers");
}

async fn list(
    sessions: &Arc<dyn Sessions>,
    users: &[UserId],
    now: OffsetDateTime,
) -> Vec<(TokenDigest, Session)> {
    let mut listed = sessions.list(users, now).await.expect("the store answers");
    listed.sort_by_key(|(digest, _)| *digest.as_bytes());
    listed
}

fn session_of(user: u8) -> Session {
    Session {
        user_id: user_id(user),
        ..sample::session()
    }
}

pub async fn a_list_has_every_session_of_the_users_asked_for_and_no_others(sessions: Arc<dyn Sessions>) {
    for (n, user) in (1..).zip([1, 2, 1, 3]) {
        keep(&sessions, n, &session_of(user)).await;
    }
    let of = |n, user| (digest(n), session_of(user));
    assert_eq!(list(&sessions, &[user_id(1)], NOW).await, [of(1, 1), of(3, 1)]);
    let former_ids_too = [user_id(3), user_id(1), user_id(9)];
    assert_eq!(
        list(&sessions, &former_ids_too, NOW).await,
        [of(1, 1), of(3, 1), of(4, 3)]
    );
    assert_eq!(list(&sessions, &[user_id(9)], NOW).await, []);
    assert_eq!(list(&sessions, &[], NOW).await, []);
}

pub async fn a_list_shows_a_session_as_it_was_renewed_last(sessions: Arc<dyn Sessions>) {
    let read = session_of(1);
    let renewed = Session {
        last_seen_at: read.last_seen_at + Duration::HOUR,
        expires_at: read.expires_at + Duration::HOUR,
        ..read.clone()
    };
    keep(&sessions, 1, &read).await;
    let done = sessions.renew(&digest(1), &read, &renewed).await;
    assert!(done.expect("the store answers"));
    let just_before_its_end = renewed.expires_at - Duration::MICROSECOND;
    for now in [NOW, just_before_its_end] {
        assert_eq!(
            list(&sessions, &[user_id(1)], now).await,
            [(digest(1), renewed.clone())]
        );
    }
}

pub async fn a_removed_session_is_in_no_list(sessions: Arc<dyn Sessions>) {
    for n in [1, 2] {
        keep(&sessions, n, &session_of(1)).await;
    }
    sessions.remove(&digest(1)).await.expect("the store answers");
    assert_eq!(
        list(&sessions, &[user_id(1)], NOW).await,
        [(digest(2), session_of(1))]
    );
}

pub async fn an_expired_session_is_in_no_list(sessions: Arc<dyn Sessions>) {
    let session = session_of(1);
    keep(&sessions, 1, &session).await;
    for after in [Duration::ZERO, Duration::HOUR] {
        assert_eq!(
            list(&sessions, &[user_id(1)], session.expires_at + after).await,
            []
        );
    }
}
