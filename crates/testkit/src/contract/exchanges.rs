//! What [`Exchanges`] promises.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    App, CodeDigest,
    ports::{Exchanges, KeptAnswer, RequestDigest},
};

use super::{at_once, count};
use crate::sample::{NOW, code, code_digest, shop_mini, shop_web};

/// Checks that a store keeps what [`Exchanges`] promises. See the crate's documentation.
#[macro_export]
macro_rules! exchanges_contract {
    ($setup:path) => {
        $crate::contract_tests!(
            exchanges,
            $setup,
            (exchanges),
            [
                a_code_is_claimed_once_until_the_claim_ends,
                of_many_claims_at_once_exactly_one_succeeds,
                of_many_claims_at_once_of_a_code_whose_claim_ended_exactly_one_succeeds,
                a_released_code_can_be_claimed_once_more,
                releasing_an_unclaimed_code_does_no_harm,
                codes_do_not_disturb_each_other,
                the_same_code_of_another_app_is_another_code,
                an_answer_is_claimed_then_pending_then_answered,
                a_kept_answer_comes_back_exactly,
                another_body_is_told_so_before_and_after_the_answer,
                an_answer_whose_claim_ended_can_be_claimed_again,
                of_many_claims_of_an_answer_at_once_exactly_one_succeeds,
                a_released_answer_can_be_claimed_with_another_body,
                releasing_an_unclaimed_answer_does_no_harm,
                answers_do_not_disturb_each_other,
            ]
        );
    };
}

const UNTIL: OffsetDateTime = NOW.saturating_add(Duration::minutes(10));
const JUST_BEFORE: OffsetDateTime = UNTIL.saturating_sub(Duration::MILLISECOND);
const JUST_AFTER: OffsetDateTime = UNTIL.saturating_add(Duration::MILLISECOND);
const KEY: RequestDigest = [1; 32];
const BODY: RequestDigest = [2; 32];
const OTHER_BODY: RequestDigest = [3; 32];

async fn claim(exchanges: &Arc<dyn Exchanges>, code: &CodeDigest, now: OffsetDateTime) -> bool {
    let until = now + (UNTIL - NOW);
    exchanges
        .claim(code, now, until)
        .await
        .expect("the store answers")
}

async fn release(exchanges: &Arc<dyn Exchanges>, code: &CodeDigest) {
    exchanges.release(code).await.expect("the store answers");
}

async fn claim_answer(
    exchanges: &Arc<dyn Exchanges>,
    (key, body): (&RequestDigest, &RequestDigest),
    now: OffsetDateTime,
) -> KeptAnswer {
    let until = now + (UNTIL - NOW);
    exchanges
        .claim_answer(key, body, now, until)
        .await
        .expect("the store answers")
}

async fn keep_answer(exchanges: &Arc<dyn Exchanges>, key: &RequestDigest, sealed: &[u8]) {
    exchanges
        .keep_answer(key, sealed)
        .await
        .expect("the store answers");
}

async fn release_answer(exchanges: &Arc<dyn Exchanges>, key: &RequestDigest) {
    exchanges.release_answer(key).await.expect("the store answers");
}

pub async fn a_code_is_claimed_once_until_the_claim_ends(exchanges: Arc<dyn Exchanges>) {
    let code = code_digest("a");
    assert!(claim(&exchanges, &code, NOW).await);
    assert!(!claim(&exchanges, &code, NOW).await);
    assert!(!claim(&exchanges, &code, JUST_BEFORE).await);
    assert!(claim(&exchanges, &code, JUST_AFTER).await);
    assert!(
        !claim(&exchanges, &code, JUST_AFTER).await,
        "the new claim is as good as the first"
    );
}

pub async fn of_many_claims_at_once_exactly_one_succeeds(exchanges: Arc<dyn Exchanges>) {
    let claimed = at_once(100, |_| {
        let exchanges = Arc::clone(&exchanges);
        async move { claim(&exchanges, &code_digest("a"), NOW).await }
    })
    .await;
    assert_eq!(count(&claimed, &true), 1);
}

pub async fn of_many_claims_at_once_of_a_code_whose_claim_ended_exactly_one_succeeds(
    exchanges: Arc<dyn Exchanges>,
) {
    assert!(claim(&exchanges, &code_digest("a"), NOW).await);
    let claimed = at_once(100, |_| {
        let exchanges = Arc::clone(&exchanges);
        async move { claim(&exchanges, &code_digest("a"), JUST_AFTER).await }
    })
    .await;
    assert_eq!(count(&claimed, &true), 1);
}

pub async fn a_released_code_can_be_claimed_once_more(exchanges: Arc<dyn Exchanges>) {
    let code = code_digest("a");
    assert!(claim(&exchanges, &code, NOW).await);
    release(&exchanges, &code).await;
    assert!(claim(&exchanges, &code, NOW).await);
    assert!(!claim(&exchanges, &code, NOW).await);
}

pub async fn releasing_an_unclaimed_code_does_no_harm(exchanges: Arc<dyn Exchanges>) {
    let code = code_digest("a");
    release(&exchanges, &code).await;
    assert!(claim(&exchanges, &code, NOW).await);
}

pub async fn codes_do_not_disturb_each_other(exchanges: Arc<dyn Exchanges>) {
    let (a, b) = (code_digest("a"), code_digest("A"));
    assert!(claim(&exchanges, &a, NOW).await);
    assert!(claim(&exchanges, &b, NOW).await);
    release(&exchanges, &b).await;
    assert!(!claim(&exchanges, &a, NOW).await);
}

pub async fn the_same_code_of_another_app_is_another_code(exchanges: Arc<dyn Exchanges>) {
    let of = |app: &App| code("a").digest(&app.app_id);
    assert!(claim(&exchanges, &of(&shop_mini()), NOW).await);
    assert!(claim(&exchanges, &of(&shop_web()), NOW).await);
}

pub async fn an_answer_is_claimed_then_pending_then_answered(exchanges: Arc<dyn Exchanges>) {
    let request = (&KEY, &BODY);
    assert_eq!(claim_answer(&exchanges, request, NOW).await, KeptAnswer::Claimed);
    assert_eq!(claim_answer(&exchanges, request, NOW).await, KeptAnswer::Pending);
    keep_answer(&exchanges, &KEY, b"sealed").await;
    let answered = KeptAnswer::Answered(b"sealed".to_vec());
    assert_eq!(claim_answer(&exchanges, request, NOW).await, answered);
    assert_eq!(claim_answer(&exchanges, request, JUST_BEFORE).await, answered);
}

pub async fn a_kept_answer_comes_back_exactly(exchanges: Arc<dyn Exchanges>) {
    let every_byte: Vec<u8> = (0..=u8::MAX).cycle().take(20_000).collect();
    claim_answer(&exchanges, (&KEY, &BODY), NOW).await;
    keep_answer(&exchanges, &KEY, &every_byte).await;
    assert_eq!(
        claim_answer(&exchanges, (&KEY, &BODY), NOW).await,
        KeptAnswer::Answered(every_byte)
    );
}

pub async fn another_body_is_told_so_before_and_after_the_answer(exchanges: Arc<dyn Exchanges>) {
    claim_answer(&exchanges, (&KEY, &BODY), NOW).await;
    let other = (&KEY, &OTHER_BODY);
    assert_eq!(claim_answer(&exchanges, other, NOW).await, KeptAnswer::OtherBody);
    keep_answer(&exchanges, &KEY, b"sealed").await;
    assert_eq!(
        claim_answer(&exchanges, other, JUST_BEFORE).await,
        KeptAnswer::OtherBody
    );
}

pub async fn an_answer_whose_claim_ended_can_be_claimed_again(exchanges: Arc<dyn Exchanges>) {
    claim_answer(&exchanges, (&KEY, &BODY), NOW).await;
    keep_answer(&exchanges, &KEY, b"sealed").await;
    let other = (&KEY, &OTHER_BODY);
    assert_eq!(
        claim_answer(&exchanges, other, JUST_AFTER).await,
        KeptAnswer::Claimed
    );
    assert_eq!(
        claim_answer(&exchanges, other, JUST_AFTER).await,
        KeptAnswer::Pending,
        "the old answer is not the new request's"
    );
}

pub async fn of_many_claims_of_an_answer_at_once_exactly_one_succeeds(exchanges: Arc<dyn Exchanges>) {
    for now in [NOW, JUST_AFTER] {
        let states = at_once(100, |_| {
            let exchanges = Arc::clone(&exchanges);
            async move { claim_answer(&exchanges, (&KEY, &BODY), now).await }
        })
        .await;
        assert_eq!(count(&states, &KeptAnswer::Claimed), 1, "{now}");
        assert_eq!(count(&states, &KeptAnswer::Pending), 99, "{now}");
    }
}

pub async fn a_released_answer_can_be_claimed_with_another_body(exchanges: Arc<dyn Exchanges>) {
    claim_answer(&exchanges, (&KEY, &BODY), NOW).await;
    release_answer(&exchanges, &KEY).await;
    assert_eq!(
        claim_answer(&exchanges, (&KEY, &OTHER_BODY), NOW).await,
        KeptAnswer::Claimed
    );
}

pub async fn releasing_an_unclaimed_answer_does_no_harm(exchanges: Arc<dyn Exchanges>) {
    release_answer(&exchanges, &KEY).await;
    assert_eq!(
        claim_answer(&exchanges, (&KEY, &BODY), NOW).await,
        KeptAnswer::Claimed
    );
}

pub async fn answers_do_not_disturb_each_other(exchanges: Arc<dyn Exchanges>) {
    let (other_key, code) = ([9; 32], code_digest("a"));
    claim_answer(&exchanges, (&KEY, &BODY), NOW).await;
    assert_eq!(
        claim_answer(&exchanges, (&other_key, &BODY), NOW).await,
        KeptAnswer::Claimed
    );
    keep_answer(&exchanges, &other_key, b"other").await;
    release_answer(&exchanges, &other_key).await;
    assert_eq!(
        claim_answer(&exchanges, (&KEY, &BODY), NOW).await,
        KeptAnswer::Pending
    );
    let same_bytes = *code.as_bytes();
    assert_eq!(
        claim_answer(&exchanges, (&same_bytes, &BODY), NOW).await,
        KeptAnswer::Claimed
    );
    assert!(
        claim(&exchanges, &code, NOW).await,
        "codes and Idempotency-Keys are apart"
    );
}
