//! What requests wait for, each statement with the keys that it goes by, as `hot.txt` has it.

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use time::Duration;
use wechat_login_domain::{
    ExternalId, Revocation, RevokedBecause,
    ports::{Administration, Revocations, Users},
    resolve::{Identification, Resolution},
};
use wechat_login_testkit::sample::{NOW, alice, carol, digest, phone, shop_mini};

use super::{PLANS, Plans, Step, common, fill};

/// Adds the statements of a call, and gives what it gave.
async fn explain<T>(text: &mut String, what: &str, call: impl Future<Output = T>) -> T {
    let plans = Plans::default();
    let outcome = PLANS.scope(Arc::clone(&plans), call).await;
    writeln!(text, "{what}").unwrap();
    for (sql, steps) in plans.lock().unwrap().iter() {
        let words: Vec<_> = sql.split_whitespace().collect();
        let beginning: String = words.join(" ").chars().take(70).collect();
        writeln!(text, "  {beginning}…").unwrap();
        let written = sql.starts_with("INSERT");
        let mut counted = BTreeMap::new();
        for step in steps.iter().filter_map(|step| told(step, written)) {
            *counted.entry(step).or_insert(0) += 1;
        }
        // Servers differ in which they tell first.
        for (step, times) in counted {
            writeln!(text, "    {times} × {step}").unwrap();
        }
    }
    outcome
}

/// As all servers tell it: some say `const` where others say `eq_ref`, and each guesses another number of rows.
fn told(step: &Step, written: bool) -> Option<String> {
    let table = step.table.as_deref()?;
    let how = match (step.r#type.as_deref(), step.key.as_deref()) {
        (_, None) if written => "written".to_owned(),
        (Some("const" | "eq_ref" | "system"), Some(key)) => format!("one row by {key}"),
        (Some("ref" | "ref_or_null"), Some(key)) => format!("the rows of one value by {key}"),
        (Some("range"), Some(key)) => format!("the rows of some values by {key}"),
        other => format!("{other:?}"),
    };
    Some(format!("{table}: {how}"))
}

async fn everything_hot(store: &crate::MysqlStore) -> String {
    let (users, app) = (store.users(), shop_mini());
    let (revocations, mut text) = (store.revocations(), String::new());
    let external = ExternalId::parse("42").unwrap();
    // Whoever has a phone has all that there is to look up.
    let with_phone = |n, asked| Identification {
        phone: Some(phone(n)),
        ..asked
    };
    let at = |days| NOW + Duration::days(days);

    let alices = with_phone(1, alice().at(&app));
    let first = explain(&mut text, "a first login", users.resolve(&alices, NOW)).await;
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
        explain(&mut text, what, known).await.unwrap();
    }
    explain(&mut text, "a user by id", users.find(user.id))
        .await
        .unwrap();
    let account = users.find_account(user.id);
    explain(&mut text, "an account by id", account).await.unwrap();
    let account = users.find_account_by_external_id(&external);
    explain(&mut text, "an account by external id", account)
        .await
        .unwrap();
    let ended = Revocation::Session {
        digest: digest(1),
        because: RevokedBecause::LoggedOut,
        bars_until: at(7),
    };
    let before = revocations.all(NOW).await.unwrap().read_at;
    explain(&mut text, "a logout", revocations.record(&ended))
        .await
        .unwrap();
    let new = revocations.since(before);
    explain(&mut text, "the poll of revocations", new).await.unwrap();
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn what_requests_wait_for_goes_by_the_keys_that_are_written_down() {
    let (database, store) = common::fresh().await;
    fill(&database).await;
    let found = everything_hot(&store).await;
    assert!(
        found == include_str!("hot.txt"),
        "a statement goes another way; if that is right, hot.txt has to say:\n{found}"
    );
}
