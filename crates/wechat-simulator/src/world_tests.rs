use super::*;
use crate::app::demo_apps;
use crate::person::DEMO_PERSON;
use crate::wire::Refusal;

const FIVE_MINUTES: Duration = Duration::from_mins(5);

fn world(unknown_codes: UnknownCodes) -> (World, [App; 4]) {
    (
        World::new(demo_apps(), unknown_codes),
        demo_apps().try_into().unwrap(),
    )
}

fn alice() -> PersonId {
    PersonId::of("alice")
}

#[test]
fn a_code_signs_its_person_in_once() {
    let (mut world, [mini, ..]) = world(UnknownCodes::Reject);
    let (code, life) = world.issue_code(&mini, &alice(), CodeKind::Login);
    assert_eq!(life, FIVE_MINUTES);
    assert_eq!(world.exchange_login_code(&mini, &code).unwrap().person, alice());
    assert_eq!(
        world.exchange_login_code(&mini, &code),
        Err(Refusal::CODE_BEEN_USED)
    );
    world.clock.advance(FIVE_MINUTES);
    assert_eq!(
        world.exchange_login_code(&mini, &code),
        Err(Refusal::INVALID_CODE)
    );
}

#[test]
fn codes_of_another_app_or_kind_are_refused_and_stay_unspent() {
    let (mut world, [mini, web, ..]) = world(UnknownCodes::Reject);
    let other = App {
        app_id: "wx1".to_owned(),
        ..mini.clone()
    };
    let (code, _) = world.issue_code(&mini, &alice(), CodeKind::Login);
    assert_eq!(
        world.exchange_login_code(&other, &code),
        Err(Refusal::INVALID_CODE)
    );
    assert!(world.exchange_login_code(&mini, &code).is_ok());

    let (phone, _) = world.issue_code(&mini, &alice(), CodeKind::Phone);
    assert_eq!(
        world.exchange_login_code(&mini, &phone),
        Err(Refusal::INVALID_CODE)
    );
    let (oauth, life) = world.issue_code(&web, &alice(), CodeKind::Login);
    assert_eq!(life, Duration::from_mins(10));
    assert_eq!(
        world.exchange_login_code(&web, &oauth),
        Err(Refusal::INVALID_CODE)
    );
}

#[test]
fn the_mock_code_signs_the_demo_person_in_every_time_at_mini_programs() {
    let (mut world, [mini, web, ..]) = world(UnknownCodes::Reject);
    for _ in 0..2 {
        assert_eq!(
            world.exchange_login_code(&mini, code::MOCK).unwrap().person,
            PersonId::of("张三")
        );
    }
    assert_eq!(
        world.exchange_login_code(&web, code::MOCK),
        Err(Refusal::INVALID_CODE)
    );
    assert_eq!(
        world.exchange_login_code(&mini, "made up"),
        Err(Refusal::INVALID_CODE)
    );
}

#[test]
fn unknown_codes_sign_the_demo_person_in_where_asked_for_but_issued_ones_stay_spent() {
    let (mut world, [mini, web, ..]) = world(UnknownCodes::DemoPerson);
    assert_eq!(
        world.exchange_login_code(&mini, "made up").unwrap().person,
        PersonId::of("张三")
    );
    assert_eq!(
        world.exchange_login_code(&web, "made up"),
        Err(Refusal::INVALID_CODE)
    );

    let (used, _) = world.issue_code(&mini, &alice(), CodeKind::Login);
    let (unused, _) = world.issue_code(&mini, &alice(), CodeKind::Login);
    assert!(world.exchange_login_code(&mini, &used).is_ok());
    assert_eq!(
        world.exchange_login_code(&mini, &used),
        Err(Refusal::CODE_BEEN_USED)
    );
    world.clock.advance(FIVE_MINUTES);
    // Issuing forgets what has expired; the codes must be refused all the same.
    world.issue_code(&mini, &alice(), CodeKind::Login);
    assert_eq!(
        world.exchange_login_code(&mini, &used),
        Err(Refusal::INVALID_CODE)
    );
    assert_eq!(
        world.exchange_login_code(&mini, &unused),
        Err(Refusal::INVALID_CODE)
    );
}

#[test]
fn what_was_encrypted_between_code_and_login_opens_with_the_logins_key() {
    let (mut world, [mini, ..]) = world(UnknownCodes::Reject);
    let (earlier, _) = world.issue_code(&mini, &alice(), CodeKind::Login);
    world.exchange_login_code(&mini, &earlier).unwrap();
    let (code, _) = world.issue_code(&mini, &alice(), CodeKind::Login);
    let key = world.key_on_device(&mini, &alice());
    assert_eq!(world.exchange_login_code(&mini, &code).unwrap().session_key, key);
}

#[test]
fn what_is_encrypted_after_a_login_opens_with_the_logins_key() {
    let (mut world, [mini, ..]) = world(UnknownCodes::Reject);
    // A code that nobody came back for, as the page leaves behind, does not disturb.
    world.issue_code(&mini, &alice(), CodeKind::Login);
    let (code, _) = world.issue_code(&mini, &alice(), CodeKind::Login);
    let key = world.exchange_login_code(&mini, &code).unwrap().session_key;
    assert_eq!(world.key_on_device(&mini, &alice()), key);
}

#[test]
fn what_was_encrypted_before_any_code_opens_with_the_first_logins_key() {
    let (mut world, [mini, ..]) = world(UnknownCodes::Reject);
    let key = world.key_on_device(&mini, &alice());
    let (code, _) = world.issue_code(&mini, &alice(), CodeKind::Login);
    assert_eq!(world.exchange_login_code(&mini, &code).unwrap().session_key, key);
    let (code, _) = world.issue_code(&mini, &alice(), CodeKind::Login);
    assert_ne!(world.exchange_login_code(&mini, &code).unwrap().session_key, key);
}

#[test]
fn a_code_that_expired_unspent_leaves_the_exchanged_key() {
    let (mut world, [mini, ..]) = world(UnknownCodes::Reject);
    let (code, _) = world.issue_code(&mini, &alice(), CodeKind::Login);
    let key = world.exchange_login_code(&mini, &code).unwrap().session_key;
    world.issue_code(&mini, &alice(), CodeKind::Login);
    assert_ne!(world.key_on_device(&mini, &alice()), key);
    world.clock.advance(FIVE_MINUTES);
    assert_eq!(world.key_on_device(&mini, &alice()), key);
}

#[test]
fn the_mock_code_yields_the_key_that_the_device_holds() {
    let (mut world, [mini, ..]) = world(UnknownCodes::Reject);
    let demo_person = PersonId::of(DEMO_PERSON);
    for _ in 0..2 {
        let key = world.key_on_device(&mini, &demo_person);
        assert_eq!(
            world.exchange_login_code(&mini, code::MOCK).unwrap().session_key,
            key
        );
        assert_eq!(world.key_on_device(&mini, &demo_person), key);
    }
}

#[test]
fn a_reset_forgets_all_but_the_first_apps_and_people() {
    let (mut world, [mini, ..]) = world(UnknownCodes::DemoPerson);
    let start = world.clock.now();
    let (code, _) = world.issue_code(&mini, &alice(), CodeKind::Login);
    world.people.called("alice").unwrap();
    world
        .apps
        .add(App {
            app_id: "wx1".to_owned(),
            ..mini.clone()
        })
        .unwrap();
    world.clock.advance(Duration::from_hours(1));

    for _ in 0..2 {
        world.reset();
        assert_eq!((world.apps.all().len(), world.people.all().len()), (4, 3));
        assert!(world.clock.now() < start + FIVE_MINUTES);
        assert_eq!(
            world.exchange_login_code(&mini, &code),
            Err(Refusal::INVALID_CODE)
        );
        assert!(world.exchange_login_code(&mini, "made up").is_ok());
    }
}
