//! How many statements a call costs, BEGIN and COMMIT counted. The count is of the whole process, so this file has one test.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    Profile, Revocation, RevokedBecause,
    ports::{AppTokens, Exchanges, KeptAppToken, PendingLogins, Revocations, SessionKeys, Sessions, Users},
    resolve::{Identification, OnConflict, Policy, Resolution},
};
use wechat_login_store_sqlite::SqliteStore;
use wechat_login_testkit::sample::{self, NOW, alice, bob, carol, digest, shop_mini, shop_web};

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            STATEMENTS.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "diesel wants a function of this form")]
fn count_statements() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(Counter))
}

/// Counts what one call costs.
async fn cost<T, E: std::fmt::Debug>(call: impl Future<Output = Result<T, E>>) -> usize {
    let before = STATEMENTS.load(Ordering::Relaxed);
    call.await.expect("it is answered");
    STATEMENTS.load(Ordering::Relaxed) - before
}

fn merging(asked: Identification) -> Identification {
    Identification {
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..Policy::default()
        },
        ..asked
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_call_keeps_its_budget() {
    set_default_instrumentation(count_statements).unwrap();
    let (_folder, store) = common::fresh().await;
    let (users, app) = (store.users(), shop_mini());
    let (asked, later) = (alice().at(&app), NOW + Duration::days(2));
    // Warms both connections up.
    store.ping().await.unwrap();
    users.resolve(&carol().at(&app), NOW).await.unwrap();

    assert_eq!(cost(users.resolve(&asked, NOW)).await, 7, "first login");
    assert_eq!(cost(users.resolve(&asked, NOW)).await, 1, "known user");
    assert_eq!(
        cost(users.resolve(&asked, later)).await,
        2,
        "known user, first time today"
    );
    let stranger = Identification {
        create_user: false,
        ..bob().at(&app)
    };
    assert_eq!(cost(users.resolve(&stranger, NOW)).await, 1, "refused");
    assert_eq!(
        cost(users.resolve(&alice().at(&shop_web()), NOW)).await,
        6,
        "a new openid"
    );

    users.resolve(&bob().at_unbound(&app), NOW).await.unwrap();
    users.resolve(&bob().at(&shop_web()), NOW).await.unwrap();
    let conflict = bob().at(&app);
    assert_eq!(
        cost(users.resolve(&conflict, NOW)).await,
        7,
        "a conflict, first time today"
    );
    assert_eq!(cost(users.resolve(&conflict, NOW)).await, 2, "a conflict");
    assert_eq!(cost(users.resolve(&merging(conflict), NOW)).await, 10, "a merge");

    let (sessions, session) = (store.sessions(), sample::session());
    assert_eq!(cost(sessions.insert(&digest(1), &session)).await, 1);
    assert_eq!(cost(sessions.find(&digest(1))).await, 1);
    assert_eq!(cost(sessions.renew(&digest(1), &session, &session)).await, 1);
    assert_eq!(cost(sessions.remove(&digest(1))).await, 1);

    let (keys, key) = (store.session_keys(), sample::session_key(1));
    assert_eq!(cost(keys.put(&app.app_id, &asked.openid, &key, NOW)).await, 1);
    assert_eq!(cost(keys.find(&app.app_id, &asked.openid, NOW)).await, 1);

    let (exchanges, until) = (store.exchanges(), NOW + Duration::MINUTE);
    assert_eq!(
        cost(exchanges.claim(&sample::code_digest("a"), NOW, until)).await,
        1
    );
    assert_eq!(
        cost(exchanges.claim_answer(&[1; 32], &[2; 32], NOW, until)).await,
        1
    );
    assert_eq!(
        cost(exchanges.claim_answer(&[1; 32], &[2; 32], NOW, until)).await,
        2
    );
    assert_eq!(cost(exchanges.keep_answer(&[1; 32], b"answer")).await, 1);

    let (app_tokens, token) = (store.app_tokens(), sample::app_token(1));
    let kept = KeptAppToken {
        token: token.clone(),
        refresh_at: until,
        expires_at: until,
    };
    assert_eq!(cost(app_tokens.claim_fetch(&app.app_id, NOW, until)).await, 1);
    assert_eq!(cost(app_tokens.release(&app.app_id, until)).await, 1);
    assert_eq!(cost(app_tokens.put(&app.app_id, &kept)).await, 1);
    assert_eq!(cost(app_tokens.find(&app.app_id, NOW)).await, 1);
    assert_eq!(cost(app_tokens.drop_token(&app.app_id, &token)).await, 1);

    let Resolution::User { user, .. } = users.resolve(&asked, NOW).await.unwrap() else {
        panic!("she is a user")
    };
    assert_eq!(cost(users.find(user.id)).await, 1);
    news(&store, &asked, later).await;

    let ended = Revocation::Session {
        digest: digest(1),
        because: RevokedBecause::LoggedOut,
        bars_until: until,
    };
    let revocations = store.revocations();
    assert_eq!(cost(revocations.record(&ended)).await, 1);
    assert_eq!(cost(revocations.since(NOW)).await, 2);
    pending_logins(&store).await;
}

/// What WeChat tells is written in the same step.
async fn news(store: &SqliteStore, asked: &Identification, came_at: OffsetDateTime) {
    let users = store.users();
    let called = |nickname: &str| Identification {
        profile: Profile {
            nickname: Some(nickname.to_owned()),
            avatar_url: None,
        },
        ..asked.clone()
    };
    for (nickname, now, statements) in [
        ("Alice", came_at, 2),
        ("Alice", came_at, 1),
        ("Alicia", came_at + Duration::DAY, 3),
    ] {
        assert_eq!(
            cost(users.resolve(&called(nickname), now)).await,
            statements,
            "{nickname}"
        );
    }
}

async fn pending_logins(store: &SqliteStore) {
    let (pending_logins, pending) = (store.pending_logins(), sample::pending_login());
    let (state, browser) = (sample::state(1), pending.browser);
    assert_eq!(cost(pending_logins.insert(&state, &pending)).await, 1);
    assert_eq!(cost(pending_logins.find(&state, &browser, NOW)).await, 1);
    // Who comes first, who comes again, and who came too late.
    for (attempt, statements) in [(7, 1), (7, 2), (8, 2)] {
        let attempt = [attempt; 32];
        let take = pending_logins.take(&state, &browser, &attempt, NOW);
        assert_eq!(cost(take).await, statements);
    }
    assert_eq!(cost(pending_logins.finish(&state, b"sealed")).await, 1);
}
