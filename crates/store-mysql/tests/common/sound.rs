//! Whether everything in a database fits together.

use mysql_async::{Conn, prelude::Queryable};

use super::TestDatabase;

pub(crate) async fn count(connection: &mut Conn, sql: &str) -> u64 {
    connection.query_first(sql).await.unwrap().unwrap()
}

/// What no crash, race or merge may leave behind.
pub(crate) async fn assert_is_sound(database: &TestDatabase) {
    let mut connection = database.connect().await;
    for wrong in [
        "SELECT COUNT(*) FROM login_methods m LEFT JOIN users u ON u.id = m.user_id WHERE u.id IS NULL",
        "SELECT COUNT(*) FROM users u LEFT JOIN login_methods m ON m.user_id = u.id WHERE m.id IS NULL",
        "SELECT COUNT(*) FROM users u LEFT JOIN users r ON r.id = u.root WHERE r.id IS NULL OR r.root <> r.id",
        "SELECT COUNT(*) FROM users WHERE (state = 'merged') = (root = id)",
        "SELECT COUNT(*) FROM users u LEFT JOIN revocations v ON v.subject = u.id AND v.into_user = u.root
            WHERE u.state = 'merged' AND v.id IS NULL",
        "SELECT COUNT(*) FROM users u LEFT JOIN merges m ON m.user_id = u.id AND m.into_root = u.root
            WHERE u.state = 'merged' AND m.id IS NULL",
    ] {
        assert_eq!(count(&mut connection, wrong).await, 0, "{wrong}");
    }
}
