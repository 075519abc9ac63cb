use std::sync::{Arc, RwLock};

use async_trait::async_trait;
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    Error, PortError, Revocation, RevocationView, RevokedBecause, Session, TokenDigest, UserId,
    ports::Sessions,
};
use wechat_login_testkit::{
    fake::MemorySessions,
    sample::{self, NOW, user_id},
};

use crate::world::{World, is_unavailable, kicked, token};

fn all_of_alice(generation: i32, except: Option<TokenDigest>) -> Revocation {
    Revocation::User {
        user_id: sample::session().user_id,
        generation,
        except,
        because: RevokedBecause::UserDisabled,
        bars_until: NOW + Duration::days(60),
    }
}

#[tokio::test]
async fn a_token_opens_its_session() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    let authenticated = world.authenticate(&token).await.unwrap();
    assert_eq!(authenticated.session, sample::session());
    assert_eq!(authenticated.user_id, sample::session().user_id);
    assert_eq!(authenticated.digest, token.digest());
    assert_eq!(authenticated.renewal, None);
}

#[tokio::test]
async fn a_token_that_nobody_has_opens_nothing() {
    let world = World::ready();
    world.keep(&sample::session()).await;
    let refused = world.authenticate(&token()).await;
    assert!(matches!(refused, Err(Error::Unauthenticated)), "{refused:?}");
}

#[tokio::test]
async fn a_session_opens_until_its_end_and_not_at_its_end() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    let end = sample::session().expires_at;
    world.clock.set(end - Duration::MICROSECOND);
    assert!(world.authenticate(&token).await.is_ok());
    for late in [Duration::ZERO, Duration::MICROSECOND, Duration::hours(23)] {
        world.clock.set(end + late);
        let refused = world.authenticate(&token).await;
        assert!(
            matches!(refused, Err(Error::SessionExpired)),
            "{late}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_revoked_session_opens_nothing_though_it_is_still_stored() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    world.knows(&kicked(&token));
    let refused = world.authenticate(&token).await;
    assert!(
        matches!(refused, Err(Error::SessionRevoked(RevokedBecause::Kicked))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_revoked_session_is_told_so_whatever_the_store_says() {
    let world = World::ready();
    let token = token();
    world.knows(&kicked(&token));
    world.sessions.outage.begin();
    for _ in 0..2 {
        let refused = world.authenticate(&token).await;
        assert!(matches!(refused, Err(Error::SessionRevoked(_))), "{refused:?}");
        // And where the store lost it.
        world.sessions.outage.end();
    }
}

#[tokio::test]
async fn a_session_that_was_revoked_and_has_expired_was_revoked() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    world.knows(&all_of_alice(4, None));
    world.clock.advance(Duration::days(8));
    let refused = world.authenticate(&token).await;
    assert!(matches!(refused, Err(Error::SessionRevoked(_))), "{refused:?}");
}

#[tokio::test]
async fn sessions_of_an_earlier_generation_open_nothing() {
    for (generation, opens) in [(2, false), (3, true), (4, true)] {
        let world = World::ready();
        let session = Session {
            generation,
            ..sample::session()
        };
        let token = world.keep(&session).await;
        world.knows(&all_of_alice(3, None));
        let answer = world.authenticate(&token).await;
        let is_refused = matches!(answer, Err(Error::SessionRevoked(RevokedBecause::UserDisabled)));
        assert_eq!((answer.is_ok(), is_refused), (opens, !opens), "{generation}");
    }
}

#[tokio::test]
async fn the_excepted_session_goes_on_where_all_others_end() {
    let world = World::ready();
    let kept = world.keep(&sample::session()).await;
    let ended = world.keep(&sample::session()).await;
    world.knows(&all_of_alice(4, Some(kept.digest())));
    assert!(world.authenticate(&kept).await.is_ok());
    assert!(matches!(
        world.authenticate(&ended).await,
        Err(Error::SessionRevoked(_))
    ));
}

#[tokio::test]
async fn sessions_of_another_user_go_on() {
    let world = World::ready();
    let bobs = Session {
        user_id: user_id(2),
        ..sample::session()
    };
    let token = world.keep(&bobs).await;
    world.knows(&all_of_alice(4, None));
    assert!(world.authenticate(&token).await.is_ok());
}

#[tokio::test]
async fn a_session_of_a_merged_user_answers_as_the_survivor() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    world.knows(&Revocation::Alias {
        merged: sample::session().user_id,
        into: user_id(9),
    });
    let authenticated = world.authenticate(&token).await.unwrap();
    assert_eq!(authenticated.user_id, user_id(9));
    assert_eq!(
        authenticated.session,
        sample::session(),
        "the session itself is not rewritten"
    );
}

#[tokio::test]
async fn a_view_that_was_never_read_is_not_believed() {
    let world = World::starting();
    let (kept, unknown, revoked) = (world.keep(&sample::session()).await, token(), token());
    world.knows(&kicked(&revoked));
    for token in [kept, unknown] {
        let answer = world.authenticate(&token).await;
        assert!(is_unavailable(&answer), "{answer:?}");
    }
    assert!(
        matches!(world.authenticate(&revoked).await, Err(Error::SessionRevoked(_))),
        "what is known for certain is told"
    );
}

#[tokio::test]
async fn a_store_that_does_not_answer_signs_nobody_out() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    world.sessions.outage.begin();
    let answer = world.authenticate(&token).await;
    assert!(is_unavailable(&answer), "{answer:?}");
    world.sessions.outage.end();
    assert!(world.authenticate(&token).await.is_ok());
}

#[tokio::test]
async fn a_renewal_is_due_an_hour_after_the_session_was_last_seen() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    world.clock.advance(Duration::HOUR - Duration::MICROSECOND);
    assert_eq!(world.authenticate(&token).await.unwrap().renewal, None);
    world.clock.advance(Duration::MICROSECOND);
    let wanted = Session {
        last_seen_at: NOW + Duration::HOUR,
        expires_at: NOW + Duration::HOUR + Duration::days(7),
        ..sample::session()
    };
    assert_eq!(world.authenticate(&token).await.unwrap().renewal, Some(wanted));
}

/// A store that takes so long that the session is ended meanwhile.
struct EndsMeanwhile {
    sessions: Arc<MemorySessions>,
    view: Arc<RwLock<RevocationView>>,
    row: Revocation,
}

#[async_trait]
impl Sessions for EndsMeanwhile {
    async fn insert(&self, digest: &TokenDigest, session: &Session) -> Result<(), PortError> {
        self.sessions.insert(digest, session).await
    }

    async fn find(&self, digest: &TokenDigest) -> Result<Option<Session>, PortError> {
        let found = self.sessions.find(digest).await;
        self.view.write().expect("no holder panics").record(&self.row);
        found
    }

    async fn renew(
        &self,
        digest: &TokenDigest,
        read: &Session,
        renewed: &Session,
    ) -> Result<bool, PortError> {
        self.sessions.renew(digest, read, renewed).await
    }

    async fn remove(&self, digest: &TokenDigest) -> Result<(), PortError> {
        self.sessions.remove(digest).await
    }

    async fn list(
        &self,
        users: &[UserId],
        now: OffsetDateTime,
    ) -> Result<Vec<(TokenDigest, Session)>, PortError> {
        self.sessions.list(users, now).await
    }
}

#[tokio::test]
async fn a_session_that_is_ended_while_the_store_answers_opens_nothing() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    for row in [kicked(&token), all_of_alice(4, None)] {
        let sessions = EndsMeanwhile {
            sessions: world.sessions.clone(),
            view: world.view.clone(),
            row,
        };
        let refused = world.authenticate_over(Arc::new(sessions), &token).await;
        assert!(matches!(refused, Err(Error::SessionRevoked(_))), "{refused:?}");
    }
}
