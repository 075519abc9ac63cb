//! What the files do not hold, and what happens when the key to what they do hold is lost.

mod common;

use std::{fs, sync::Arc};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use time::Duration;
use wechat_login_domain::{
    AppId, Keyring, MasterKey, SessionToken,
    ports::{AppTokens, KeptAppToken, SessionKeys, Sessions, Users},
    resolve::{Identification, Resolution},
};
use wechat_login_store_sqlite::SqliteStore;
use wechat_login_testkit::{
    fake::SeededEntropy,
    sample::{self, NOW, alice, shop_mini},
};

fn with_phone() -> Identification {
    Identification {
        phone: Some(sample::phone(7)),
        ..alice().at(&shop_mini())
    }
}

fn kept_token() -> KeptAppToken {
    KeptAppToken {
        token: sample::app_token(7),
        refresh_at: NOW + Duration::HOUR,
        expires_at: NOW + Duration::HOUR,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_shows_a_token_a_session_key_or_a_phone() {
    let (folder, store) = common::fresh().await;
    let token = SessionToken::generate(&SeededEntropy::new(1));
    let (app, key) = (shop_mini(), sample::session_key(0x5a));
    let asked = with_phone();
    store.users().resolve(&asked, NOW).await.unwrap();
    let (sessions, keys) = (store.sessions(), store.session_keys());
    sessions
        .insert(&token.digest(), &sample::session())
        .await
        .unwrap();
    keys.put(&app.app_id, &asked.openid, &key, NOW).await.unwrap();

    let kept = kept_token();
    store.app_tokens().put(&app.app_id, &kept).await.unwrap();

    let number = sample::phone(7);
    let secrets: [&[u8]; 6] = [
        kept.token.expose().as_bytes(),
        token.expose().as_bytes(),
        &token.expose().as_bytes()[3..46],
        key.expose().as_bytes(),
        &key.expose_bytes(),
        &number.expose().as_bytes()[3..],
    ];
    let mut seen = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for secret in secrets {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
        seen.extend(bytes);
    }
    let digest = token.digest();
    assert!(
        seen.windows(32).any(|window| window == digest.as_bytes()),
        "the test looks at the right files"
    );
}

async fn open_with(path: &std::path::Path, current: u64, previous: &[u64]) -> SqliteStore {
    let key = |seed| MasterKey::generate(&SeededEntropy::new(seed));
    let previous = previous.iter().map(|seed| key(*seed)).collect();
    let entropy = Arc::new(SeededEntropy::new(current));
    let keyring = Keyring::new(key(current), previous, Arc::clone(&entropy) as _);
    SqliteStore::open(path, Arc::new(keyring), entropy)
        .await
        .expect("the file can be opened")
}

async fn sign_in(store: &SqliteStore, asked: &Identification) -> wechat_login_domain::User {
    match store.users().resolve(asked, NOW).await.expect("it is answered") {
        Resolution::User { user, .. } => *user,
        Resolution::Refused(refusal) => panic!("{refusal:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_encryption_key_opens_and_finds_what_the_one_before_sealed() {
    let folder = common::folder();
    let path = folder.path().join("test.db");
    let (app, key, asked) = (shop_mini(), sample::session_key(1), with_phone());
    let store = open_with(&path, 1, &[]).await;
    let first = sign_in(&store, &asked).await;
    store
        .session_keys()
        .put(&app.app_id, &asked.openid, &key, NOW)
        .await
        .unwrap();

    let store = open_with(&path, 2, &[1]).await;
    assert_eq!(sign_in(&store, &asked).await, first);
    let methods = store
        .users()
        .find_account(first.id)
        .await
        .unwrap()
        .unwrap()
        .methods;
    assert_eq!(
        methods.len(),
        3,
        "the phone is found under the key it was hashed with"
    );
    let keys = store.session_keys();
    let kept = keys.find(&app.app_id, &asked.openid, NOW).await.unwrap().unwrap();
    assert_eq!((kept.current, kept.previous), (key.clone(), None));

    // The same session_key again is sealed anew, and is no other for that.
    keys.put(&app.app_id, &asked.openid, &key, NOW).await.unwrap();
    let store = open_with(&path, 2, &[]).await;
    let kept = store
        .session_keys()
        .find(&app.app_id, &asked.openid, NOW)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((kept.current, kept.previous), (key, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_encryption_key_keeps_nobody_from_signing_in() {
    let folder = common::folder();
    let path = folder.path().join("test.db");
    let (app, asked) = (shop_mini(), with_phone());
    let store = open_with(&path, 1, &[]).await;
    let first = sign_in(&store, &asked).await;
    let keys = store.session_keys();
    keys.put(&app.app_id, &asked.openid, &sample::session_key(1), NOW)
        .await
        .unwrap();

    let store = open_with(&path, 2, &[]).await;
    let again = sign_in(&store, &alice().at(&shop_mini())).await;
    assert_eq!((again.id, again.phone), (first.id, None));
    let keys = store.session_keys();
    assert_eq!(keys.find(&app.app_id, &asked.openid, NOW).await.unwrap(), None);
    let new = sample::session_key(2);
    keys.put(&app.app_id, &asked.openid, &new, NOW).await.unwrap();
    let kept = keys.find(&app.app_id, &asked.openid, NOW).await.unwrap().unwrap();
    assert_eq!((kept.current, kept.previous), (new, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apps_token_opens_for_its_app_and_is_forgotten_under_a_new_encryption_key_too() {
    let folder = common::folder();
    let path = folder.path().join("test.db");
    let (app_id, kept) = (shop_mini().app_id, kept_token());
    let tokens = open_with(&path, 1, &[]).await.app_tokens();
    tokens.put(&app_id, &kept).await.unwrap();

    let lost = open_with(&path, 2, &[]).await.app_tokens();
    assert_eq!(lost.find(&app_id, NOW).await.unwrap(), None);
    lost.drop_token(&app_id, &kept.token).await.unwrap();
    let tokens = open_with(&path, 2, &[1]).await.app_tokens();
    assert_eq!(tokens.find(&app_id, NOW).await.unwrap(), Some(kept.clone()));
    tokens.drop_token(&app_id, &kept.token).await.unwrap();
    assert_eq!(tokens.find(&app_id, NOW).await.unwrap(), None);

    tokens.put(&app_id, &kept).await.unwrap();
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection
        .batch_execute("UPDATE app_tokens SET app_id = 'wx-another'")
        .unwrap();
    let another = AppId::parse("wx-another").unwrap();
    assert_eq!(tokens.find(&another, NOW).await.unwrap(), None);
}
