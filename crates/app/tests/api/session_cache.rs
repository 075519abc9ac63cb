//! What a check costs with sessions in Redis, and what a logout is worth whatever becomes of it.

use std::time::{Duration, Instant};

use wechat_login_domain::UserReference;

use crate::{TestApp, own_redis::OwnRedis, test_app::Member};

/// What is promised whatever Redis does.
const WHATEVER_HAPPENS: Duration = Duration::from_secs(1);

/// Users in a file, sessions in a Redis of its own.
async fn over_redis(cache: &str) -> (OwnRedis, TestApp) {
    let redis = OwnRedis::start().await;
    let settings = [
        ("sessions.url", redis.url()),
        ("sessions.cache", cache.to_owned()),
    ];
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    let app = TestApp::spawn_with(&settings).await;
    (redis, app)
}

async fn status(member: &Member) -> u16 {
    member.get("/v1/me").await.status
}

/// Until a check asks Redis for nothing.
async fn warm(redis: &OwnRedis, member: &Member) {
    let begun = Instant::now();
    loop {
        let before = redis.commands().await;
        assert_eq!(status(member).await, 200);
        if redis.commands().await == before {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "sessions are not at hand"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_asks_redis_once_and_then_not_at_all() {
    let (redis, app) = over_redis("auto").await;
    let first = app.log_in("小明").await;
    warm(&redis, &first).await;
    let before = redis.commands().await;
    for _ in 0..20 {
        assert_eq!(status(&first).await, 200);
    }
    assert_eq!(redis.commands().await, before, "warm");

    let second = app.log_in("小红").await;
    let (before, gets) = (redis.commands().await, redis.calls("get").await);
    assert_eq!(status(&second).await, 200);
    assert_eq!(redis.commands().await - before, 1, "cold");
    assert_eq!(redis.calls("get").await - gets, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_cache_every_check_asks_redis_once() {
    let (redis, app) = over_redis("off").await;
    let member = app.log_in("小明").await;
    for _ in 0..3 {
        let before = redis.commands().await;
        for _ in 0..10 {
            assert_eq!(status(&member).await, 200);
        }
        assert_eq!(redis.commands().await - before, 10);
    }
}

/// The record is read twice a second. The feed is faster, so that half of all logouts are known well before the next reading.
#[tokio::test(flavor = "multi_thread")]
async fn a_logout_counts_at_once_here_and_within_100_ms_elsewhere() {
    let (redis, here) = over_redis("auto").await;
    let there = here.twin().await;
    let mut times = Vec::new();
    for _ in 0..9 {
        let member = here.log_in("小明").await;
        let elsewhere = member.at(&there);
        warm(&redis, &member).await;
        warm(&redis, &elsewhere).await;
        assert_eq!(member.delete("/v1/session").await.status, 204);
        let logged_out = Instant::now();
        member.get("/v1/me").await.problem(401, "session_revoked");
        while status(&elsewhere).await == 200 {
            assert!(logged_out.elapsed() < Duration::from_secs(5));
        }
        times.push(logged_out.elapsed());
    }
    times.sort();
    assert!(times[4] < Duration::from_millis(100), "{times:?}");
}

/// How long the sessions of one user last elsewhere when something ends them, nine times over: the median.
async fn lasts_elsewhere(redis: &OwnRedis, here: &TestApp, end: impl AsyncFn(&Member)) -> Duration {
    let there = here.twin().await;
    let mut times = Vec::new();
    for n in 0..9 {
        let person = format!("小明 {n}");
        let (who_asks, member) = (here.log_in(&person).await, here.log_in(&person).await);
        let elsewhere = member.at(&there);
        warm(redis, &elsewhere).await;
        end(&who_asks).await;
        let ended = Instant::now();
        while status(&elsewhere).await == 200 {
            assert!(ended.elapsed() < Duration::from_secs(5));
        }
        times.push(ended.elapsed());
        elsewhere.get("/v1/me").await.problem(401, "session_revoked");
    }
    times.sort();
    times[4]
}

#[tokio::test(flavor = "multi_thread")]
async fn all_other_sessions_end_within_100_ms_elsewhere() {
    let (redis, here) = over_redis("auto").await;
    let end = async |who_asks: &Member| {
        let ended = who_asks.delete("/v1/sessions?keep_current=true").await;
        assert_eq!(ended.status, 200, "{}", ended.text);
        assert_eq!(status(who_asks).await, 200);
    };
    let median = lasts_elsewhere(&redis, &here, end).await;
    assert!(median < Duration::from_millis(100), "{median:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_ends_is_over_within_100_ms() {
    let (redis, here) = over_redis("auto").await;
    let operator = here.operator().await;
    let who = |member: &Member| UserReference::parse(member.user_id());
    let revoke = async |member: &Member| {
        let revoked = operator.revoke_sessions.run(&who(member), None).await;
        revoked.expect("it is done").expect("Redis answers");
    };
    let median = lasts_elsewhere(&redis, &here, revoke).await;
    assert!(median < Duration::from_millis(100), "revoked: {median:?}");
    let disable = async |member: &Member| {
        operator.disable_user.run(&who(member)).await.expect("it is done");
    };
    let median = lasts_elsewhere(&redis, &here, disable).await;
    assert!(median < Duration::from_millis(100), "disabled: {median:?}");
}

/// The store of sessions is faster to forget one than the record is read.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_logged_out_elsewhere_is_told_so_and_not_that_there_is_no_such_session() {
    let (redis, here) = over_redis("auto").await;
    let there = here.twin().await;
    let mut told = 0;
    for _ in 0..9 {
        let member = here.log_in("小明").await;
        let elsewhere = member.at(&there);
        warm(&redis, &elsewhere).await;
        assert_eq!(member.delete("/v1/session").await.status, 204);
        let logged_out = Instant::now();
        let refused = loop {
            let answer = elsewhere.get("/v1/me").await;
            if answer.status != 200 {
                break answer.json();
            }
            assert!(logged_out.elapsed() < Duration::from_secs(5));
        };
        if refused["code"] == "session_revoked" {
            assert_eq!(refused["reason"], "logged_out");
            told += 1;
        }
    }
    // A busy machine may take longer to read the record than anybody waits for the reason.
    assert!(told > 4, "{told} of 9");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_counts_within_a_second_while_redis_hangs_and_nobody_else_is_signed_out() {
    let (redis, here) = over_redis("auto").await;
    let there = here.twin().await;
    let (goes, stays) = (here.log_in("小明").await, here.log_in("小红").await);
    for member in [&goes, &stays] {
        warm(&redis, member).await;
        warm(&redis, &member.at(&there)).await;
    }
    redis.pause();
    assert_eq!(
        goes.delete("/v1/session").await.status,
        204,
        "the record is enough"
    );
    let logged_out = Instant::now();
    assert_eq!(status(&goes).await, 401);
    let elsewhere = goes.at(&there);
    while logged_out.elapsed() < 2 * WHATEVER_HAPPENS {
        let asked_after = logged_out.elapsed();
        let seen = status(&elsewhere).await;
        assert!(
            seen != 200 || asked_after < WHATEVER_HAPPENS,
            "{seen} after {asked_after:?}"
        );
        let other = stays.at(&there).get("/v1/me").await;
        if other.status != 200 {
            other.problem(503, "dependency_unavailable");
        }
    }
    assert_eq!(status(&elsewhere).await, 401, "what is known for certain is told");
    redis.resume();
    let back = Instant::now();
    while status(&stays.at(&there)).await != 200 {
        assert!(back.elapsed() < Duration::from_secs(5), "nobody comes back");
    }
    for member in [&goes, &elsewhere] {
        member.get("/v1/me").await.problem(401, "session_revoked");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_cut_sign_nobody_out_and_nobody_in() {
    let (redis, here) = over_redis("auto").await;
    let there = here.twin().await;
    let stays = here.log_in("小红").await;
    for _ in 0..20 {
        let goes = here.log_in("小明").await;
        let elsewhere = goes.at(&there);
        assert_eq!(status(&elsewhere).await, 200);
        assert_eq!(goes.delete("/v1/session").await.status, 204);
        let logged_out = Instant::now();
        redis.ask("CLIENT KILL TYPE normal SKIPME yes").await;
        for member in [&stays, &stays.at(&there)] {
            assert_eq!(status(member).await, 200);
        }
        while status(&elsewhere).await == 200 {
            assert!(logged_out.elapsed() < Duration::from_secs(5));
        }
        assert_eq!(status(&goes).await, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_redis_knows_nobody() {
    let (redis, app) = over_redis("auto").await;
    let member = app.log_in("小明").await;
    warm(&redis, &member).await;
    redis.ask("FLUSHALL").await;
    let emptied = Instant::now();
    while status(&member).await == 200 {
        assert!(emptied.elapsed() < WHATEVER_HAPPENS);
    }
    member.get("/v1/me").await.problem(401, "unauthenticated");
    assert_eq!(status(&app.log_in("小明").await).await, 200);
}
