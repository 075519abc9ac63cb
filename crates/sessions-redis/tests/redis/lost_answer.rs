//! Answers that are lost after the work was done: who asked must not be taken for two.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};
use wechat_login_domain::{
    Session,
    ports::{AppTokens, Exchanges, KeptAnswer, PendingLogins, SessionKeys, Sessions, Taking},
};
use wechat_login_sessions_redis::RedisStore;
use wechat_login_testkit::sample::{
    self, NOW, alice, code_digest, digest, session, session_key, shop_mini, state,
};

use crate::common;

/// Stands before the server and cuts a connection instead of handing on an answer.
#[derive(Clone, Default)]
struct Loses {
    next_answer: Arc<AtomicBool>,
}

impl Loses {
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("some port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let loses = self.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(loses.clone().hand_on(client));
            }
        });
        format!("redis://127.0.0.1:{port}")
    }

    async fn hand_on(self, client: TcpStream) {
        let server = common::server();
        let address = server.strip_prefix("redis://").expect("it is a server");
        let server = TcpStream::connect(address).await.expect("it is there");
        let (mut asked, mut answered) = client.into_split();
        let (mut answers, mut asks) = server.into_split();
        let handing_on = tokio::spawn(async move { copy(&mut asked, &mut asks).await });
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = answers.read(&mut bytes).await {
            if self.next_answer.swap(false, Ordering::SeqCst)
                || answered.write_all(&bytes[..length]).await.is_err()
            {
                break;
            }
        }
        handing_on.abort();
    }

    fn next_answer(&self) {
        self.next_answer.store(true, Ordering::SeqCst);
    }

    fn is_done(&self) -> bool {
        !self.next_answer.load(Ordering::SeqCst)
    }
}

async fn store() -> (Loses, RedisStore) {
    let loses = Loses::default();
    let url = loses.start().await;
    let store = common::connect(&url, &common::prefix()).await;
    // The server knows the scripts, so that the answer which is lost is one to the work.
    let until = NOW + Duration::MINUTE;
    let (app, warm) = (
        shop_mini(),
        Session {
            last_seen_at: NOW + Duration::HOUR,
            ..session()
        },
    );
    store
        .exchanges()
        .claim(&code_digest("warm"), NOW, until)
        .await
        .expect("Redis answers");
    store
        .app_tokens()
        .claim_fetch(&sample::shop_web().app_id, NOW, until)
        .await
        .expect("Redis answers");
    store
        .session_keys()
        .put(&app.app_id, &sample::bob().openid(&app), &session_key(9), NOW)
        .await
        .expect("Redis answers");
    store
        .sessions()
        .insert(&digest(99), &session())
        .await
        .expect("Redis answers");
    store
        .sessions()
        .renew(&digest(99), &session(), &warm)
        .await
        .expect("Redis answers");
    (loses, store)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_answer_was_lost_is_still_the_claimers() {
    let (loses, store) = store().await;
    let (app_id, until) = (shop_mini().app_id, NOW + Duration::MINUTE);
    loses.next_answer();
    assert!(
        store
            .exchanges()
            .claim(&code_digest("a"), NOW, until)
            .await
            .unwrap()
    );
    assert!(loses.is_done());
    assert!(
        !store
            .exchanges()
            .claim(&code_digest("a"), NOW, until)
            .await
            .unwrap()
    );

    loses.next_answer();
    let claimed = store
        .exchanges()
        .claim_answer(&[1; 32], &[2; 32], NOW, until)
        .await;
    assert_eq!(claimed.unwrap(), KeptAnswer::Claimed);
    let again = store
        .exchanges()
        .claim_answer(&[1; 32], &[2; 32], NOW, until)
        .await;
    assert_eq!(again.unwrap(), KeptAnswer::Pending);

    loses.next_answer();
    assert!(store.app_tokens().claim_fetch(&app_id, NOW, until).await.unwrap());
    assert!(!store.app_tokens().claim_fetch(&app_id, NOW, until).await.unwrap());
    assert!(loses.is_done());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_and_a_new_key_whose_answers_were_lost_are_done_once() {
    let (loses, store) = store().await;
    store.sessions().insert(&digest(1), &session()).await.unwrap();
    let renewed = Session {
        last_seen_at: NOW + Duration::HOUR,
        ..session()
    };
    loses.next_answer();
    assert!(
        store
            .sessions()
            .renew(&digest(1), &session(), &renewed)
            .await
            .unwrap()
    );
    assert!(loses.is_done());
    assert_eq!(store.sessions().find(&digest(1)).await.unwrap(), Some(renewed));

    let (app, keys) = (shop_mini(), store.session_keys());
    let openid = alice().openid(&app);
    keys.put(&app.app_id, &openid, &session_key(1), NOW)
        .await
        .unwrap();
    loses.next_answer();
    keys.put(&app.app_id, &openid, &session_key(2), NOW)
        .await
        .unwrap();
    assert!(loses.is_done());
    let ring = keys.find(&app.app_id, &openid, NOW).await.unwrap().unwrap();
    assert_eq!(
        (ring.current, ring.previous),
        (session_key(2), Some(session_key(1)))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_whose_taking_was_lost_is_nobodys() {
    let (loses, store) = store().await;
    let pending = sample::pending_login();
    store.pending_logins().insert(&state(1), &pending).await.unwrap();
    loses.next_answer();
    let take = async || {
        let pending_logins = store.pending_logins();
        pending_logins
            .take(&state(1), &pending.browser, &[7; 32], NOW)
            .await
    };
    assert!(take().await.is_err());
    assert!(loses.is_done());
    assert_eq!(take().await.unwrap(), Taking::UnderWay, "and it never ends");
}
