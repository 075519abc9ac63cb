//! Where the service under test keeps everything: in a file or, where `WECHAT_LOGIN_TEST_STORES` says `servers` or `cluster`, on
//! the servers that `cargo xtask test` starts: users in MariaDB, sessions in Redis or in a cluster of it.

use std::{env, path::Path, sync::Arc};

use mysql_async::{Conn, Opts, prelude::Queryable};
use wechat_login::{config::Config, store::Store, system::SystemEntropy};
use wechat_login_domain::ports::Entropy;

/// Whether there is a Redis.
pub(crate) fn has_redis() -> bool {
    !matches!(
        env::var("WECHAT_LOGIN_TEST_STORES").as_deref(),
        Err(_) | Ok("embedded")
    )
}

/// The settings of stores that are empty.
pub(crate) async fn empty(folder: &Path) -> Vec<(&'static str, String)> {
    match env::var("WECHAT_LOGIN_TEST_STORES").as_deref() {
        Err(_) | Ok("embedded") => vec![(
            "database.url",
            format!("sqlite://{}", folder.join("data/wechat-login.db").display()),
        )],
        Ok("servers") => on_servers(folder, "WECHAT_LOGIN_TEST_REDIS").await,
        Ok("cluster") => on_servers(folder, "WECHAT_LOGIN_TEST_REDIS_CLUSTER").await,
        Ok(other) => panic!("WECHAT_LOGIN_TEST_STORES is embedded, servers or cluster, and not {other}"),
    }
}

async fn on_servers(folder: &Path, redis: &str) -> Vec<(&'static str, String)> {
    let server = |name: &str| {
        env::var(name).unwrap_or_else(|_| panic!("{name} must name a server; `cargo xtask test` starts one"))
    };
    let mysql = server("WECHAT_LOGIN_TEST_MYSQL");
    let mut random = [0; 8];
    SystemEntropy.fill(&mut random);
    let name = format!("wl_api_{:016x}", u64::from_be_bytes(random));
    let mut admin = Conn::new(Opts::from_url(&mysql).expect("a URL"))
        .await
        .expect("the server answers");
    admin
        .query_drop(format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"))
        .await
        .expect("it makes a database");
    admin.disconnect().await.expect("a clean end");
    let settings = vec![
        ("database.url", format!("{}/{name}", mysql.trim_end_matches('/'))),
        ("sessions.url", server(redis)),
        ("sessions.key_prefix", format!("{name}:")),
        (
            "security.encryption_key",
            "d2VjaGF0LWxvZ2luIHRlc3RzOiAzMiBieXRlcyBrZXk=".to_owned(),
        ),
    ];
    let variables = settings
        .iter()
        .map(|(key, value)| (crate::test_app::variable(key), value.clone()));
    let config = Config::load_from(folder, variables).unwrap_or_else(|faults| panic!("{faults}"));
    let entropy = Arc::new(SystemEntropy) as _;
    Store::migrate(&config.storage, config.security, &entropy)
        .await
        .expect("an empty database can be brought up to date");
    settings
}
