//! What a login and a check cost, counted by the servers that are asked: MariaDB's general log, Redis' MONITOR.

mod delay;
mod general_log;
mod monitor;

use serde_json::Value;

use self::{delay::Delay, general_log::GeneralLog, monitor::Monitor};
use crate::{
    mariadb::{Database, OwnMariaDb},
    program::{Program, exchange},
    redis::OwnRedis,
};

struct Meter<'a> {
    sql: GeneralLog<'a>,
    redis: Monitor<'a>,
}

/// What somebody's doing cost.
#[derive(Debug)]
struct Cost {
    statements: Vec<String>,
    waves: Vec<Vec<String>>,
}

impl Meter<'_> {
    fn cost(&mut self, work: impl FnOnce()) -> Cost {
        self.sql.since_last();
        self.redis.since_last();
        work();
        Cost {
            statements: self.sql.since_last(),
            waves: self.redis.since_last(),
        }
    }
}

/// A login of this person, of whom WeChat's answer is changed so.
fn log_in(program: &Program, person: &str, change: &str) -> Value {
    if !change.is_empty() {
        let fault = format!("{{\"endpoint\":\"/sns/jscode2session\",\"times\":1,{change}}}");
        program.simulate("/simulator/faults", &fault);
    }
    program.log_in(person)
}

/// What WeChat calls back once this person has scanned a QR code, and the cookie of the browser that showed it.
struct Scanned {
    callback: String,
    cookie: String,
}

impl Scanned {
    fn by(program: &Program, person: &str) -> Self {
        let begun = exchange(program.address, "GET", "/v1/login/web", "", "");
        let cookie = begun.header("set-cookie").expect("a cookie");
        let (cookie, _) = cookie.split_once(';').expect("attributes");
        let authorize_url = begun.header("location").expect("WeChat's page");
        let (_, state) = authorize_url.split_once("state=").expect("a state");
        let (state, _) = state.split_once('#').expect("WeChat's fragment");
        let wanted = format!("{{\"app_id\":\"shop_web\",\"person\":\"{person}\"}}");
        let code = program.simulate("/simulator/codes", &wanted);
        let code = code["code"].as_str().expect("a code");
        Self {
            callback: format!("/v1/login/web/callback?code={code}&state={state}"),
            cookie: format!("Cookie: {cookie}\r\n"),
        }
    }

    fn comes_back(&self, program: &Program) {
        let answer = exchange(program.address, "GET", &self.callback, &self.cookie, "");
        assert_eq!(answer.status, 303, "{answer:?}");
    }
}

fn check(program: &Program, path: &str, method: &str, token: &str) -> u16 {
    let header = format!("Authorization: Bearer {token}\r\n");
    exchange(program.address, method, path, &header, "[]").status
}

/// What is counted, each with the most that it may cost in SQL and in Redis.
fn costs(program: &Program, meter: &mut Meter<'_>, person: &str) -> Vec<(&'static str, Cost, usize, usize)> {
    let (first, merging) = (format!("first {person}"), format!("merging {person}"));
    let mut costs = Vec::new();
    let first_login = meter.cost(|| assert_eq!(program.log_in(&first)["is_new_user"], true));
    costs.push(("first login", first_login, 6, 2));
    let known = meter.cost(|| assert_eq!(program.log_in(&first)["is_new_user"], false));
    costs.push(("login of a known user", known, 2, 2));

    // With a name that WeChat tells, which is not asked for in a mini-program.
    let scanned = Scanned::by(program, &format!("web {person}"));
    costs.push((
        "first login by web",
        meter.cost(|| scanned.comes_back(program)),
        6,
        2,
    ));
    let scanned = Scanned::by(program, &format!("web {person}"));
    costs.push((
        "login of a known user by web",
        meter.cost(|| scanned.comes_back(program)),
        2,
        2,
    ));
    let scanned = Scanned::by(program, &first);
    let news = meter.cost(|| scanned.comes_back(program));
    costs.push(("login of a known user by a new door, with news", news, 3, 2));

    // One person, first seen without their unionid, then with it and another openid: two users, until both come together.
    let older = log_in(
        program,
        &merging,
        "\"kind\":\"missing_field\",\"field\":\"unionid\"",
    );
    let other_openid = format!("\"kind\":\"set_field\",\"field\":\"openid\",\"value\":\"oOther-{person}\"");
    let younger = log_in(program, &merging, &other_openid);
    assert_ne!(older["user"]["id"], younger["user"]["id"]);
    let mut survivor = Value::Null;
    let merge = meter.cost(|| survivor = program.log_in(&merging));
    assert_eq!(survivor["user"]["id"], older["user"]["id"]);
    assert_eq!(survivor["user"]["former_ids"][0], younger["user"]["id"]);
    costs.push(("login that merges", merge, 10, 2));

    let token = survivor["token"].as_str().expect("a token");
    let checked = meter.cost(|| assert_eq!(check(program, "/v1/me", "PATCH", token), 400));
    costs.push(("check", checked, 0, 1));
    let shown = meter.cost(|| assert_eq!(check(program, "/v1/session", "GET", token), 200));
    costs.push(("check that shows the user", shown, 1, 1));
    let garbage = meter.cost(|| assert_eq!(check(program, "/v1/session", "GET", "wl_garbage"), 401));
    costs.push(("check of garbage", garbage, 0, 0));
    costs
}

#[test]
fn logins_and_checks_cost_no_more_round_trips_than_promised() {
    let folder = tempfile::tempdir().unwrap();
    let redis = OwnRedis::start(&[]);
    let mariadb = OwnMariaDb::start();
    let database = Database::migrated(&mariadb.server);
    let far_away = Delay::in_front_of(redis.port);
    let settings = [
        ("database.url", database.url()),
        // One connection is warm after the first login.
        ("database.pool_size", "1".to_owned()),
        ("identity.on_conflict", "merge".to_owned()),
        ("sessions.url", far_away.url()),
        ("sessions.cache", "off".to_owned()),
    ];
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    let program = Program::start(folder.path(), &settings, &[]);
    let mut meter = Meter {
        sql: GeneralLog::of(&mariadb),
        redis: Monitor::of(&redis),
    };
    costs(&program, &mut meter, "warm");
    for (what, cost, sql, redis) in costs(&program, &mut meter, "counted") {
        println!(
            "{what}: {} SQL, {} Redis",
            cost.statements.len(),
            cost.waves.len()
        );
        assert!(cost.statements.len() <= sql, "{what}: {:#?}", cost.statements);
        assert!(cost.waves.len() <= redis, "{what}: {:#?}", cost.waves);
        let is_login = what.contains("login");
        assert_eq!(
            cost.statements.is_empty(),
            sql == 0,
            "{what}: nothing was counted"
        );
        assert!(!is_login || cost.waves.len() == 2, "{what}: {:#?}", cost.waves);
    }
}
