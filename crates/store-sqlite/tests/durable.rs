//! What was answered stays, whatever becomes of the process.

mod common;

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use time::Duration;
use wechat_login_domain::{
    Revocation, RevokedBecause, Session, TokenDigest, UserId,
    ports::{
        AppTokens, Exchanges, KeptAppToken, PendingLogins, Revocations, SessionKeys, Sessions, Taking, Users,
    },
    resolve::{Identification, Resolution},
};
use wechat_login_store_sqlite::SqliteStore;
use wechat_login_testkit::sample::{self, NOW, alice, openid, shop_mini, unionid};

async fn sign_in(store: &SqliteStore, asked: &Identification) -> UserId {
    match store.users().resolve(asked, NOW).await.expect("it is answered") {
        Resolution::User { user, .. } => user.id,
        Resolution::Refused(refusal) => panic!("{refusal:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_after_the_file_is_opened_again() {
    let (folder, store) = common::fresh().await;
    let path = folder.path().join("test.db");
    let (app, asked) = (shop_mini(), alice().at(&shop_mini()));
    let digest = sample::digest(1);
    let ended = Revocation::Session {
        digest: sample::digest(2),
        because: RevokedBecause::Kicked,
        bars_until: NOW + Duration::DAY,
    };
    let id = sign_in(&store, &asked).await;
    let session = sample::session();
    store.sessions().insert(&digest, &session).await.unwrap();
    let (keys, key) = (store.session_keys(), sample::session_key(1));
    keys.put(&app.app_id, &asked.openid, &key, NOW).await.unwrap();
    let kept_token = KeptAppToken {
        token: sample::app_token(1),
        refresh_at: NOW,
        expires_at: NOW + Duration::HOUR,
    };
    store.app_tokens().put(&app.app_id, &kept_token).await.unwrap();
    store.revocations().record(&ended).await.unwrap();
    let code = sample::code_digest("a");
    let until = NOW + Duration::MINUTE;
    assert!(store.exchanges().claim(&code, NOW, until).await.unwrap());
    let pending = sample::pending_login();
    let state = sample::state(1);
    store.pending_logins().insert(&state, &pending).await.unwrap();
    drop((store, keys));

    let store = common::open(&path).await;
    assert_eq!(sign_in(&store, &asked).await, id);
    assert_eq!(store.sessions().find(&digest).await.unwrap(), Some(session));
    let kept = store.session_keys().find(&app.app_id, &asked.openid, NOW).await;
    assert_eq!(kept.unwrap().unwrap().current, key);
    let found = store.app_tokens().find(&app.app_id, NOW).await.unwrap();
    assert_eq!(found, Some(kept_token));
    assert_eq!(store.revocations().all(NOW).await.unwrap().rows, [ended]);
    assert!(!store.exchanges().claim(&code, NOW, until).await.unwrap());
    let pending_logins = store.pending_logins();
    let taken = pending_logins.take(&state, &pending.browser, &[7; 32], NOW).await;
    assert_eq!(taken.unwrap(), Taking::Taken(pending));
}

const FILE: &str = "STORE_SQLITE_TEST_FILE";
const WRITER: &str = "STORE_SQLITE_TEST_WRITER";

/// Another process with this same program, that writes to the file and prints the number of each session whose write was answered.
fn spawn_writer(file: &Path, writer: u8) -> Child {
    Command::new(env::current_exe().expect("a program has a path"))
        .args([
            "--exact",
            "several_processes_write_at_once_and_none_fails",
            "--nocapture",
        ])
        .env(FILE, file)
        .env(WRITER, writer.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program runs")
}

const SESSIONS: u16 = 60;

fn digest(writer: u8, n: u16) -> TokenDigest {
    let mut bytes = [writer; 32];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    TokenDigest::from_bytes(bytes)
}

/// Each number is another person; all writers come with the same people.
fn person(n: u16) -> Identification {
    Identification {
        openid: openid(&format!("o{n}")),
        unionid: Some(unionid(&format!("u{n}"))),
        ..alice().at(&shop_mini())
    }
}

/// What the other process does.
async fn write_as(writer: u8, file: &Path) {
    let store = common::open(file).await;
    for n in 0..SESSIONS {
        let user_id = sign_in(&store, &person(n)).await;
        let session = Session {
            user_id,
            ..sample::session()
        };
        let sessions = store.sessions();
        sessions
            .insert(&digest(writer, n), &session)
            .await
            .expect("a write that waits its turn");
        println!("\nwritten {n}");
    }
}

fn written(line: &str) -> Option<u16> {
    line.strip_prefix("written ")?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_sigkill() {
    let folder = common::folder();
    let file = folder.path().join("test.db");
    for (writer, kill_after) in [(1, 0), (2, 7), (3, 23), (4, 41)] {
        let mut child = spawn_writer(&file, writer);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut answered = Vec::new();
        for n in lines.map_while(Result::ok).filter_map(|line| written(&line)) {
            answered.push(n);
            if n == kill_after {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(answered.len() > kill_after.into(), "{answered:?}");

        let store = common::open(&file).await;
        for n in answered {
            let session = store.sessions().find(&digest(writer, n)).await.unwrap().unwrap();
            let account = store.users().find_account(session.user_id).await.unwrap();
            assert_eq!(account.unwrap().methods.len(), 2, "no half users");
            assert_eq!(sign_in(&store, &person(n)).await, session.user_id);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_write_at_once_and_none_fails() {
    // This program is also the other processes.
    if let (Ok(file), Ok(writer)) = (env::var(FILE), env::var(WRITER)) {
        return write_as(writer.parse().unwrap(), Path::new(&file)).await;
    }
    let folder = common::folder();
    let file = folder.path().join("test.db");
    let writers: Vec<_> = (1..=4).map(|writer| spawn_writer(&file, writer)).collect();
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
    let store = common::open(&file).await;
    for n in 0..SESSIONS {
        let user_id = sign_in(&store, &person(n)).await;
        for writer in 1..=4 {
            let session = store.sessions().find(&digest(writer, n)).await.unwrap().unwrap();
            assert_eq!(session.user_id, user_id, "one person is one user");
        }
    }
}
