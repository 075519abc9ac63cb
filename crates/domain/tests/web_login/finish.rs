use std::sync::atomic::Ordering;

use time::Duration;
use wechat_login_domain::{
    BrowserSecret, Channel, Error, Revocation, RevokedBecause,
    ports::WeChatError,
    use_case::{Progress, WatchedWebLogin, WebLoginRequest},
};
use wechat_login_testkit::{
    fake::SeededEntropy,
    sample::{alice, digest, shop_web, user_id},
};

use crate::world::{Back, World, logged_in, web};

fn progress(watched: Result<Option<WatchedWebLogin>, Error>) -> Option<Progress> {
    watched.expect("it is known").map(|watched| watched.progress)
}

#[tokio::test]
async fn whoever_wechat_names_is_signed_in_and_goes_where_they_wanted() {
    let world = World::default();
    world.give(alice(), &shop_web(), "a");
    let request = WebLoginRequest {
        return_to: Some("/orders".to_owned()),
        ..web()
    };
    let begun = world.begin(&request).await.unwrap();
    let watched = world.watch().run(&begun.state, &begun.browser).await;
    assert_eq!(progress(watched), Some(Progress::Waiting));
    let back = Back {
        channel: Channel::Web,
        state: begun.state,
        browser: begun.browser,
        code: "a",
    };
    let finished = world.finish(&back).await.unwrap();
    assert_eq!(
        finished.return_to.as_deref(),
        Some("https://login.example.com/orders")
    );
    let logged_in = logged_in(finished);
    assert!(logged_in.is_new_user);
    assert_eq!(logged_in.user.nickname.as_deref(), Some("爱丽丝"));
    assert_eq!(logged_in.session.channel, Channel::Web);
    assert_eq!(world.sessions.len(), 1);
    let watched = world.watch().run(&back.state, &back.browser).await;
    assert_eq!(progress(watched), Some(Progress::Finished));
    assert_eq!(
        world.asked_who.load(Ordering::SeqCst),
        0,
        "a login asks nothing more"
    );
    assert!(world.revocations.rows().is_empty(), "nobody was signed in before");
}

#[tokio::test]
async fn the_session_that_the_browser_had_is_over() {
    let world = World {
        former: Some(user_id(7)),
        ..World::default()
    };
    for (code, ended) in [("a", 1), ("b", 1)] {
        world.give(alice(), &shop_web(), code);
        let back = world.begun(code).await;
        logged_in(world.finish(&back).await.unwrap());
        let rows = world.revocations.rows();
        assert_eq!(rows.len(), ended);
        assert!(
            matches!(&rows[0], Revocation::Session { digest: it, because: RevokedBecause::LoggedOut, .. } if *it == digest(1)),
            "{rows:?}"
        );
        // Where it cannot be ended, they are signed in all the same.
        world.revocations.outage.begin();
    }
    assert_eq!(world.sessions.len(), 2);
}

async fn assert_mismatch(world: &World, back: &Back) {
    let refused = world.finish(back).await.expect_err("it is not this browser's");
    assert!(matches!(refused.error, Error::StateMismatch), "{refused:?}");
    assert!(world.sessions.is_empty());
    assert_eq!(world.calls(), 0);
}

#[tokio::test]
async fn another_browser_finishes_nothing() {
    let world = World::default();
    world.give(alice(), &shop_web(), "a");
    let back = world.begun("a").await;
    let stranger = Back {
        browser: BrowserSecret::generate(&SeededEntropy::new(99)),
        state: back.state.clone(),
        ..back
    };
    assert_mismatch(&world, &stranger).await;
    assert!(world.finish(&back).await.is_ok());
}

#[tokio::test]
async fn another_channel_finishes_nothing() {
    let world = World::default();
    world.give(alice(), &shop_web(), "a");
    let back = Back {
        channel: Channel::OfficialAccount,
        ..world.begun("a").await
    };
    assert_mismatch(&world, &back).await;
}

#[tokio::test]
async fn a_login_is_finished_within_ten_minutes() {
    let world = World::default();
    world.give(alice(), &shop_web(), "a");
    let (in_time, late) = (world.begun("a").await, world.begun("a").await);
    world.clock.advance(Duration::minutes(10) - Duration::MICROSECOND);
    assert!(world.finish(&in_time).await.is_ok());
    world.clock.advance(Duration::MICROSECOND);
    let refused = world.finish(&late).await.unwrap_err();
    assert!(matches!(refused.error, Error::StateMismatch), "{refused:?}");
}

#[tokio::test]
async fn a_login_whose_taking_is_unknown_is_gone() {
    let world = World::default();
    world.give(alice(), &shop_web(), "a");
    let back = world.begun("a").await;
    world.pending_logins.outage.begin();
    let failed = world.finish(&back).await.unwrap_err();
    assert!(
        matches!(failed.error, Error::DependencyUnavailable(_)),
        "{failed:?}"
    );
    assert_eq!(world.calls(), 0);
}

#[tokio::test]
async fn what_wechat_refuses_ends_the_login_and_is_told_with_what_was_begun() {
    for (said, is_told) in [
        (WeChatError::CodeRejected, "login_code_rejected"),
        (WeChatError::LoginBlocked, "login_blocked"),
        (WeChatError::RateLimited, "wechat_rate_limited"),
        (WeChatError::Unavailable, "wechat_unavailable"),
        (
            WeChatError::Misconfigured { errcode: 40125 },
            "wechat_misconfigured",
        ),
    ] {
        let world = World::default();
        world.wechat.oauth_codes.answers("a", [Err(said)]);
        let back = world.begun("a").await;
        let failed = world.finish(&back).await.unwrap_err();
        assert_eq!(failed.error.code(), is_told);
        assert_eq!(failed.begun.unwrap().app, shop_web().name);
        let watched = world.watch().run(&back.state, &back.browser).await;
        assert_eq!(progress(watched), None, "its page need not wait");
        assert!(world.sessions.is_empty());
        let calls = world.calls();
        let again = world.finish(&back).await.unwrap_err();
        assert_eq!(again.error.code(), is_told);
        assert_eq!(again.begun.unwrap().app, shop_web().name);
        let other_code = world.finish(&Back { code: "b", ..back }).await.unwrap_err();
        assert!(matches!(other_code.error, Error::StateMismatch), "{other_code:?}");
        assert_eq!(world.calls(), calls, "the state is spent");
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_kept_signs_nobody_in() {
    let world = World::default();
    world.give(alice(), &shop_web(), "a");
    let back = world.begun("a").await;
    world.sessions.outage.begin();
    let failed = world.finish(&back).await.unwrap_err();
    assert!(
        matches!(failed.error, Error::DependencyUnavailable(_)),
        "{failed:?}"
    );
    let watched = world.watch().run(&back.state, &back.browser).await;
    assert_eq!(progress(watched), None);
    world.sessions.outage.end();
    let again = world.finish(&back).await.unwrap_err();
    assert!(
        matches!(again.error, Error::DependencyUnavailable(_)),
        "they are told the same: {again:?}"
    );
}
