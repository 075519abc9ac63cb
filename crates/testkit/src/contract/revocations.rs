//! What [`Revocations`] promises.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    Revocation, RevokedBecause,
    ports::{Reading, Revocations},
};

use super::at_once;
use crate::sample::{NOW, digest, user_id};

/// Checks that a store keeps what [`Revocations`] promises. See the crate's documentation.
#[macro_export]
macro_rules! revocations_contract {
    ($setup:path) => {
        $crate::contract_tests!(
            revocations,
            $setup,
            (revocations),
            [
                an_empty_record_has_no_rows,
                a_row_of_each_kind_is_read_exactly_as_it_was_recorded,
                every_reason_is_read_as_it_was_recorded,
                recording_twice_does_no_harm,
                a_row_that_bars_nothing_any_more_is_left_out,
                an_alias_is_for_good,
                the_newest_generation_of_a_user_is_read_in_whatever_order_they_were_recorded,
                what_was_recorded_after_a_reading_is_read_since_then,
                what_was_recorded_during_a_reading_is_read_since_then,
                each_reading_goes_on_from_the_one_before,
            ]
        );
    };
}

async fn record(revocations: &Arc<dyn Revocations>, row: &Revocation) {
    revocations.record(row).await.expect("the database answers");
}

async fn all(revocations: &Arc<dyn Revocations>, now: OffsetDateTime) -> Reading {
    revocations.all(now).await.expect("the database answers")
}

async fn since(revocations: &Arc<dyn Revocations>, read_at: OffsetDateTime) -> Reading {
    revocations.since(read_at).await.expect("the database answers")
}

fn of_session(n: u8) -> Revocation {
    Revocation::Session {
        digest: digest(n),
        because: RevokedBecause::LoggedOut,
        bars_until: NOW + Duration::days(7) + Duration::microseconds(1),
    }
}

fn of_user(generation: i32) -> Revocation {
    Revocation::User {
        user_id: user_id(1),
        generation,
        except: None,
        because: RevokedBecause::UserDisabled,
        bars_until: NOW + Duration::days(60) + Duration::microseconds(3),
    }
}

fn alias() -> Revocation {
    Revocation::Alias {
        merged: user_id(2),
        into: user_id(1),
    }
}

fn of_each_kind() -> Vec<Revocation> {
    let with_exception = Revocation::User {
        user_id: user_id(3),
        generation: 17,
        except: Some(digest(3)),
        because: RevokedBecause::Kicked,
        bars_until: NOW + Duration::DAY,
    };
    vec![of_session(1), of_user(2), with_exception, alias()]
}

/// Rows may be given again and in any order, so only this can be said of a reading.
fn assert_has_just(reading: &Reading, wanted: &[Revocation]) {
    for row in wanted {
        assert!(
            reading.rows.contains(row),
            "{row:?} is missing from {:?}",
            reading.rows
        );
    }
    for row in &reading.rows {
        assert!(wanted.contains(row), "{row:?} was never recorded");
    }
}

pub async fn an_empty_record_has_no_rows(revocations: Arc<dyn Revocations>) {
    let reading = all(&revocations, NOW).await;
    assert_has_just(&reading, &[]);
    assert_has_just(&since(&revocations, reading.read_at).await, &[]);
}

pub async fn a_row_of_each_kind_is_read_exactly_as_it_was_recorded(revocations: Arc<dyn Revocations>) {
    let before = all(&revocations, NOW).await;
    for row in of_each_kind() {
        record(&revocations, &row).await;
    }
    assert_has_just(&all(&revocations, NOW).await, &of_each_kind());
    assert_has_just(&since(&revocations, before.read_at).await, &of_each_kind());
}

pub async fn every_reason_is_read_as_it_was_recorded(revocations: Arc<dyn Revocations>) {
    let rows: Vec<_> = (1..)
        .zip(RevokedBecause::ALL)
        .map(|(n, because)| Revocation::Session {
            digest: digest(n),
            because,
            bars_until: NOW + Duration::DAY,
        })
        .collect();
    for row in &rows {
        record(&revocations, row).await;
    }
    assert_has_just(&all(&revocations, NOW).await, &rows);
}

pub async fn recording_twice_does_no_harm(revocations: Arc<dyn Revocations>) {
    let before = all(&revocations, NOW).await;
    for row in of_each_kind().iter().chain(&of_each_kind()) {
        record(&revocations, row).await;
    }
    assert_has_just(&all(&revocations, NOW).await, &of_each_kind());
    assert_has_just(&since(&revocations, before.read_at).await, &of_each_kind());
}

pub async fn a_row_that_bars_nothing_any_more_is_left_out(revocations: Arc<dyn Revocations>) {
    let ends = NOW + Duration::HOUR;
    let session = Revocation::Session {
        digest: digest(9),
        because: RevokedBecause::Kicked,
        bars_until: ends,
    };
    let user = Revocation::User {
        user_id: user_id(9),
        generation: 1,
        except: Some(digest(8)),
        because: RevokedBecause::Kicked,
        bars_until: ends,
    };
    let (lasting, mut everything) = (of_session(1), vec![session, user]);
    everything.push(lasting.clone());
    for row in &everything {
        record(&revocations, row).await;
    }
    let just_before = ends - Duration::MICROSECOND;
    assert_has_just(&all(&revocations, just_before).await, &everything);
    let just_after = ends + Duration::MICROSECOND;
    assert_has_just(&all(&revocations, just_after).await, &[lasting]);
}

pub async fn an_alias_is_for_good(revocations: Arc<dyn Revocations>) {
    let before = all(&revocations, NOW).await;
    record(&revocations, &alias()).await;
    let centuries_later = NOW + Duration::days(365 * 300);
    assert_has_just(&all(&revocations, centuries_later).await, &[alias()]);
    assert_has_just(&since(&revocations, before.read_at).await, &[alias()]);
}

pub async fn the_newest_generation_of_a_user_is_read_in_whatever_order_they_were_recorded(
    revocations: Arc<dyn Revocations>,
) {
    let rows = [of_user(5), of_user(4), of_user(6)];
    for row in &rows {
        record(&revocations, row).await;
    }
    let newest = of_user(6);
    assert!(all(&revocations, NOW).await.rows.contains(&newest));
}

pub async fn what_was_recorded_after_a_reading_is_read_since_then(revocations: Arc<dyn Revocations>) {
    record(&revocations, &of_session(1)).await;
    let first = all(&revocations, NOW).await;
    record(&revocations, &of_session(2)).await;
    let second = since(&revocations, first.read_at).await;
    assert!(second.rows.contains(&of_session(2)), "{:?}", second.rows);
    assert!(second.read_at >= first.read_at);
}

pub async fn what_was_recorded_during_a_reading_is_read_since_then(revocations: Arc<dyn Revocations>) {
    let before = all(&revocations, NOW).await;
    let times = 40;
    let readings = at_once(times, |n| {
        let (revocations, n) = (Arc::clone(&revocations), u8::try_from(n).expect("n is small"));
        async move {
            if n % 2 == 0 {
                record(&revocations, &of_session(n)).await;
                None
            } else {
                Some(since(&revocations, before.read_at).await)
            }
        }
    })
    .await;
    let recorded: Vec<_> = (0..40).step_by(2).map(of_session).collect();
    for reading in readings.into_iter().flatten() {
        let later = since(&revocations, reading.read_at).await;
        for row in &recorded {
            assert!(
                reading.rows.contains(row) || later.rows.contains(row),
                "{row:?} fell between two readings"
            );
        }
    }
}

pub async fn each_reading_goes_on_from_the_one_before(revocations: Arc<dyn Revocations>) {
    let mut read_at = all(&revocations, NOW).await.read_at;
    for n in 0..5 {
        record(&revocations, &of_session(n)).await;
        let reading = since(&revocations, read_at).await;
        assert!(reading.rows.contains(&of_session(n)), "{n}");
        read_at = reading.read_at;
    }
}
