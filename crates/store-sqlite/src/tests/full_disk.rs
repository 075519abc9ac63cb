use diesel::connection::SimpleConnection;
use wechat_login_domain::{
    Dependency,
    ports::{Sessions, Users},
    resolve::{Identification, Resolution},
};
use wechat_login_testkit::sample::{self, NOW, alice, digest, openid, shop_mini};

use super::fresh;
use crate::SqliteStore;

async fn limit_pages(store: &SqliteStore, sql: &'static str) {
    let limit = |connection: &mut diesel::SqliteConnection| Ok(connection.batch_execute(sql)?);
    store.database().write(limit).await.unwrap();
}

fn somebody(n: u32) -> Identification {
    Identification {
        openid: openid(&format!("o{n}")),
        ..alice().at_unbound(&shop_mini())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_reads_go_on_writes_fail_whole_and_all_is_well_once_there_is_room() {
    let (_folder, store) = fresh().await;
    let (users, sessions) = (store.users(), store.sessions());
    users.resolve(&alice().at(&shop_mini()), NOW).await.unwrap();
    sessions.insert(&digest(1), &sample::session()).await.unwrap();
    // Below what the file has: SQLite takes it for the least that it can be.
    limit_pages(&store, "PRAGMA max_page_count = 1").await;

    let mut n = 0;
    let error = loop {
        n += 1;
        assert!(n < 10_000, "the disk is never full");
        if let Err(error) = users.resolve(&somebody(n), NOW).await {
            break error;
        }
    };
    assert_eq!(error.dependency, Dependency::Database);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("full"), "{source}");

    // The connection that failed was the only one with the limit, so this is a look at what it left.
    assert!(sessions.find(&digest(1)).await.unwrap().is_some());
    let known = users.resolve(&alice().at(&shop_mini()), NOW).await.unwrap();
    assert!(matches!(known, Resolution::User { is_new: false, .. }));
    limit_pages(&store, "PRAGMA max_page_count = 1000000").await;
    let new = users.resolve(&somebody(n), NOW).await.unwrap();
    assert!(
        matches!(new, Resolution::User { is_new: true, .. }),
        "nothing of the failed login was kept"
    );
}
