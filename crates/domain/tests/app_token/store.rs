//! A store that fails or hangs, at each of its steps.

use std::{
    future::pending,
    mem,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    AppAccessToken, AppAccessTokens, AppCallError, AppId, Error, PortError,
    ports::{AppTokens, Clock, KeptAppToken, WeChatError},
};
use wechat_login_testkit::{fake::MemoryAppTokens, sample::app_token};

use crate::world::{LEASE, TWO_HOURS, WITHIN, World, fetched, show, shown, with_token};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Find,
    Claim,
    Put,
    Release,
    Drop,
}

/// A store of which one step hangs, or begins an outage.
struct Unwell {
    store: Arc<MemoryAppTokens>,
    hangs_at: Option<Step>,
    takes: Duration,
    after_the_first_claim: Mutex<fn(&MemoryAppTokens)>,
}

impl Unwell {
    fn new(world: &World) -> Self {
        Self {
            store: world.store.clone(),
            hangs_at: None,
            takes: Duration::ZERO,
            after_the_first_claim: Mutex::new(|_store| {}),
        }
    }

    fn instance(self, world: &World) -> Arc<AppAccessTokens> {
        Arc::new(AppAccessTokens::new(
            world.wechat.clone(),
            Arc::new(self),
            world.clock.clone(),
            world.entropy.clone(),
        ))
    }

    async fn reach(&self, step: Step) {
        if self.hangs_at == Some(step) {
            pending::<()>().await;
        }
        tokio::time::sleep(self.takes).await;
    }
}

#[async_trait]
impl AppTokens for Unwell {
    async fn find(&self, app_id: &AppId, now: OffsetDateTime) -> Result<Option<KeptAppToken>, PortError> {
        self.reach(Step::Find).await;
        self.store.find(app_id, now).await
    }

    async fn claim_fetch(
        &self,
        app_id: &AppId,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, PortError> {
        self.reach(Step::Claim).await;
        let claimed = self.store.claim_fetch(app_id, now, until).await;
        mem::replace(&mut *self.after_the_first_claim.lock().unwrap(), |_store| {})(&self.store);
        claimed
    }

    async fn put(&self, app_id: &AppId, kept: &KeptAppToken) -> Result<(), PortError> {
        self.reach(Step::Put).await;
        self.store.put(app_id, kept).await
    }

    async fn release(&self, app_id: &AppId, until: OffsetDateTime) -> Result<(), PortError> {
        self.reach(Step::Release).await;
        self.store.release(app_id, until).await
    }

    async fn drop_token(&self, app_id: &AppId, token: &AppAccessToken) -> Result<(), PortError> {
        self.reach(Step::Drop).await;
        self.store.drop_token(app_id, token).await
    }
}

/// WeChat takes this token alone.
async fn call_taking(tokens: &AppAccessTokens, taken: u8) -> Result<AppAccessToken, AppCallError> {
    with_token(tokens, WITHIN, |token, _within| async move {
        if token == app_token(taken) {
            Ok(token)
        } else {
            Err(WeChatError::AccessTokenRejected)
        }
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn wherever_it_hangs_a_call_ends_in_time_and_its_code_is_unspent() {
    for step in [Step::Find, Step::Claim, Step::Put, Step::Release, Step::Drop] {
        let world = World::handing_out(&[2]);
        world.keep(1, TWO_HOURS, TWO_HOURS).await;
        let store = Unwell {
            hangs_at: Some(step),
            ..Unwell::new(&world)
        };
        let failed = call_taking(&store.instance(&world), 2).await.unwrap_err();
        assert!(
            matches!(failed, AppCallError::NotAsked(WeChatError::Unavailable)),
            "{step:?}: {failed:?}"
        );
        assert_eq!(world.passed(), WITHIN, "{step:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_each_step_takes_long_a_call_ends_in_time() {
    let world = World::handing_out(&[2]);
    world.keep(1, TWO_HOURS, TWO_HOURS).await;
    let store = Unwell {
        takes: Duration::from_millis(1900),
        ..Unwell::new(&world)
    };
    assert!(call_taking(&store.instance(&world), 2).await.is_err());
    assert_eq!(world.passed(), WITHIN);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_does_not_end_in_time_may_have_spent_its_code() {
    let world = World::handing_out(&[1]);
    let tokens = world.instance();
    let hangs = |_token, _within| async { pending::<Result<(), WeChatError>>().await };
    let failed = with_token(&tokens, WITHIN, hangs).await.unwrap_err();
    assert!(
        matches!(failed, AppCallError::WeChat(WeChatError::Unavailable)),
        "{failed:?}"
    );
    assert!(!failed.leaves_code_unspent());
    assert_eq!(world.passed(), WITHIN);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_for_which_the_store_hangs_costs_one_call_half_of_its_time() {
    let world = World::handing_out(&[2]);
    world.keep(1, Duration::ZERO, Duration::from_mins(1)).await;
    let store = Unwell {
        hangs_at: Some(Step::Claim),
        ..Unwell::new(&world)
    };
    let tokens = store.instance(&world);
    for _ in 0..3 {
        assert_eq!(show(&tokens).await.unwrap(), shown(1));
        assert_eq!(world.passed(), WITHIN / 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_kept_is_shown_and_the_next_one_is_fetched_at_once() {
    let world = World::handing_out(&[1]);
    world.store.puts_outage.begin();
    for n in 1..=3 {
        // By any instance.
        assert_eq!(show(&world.instance()).await.unwrap(), shown(1));
        assert_eq!((world.fetches(), world.passed()), (n, Duration::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_after_the_claim_is_told_and_the_claim_is_given_back() {
    let world = World::handing_out(&[1]);
    let store = Unwell {
        after_the_first_claim: Mutex::new(|store| store.finds_outage.begin()),
        ..Unwell::new(&world)
    };
    let failed = show(&store.instance(&world)).await.unwrap_err();
    assert!(matches!(failed, AppCallError::Store(_)), "{failed:?}");
    assert_eq!(world.fetches(), 0);
    world.store.finds_outage.end();
    assert_eq!(show(&world.instance()).await.unwrap(), shown(1));
    assert_eq!(world.passed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_could_not_be_given_back_is_given_back_by_the_next_fetch_of_the_same_process() {
    let world = World::handing_out(&[1]);
    let store = Unwell {
        after_the_first_claim: Mutex::new(|store| store.outage.begin()),
        ..Unwell::new(&world)
    };
    let tokens = store.instance(&world);
    assert!(show(&tokens).await.is_err());
    world.store.outage.end();
    assert_eq!(show(&tokens).await.unwrap(), shown(1));
    assert_eq!(world.passed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_that_cannot_be_forgotten_is_the_stores_failure() {
    let world = World::handing_out(&[2]);
    world.keep(1, TWO_HOURS, TWO_HOURS).await;
    world.store.drops_outage.begin();
    let failed = call_taking(&world.instance(), 2).await.unwrap_err();
    assert!(matches!(failed, AppCallError::Store(_)), "{failed:?}");
    assert!(failed.leaves_code_unspent());
    assert!(matches!(Error::from(failed), Error::DependencyUnavailable(_)));
    assert_eq!(world.fetches(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_slow_to_keep_the_token_is_waited_for() {
    let world = World::handing_out(&[1, 2]);
    world.fetches_take(Duration::from_secs(1));
    let store = Unwell {
        takes: Duration::from_millis(100),
        ..Unwell::new(&world)
    };
    let first = tokio::spawn({
        let tokens = store.instance(&world);
        async move { show(&tokens).await }
    });
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(show(&world.instance()).await.unwrap(), shown(1));
    assert_eq!(first.await.unwrap().unwrap(), shown(1));
    assert_eq!(world.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_slow_claim_takes_the_fetch_has_not() {
    let world = World::handing_out(&[1, 2]);
    let store = Unwell {
        takes: Duration::from_millis(400),
        ..Unwell::new(&world)
    };
    show(&store.instance(&world)).await.unwrap();
    let given = world.wechat.calls()[0].within;
    assert!(given + Duration::from_millis(800 + 500) <= LEASE, "{given:?}");
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_so_long_after_it_was_asked_for() {
    let world = World::handing_out(&[1]);
    world.fetches_take(Duration::from_secs(1));
    let asked_at = world.clock.now();
    show(&world.instance()).await.unwrap();
    let kept = world.kept().await.unwrap();
    assert_eq!(kept.expires_at, asked_at + TWO_HOURS);
}

#[tokio::test(start_paused = true)]
async fn wechat_is_not_waited_for_where_no_time_is_left_to_ask_it_again() {
    let world = World::default();
    world.hands_out([Err(WeChatError::Busy), fetched(1, TWO_HOURS)]);
    world.fetches_take(Duration::from_millis(1400));
    assert!(show(&world.instance()).await.is_err());
    assert_eq!(
        (world.fetches(), world.passed()),
        (1, Duration::from_millis(1400))
    );
}
