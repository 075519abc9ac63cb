use time::Duration;
use wechat_login_domain::{Channel, Error, Revocation, RevokedBecause, Session, ports::Sessions};
use wechat_login_testkit::sample::{self, NOW};

use crate::world::{World, is_unavailable};

#[tokio::test]
async fn a_logged_out_session_opens_nothing() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    let authenticated = world.authenticate(&token).await.unwrap();
    world.log_out(&authenticated).await.unwrap();
    let refused = world.authenticate(&token).await;
    assert!(
        matches!(refused, Err(Error::SessionRevoked(RevokedBecause::LoggedOut))),
        "{refused:?}"
    );
    assert_eq!(world.stored(&token.digest()).await, None);
}

#[tokio::test]
async fn other_sessions_of_the_user_go_on() {
    let world = World::ready();
    let here = world.keep(&sample::session()).await;
    let there = world.keep(&sample::session()).await;
    let authenticated = world.authenticate(&here).await.unwrap();
    world.log_out(&authenticated).await.unwrap();
    assert!(world.authenticate(&there).await.is_ok());
}

#[tokio::test]
async fn a_session_that_the_store_brings_back_stays_logged_out() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    let authenticated = world.authenticate(&token).await.unwrap();
    world.log_out(&authenticated).await.unwrap();
    // As a failover or a restored copy would.
    world
        .sessions
        .insert(&token.digest(), &sample::session())
        .await
        .unwrap();
    let refused = world.authenticate(&token).await;
    assert!(matches!(refused, Err(Error::SessionRevoked(_))), "{refused:?}");

    let other = world.another_instance();
    other.follow_revocations().run(None).await.unwrap();
    let refused = other.authenticate(&token).await;
    assert!(matches!(refused, Err(Error::SessionRevoked(_))), "{refused:?}");
}

#[tokio::test]
async fn the_record_is_enough_where_the_session_store_does_not_answer() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    let authenticated = world.authenticate(&token).await.unwrap();
    world.sessions.outage.begin();
    world.log_out(&authenticated).await.unwrap();
    world.sessions.outage.end();
    assert!(world.stored(&token.digest()).await.is_some());
    let refused = world.authenticate(&token).await;
    assert!(matches!(refused, Err(Error::SessionRevoked(_))), "{refused:?}");
}

#[tokio::test]
async fn nothing_is_ended_where_it_cannot_be_put_on_the_record() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    let authenticated = world.authenticate(&token).await.unwrap();
    world.revocations.outage.begin();
    let failed = world.log_out(&authenticated).await;
    assert!(is_unavailable(&failed), "{failed:?}");
    assert!(
        world.authenticate(&token).await.is_ok(),
        "whoever hears of the failure may try again"
    );
    world.revocations.outage.end();
    world.log_out(&authenticated).await.unwrap();
    assert!(world.authenticate(&token).await.is_err());
}

#[tokio::test]
async fn logging_out_twice_does_no_harm() {
    let world = World::ready();
    let token = world.keep(&sample::session()).await;
    let authenticated = world.authenticate(&token).await.unwrap();
    world.log_out(&authenticated).await.unwrap();
    world.log_out(&authenticated).await.unwrap();
    assert!(world.authenticate(&token).await.is_err());
}

#[tokio::test]
async fn the_record_outlives_the_last_moment_at_which_the_session_could_be_good() {
    // A session of a mini-program may be renewed until now and lasts a week from then; one of a browser ends 30 days after its login.
    let hours_after_login = 29 * 24;
    for (channel, longest) in [
        (
            Channel::MiniProgram,
            Duration::hours(hours_after_login) + Duration::days(7),
        ),
        (Channel::Web, Duration::days(30)),
    ] {
        let world = World::ready();
        let session = Session {
            channel,
            last_seen_at: NOW + Duration::days(28),
            expires_at: NOW + Duration::days(30),
            ..sample::session()
        };
        let token = world.keep(&session).await;
        world.clock.advance(Duration::hours(hours_after_login));
        let authenticated = world.authenticate(&token).await.unwrap();
        world.log_out(&authenticated).await.unwrap();
        let wanted = Revocation::Session {
            digest: token.digest(),
            because: RevokedBecause::LoggedOut,
            bars_until: NOW + longest + Duration::HOUR,
        };
        assert_eq!(world.revocations.rows(), [wanted], "{channel}");
    }
}

#[tokio::test]
async fn the_record_outlives_a_session_that_was_opened_when_sessions_lasted_longer() {
    let world = World::ready();
    let session = Session {
        expires_at: NOW + Duration::days(90),
        ..sample::session()
    };
    let token = world.keep(&session).await;
    let authenticated = world.authenticate(&token).await.unwrap();
    world.log_out(&authenticated).await.unwrap();
    let [Revocation::Session { bars_until, .. }] = world.revocations.rows()[..] else {
        panic!("one row was recorded, not {:?}", world.revocations.rows())
    };
    assert_eq!(bars_until, session.expires_at + Duration::HOUR);
}
