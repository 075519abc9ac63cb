//! What requests wait for, each statement with the keys that it goes by, as `hot.txt` has it.

use std::{fmt::Write, path::Path};

use time::Duration;
use wechat_login_domain::{
    ExternalId, Revocation, RevokedBecause,
    ports::{Administration, Revocations, Sessions, Users},
    resolve::{Identification, Resolution},
};
use wechat_login_store_sqlite::SqliteStore;
use wechat_login_testkit::sample::{self, NOW, alice, carol, digest, phone, shop_mini};

use super::{Step, connect, explain, seen};

struct Hot<'a> {
    folder: &'a Path,
    text: String,
}

impl Hot<'_> {
    /// Adds the statements of a call, and gives what it gave.
    async fn add<T>(&mut self, what: &str, call: impl Future<Output = T>) -> T {
        seen();
        let outcome = call.await;
        writeln!(self.text, "{what}").unwrap();
        let mut connection = connect(self.folder);
        for sql in seen() {
            let words: Vec<_> = sql.split_whitespace().collect();
            let beginning: String = words.join(" ").chars().take(70).collect();
            writeln!(self.text, "  {beginning}…").unwrap();
            for Step { detail } in explain(&mut connection, &sql) {
                writeln!(self.text, "    {detail}").unwrap();
            }
        }
        outcome
    }
}

pub(super) async fn check(store: &SqliteStore, folder: &Path) {
    let mut hot = Hot {
        folder,
        text: String::new(),
    };
    let (users, sessions, revocations) = (store.users(), store.sessions(), store.revocations());
    let app = shop_mini();
    let external = ExternalId::parse("42").unwrap();
    let with_phone = |n, asked| Identification {
        phone: Some(phone(n)),
        ..asked
    };
    let at = |days| NOW + Duration::days(days);

    let alices = with_phone(1, alice().at(&app));
    let first = hot.add("a first login", users.resolve(&alices, NOW)).await;
    let Ok(Resolution::User { user, .. }) = first else {
        panic!("she is nobody else")
    };
    let carols = with_phone(2, carol().at_unbound(&app));
    users.resolve(&carols, NOW).await.unwrap();
    users
        .set_external_id(user.id, Some(&external), NOW)
        .await
        .unwrap();
    for (what, asked, days) in [
        ("a login by openid", alice().at_unbound(&app), 0),
        ("a login by openid and unionid", alice().at(&app), 0),
        ("a login by openid, unionid and phone", alices, 0),
        ("the first login of a day", alice().at(&app), 3),
        ("a login that links a unionid", carol().at(&app), 0),
    ] {
        let known = users.resolve(&asked, at(days));
        hot.add(what, known).await.unwrap();
    }
    hot.add("a user by id", users.find(user.id)).await.unwrap();
    let account = users.find_account(user.id);
    hot.add("an account by id", account).await.unwrap();
    let account = users.find_account_by_external_id(&external);
    hot.add("an account by external id", account).await.unwrap();
    let (token, session) = (digest(9), sample::session());
    let insert = sessions.insert(&token, &session);
    hot.add("a new session", insert).await.unwrap();
    hot.add("a session check", sessions.find(&token)).await.unwrap();
    let renew = sessions.renew(&token, &session, &session);
    hot.add("a session that goes on", renew).await.unwrap();
    let ended = Revocation::Session {
        digest: token,
        because: RevokedBecause::LoggedOut,
        bars_until: at(7),
    };
    hot.add("a logout", revocations.record(&ended)).await.unwrap();
    hot.add("the end of a session", sessions.remove(&token))
        .await
        .unwrap();
    let new = revocations.since(NOW);
    hot.add("the poll of revocations", new).await.unwrap();
    assert!(
        hot.text == include_str!("hot.txt"),
        "a statement goes another way; if that is right, hot.txt has to say:\n{}",
        hot.text
    );
}
