//! Users by the million, made by the server itself in the order of their keys, which a sorted load would be too.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use super::{
    database::Database,
    people::{App, Person},
};

/// How many users a statement makes.
const STEP: u64 = 100_000;
/// Something is wrong with a machine that needs longer.
const PATIENCE: Duration = Duration::from_hours(1);

/// An id of the moment `x`: its first bytes are the time, as in every id of ours.
fn id(kind: &str, x: &str) -> String {
    format!("UNHEX(CONCAT(LPAD(HEX({x}), 12, '0'), '{kind}', '8000', LPAD(HEX({x}), 12, '0')))")
}

/// Text as of WeChat: an `o` and 27 characters. It ascends with `n` and spreads over all of them, as the people's do.
fn wechat(n: &str, of: u64, salt: &str) -> String {
    let character = |shift: u8| {
        format!(
            "SUBSTR('-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz', \
             1 + ((({n} * 16777216) DIV {of} >> {shift}) & 63), 1)"
        )
    };
    let spread = [18, 12, 6, 0].map(character).join(", ");
    format!("CONCAT('o', {spread}, SUBSTR(MD5(CONCAT('{salt}', {n})), 1, 23))")
}

/// Fills a database that was migrated with `count` users, these people among them at regular distances.
///
/// # Errors
/// What the server says, or that it takes too long.
pub(super) fn fill(
    database: &Database,
    name: &str,
    count: u64,
    people: &[Person],
    app: &App,
) -> Result<(), String> {
    let others = count.saturating_sub(people.len() as u64);
    let begun = Instant::now();
    for from in (0..others).step_by(usize::try_from(STEP).expect("a small number")) {
        database.run(&some(name, from, others, app))?;
        let done = (from + STEP).min(others);
        if done.is_multiple_of(1_000_000) {
            eprintln!("  {done} users after {:.0?}", begun.elapsed());
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!("only {done} users could be made in {PATIENCE:?}"));
        }
    }
    // An id that lies between those of two others.
    let distance = (others / people.len().max(1) as u64).max(1);
    for (first, some) in people.chunks(500).enumerate() {
        database.run(&those(name, first as u64 * 500, distance, some, app))?;
    }
    database.run(&format!("ANALYZE TABLE {name}.users, {name}.login_methods"))
}

/// Nobody logged in for a long time, so that the first login of a person is the first of its day.
const LONG_AGO: &str = "'2020-01-01'";

fn some(name: &str, from: u64, others: u64, app: &App) -> String {
    let digits = ["SELECT 0 AS d", "1", "2", "3", "4", "5", "6", "7", "8", "9"].join(" UNION ALL SELECT ");
    let numbers = format!(
        "(SELECT {from} + a.d * 10000 + b.d * 1000 + c.d * 100 + d.d * 10 + e.d AS n
          FROM ({digits}) a JOIN ({digits}) b JOIN ({digits}) c JOIN ({digits}) d JOIN ({digits}) e) numbers WHERE n < {others} ORDER BY n"
    );
    let user = id("7000", "n * 2");
    let mut sql = format!(
        "USE {name}; BEGIN;
         INSERT INTO users (id, root, created_at, updated_at)
         SELECT {user}, {user}, {LONG_AGO}, {LONG_AGO} FROM {numbers};\n"
    );
    for (kind, realm, own) in [
        ("wechat_openid", app.app_id.as_str(), "7001"),
        ("wechat_unionid", "default", "7002"),
    ] {
        write!(
            sql,
            "INSERT INTO login_methods
             SELECT '{kind}', '{realm}', {text}, {method}, {user}, {account}, NULL, {LONG_AGO}, {LONG_AGO} FROM {numbers};\n",
            text = wechat("n", others, kind),
            method = id(own, "n * 2"),
            account = id("7003", "n * 2"),
        )
        .expect("a String takes everything");
    }
    sql + "COMMIT;\n"
}

fn those(name: &str, first: u64, distance: u64, people: &[Person], app: &App) -> String {
    let mut users = Vec::new();
    let mut methods = Vec::new();
    for (n, person) in (first..).zip(people) {
        let x = (n * distance * 2 + 1).to_string();
        let (user, account) = (id("7000", &x), id("7003", &x));
        users.push(format!("({user}, {user}, {LONG_AGO}, {LONG_AGO})"));
        let ways_in = [
            ("wechat_openid", app.app_id.as_str(), &person.openid, "7001"),
            ("wechat_unionid", "default", &person.unionid, "7002"),
        ];
        for (kind, realm, text, own) in ways_in {
            let method = id(own, &x);
            methods.push(format!(
                "('{kind}', '{realm}', '{text}', {method}, {user}, {account}, NULL, {LONG_AGO}, {LONG_AGO})"
            ));
        }
    }
    format!(
        "USE {name};
         INSERT INTO users (id, root, created_at, updated_at) VALUES {};
         INSERT INTO login_methods VALUES {};",
        users.join(", "),
        methods.join(", ")
    )
}
