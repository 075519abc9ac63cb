//! `cargo xtask arch`: every arrow points to the domain, adapters never meet, and the simulator knows none of us.

use std::collections::BTreeSet;

use crate::run;

/// What each crate may depend on of our own; `app` may on all.
const OURS: [(&str, &[&str]); 7] = [
    ("wechat-login-domain", &[]),
    ("wechat-login-client", &["wechat-login-domain"]),
    ("wechat-login-sessions-redis", &["wechat-login-domain"]),
    ("wechat-login-store-mysql", &["wechat-login-domain"]),
    ("wechat-login-store-sqlite", &["wechat-login-domain"]),
    ("wechat-login-simulator", &[]),
    ("wechat-login-testkit", &["wechat-login-domain"]),
];

/// What the domain may depend on: no I/O, no framework, no runtime.
const OF_DOMAIN: [&str; 15] = [
    "aes-gcm",
    "async-trait",
    "base64",
    "crc32fast",
    "futures-util",
    "hkdf",
    "hmac",
    "secrecy",
    "serde_json",
    "sha2",
    "thiserror",
    "time",
    "tracing",
    "url",
    "uuid",
];

/// Compares with the lists above: a list of what is allowed, since a check for what is forbidden also passes on a typo.
///
/// # Errors
/// Every dependency that is not on its list.
pub(crate) fn check() -> Result<(), String> {
    let mut faults = Vec::new();
    for (package, allowed) in OURS {
        let ours = dependencies(package)?
            .into_iter()
            .filter(|name| name.starts_with("wechat-login"));
        for name in ours.filter(|name| !allowed.contains(&name.as_str())) {
            faults.push(format!("{package} must not depend on {name}"));
        }
    }
    for name in dependencies("wechat-login-domain")? {
        if !OF_DOMAIN.contains(&name.as_str()) {
            faults.push(format!("wechat-login-domain must not depend on {name}"));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n"))
    }
}

/// The direct dependencies of a package, without those of its tests.
fn dependencies(package: &str) -> Result<BTreeSet<String>, String> {
    let arguments = [
        "tree",
        "--locked",
        "--package",
        package,
        "--edges",
        "normal",
        "--depth",
        "1",
        "--prefix",
        "none",
    ];
    let tree = run::cargo_output(&arguments)?;
    let names = tree
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next());
    Ok(names.map(str::to_owned).collect())
}
