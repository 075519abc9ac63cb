use super::*;
use crate::app::demo_apps;
use crate::scope::Scope;

const HOURS: fn(u64) -> Duration = Duration::from_hours;

fn given(tokens: &mut UserTokens, channel: Channel, now: Duration) -> TokenPair {
    let app = demo_apps()
        .into_iter()
        .find(|app| app.channel == channel)
        .unwrap();
    let person = PersonId::of("alice");
    tokens.give(&app, person, Scope::SnsapiLogin.into(), now).clone()
}

#[test]
fn an_access_token_works_for_two_hours() {
    let mut tokens = UserTokens::default();
    let web = given(&mut tokens, Channel::Web, HOURS(1));
    let outcome = |now| {
        tokens
            .by_access_token(&web.access_token, now)
            .map(|found| found.person.clone())
    };
    assert_eq!(
        outcome(Duration::from_secs(3 * 3600 - 1)),
        Ok(PersonId::of("alice"))
    );
    assert_eq!(outcome(HOURS(3)), Err(Refusal::ACCESS_TOKEN_EXPIRED));
    let garbage = tokens.by_access_token("garbage", HOURS(1)).err();
    assert_eq!(garbage, Some(Refusal::INVALID_CREDENTIAL));
    let wrong_kind = tokens.by_access_token(&web.refresh_token, HOURS(1)).err();
    assert_eq!(wrong_kind, Some(Refusal::INVALID_CREDENTIAL));
}

#[test]
fn refreshing_prolongs_a_token_that_works_and_replaces_one_that_does_not() {
    let mut tokens = UserTokens::default();
    let web = given(&mut tokens, Channel::Web, HOURS(0));
    let early = tokens.refresh(&web.app_id, &web.refresh_token, HOURS(1)).unwrap();
    assert_eq!(early.access_token, web.access_token);
    assert!(tokens.by_access_token(&web.access_token, HOURS(2)).is_ok());
    let late = tokens
        .refresh(&web.app_id, &web.refresh_token, HOURS(5))
        .unwrap()
        .clone();
    assert_ne!(late.access_token, web.access_token);
    assert_eq!(late.refresh_token, web.refresh_token, "which is never renewed");
    assert!(tokens.by_access_token(&web.access_token, HOURS(5)).is_err());
    assert!(tokens.by_access_token(&late.access_token, HOURS(6)).is_ok());
}

#[test]
fn a_refresh_token_lives_as_long_as_its_channel_says() {
    let mut tokens = UserTokens::default();
    for (channel, days) in [
        (Channel::Web, 30),
        (Channel::MobileApp, 180),
        (Channel::OfficialAccount, 30),
    ] {
        let pair = given(&mut tokens, channel, HOURS(0));
        let mut refresh = |now| tokens.refresh(&pair.app_id, &pair.refresh_token, now).err();
        assert_eq!(refresh(Duration::from_secs(days * 86_400 - 1)), None);
        assert_eq!(refresh(HOURS(days * 24)), Some(Refusal::REFRESH_TOKEN_EXPIRED));
    }
}

#[test]
fn another_apps_or_an_unknown_refresh_token_is_refused() {
    let mut tokens = UserTokens::default();
    let web = given(&mut tokens, Channel::Web, HOURS(0));
    for (app_id, token) in [("wx1", &*web.refresh_token), (&web.app_id, &web.access_token)] {
        let refused = tokens.refresh(app_id, token, HOURS(0)).err();
        assert_eq!(refused, Some(Refusal::INVALID_REFRESH_TOKEN));
    }
}

#[test]
fn consent_that_is_withdrawn_ends_the_tokens() {
    let mut tokens = UserTokens::default();
    let web = given(&mut tokens, Channel::Web, HOURS(0));
    let app = given(&mut tokens, Channel::MobileApp, HOURS(0));
    tokens.withdraw(&web.app_id, &PersonId::of("alice"));
    let access = tokens.by_access_token(&web.access_token, HOURS(0)).err();
    assert_eq!(access, Some(Refusal::INVALID_CREDENTIAL));
    let refresh = tokens.refresh(&web.app_id, &web.refresh_token, HOURS(0)).err();
    assert_eq!(refresh, Some(Refusal::TOKENS_WITHDRAWN));
    assert!(tokens.by_access_token(&app.access_token, HOURS(0)).is_ok());
}

#[test]
fn the_oldest_is_forgotten_where_there_are_too_many() {
    let mut tokens = UserTokens {
        most: 3,
        ..UserTokens::default()
    };
    let all: Vec<_> = (0..5)
        .map(|_| given(&mut tokens, Channel::Web, HOURS(0)))
        .collect();
    let known = |pair: &TokenPair| tokens.by_access_token(&pair.access_token, HOURS(0)).is_ok();
    assert_eq!(
        all.iter().map(known).collect::<Vec<_>>(),
        [false, false, true, true, true]
    );
    assert_eq!((tokens.by_access.len(), tokens.by_refresh.len()), (3, 3));
    assert!(
        tokens
            .refresh(&all[4].app_id, &all[4].refresh_token, HOURS(3))
            .is_ok()
    );
}
