//! The same `Idempotency-Key` with the same body gets the same answer.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    Error, IdempotencyKey, Keyring, MasterKey,
    ports::Clock,
    use_case::{Answer, AnswerOnce, Claim},
};
use wechat_login_testkit::{
    fake::{FixedClock, MemoryExchanges, SeededEntropy},
    sample::NOW,
};

const ROUTE: &str = "/v1/login/mini-program";
const BODY: &[u8] = br#"{"code":"a"}"#;
const ANSWER: &[u8] = br#"{"token":"wl_..."}"#;

/// One instance of the service over exchanges that it may share.
struct Instance {
    exchanges: Arc<MemoryExchanges>,
    clock: Arc<FixedClock>,
    answer_once: AnswerOnce,
}

impl Instance {
    fn new() -> Self {
        Self::over(Arc::default(), Arc::default(), 1)
    }

    fn over(exchanges: Arc<MemoryExchanges>, clock: Arc<FixedClock>, master_key: u64) -> Self {
        let entropy = Arc::new(SeededEntropy::new(master_key));
        let keyring = Keyring::new(MasterKey::generate(&*entropy), Vec::new(), entropy);
        Self {
            answer_once: AnswerOnce::new(exchanges.clone(), Arc::new(keyring), clock.clone()),
            exchanges,
            clock,
        }
    }

    async fn ask(&self, key: &str, body: &[u8]) -> Result<Answer, Error> {
        let key = IdempotencyKey::parse(key).expect("the sample is a key");
        self.answer_once.claim(ROUTE, &key, body).await
    }

    async fn claim(&self, key: &str, body: &[u8]) -> Claim {
        match self.ask(key, body).await {
            Ok(Answer::Give(claim)) => claim,
            other => panic!("the request was not ours to answer: {other:?}"),
        }
    }

    async fn assert_kept(&self, key: &str, body: &[u8], wanted: &[u8]) {
        match self.ask(key, body).await {
            Ok(Answer::Kept(answer)) => assert_eq!(answer, wanted),
            other => panic!("the answer was not kept: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_request_that_is_sent_again_gets_the_same_answer() {
    let instance = Instance::new();
    let claim = instance.claim("key", BODY).await;
    instance.answer_once.keep(claim, ANSWER).await;
    for _ in 0..2 {
        instance.assert_kept("key", BODY, ANSWER).await;
    }
}

#[tokio::test]
async fn a_request_that_is_sent_again_to_another_instance_gets_the_same_answer() {
    let one = Instance::new();
    let other = Instance::over(one.exchanges.clone(), one.clock.clone(), 1);
    let claim = one.claim("key", BODY).await;
    one.answer_once.keep(claim, ANSWER).await;
    other.assert_kept("key", BODY, ANSWER).await;
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused() {
    let instance = Instance::new();
    let claim = instance.claim("key", BODY).await;
    let pending = instance.ask("key", b"other").await;
    assert!(matches!(pending, Err(Error::IdempotencyKeyReused)), "{pending:?}");
    instance.answer_once.keep(claim, ANSWER).await;
    let answered = instance.ask("key", b"other").await;
    assert!(
        matches!(answered, Err(Error::IdempotencyKeyReused)),
        "{answered:?}"
    );
}

#[tokio::test]
async fn another_key_or_another_route_is_another_request() {
    let instance = Instance::new();
    let claim = instance.claim("key", BODY).await;
    instance.answer_once.keep(claim, ANSWER).await;
    instance.claim("KEY", BODY).await;
    let key = IdempotencyKey::parse("key").unwrap();
    let elsewhere = instance.answer_once.claim("/v1/login/web", &key, BODY).await;
    assert!(matches!(elsewhere, Ok(Answer::Give(_))), "{elsewhere:?}");
}

#[tokio::test]
async fn a_twin_waits_for_the_answer() {
    let instance = Instance::new();
    let claim = instance.claim("key", BODY).await;
    let first = async {
        // Until the twin has looked a few times.
        while instance.clock.now() < NOW + Duration::milliseconds(150) {
            tokio::task::yield_now().await;
        }
        instance.answer_once.keep(claim, ANSWER).await;
    };
    futures_util::future::join(first, instance.assert_kept("key", BODY, ANSWER)).await;
}

#[tokio::test]
async fn a_twin_takes_over_where_the_first_gives_up() {
    let instance = Instance::new();
    let claim = instance.claim("key", BODY).await;
    let first = async {
        while instance.clock.now() == NOW {
            tokio::task::yield_now().await;
        }
        instance.answer_once.release(claim).await;
    };
    futures_util::future::join(first, instance.claim("key", BODY)).await;
}

#[tokio::test]
async fn a_twin_does_not_wait_longer_than_a_login_may_take() {
    let instance = Instance::new();
    instance.claim("key", BODY).await;
    let answer = instance.ask("key", BODY).await;
    assert!(matches!(answer, Err(Error::WeChatUnavailable)), "{answer:?}");
    let waited = instance.clock.now() - NOW;
    assert!(
        (Duration::seconds(3)..=Duration::seconds(4)).contains(&waited),
        "{waited}"
    );
}

#[tokio::test]
async fn a_released_request_may_be_answered_anew_and_with_another_body() {
    let instance = Instance::new();
    let claim = instance.claim("key", BODY).await;
    instance.answer_once.release(claim).await;
    let claim = instance.claim("key", b"other").await;
    instance.answer_once.keep(claim, b"another answer").await;
    instance.assert_kept("key", b"other", b"another answer").await;
}

#[tokio::test]
async fn an_answer_is_kept_for_a_minute() {
    let instance = Instance::new();
    let claim = instance.claim("key", BODY).await;
    instance.answer_once.keep(claim, ANSWER).await;
    instance.clock.advance(Duration::seconds(59));
    instance.assert_kept("key", BODY, ANSWER).await;
    instance.clock.advance(Duration::seconds(2));
    instance.claim("key", BODY).await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_opened_any_more_costs_the_code() {
    let one = Instance::new();
    let claim = one.claim("key", BODY).await;
    one.answer_once.keep(claim, ANSWER).await;
    let other = Instance::over(one.exchanges.clone(), one.clock.clone(), 2);
    let answer = other.ask("key", BODY).await;
    assert!(matches!(answer, Err(Error::LoginCodeRejected)), "{answer:?}");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_no_leave_to_answer_twice() {
    let instance = Instance::new();
    instance.exchanges.outage.begin();
    let answer = instance.ask("key", BODY).await;
    assert!(
        matches!(answer, Err(Error::DependencyUnavailable(_))),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_store_that_fails_later_costs_the_repetition_and_not_the_answer() {
    let instance = Instance::new();
    let claim = instance.claim("key", BODY).await;
    instance.exchanges.outage.begin();
    instance.answer_once.keep(claim, ANSWER).await;
    instance.exchanges.outage.end();
    let answer = instance.ask("key", BODY).await;
    assert!(matches!(answer, Err(Error::WeChatUnavailable)), "{answer:?}");
}
