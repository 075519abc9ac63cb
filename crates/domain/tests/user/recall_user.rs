use std::{
    sync::Arc,
    time::{Duration as Span, Instant},
};

use futures_util::future::join_all;
use time::Duration;
use wechat_login_domain::{
    Error, RecalledUsers, UserId,
    ports::{Clock, Users},
    use_case::RecallUser,
};
use wechat_login_testkit::{
    fake::{MemoryUsers, VirtualClock},
    sample::{alice, shop_mini, user_id},
};

use crate::{late_users::LateUsers, merged_alice, sign_in};

const A_SECOND: Span = Span::from_secs(1);
/// For whom nobody waits.
const AT_ONCE: Span = Span::from_millis(50);

fn recalling(users: Arc<impl Users + 'static>) -> RecallUser {
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::default());
    RecallUser::new(Arc::new(RecalledUsers::new(users, &clock)))
}

async fn known() -> (Arc<MemoryUsers>, RecallUser, UserId) {
    let users = Arc::new(MemoryUsers::default());
    let id = sign_in(&users, alice().at(&shop_mini()), Duration::ZERO).await.id;
    let recall = recalling(users.clone());
    (users, recall, id)
}

fn rename(users: &MemoryUsers, id: UserId, name: &str) {
    users.change(id, |user| user.nickname = Some(name.to_owned()));
}

async fn name(recall: &RecallUser, id: UserId) -> Option<String> {
    recall.run(id).await.expect("they are there").nickname.clone()
}

#[tokio::test]
async fn a_change_is_seen_a_second_after_the_last_look_up_and_nobody_asks_until_then() {
    let (users, recall, id) = known().await;
    assert!(recall.at_hand(id).is_none());
    let looked_up = Instant::now();
    assert_eq!(name(&recall, id).await, None);
    rename(&users, id, "new");
    while name(&recall, id).await.is_none() {
        assert!(looked_up.elapsed() < A_SECOND, "it is too old");
        // Within the second there is no asking, so no failing either.
        users.outage.begin();
        assert!(recall.run(id).await.is_ok());
        users.outage.end();
        tokio::time::sleep(Span::from_millis(20)).await;
    }
    assert!(looked_up.elapsed() >= A_SECOND, "nobody needed to ask");
}

#[tokio::test]
async fn while_the_database_is_away_users_are_as_they_were() {
    let (users, recall, id) = known().await;
    rename(&users, id, "known");
    assert_eq!(name(&recall, id).await.as_deref(), Some("known"));
    users.outage.begin();
    tokio::time::sleep(A_SECOND).await;
    for _ in 0..3 {
        assert_eq!(name(&recall, id).await.as_deref(), Some("known"));
    }
    assert!(recall.at_hand(id).is_some(), "nobody waits for what just failed");
    let stranger = recall.run(user_id(9)).await;
    assert!(
        matches!(stranger, Err(Error::DependencyUnavailable(_))),
        "{stranger:?}"
    );
}

#[tokio::test]
async fn one_look_that_nobody_waits_for_finds_out_whether_the_database_is_back() {
    let (memory, _, id) = known().await;
    let users = Arc::new(LateUsers::new(memory));
    let recall = recalling(users.clone());
    rename(&users.users, id, "known");
    name(&recall, id).await;
    tokio::time::sleep(A_SECOND).await;
    users.hold();
    let hangs = Instant::now();
    assert_eq!(name(&recall, id).await.as_deref(), Some("known"), "after a wait");
    let mut looks = 0;
    while hangs.elapsed() < 3 * A_SECOND {
        let asked = Instant::now();
        assert_eq!(name(&recall, id).await.as_deref(), Some("known"));
        assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
        if let Some(look) = recall.look_again(id) {
            looks += 1;
            tokio::spawn(look);
            assert!(recall.look_again(id).is_none(), "one is enough");
        }
        tokio::time::sleep(Span::from_millis(5)).await;
        assert!(users.held() <= 1);
    }
    assert!((2..=6).contains(&looks), "{looks}");

    rename(&users.users, id, "new");
    users.let_go();
    let back = Instant::now();
    while name(&recall, id).await.as_deref() != Some("new") {
        assert!(back.elapsed() < A_SECOND);
        if let Some(look) = recall.look_again(id) {
            tokio::spawn(look);
        }
        tokio::time::sleep(Span::from_millis(5)).await;
    }
    tokio::time::sleep(A_SECOND).await;
    assert!(recall.look_again(id).is_none(), "it is back");
    assert!(recall.at_hand(id).is_none(), "a second counts again");
}

#[tokio::test]
async fn a_failure_that_nobody_looked_at_again_is_no_news() {
    let (users, recall, id) = known().await;
    assert_eq!(name(&recall, id).await, None);
    tokio::time::sleep(A_SECOND).await;
    users.outage.begin();
    assert_eq!(name(&recall, id).await, None);
    users.outage.end();
    rename(&users, id, "new");
    tokio::time::sleep(A_SECOND).await;
    assert_eq!(name(&recall, id).await.as_deref(), Some("new"));
}

#[tokio::test]
async fn nobody_is_recalled_who_is_not_there() {
    let (_, recall, _) = known().await;
    for _ in 0..2 {
        let nobody = recall.run(user_id(9)).await;
        assert!(matches!(nobody, Err(Error::Unauthenticated)), "{nobody:?}");
    }
}

#[tokio::test]
async fn a_former_id_means_the_survivor() {
    let users = Arc::new(MemoryUsers::default());
    let (survivor, former) = merged_alice(&users).await;
    let recall = recalling(users);
    assert_eq!(recall.run(former).await.unwrap().id, survivor.id);
}

#[tokio::test]
async fn many_who_ask_at_once_are_all_answered() {
    let (_, recall, id) = known().await;
    let answers = join_all((0..100).map(|_| recall.run(id))).await;
    assert!(
        answers
            .into_iter()
            .all(|answer| answer.is_ok_and(|user| user.id == id))
    );
}
