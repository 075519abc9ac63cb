//! Where one layer, or a file, takes the place of another: every fault is a true one, and told once.

use std::{fs, process::Output};

use super::{APP, text};
use crate::program::{command, output};

/// Each of the faults that it tells.
fn faults(output: &Output) -> Vec<String> {
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!errors.contains("CANARY"), "{errors}");
    errors
        .lines()
        .map(|line| line.strip_prefix("wechat-login: ").unwrap_or(line).to_owned())
        .filter(|line| line != "the configuration is not good:")
        .collect()
}

#[test]
fn a_file_that_cannot_be_read_makes_no_other_key_unknown() {
    let folder = tempfile::tempdir().unwrap();
    for (key, value) in [
        ("database.url", "sqlite://a.db"),
        ("security.previous_encryption_keys", "CANARY"),
    ] {
        let file_key = format!("{key}_file");
        let nowhere = [(file_key.as_str(), "nowhere")];
        let refused = faults(&output(folder.path(), &nowhere, &["check-config"]));
        assert_eq!(refused.len(), 1, "{refused:?}");
        let refused = faults(&output(
            folder.path(),
            &[nowhere[0], (key, value)],
            &["check-config"],
        ));
        let wanted = [
            format!("{file_key}: the file cannot be read"),
            format!("{key}: is set together with {file_key}"),
        ];
        assert_eq!(refused.len(), 2, "{refused:?}");
        for (fault, wanted) in refused.iter().zip(wanted) {
            assert!(fault.starts_with(&wanted), "{refused:?}");
        }
    }
}

#[test]
fn a_value_in_the_place_of_a_section_is_the_only_fault() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("config")).unwrap();
    let app = [APP.as_slice(), &[("wechat.apps.shop", "x")]].concat();
    for (settings, wanted) in [
        (
            [("server", "CANARY")].as_slice(),
            "server: is a section: set its keys (set in the environment); variable WECHAT_LOGIN__SERVER",
        ),
        (&app, "wechat.apps.shop: is a section"),
        (
            &[("wechat.apps.shop", "x")],
            "wechat.apps.shop: is no key of ours",
        ),
        (
            &[("clients.shop_api", "x")],
            "clients.shop_api: is no key of ours",
        ),
        (
            &[("server.listen.port", "1")],
            "server.listen.port: is no key of ours",
        ),
    ] {
        let refused = faults(&output(folder.path(), settings, &["check-config"]));
        let [fault] = refused.as_slice() else {
            panic!("{settings:?}: {refused:?}");
        };
        assert!(fault.starts_with(wanted), "{fault}");
    }
    fs::write(folder.path().join("config/local.toml"), "server = \"CANARY\"\n").unwrap();
    let refused = faults(&output(folder.path(), &[], &["check-config"]));
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(
        refused[0].starts_with("server: is a section: set its keys (set in config/local.toml)"),
        "{refused:?}"
    );
}

#[test]
fn a_missing_encryption_key_is_told_in_the_first_round() {
    let folder = tempfile::tempdir().unwrap();
    let key = "Q0FOQVJZMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=";
    let encryption_key = |settings: &[(&str, &str)]| {
        let refused = command(folder.path(), &[APP.as_slice(), settings].concat())
            .env("WECHAT_LOGIN_ENVIRONMENT", "production")
            .arg("check-config")
            .output()
            .unwrap();
        faults(&refused)
            .into_iter()
            .filter(|fault| fault.starts_with("security.encryption_key"))
            .collect::<Vec<_>>()
    };
    for settings in [
        [("database.url", ""), ("sessions.url", "")].as_slice(),
        &[("database.url", "")],
        &[("sessions.url", "")],
        &[("database.url", "mysql://u:p@h"), ("sessions.url", "redis://h")],
        &[("sessions.url", "redis://"), ("sessions.cache", "sometimes")],
    ] {
        let told = encryption_key(settings);
        assert_eq!(told.len(), 1, "{settings:?}: {told:?}");
        assert!(told[0].contains("must be set with MySQL or Redis"), "{told:?}");
    }
    for settings in [
        [].as_slice(),
        &[("database.url", "sqlite://")],
        &[("database.url", ""), ("security.encryption_key", key)],
    ] {
        let told = encryption_key(settings);
        assert!(told.is_empty(), "{settings:?}: {told:?}");
    }
    for broken in [
        ("security.encryption_key", "c2hvcnQ="),
        ("security.encryption_key_file", "nowhere"),
    ] {
        let told = encryption_key(&[("sessions.url", "redis://h"), broken]);
        assert_eq!(told.len(), 1, "it is set, and told once: {told:?}");
    }
}

#[test]
fn a_key_that_a_file_stands_for_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("url"), "sqlite://other.db\n").unwrap();
    fs::write(
        folder.path().join("keys"),
        "Q0FOQVJZMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=\n",
    )
    .unwrap();
    let settings = [
        ("database.url_file", "url"),
        ("security.previous_encryption_keys", ""),
        ("security.previous_encryption_keys_file", "keys"),
    ];
    let shown = output(folder.path(), &settings, &["check-config"]);
    assert!(shown.status.success(), "{}", text(&shown));
    let shown = text(&shown);
    for key in ["database.url", "security.previous_encryption_keys"] {
        assert!(!shown.contains(&format!("{key} =")), "{key} is in:\n{shown}");
        assert!(
            shown.contains(&format!("{key}_file =")),
            "{key}_file is missing in:\n{shown}"
        );
    }
    assert!(shown.contains("sessions.url = (secret)"), "{shown}");
}

#[test]
fn a_password_that_is_not_percent_encoded_is_told_as_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    for (key, url) in [
        ("database.url", "mysql://u:CANARY/x@h:3306/db"),
        ("sessions.url", "redis://:CANARY/x@h:6379"),
    ] {
        let refused = faults(&output(folder.path(), &[(key, url)], &["check-config"]));
        let [fault] = refused.as_slice() else {
            panic!("{key}: {refused:?}");
        };
        assert!(
            fault.starts_with(key) && fault.contains("Percent-encode / ? # @ : and %"),
            "{fault}"
        );
    }
}
