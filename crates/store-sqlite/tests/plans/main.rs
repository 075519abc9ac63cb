//! Ten million users must cost a login what ten thousand do: no statement walks through a table, and what requests wait for goes by the keys
//! that are written down. It listens to the whole process, so there is one test.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

#[path = "../common/mod.rs"]
mod common;
mod hot;

use std::{collections::BTreeSet, path::Path, sync::Mutex};

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation},
    sql_query,
    sql_types::Text,
};
use time::Duration;
use wechat_login_domain::{
    ExternalId, Profile, ProfileEdit, ScopeChange, UserId, UserReference,
    import::{ImportedIdentity, ImportedUser},
    ports::{
        Administration, AppTokens, Exchanges, KeptAppToken, PendingLogins, Revocations, SessionKeys,
        Sessions, Users,
    },
    resolve::{Identification, OnConflict, Policy, Resolution},
};
use wechat_login_store_sqlite::SqliteStore;
use wechat_login_testkit::sample::{
    self, NOW, Person, alice, bob, carol, digest, phone, shop_mini, shop_web,
};

static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

struct Listener;

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let query = query.to_string();
            let sql = query.split(" -- binds:").next().unwrap_or_default();
            SEEN.lock().unwrap().insert(sql.to_owned());
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "diesel wants a function of this form")]
fn listen() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(Listener))
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// The statements since it was asked last, without those that begin and end transactions.
fn seen() -> Vec<String> {
    let is_explained = |sql: &String| {
        let word = sql.trim_start_matches('"').split_whitespace().next();
        ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&word.unwrap_or_default())
    };
    let seen = std::mem::take(&mut *SEEN.lock().unwrap());
    seen.into_iter().filter(is_explained).collect()
}

/// A connection that only explains.
fn connect(folder: &Path) -> SqliteConnection {
    SqliteConnection::establish(folder.join("test.db").to_str().unwrap()).unwrap()
}

fn explain(connection: &mut SqliteConnection, sql: &str) -> Vec<Step> {
    sql_query(format!("EXPLAIN QUERY PLAN {sql}"))
        .load(connection)
        .unwrap()
}

async fn use_pending_logins(store: &SqliteStore) {
    let (pending_logins, pending) = (store.pending_logins(), sample::pending_login());
    let (state, browser, attempt) = (sample::state(1), pending.browser, [7; 32]);
    pending_logins.insert(&state, &pending).await.unwrap();
    // Taken, told, nobody's.
    for attempt in [attempt, attempt, [8; 32]] {
        pending_logins
            .take(&state, &browser, &attempt, NOW)
            .await
            .unwrap();
    }
    pending_logins.find(&state, &browser, NOW).await.unwrap();
    pending_logins.finish(&state, b"").await.unwrap();
}

async fn use_app_tokens(store: &SqliteStore) {
    let app_id = shop_mini().app_id;
    let app_tokens = store.app_tokens();
    let token = sample::app_token(1);
    let kept = KeptAppToken {
        token: token.clone(),
        refresh_at: NOW,
        expires_at: NOW,
    };
    app_tokens.claim_fetch(&app_id, NOW, NOW).await.unwrap();
    app_tokens.release(&app_id, NOW).await.unwrap();
    app_tokens.put(&app_id, &kept).await.unwrap();
    app_tokens.find(&app_id, NOW).await.unwrap();
    app_tokens.drop_token(&app_id, &token).await.unwrap();
}

/// All but the list of conflicts, which is to be the whole table.
async fn administer(store: &SqliteStore, id: UserId) {
    let (users, app) = (store.users(), shop_mini());
    let references = [
        UserReference::Id(id),
        UserReference::OpenId(alice().openid(&app)),
        UserReference::UnionId(alice().unionid(&app.open_platform)),
        UserReference::Phone(phone(1)),
    ];
    users.find_accounts(&references).await.unwrap();
    users.disable(id, NOW, NOW).await.unwrap();
    users.enable(id, NOW).await.unwrap();
    users
        .change_scopes(id, &ScopeChange::Add(Vec::new()), NOW)
        .await
        .unwrap();
    let external = ExternalId::parse("x").unwrap();
    users.set_external_id(id, Some(&external), NOW).await.unwrap();
    let Resolution::User { user, .. } = users.resolve(&bob().at(&app), NOW).await.unwrap() else {
        panic!("he is somebody new")
    };
    users.merge(id, user.id, NOW).await.unwrap();
    users.undo_merge(user.id, NOW, NOW).await.unwrap();
    let identity = |person: Person| ImportedIdentity {
        app_id: app.app_id.clone(),
        open_platform: app.open_platform.clone(),
        openid: Some(person.openid(&app)),
        unionid: None,
    };
    let people = [bob(), carol()].map(|person| ImportedUser {
        phone: Some(phone(2)),
        created_at: Some(NOW - Duration::DAY),
        wechat: vec![identity(person)],
        ..ImportedUser::default()
    });
    users.import(&people, NOW).await.unwrap();
    store.sessions().list(&[id], NOW).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_walks_through_a_table() {
    let (folder, store) = common::fresh().await;
    set_default_instrumentation(listen).unwrap();
    hot::check(&store, folder.path()).await;
    let (users, app) = (store.users(), shop_mini());
    let with_phone = |asked| Identification {
        phone: Some(phone(1)),
        ..asked
    };
    let mut id = None;
    for (asked, on_conflict, days) in [
        (alice().at_unbound(&app), OnConflict::Keep, 0),
        (alice().at(&shop_web()), OnConflict::Keep, 0),
        (alice().at(&app), OnConflict::Keep, 0),
        (alice().at(&app), OnConflict::Keep, 0),
        (with_phone(alice().at(&app)), OnConflict::Merge, 0),
        (alice().at(&app), OnConflict::Keep, 3),
    ] {
        let policy = Policy {
            on_conflict,
            ..Policy::default()
        };
        let asked = Identification { policy, ..asked };
        let resolution = users.resolve(&asked, NOW + Duration::days(days)).await.unwrap();
        if let Resolution::User { user, .. } = resolution {
            id = Some(user.id);
        }
    }
    let id = id.unwrap();
    let profile = Profile {
        nickname: Some("Alice".into()),
        avatar_url: None,
    };
    let told = Identification {
        profile,
        ..alice().at(&app)
    };
    users.resolve(&told, NOW).await.unwrap();
    users.find(id).await.unwrap().unwrap();
    users.find_account(id).await.unwrap().unwrap();
    let external = ExternalId::parse("x").unwrap();
    users.find_account_by_external_id(&external).await.unwrap();
    users
        .edit_profile(id, &ProfileEdit::default(), NOW)
        .await
        .unwrap();
    let (sessions, session) = (store.sessions(), sample::session());
    sessions.insert(&digest(1), &session).await.unwrap();
    sessions.renew(&digest(1), &session, &session).await.unwrap();
    sessions.find(&digest(1)).await.unwrap();
    sessions.remove(&digest(1)).await.unwrap();
    let (keys, openid, key) = (store.session_keys(), alice().openid(&app), sample::session_key(1));
    keys.put(&app.app_id, &openid, &key, NOW).await.unwrap();
    keys.find(&app.app_id, &openid, NOW).await.unwrap();
    let exchanges = store.exchanges();
    let code = sample::code_digest("a");
    exchanges.claim(&code, NOW, NOW).await.unwrap();
    exchanges.release(&code).await.unwrap();
    for _ in 0..2 {
        exchanges
            .claim_answer(&[1; 32], &[2; 32], NOW, NOW + Duration::DAY)
            .await
            .unwrap();
    }
    exchanges.keep_answer(&[1; 32], b"").await.unwrap();
    exchanges.release_answer(&[1; 32]).await.unwrap();
    use_pending_logins(&store).await;
    use_app_tokens(&store).await;
    administer(&store, id).await;
    store.revocations().since(NOW).await.unwrap();
    store.sweep(NOW).await.unwrap();

    let mut connection = connect(folder.path());
    let seen = seen();
    for sql in &seen {
        for Step { detail } in explain(&mut connection, sql) {
            let table = detail.strip_prefix("SCAN ").unwrap_or_default();
            let is_small = table.is_empty()
                || table.contains("CONSTANT ROW")
                || table.contains("VALUES CLAUSE")
                // What was brought, the few apps of an openid that is looked for at all of them, and the two pragmas that say how large the file is.
                || ["b", "brought", "realms", "said"].contains(&table)
                || table.starts_with("pragma_");
            assert!(is_small, "{detail} in {sql}");
        }
    }
    assert!(seen.len() > 30, "{} statements were looked at", seen.len());
}
