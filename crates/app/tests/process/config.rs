//! What it makes of its configuration.

mod layers;

use std::{fs, process::Output};

use crate::program::{command, output};

const APP: [(&str, &str); 3] = [
    ("wechat.apps.shop.channel", "mini_program"),
    ("wechat.apps.shop.app_id", "wx0123456789abcdef"),
    ("wechat.apps.shop.secret", "CANARYSECRET0123456789abcdef0000"),
];

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn every_fault_is_told_at_once_by_its_key_and_never_by_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("server.listen", "CANARY1"),
        ("server.workers", "CANARY2"),
        ("server.public_url", "CANARY3"),
        ("server.default_language", "CANARY4"),
        ("server.trusted_proxies", "10.0.0.0/8,CANARY5"),
        ("server.shutdown_grace", "CANARY6"),
        ("server.nothing", "CANARY7"),
        ("database.url", "postgres://user:CANARY8@host/db"),
        ("sessions.url", "redis://CANARY9@host"),
        ("sessions.cache", "CANARY16"),
        ("sessions.channels.web.idle_timeout", "CANARY10"),
        ("identity.on_conflict", "CANARY11"),
        ("identity.phone_joins", "CANARY12"),
        ("security.encryption_key", "CANARY13"),
        ("wechat.timeout", "0"),
        ("wechat.open_url", "CANARY16"),
        ("web.allowed_origins", "https://ok.example,CANARY17"),
        ("web.allowed_return_urls", "CANARY18"),
        ("wechat.apps.Bad_Name.secret", "CANARY14"),
        ("clients.shop_api.claims", "everything"),
        ("simulator.enabled", "perhaps"),
        ("simulator.listen", "0.0.0.0:8081"),
        ("simulator.unknown_codes", "CANARY15"),
    ];
    let refused = output(folder.path(), &settings, &["check-config"]);
    assert_eq!(refused.status.code(), Some(78));
    let message = text(&refused);
    assert!(!message.contains("CANARY"), "{message}");
    for key in settings
        .iter()
        .map(|(key, _)| key)
        .filter(|key| !key.contains("Bad_Name") && **key != "simulator.listen")
    {
        assert!(message.contains(key), "{key} is missing in:\n{message}");
    }
    for key in [
        "wechat.apps.bad_name.channel",
        "wechat.apps.bad_name.app_id",
        "clients.shop_api.secret",
    ] {
        assert!(message.contains(key), "{key} is missing in:\n{message}");
    }
}

#[test]
fn one_fault_is_enough_to_refuse() {
    let folder = tempfile::tempdir().unwrap();
    let [app @ .., _secret] = APP;
    let other_app = [
        ("wechat.apps.other.channel", "mini_program"),
        ("wechat.apps.other.app_id", "wx1111111111111111"),
        ("wechat.apps.other.secret", "x"),
    ];
    let twin = [
        ("wechat.apps.other.channel", "web"),
        ("wechat.apps.other.app_id", "wx0123456789abcdef"),
        ("wechat.apps.other.secret", "x"),
    ];
    let cases: Vec<(Vec<(&str, &str)>, &str)> = vec![
        (vec![("server.listen", "8080")], "server.listen"),
        (vec![("server.typo", "1")], "server.typo"),
        (vec![("nothing", "1")], "nothing"),
        (vec![("simulator.listen", "192.0.2.1:8081")], "simulator.listen"),
        (vec![("database.url", "mysql://u:p@h")], "database.url"),
        (
            vec![("database.url", "mysql://u:p@h/db?ssl-mode=maybe")],
            "database.url",
        ),
        (vec![("database.pool_size", "0")], "database.pool_size"),
        // Other instances would not know the sessions.
        (vec![("database.url", "mysql://u:p@h/db")], "sessions.url"),
        (vec![("sessions.url", "redis+sentinel://h")], "sessions.url"),
        (vec![("sessions.key_prefix", "{wl}")], "sessions.key_prefix"),
        (vec![("database.url", "")], "database.url"),
        (
            vec![("security.encryption_key", "c2hvcnQ=")],
            "security.encryption_key",
        ),
        (
            vec![("security.encryption_key_file", "nowhere")],
            "security.encryption_key_file",
        ),
        (
            vec![
                ("clients.shop_api.secret", "x"),
                ("clients.shop_api.apps", "nothing"),
            ],
            "clients.shop_api.apps",
        ),
        (
            vec![("sessions.channels.mini_program.idle_timeout", "0")],
            "sessions.channels.mini_program.idle_timeout",
        ),
        (app.to_vec(), "wechat.apps.shop.secret"),
        ([APP.as_slice(), &other_app].concat(), "wechat.apps.shop.default"),
        ([APP.as_slice(), &twin].concat(), "wechat.apps.shop.app_id"),
        (
            [APP.as_slice(), &[("wechat.apps.shop.secret_file", "x")]].concat(),
            "wechat.apps.shop.secret",
        ),
        (vec![("wechat.ca_file", "nowhere")], "wechat.ca_file"),
        (vec![("wechat.open_url", "open.weixin.qq.com")], "wechat.open_url"),
        (
            [
                APP.as_slice(),
                &[("wechat.apps.shop.redirect_uris", "https://shop.example")],
            ]
            .concat(),
            "wechat.apps.shop.redirect_uris",
        ),
        (
            vec![("web.allowed_origins", "https://shop.example/")],
            "web.allowed_origins",
        ),
        (
            vec![("web.allowed_return_urls", "https://shop.example/?a")],
            "web.allowed_return_urls",
        ),
        (vec![("web.cookie_domain", "shop.example")], "web.cookie_domain"),
        (vec![("pages.name", "two\nlines")], "pages.name"),
        (
            vec![("pages.logo_url", "http://shop.example/logo.svg")],
            "pages.logo_url",
        ),
        (vec![("pages.colour", "green")], "pages.colour"),
        (vec![("pages.icp_number", "12345678")], "pages.icp_number"),
        (vec![("pages.police_number", "12345678")], "pages.police_number"),
        (
            vec![("pages.terms_url", "javascript:alert(1)")],
            "pages.terms_url",
        ),
        (vec![("pages.privacy_url", "//evil.example")], "pages.privacy_url"),
    ];
    for (settings, key) in cases {
        let free = [
            ("server.listen", "127.0.0.1:0"),
            ("simulator.listen", "127.0.0.1:0"),
        ];
        let refused = output(folder.path(), &[free.as_slice(), &settings].concat(), &[]);
        assert_eq!(refused.status.code(), Some(78), "{key}: {}", text(&refused));
        assert!(
            text(&refused).contains(key),
            "{key} is missing in:\n{}",
            text(&refused)
        );
    }
}

#[test]
fn a_file_takes_the_place_of_a_default_and_of_nothing_that_somebody_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("database_url");
    fs::write(&file, "postgres://CANARY\n").unwrap();
    let file = [("database.url_file", file.to_str().unwrap())];
    let refused = text(&output(folder.path(), &file, &["check-config"]));
    assert!(refused.contains("database.url: must be sqlite://"), "{refused}");
    assert!(
        refused.contains("from the file of database.url_file"),
        "{refused}"
    );
    let both = [file.as_slice(), &[("database.url", "sqlite://a.db")]].concat();
    let refused = text(&output(folder.path(), &both, &["check-config"]));
    assert!(
        refused.contains("is set together with database.url_file"),
        "{refused}"
    );
}

#[test]
fn outside_of_development_nothing_is_relaxed() {
    let folder = tempfile::tempdir().unwrap();
    for (settings, key) in [
        (vec![], "wechat.apps"),
        (
            [APP.as_slice(), &[("simulator.enabled", "true")]].concat(),
            "simulator.enabled",
        ),
        (
            [APP.as_slice(), &[("clients.shop_api.secret", "short")]].concat(),
            "clients.shop_api.secret",
        ),
        (
            [APP.as_slice(), &[("wechat.api_url", "http://wechat.example")]].concat(),
            "wechat.api_url",
        ),
        (
            [APP.as_slice(), &[("sessions.url", "redis://127.0.0.1")]].concat(),
            "security.encryption_key",
        ),
    ] {
        let refused = command(folder.path(), &settings)
            .env("WECHAT_LOGIN_ENVIRONMENT", "production")
            .arg("check-config")
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(78), "{key}: {}", text(&refused));
        assert!(
            text(&refused).contains(key),
            "{key} is missing in:\n{}",
            text(&refused)
        );
    }
    let good = command(folder.path(), &APP)
        .env("WECHAT_LOGIN_ENVIRONMENT", "production")
        .arg("check-config")
        .output()
        .unwrap();
    assert!(good.status.success(), "{}", text(&good));
    let strange = command(folder.path(), &[("server.typo", "1")])
        .env("WECHAT_LOGIN_ENVIRONMENT", "Pro duction")
        .output()
        .unwrap();
    assert_eq!(strange.status.code(), Some(78));
    for key in ["WECHAT_LOGIN_ENVIRONMENT", "server.typo"] {
        assert!(
            text(&strange).contains(key),
            "{key} is missing in:\n{}",
            text(&strange)
        );
    }
}

#[test]
fn what_is_in_force_is_shown_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("settings");
    fs::create_dir(&configuration).unwrap();
    fs::write(
        configuration.join("default.toml"),
        "[server]\nworkers = 2\nshutdown_grace = \"1s\"\n",
    )
    .unwrap();
    fs::write(configuration.join("development.toml"), "[server]\nworkers = 3\n").unwrap();
    fs::write(configuration.join("local.toml"), "[server]\nworkers = 4\n").unwrap();
    fs::write(folder.path().join("secret"), "CANARYCLIENT\n").unwrap();
    let settings = [
        APP.as_slice(),
        &[
            ("clients.shop_api.secret_file", "secret"),
            ("wechat.proxy", "http://user:CANARYPROXY@127.0.0.1:3128"),
            (
                "security.encryption_key",
                "Q0FOQVJZMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=",
            ),
            ("pages.colour", "#07c160"),
            ("server.ops_listen", "127.0.0.1:9082"),
        ],
    ]
    .concat();
    let shown = output(
        folder.path(),
        &settings,
        &["check-config", "--config", "settings"],
    );
    let message = text(&shown);
    assert!(shown.status.success(), "{message}");
    for line in [
        "environment = development",
        "server.workers = 4    # settings/local.toml",
        "server.shutdown_grace = 1s    # settings/default.toml",
        "wechat.apps.shop.secret = (secret)    # the environment",
        "clients.shop_api.secret_file = secret    # the environment",
        "pages.colour = #07c160    # the environment",
        "note: server.ops_listen is set, and does nothing in this version",
    ] {
        assert!(message.contains(line), "{line} is missing in:\n{message}");
    }
    assert!(
        !message.contains("CANARY") && !message.contains("Q0FOQVJZ"),
        "{message}"
    );
}

#[test]
fn what_kubernetes_sets_for_a_service_of_our_name_does_not_disturb() {
    let folder = tempfile::tempdir().unwrap();
    let checked = command(folder.path(), &[])
        .env("WECHAT_LOGIN_PORT", "tcp://10.0.0.1:8080")
        .env("WECHAT_LOGIN_SERVICE_HOST", "10.0.0.1")
        .env("WECHAT_LOGIN_PORT_8080_TCP_ADDR", "10.0.0.1")
        .arg("check-config")
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", text(&checked));
}

#[test]
fn a_broken_file_is_told_by_its_name_and_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("config")).unwrap();
    fs::write(
        folder.path().join("config/local.toml"),
        "[wechat.apps.shop]\nsecret = CANARY\n",
    )
    .unwrap();
    let refused = output(folder.path(), &[], &["check-config"]);
    assert_eq!(refused.status.code(), Some(78));
    let message = text(&refused);
    assert!(message.contains("local.toml"), "{message}");
    assert!(!message.contains("CANARY"), "{message}");
}

#[test]
fn a_number_without_quotes_is_never_bent_into_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("config")).unwrap();
    for (secret, is_good) in [("\"12345678901234567890123456789012\"", true), ("1.5e10", false)] {
        let file = format!("[clients.shop_api]\nsecret = {secret}\n");
        fs::write(folder.path().join("config/local.toml"), file).unwrap();
        let checked = output(folder.path(), &[], &["check-config"]);
        assert_eq!(checked.status.success(), is_good, "{}", text(&checked));
    }
}
