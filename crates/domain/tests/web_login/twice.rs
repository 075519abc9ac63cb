use futures_util::FutureExt;
use time::Duration;
use wechat_login_domain::{
    Error, Revocation, RevokedBecause, SessionToken,
    ports::{Clock, Sessions, WeChatError},
    use_case::{FinishedWebLogin, WebLoginOutcome},
};
use wechat_login_testkit::sample::{alice, shop_web};

use crate::world::{Back, World, exchange, logged_in};

fn token_of_before(finished: FinishedWebLogin) -> Option<SessionToken> {
    match finished.outcome {
        WebLoginOutcome::Before(token) => token,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn who_comes_back_twice_gets_the_same_token_for_a_minute() {
    let world = World::default();
    world.give(alice(), &shop_web(), "a");
    let back = world.begun("a").await;
    let token = logged_in(world.finish(&back).await.unwrap()).token;
    let calls = world.calls();
    world.clock.advance(Duration::MINUTE);
    let again = token_of_before(world.finish(&back).await.unwrap()).unwrap();
    assert_eq!(again.expose(), token.expose());
    world.clock.advance(Duration::SECOND);
    assert!(token_of_before(world.finish(&back).await.unwrap()).is_none());
    assert_eq!((world.calls(), world.sessions.len()), (calls, 1));
}

#[tokio::test]
async fn another_code_is_another_login() {
    let world = World::default();
    world.give(alice(), &shop_web(), "a");
    world.give(alice(), &shop_web(), "b");
    let back = world.begun("a").await;
    world.finish(&back).await.unwrap();
    let calls = world.calls();
    let refused = world.finish(&Back { code: "b", ..back }).await.unwrap_err();
    assert!(matches!(refused.error, Error::StateMismatch), "{refused:?}");
    assert_eq!(world.calls(), calls);
}

#[tokio::test]
async fn twins_are_one_login() {
    let world = World::default();
    world.give(alice(), &shop_web(), "a");
    let back = world.begun("a").await;
    let (one, two) = tokio::join!(world.finish(&back), world.finish(&back));
    let outcomes = [one.unwrap().outcome, two.unwrap().outcome];
    let tokens: Vec<_> = outcomes
        .iter()
        .map(|outcome| match outcome {
            WebLoginOutcome::LoggedIn(logged_in) => logged_in.token.expose(),
            WebLoginOutcome::Before(token) => token.as_ref().unwrap().expose(),
            WebLoginOutcome::Linked(_) => panic!("nobody wanted that"),
        })
        .collect();
    assert_eq!(tokens[0], tokens[1]);
    assert_eq!((world.calls(), world.sessions.len()), (2, 1));
}

/// A login that is under way, at the moment when WeChat is left alone after it said that it is busy.
fn make_busy(world: &World) {
    let app = shop_web();
    world.give(alice(), &app, "a");
    let busy_first = [Err(WeChatError::Busy), Ok(exchange(alice(), &app, "a"))];
    world.wechat.oauth_codes.answers("a", busy_first);
}

#[tokio::test]
async fn a_twin_does_not_wait_for_ever_for_one_that_died() {
    let world = World::default();
    make_busy(&world);
    let back = world.begun("a").await;
    assert!(world.finish(&back).now_or_never().is_none(), "it dies half-way");
    let began = world.clock.now();
    let given_up = world.finish(&back).await.unwrap_err();
    assert!(matches!(given_up.error, Error::WeChatUnavailable), "{given_up:?}");
    assert!(world.clock.now() - began < Duration::seconds(4));
    assert_eq!((world.calls(), world.sessions.len()), (1, 0), "nobody asks again");
}

#[tokio::test]
async fn a_login_that_cannot_be_noted_is_a_login_all_the_same() {
    let world = World::default();
    make_busy(&world);
    let back = world.begun("a").await;
    let mut finishing = Box::pin(world.finish(&back));
    assert!((&mut finishing).now_or_never().is_none(), "it is under way");
    world.pending_logins.outage.begin();
    let finished = finishing.await.unwrap();
    assert!(logged_in(finished).is_new_user);
    assert_eq!(world.sessions.len(), 1);
}

#[tokio::test]
async fn twins_fail_for_the_same_reason() {
    let world = World::default();
    world
        .wechat
        .oauth_codes
        .answers("a", [Err(WeChatError::LoginBlocked)]);
    let back = world.begun("a").await;
    let (one, two) = tokio::join!(world.finish(&back), world.finish(&back));
    for failed in [one.unwrap_err(), two.unwrap_err()] {
        assert!(matches!(failed.error, Error::LoginBlocked), "{failed:?}");
        assert!(failed.begun.is_some());
    }
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn a_token_is_handed_out_again_only_while_it_opens_something() {
    let world = World::default();
    world.give(alice(), &shop_web(), "a");
    let back = world.begun("a").await;
    let token = logged_in(world.finish(&back).await.unwrap()).token;
    world.sessions.outage.begin();
    let unknown = world.finish(&back).await.unwrap_err();
    assert!(
        matches!(unknown.error, Error::DependencyUnavailable(_)),
        "{unknown:?}"
    );
    world.sessions.outage.end();
    let log_out = Revocation::Session {
        digest: token.digest(),
        because: RevokedBecause::LoggedOut,
        bars_until: world.clock.now() + Duration::DAY,
    };
    world.view.0.write().unwrap().record(&log_out);
    let ended = world.finish(&back).await.unwrap_err();
    assert!(
        matches!(ended.error, Error::SessionRevoked(RevokedBecause::LoggedOut)),
        "{ended:?}"
    );
    assert!(ended.begun.is_some(), "they may go on where they wanted to");
}

#[tokio::test]
async fn who_is_told_a_moment_before_the_session_is_kept_waits_for_it() {
    let world = World::default();
    world.give(alice(), &shop_web(), "a");
    let back = world.begun("a").await;
    let token = logged_in(world.finish(&back).await.unwrap()).token;
    let digest = token.digest();
    let session = world.sessions.find(&digest).await.unwrap().unwrap();
    world.sessions.remove(&digest).await.unwrap();
    let keep = world.sessions.insert(&digest, &session);
    let (told, kept) = tokio::join!(world.finish(&back), keep);
    kept.unwrap();
    let again = token_of_before(told.unwrap()).unwrap();
    assert_eq!(again.expose(), token.expose());

    world.sessions.remove(&digest).await.unwrap();
    let gone = world.finish(&back).await.unwrap_err();
    assert!(matches!(gone.error, Error::Unauthenticated), "{gone:?}");
}
