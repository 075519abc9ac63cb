//! My own sessions: the list of them, and their end.

use std::sync::Arc;

use time::Duration;
use wechat_login_domain::{
    Error, Lifetimes, RevokedBecause, Session, SessionId, SessionToken, UserId,
    ports::{Administration, Merging, Sessions, Users},
    resolve::Resolution,
    use_case::{Authenticated, ListOwnSessions, RevokeOwnSession, RevokeOwnSessions},
};
use wechat_login_testkit::{
    fake::{MemoryNews, MemoryUsers, SeededEntropy},
    sample::{self, NOW, alice, bob, shop_mini},
};

use crate::world::{World, is_unavailable};

struct Owned {
    world: World,
    users: Arc<MemoryUsers>,
    news: Arc<MemoryNews>,
    alice: UserId,
    bob: UserId,
}

impl Owned {
    async fn new() -> Self {
        let world = World::ready();
        let users = Arc::new(MemoryUsers::recording_to(world.revocations.clone()));
        let sign_in = async |person: sample::Person| match users.resolve(&person.at(&shop_mini()), NOW).await
        {
            Ok(Resolution::User { user, .. }) => user.id,
            other => panic!("{other:?}"),
        };
        let (alice, bob) = (sign_in(alice()).await, sign_in(bob()).await);
        Self {
            world,
            users,
            news: Arc::default(),
            alice,
            bob,
        }
    }

    /// A session of this user, seen so many minutes ago, and who comes with it.
    async fn signed_in(&self, user_id: UserId, minutes: i64) -> (SessionToken, Authenticated) {
        let session = Session {
            id: SessionId::generate(NOW, &SeededEntropy::new(minutes.unsigned_abs())),
            user_id,
            generation: 0,
            last_seen_at: NOW - Duration::minutes(minutes),
            ..sample::session()
        };
        let token = self.world.keep(&session).await;
        let authenticated = self.world.authenticate(&token).await;
        (token, authenticated.expect("it was just opened"))
    }

    async fn list(&self, who: &Authenticated) -> Result<Vec<SessionId>, Error> {
        let world = &self.world;
        let list = ListOwnSessions::new(
            self.users.clone(),
            world.sessions.clone(),
            world.view.clone(),
            world.clock.clone(),
        );
        let listed = list.run(who).await?;
        Ok(listed.into_iter().map(|session| session.id).collect())
    }

    async fn revoke(&self, who: &Authenticated, id: SessionId) -> Result<(), Error> {
        let world = &self.world;
        let revoke = RevokeOwnSession::new(
            self.users.clone(),
            world.revocations.clone(),
            world.sessions.clone(),
            world.view.clone(),
            world.clock.clone(),
            Lifetimes::default(),
        );
        revoke.run(who, id).await
    }

    async fn revoke_all(&self, who: &Authenticated, keeps_current: bool) -> Result<usize, Error> {
        let world = &self.world;
        let revoke = RevokeOwnSessions::new(
            self.users.clone(),
            self.users.clone(),
            world.sessions.clone(),
            world.view.clone(),
            self.news.clone(),
            world.clock.clone(),
            Lifetimes::default(),
        );
        revoke.run(who, keeps_current).await
    }

    async fn why_over(&self, token: &SessionToken) -> Option<RevokedBecause> {
        match self.world.authenticate(token).await {
            Err(Error::SessionRevoked(because)) => Some(because),
            Ok(_) => None,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_list_is_mine_alone_and_the_latest_comes_first() {
    let owned = Owned::new().await;
    let (_, old) = owned.signed_in(owned.alice, 20).await;
    let (_, new) = owned.signed_in(owned.alice, 10).await;
    owned.signed_in(owned.bob, 5).await;
    assert_eq!(owned.list(&old).await.unwrap(), [new.session.id, old.session.id]);
}

#[tokio::test]
async fn sessions_from_before_a_merge_are_mine_too() {
    let owned = Owned::new().await;
    let merging = owned.users.merge(owned.alice, owned.bob, NOW).await.unwrap();
    let Merging::Merged { survivor, merged } = merging else {
        panic!("{merging:?}");
    };
    owned.world.follow_revocations().run(None).await.unwrap();
    let (theirs, as_survivor) = owned.signed_in(merged, 20).await;
    let (_, mine) = owned.signed_in(survivor.id, 10).await;
    assert_eq!(as_survivor.user_id, survivor.id);
    for who in [&mine, &as_survivor] {
        assert_eq!(
            owned.list(who).await.unwrap(),
            [mine.session.id, as_survivor.session.id]
        );
    }
    owned.revoke(&mine, as_survivor.session.id).await.unwrap();
    assert_eq!(owned.why_over(&theirs).await, Some(RevokedBecause::Kicked));
}

#[tokio::test]
async fn a_removed_device_stays_out_whatever_its_store_says() {
    let owned = Owned::new().await;
    let (goes, going) = owned.signed_in(owned.alice, 20).await;
    let (_, here) = owned.signed_in(owned.alice, 10).await;
    owned.world.sessions.outage.begin();
    let failed = owned.revoke(&here, going.session.id).await;
    assert!(is_unavailable(&failed), "whose it is cannot be known");
    owned.world.sessions.outage.end();
    owned.revoke(&here, going.session.id).await.unwrap();
    assert_eq!(owned.world.stored(&goes.digest()).await, None);
    owned
        .world
        .sessions
        .insert(&goes.digest(), &going.session)
        .await
        .unwrap();
    assert_eq!(owned.why_over(&goes).await, Some(RevokedBecause::Kicked));
    assert_eq!(owned.list(&here).await.unwrap(), [here.session.id]);
    let again = owned.revoke(&here, going.session.id).await;
    assert!(matches!(again, Err(Error::NotFound)), "{again:?}");
}

#[tokio::test]
async fn nothing_is_removed_where_it_cannot_be_put_on_the_record() {
    let owned = Owned::new().await;
    let (goes, going) = owned.signed_in(owned.alice, 20).await;
    let (_, here) = owned.signed_in(owned.alice, 10).await;
    owned.world.revocations.outage.begin();
    assert!(is_unavailable(&owned.revoke(&here, going.session.id).await));
    assert_eq!(owned.why_over(&goes).await, None);
}

#[tokio::test]
async fn somebody_elses_device_is_nobodys() {
    let owned = Owned::new().await;
    let (bobs, theirs) = owned.signed_in(owned.bob, 20).await;
    let (_, mine) = owned.signed_in(owned.alice, 10).await;
    let refused = owned.revoke(&mine, theirs.session.id).await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    assert_eq!(owned.why_over(&bobs).await, None);
}

#[tokio::test]
async fn the_device_in_ones_hand_logs_out() {
    let owned = Owned::new().await;
    let (token, mine) = owned.signed_in(owned.alice, 10).await;
    owned.revoke(&mine, mine.session.id).await.unwrap();
    assert_eq!(owned.why_over(&token).await, Some(RevokedBecause::LoggedOut));
}

#[tokio::test]
async fn everywhere_else_leaves_one_and_everywhere_leaves_none() {
    let owned = Owned::new().await;
    let (there, _) = owned.signed_in(owned.alice, 20).await;
    let (here, mine) = owned.signed_in(owned.alice, 10).await;
    let (bobs, _) = owned.signed_in(owned.bob, 5).await;
    assert_eq!(owned.revoke_all(&mine, true).await.unwrap(), 1);
    assert_eq!(owned.news.announced(), 1, "other instances are told");
    assert_eq!(owned.why_over(&there).await, Some(RevokedBecause::Kicked));
    assert_eq!(owned.why_over(&here).await, None);
    assert_eq!(owned.revoke_all(&mine, true).await.unwrap(), 0);
    assert_eq!(owned.revoke_all(&mine, false).await.unwrap(), 1);
    assert_eq!(owned.why_over(&here).await, Some(RevokedBecause::Kicked));
    assert_eq!(owned.why_over(&bobs).await, None);

    let other = owned.world.another_instance();
    other.follow_revocations().run(None).await.unwrap();
    for token in [&here, &there] {
        assert!(matches!(
            other.authenticate(token).await,
            Err(Error::SessionRevoked(RevokedBecause::Kicked))
        ));
    }
}
