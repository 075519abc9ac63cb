//! The revocation view against a model that searches all rows.

use std::time::{Duration, Instant};

use proptest::{prelude::*, sample::Index};
use time::OffsetDateTime;
use wechat_login_domain::{
    OpenIdDigest, Revocation, RevocationView, RevokedBecause, Session, TokenDigest, UserId,
};
use wechat_login_testkit::sample::{self, NOW, bob, digest, shop_mini, user_id};

const USERS: std::ops::Range<u8> = 0..4;
const DIGESTS: std::ops::Range<u8> = 0..4;
const GENERATIONS: std::ops::Range<i32> = 0..5;

fn view(rows: &[Revocation]) -> RevocationView {
    let mut view = RevocationView::default();
    view.refresh(rows.iter().cloned(), Instant::now());
    view
}

fn bars(view: &RevocationView, token: TokenDigest, user_id: UserId, generation: i32) -> bool {
    let session = Session {
        user_id,
        generation,
        ..sample::session()
    };
    view.bars_session(&token, &session).is_some()
}

/// What the view must say, in as many words.
fn model_bars(rows: &[Revocation], token: TokenDigest, of: UserId, session_generation: i32) -> bool {
    let newest = rows
        .iter()
        .filter_map(|row| match row {
            Revocation::User {
                user_id,
                generation,
                except,
                ..
            } if *user_id == of => Some((*generation, *except)),
            _ => None,
        })
        .max_by_key(|(generation, _)| *generation);
    let is_logged_out = rows
        .iter()
        .any(|row| matches!(row, Revocation::Session { digest, .. } if *digest == token));
    let is_left_behind =
        newest.is_some_and(|(minimum, except)| session_generation < minimum && except != Some(token));
    let closed_at = rows.iter().filter_map(|row| match row {
        Revocation::WayIn {
            user_id,
            openid,
            generation,
            ..
        } if *user_id == of && *openid == openid_of_session() => Some(*generation),
        _ => None,
    });
    let is_unlinked = closed_at
        .max()
        .is_some_and(|minimum| session_generation < minimum);
    is_logged_out || is_left_behind || is_unlinked
}

fn openid_of_session() -> OpenIdDigest {
    OpenIdDigest::of(&sample::session().openid)
}

fn model_survivor(rows: &[Revocation], id: UserId) -> UserId {
    let into = rows.iter().find_map(|row| match row {
        Revocation::Alias { merged, into } if *merged == id => Some(*into),
        _ => None,
    });
    into.map_or(id, |into| model_survivor(rows, into))
}

fn bars_until() -> impl Strategy<Value = OffsetDateTime> {
    (0_i64..4).prop_map(|days| NOW + time::Duration::days(days))
}

fn row() -> impl Strategy<Value = Revocation> {
    let of_session = (DIGESTS, bars_until()).prop_map(|(n, bars_until)| Revocation::Session {
        digest: digest(n),
        because: RevokedBecause::LoggedOut,
        bars_until,
    });
    // A generation is counted up by each revocation, so there is one row of each, with one exception and one end.
    let of_user = (USERS, GENERATIONS).prop_map(|(n, generation)| Revocation::User {
        user_id: user_id(n),
        generation,
        except: (generation % 2 == 0).then(|| digest(n)),
        because: RevokedBecause::Kicked,
        bars_until: NOW + time::Duration::days(i64::from(generation)),
    });
    let of_way_in = (USERS, GENERATIONS, any::<bool>()).prop_map(|(n, generation, is_sessions)| {
        let other = || OpenIdDigest::of(&bob().openid(&shop_mini()));
        Revocation::WayIn {
            user_id: user_id(n),
            openid: if is_sessions { openid_of_session() } else { other() },
            generation,
            because: RevokedBecause::Unlinked,
            bars_until: NOW + time::Duration::days(i64::from(generation)),
        }
    });
    // The older survives, so no alias leads back.
    let alias = (USERS, USERS)
        .prop_filter("a survivor is older", |(merged, into)| merged > into)
        .prop_map(|(merged, into)| Revocation::Alias {
            merged: user_id(merged),
            into: user_id(into),
        });
    prop_oneof![of_session, of_user, of_way_in, alias]
}

/// Rows as a database may hold them: a user is merged once.
fn rows() -> impl Strategy<Value = Vec<Revocation>> {
    prop::collection::vec(row(), 0..20).prop_map(|mut rows| {
        let mut merged_before = Vec::new();
        rows.retain(|row| match row {
            Revocation::Alias { merged, .. } if merged_before.contains(merged) => false,
            Revocation::Alias { merged, .. } => {
                merged_before.push(*merged);
                true
            }
            _ => true,
        });
        rows
    })
}

proptest! {
    #[test]
    fn the_view_says_what_its_rows_say(rows in rows()) {
        let view = view(&rows);
        for user in USERS.map(user_id) {
            prop_assert_eq!(view.survivor(user), model_survivor(&rows, user));
            for token in DIGESTS.map(digest) {
                for generation in GENERATIONS {
                    prop_assert_eq!(
                        bars(&view, token, user, generation),
                        model_bars(&rows, token, user, generation)
                    );
                }
            }
        }
    }

    #[test]
    fn rows_may_come_in_any_order_and_again_and_in_parts(
        (rows, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        again in prop::collection::vec(any::<Index>(), 0..5),
        cut in any::<Index>(),
    ) {
        let mut in_parts = shuffled;
        if !in_parts.is_empty() {
            let repeated: Vec<_> = again.iter().map(|index| index.get(&rows).clone()).collect();
            in_parts.extend(repeated);
        }
        let (first, second) = in_parts.split_at(cut.index(in_parts.len() + 1));
        let mut late = view(first);
        late.refresh(second.iter().cloned(), Instant::now());
        for now in (0..5).map(|days| NOW + time::Duration::days(days)) {
            let mut early = view(&rows);
            early.forget_ended(now);
            late.forget_ended(now);
            for user in USERS.map(user_id) {
                prop_assert_eq!(early.survivor(user), late.survivor(user));
                for token in DIGESTS.map(digest) {
                    for generation in GENERATIONS {
                        prop_assert_eq!(
                            bars(&early, token, user, generation),
                            bars(&late, token, user, generation)
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_that_still_bars_is_forgotten(rows in rows()) {
        let mut view = view(&rows);
        view.forget_ended(NOW + time::Duration::DAY);
        for row in &rows {
            if let Revocation::Session { digest, bars_until, .. } = row
                && *bars_until > NOW + time::Duration::DAY
            {
                prop_assert!(view.bars_token(digest).is_some());
            }
        }
    }
}

#[test]
fn an_alias_of_an_alias_leads_to_the_last_survivor_in_whatever_order_they_come() {
    let alias = |merged, into| Revocation::Alias {
        merged: user_id(merged),
        into: user_id(into),
    };
    // C was merged into B, then B into A, which put C on the record once more.
    let rows = [alias(3, 2), alias(2, 1), alias(3, 1)];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
        let view = view(&order.map(|n| rows[n].clone()));
        assert_eq!(view.survivor(user_id(3)), user_id(1), "{order:?}");
    }
}

#[test]
fn a_record_that_runs_in_a_circle_hangs_nobody() {
    let circle = [(1, 2), (2, 1), (3, 3)].map(|(merged, into)| Revocation::Alias {
        merged: user_id(merged),
        into: user_id(into),
    });
    let view = view(&circle);
    assert!([user_id(1), user_id(2)].contains(&view.survivor(user_id(1))));
    assert_eq!(view.survivor(user_id(3)), user_id(3));
}

#[test]
fn a_view_is_trusted_for_five_minutes_after_a_reading_began() {
    let mut view = RevocationView::default();
    let began = Instant::now();
    assert!(!view.is_trusted(began), "it was never read");
    view.record(&Revocation::Alias {
        merged: user_id(2),
        into: user_id(1),
    });
    assert!(!view.is_trusted(began), "a row of one's own is not a reading");
    view.refresh([], began);
    let five_minutes = Duration::from_mins(5);
    assert!(view.is_trusted(began));
    assert!(view.is_trusted(began + five_minutes));
    assert!(!view.is_trusted(began + five_minutes + Duration::from_nanos(1)));
    view.refresh([], began + five_minutes);
    assert!(view.is_trusted(began + five_minutes * 2));
    view.refresh([], began);
    assert!(
        view.is_trusted(began + five_minutes * 2),
        "a slow reading that began earlier takes nothing back"
    );
}

#[test]
fn a_reload_loses_nothing_that_came_while_it_was_read() {
    let alias = |merged, into| Revocation::Alias {
        merged: user_id(merged),
        into: user_id(into),
    };
    let logged_out = |n| Revocation::Session {
        digest: digest(n),
        because: RevokedBecause::LoggedOut,
        bars_until: NOW,
    };
    let before = [logged_out(1), logged_out(2), alias(2, 1), alias(3, 1)];
    let meanwhile = [logged_out(3), alias(2, 2), alias(3, 2)];
    let mut view = view(&before);
    view.begin_reload();
    for row in &meanwhile {
        view.record(row);
    }
    // The reading found what was there when it began, but for what has ended.
    let old = view.replace(self::view(&before[1..]));
    assert!(old.bars_token(&digest(1)).is_some());
    assert_eq!(view.bars_token(&digest(1)), None);
    assert!(view.bars_token(&digest(2)).is_some());
    assert!(view.bars_token(&digest(3)).is_some());
    assert_eq!(view.survivor(user_id(2)), user_id(2), "the merge was undone");
    assert_eq!(view.survivor(user_id(3)), user_id(2));
}
