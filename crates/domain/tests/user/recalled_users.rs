//! Whatever is changed here is seen here at once.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    Error, LoginMethod, LoginMethodKind, Phone, ProfileEdit, RecalledUsers, User, UserAccount, UserId,
    link::{Linking, NewWayIn},
    ports::{Clock, Users},
    resolve::{Identification, OnConflict, Policy},
    unlink::{Unlinked, Unlinking},
    use_case::{RecallAccount, RecallUser},
};
use wechat_login_testkit::{
    fake::{MemoryUsers, VirtualClock},
    sample::{NOW, alice, shop_mini, shop_web},
};

use crate::{late_users::LateUsers, sign_in};

const PHONE: &str = "+8613800138000";

struct World {
    store: Arc<LateUsers>,
    users: Arc<RecalledUsers>,
    recall_user: Arc<RecallUser>,
    recall_account: Arc<RecallAccount>,
}

impl World {
    fn new() -> Self {
        let store = Arc::new(LateUsers::new(Arc::new(MemoryUsers::default())));
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::default());
        let users = Arc::new(RecalledUsers::new(Arc::clone(&store) as _, &clock));
        Self {
            recall_user: Arc::new(RecallUser::new(Arc::clone(&users))),
            recall_account: Arc::new(RecallAccount::new(Arc::clone(&users))),
            store,
            users,
        }
    }

    async fn user(&self, id: UserId) -> User {
        (*self.recall_user.run(id).await.expect("they are there")).clone()
    }

    async fn account(&self, id: UserId) -> UserAccount {
        (*self.recall_account.run(id).await.expect("they are there")).clone()
    }

    async fn held(&self, id: UserId) -> UserAccount {
        let found = self.store.users.find_account(id).await;
        found.expect("it answers").expect("they are there")
    }

    /// Makes them known by looking.
    async fn know(&self, ids: &[UserId]) {
        for id in ids {
            self.user(*id).await;
            self.account(*id).await;
            assert!(self.recall_user.at_hand(*id).is_some(), "it is fresh");
            assert!(self.recall_account.at_hand(*id).is_some(), "it is fresh");
        }
    }

    /// What is recalled is what the store holds.
    async fn is_seen(&self, ids: &[UserId]) {
        for id in ids {
            let held = self.held(*id).await;
            assert_eq!(self.account(*id).await, held);
            assert_eq!(self.user(*id).await, held.user);
        }
    }

    async fn bind_phone(&self, id: UserId) {
        let phone = NewWayIn::Phone(Phone::parse(PHONE).expect("a number"));
        let linked = self.users.link(id, &phone, NOW).await;
        assert!(matches!(linked, Ok(Linking::Linked(_))), "{linked:?}");
    }

    async fn unlink_phone(&self, id: UserId) {
        let is_phone = |way: &&LoginMethod| way.kind == LoginMethodKind::Phone;
        let ways = self.held(id).await.methods;
        let unlinking = Unlinking {
            user_id: id,
            method: ways.iter().find(is_phone).expect("it is bound").id,
            phone_leads_in: false,
            bars_until: NOW,
        };
        let unlinked = self.users.unlink(&unlinking).await;
        assert!(matches!(unlinked, Ok(Unlinked::Done { .. })), "{unlinked:?}");
    }

    async fn rename(&self, id: UserId, name: &str) {
        let mut edit = ProfileEdit::default();
        edit.set_nickname(Some(name)).expect("a nickname");
        let edited = self.users.edit_profile(id, &edit, NOW).await;
        assert!(matches!(edited, Ok(Some(_))), "{edited:?}");
    }
}

fn merging() -> Identification {
    Identification {
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..Policy::default()
        },
        ..alice().at(&shop_mini())
    }
}

#[tokio::test]
async fn what_a_user_changes_is_seen_at_once() {
    let world = World::new();
    let id = sign_in(&world.users, alice().at(&shop_mini()), Duration::ZERO)
        .await
        .id;
    world.know(&[id]).await;
    world.bind_phone(id).await;
    assert!(world.user(id).await.phone.is_some());
    world.is_seen(&[id]).await;
    world.unlink_phone(id).await;
    assert_eq!(world.user(id).await.phone, None);
    world.is_seen(&[id]).await;
    world.rename(id, "Ally").await;
    assert_eq!(world.user(id).await.nickname.as_deref(), Some("Ally"));
    world.is_seen(&[id]).await;
    // A login that brings another way in.
    sign_in(&world.users, alice().at(&shop_web()), Duration::ZERO).await;
    assert_eq!(world.account(id).await.methods.len(), 3);
    world.is_seen(&[id]).await;
}

#[tokio::test]
async fn a_merge_is_seen_at_once_by_whoever_they_were() {
    let world = World::new();
    let survivor = sign_in(&world.users, alice().at_unbound(&shop_mini()), Duration::ZERO).await;
    let former = sign_in(&world.users, alice().at(&shop_web()), Duration::HOUR).await;
    let ids = [survivor.id, former.id];
    world.know(&ids).await;
    sign_in(&world.users, merging(), Duration::DAY).await;
    for id in ids {
        let user = world.user(id).await;
        assert_eq!((user.id, user.former_ids), (survivor.id, vec![former.id]));
    }
    world.is_seen(&ids).await;
    // And so is what the survivor changes by whichever id.
    for id in ids {
        world.know(&ids).await;
        world.bind_phone(id).await;
        world.is_seen(&ids).await;
        world.unlink_phone(id).await;
        world.is_seen(&ids).await;
    }
}

#[tokio::test]
async fn a_look_up_under_way_is_overtaken_by_a_change() {
    for change in 0..3 {
        let world = World::new();
        let id = sign_in(&world.users, alice().at(&shop_mini()), Duration::ZERO)
            .await
            .id;
        if change == 1 {
            world.bind_phone(id).await;
        }
        world.store.hold();
        let (recall_user, recall_account) =
            (Arc::clone(&world.recall_user), Arc::clone(&world.recall_account));
        let late = tokio::spawn(async move { tokio::join!(recall_user.run(id), recall_account.run(id)) });
        while world.store.held() < 2 {
            tokio::task::yield_now().await;
        }
        match change {
            0 => world.bind_phone(id).await,
            1 => world.unlink_phone(id).await,
            _ => world.rename(id, "Ally").await,
        }
        world.store.let_go();
        let (user, account) = late.await.unwrap();
        assert!(user.is_ok() && account.is_ok());
        world.is_seen(&[id]).await;
    }
}

#[tokio::test]
async fn whoever_signs_in_is_known_when_the_database_goes_away() {
    let world = World::new();
    let user = sign_in(&world.users, alice().at(&shop_mini()), Duration::ZERO).await;
    assert!(
        world.recall_user.at_hand(user.id).is_none(),
        "only while it is away"
    );
    world.rename(user.id, "Ally").await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    world.store.users.outage.begin();
    assert_eq!(world.user(user.id).await.nickname.as_deref(), Some("Ally"));
    assert!(world.recall_user.at_hand(user.id).is_some());
}

#[tokio::test]
async fn a_change_that_may_have_been_made_makes_nobody_unknown() {
    let world = World::new();
    let id = sign_in(&world.users, alice().at(&shop_mini()), Duration::ZERO)
        .await
        .id;
    world.know(&[id]).await;
    let memory = &world.store.users;
    memory.outage.begin();
    let phone = NewWayIn::Phone(Phone::parse(PHONE).expect("a number"));
    assert!(world.users.link(id, &phone, NOW).await.is_err());
    assert!(world.recall_user.at_hand(id).is_none(), "it is to be asked about");
    assert_eq!(world.user(id).await.id, id);
    assert_eq!(world.account(id).await.user.id, id);
    memory.outage.end();

    let world = World::new();
    world.store.users.outage.begin();
    let nobody = world.recall_user.run(id).await;
    assert!(
        matches!(nobody, Err(Error::DependencyUnavailable(_))),
        "{nobody:?}"
    );
}
