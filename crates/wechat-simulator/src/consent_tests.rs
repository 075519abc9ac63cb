use super::*;
use crate::app::demo_apps;
use crate::options::UnknownCodes;
use crate::qr_login::State;

fn world() -> (World, Arc<App>) {
    (
        World::new(demo_apps(), UnknownCodes::Reject),
        Arc::new(demo_apps().remove(1)),
    )
}

fn alice() -> PersonId {
    PersonId::of("alice")
}

fn show(world: &mut World, app: &Arc<App>) -> Arc<str> {
    let redirect = Redirect::parse("http://shop.test/cb", "S", None).unwrap();
    world.show_qr(Arc::clone(app), redirect)
}

fn act(world: &mut World, uuid: &str, person: &PersonId, action: Action) -> Result<State, Rejection> {
    world
        .act_on_qr(uuid, person, action, false)
        .map(|login| login.stage.state())
}

#[test]
fn a_qr_code_goes_from_scan_by_way_of_cancel_to_a_code_of_its_person() {
    let (mut world, web) = world();
    let uuid = show(&mut world, &web);
    for (action, state) in [
        (Action::Scan, State::Scanned),
        (Action::Scan, State::Scanned),
        (Action::Cancel, State::Cancelled),
        (Action::Scan, State::Scanned),
        (Action::Allow, State::Confirmed),
    ] {
        assert_eq!(act(&mut world, &uuid, &alice(), action).unwrap(), state);
    }
    let now = world.clock.now();
    let login = world.qr_logins.find(&uuid, now).unwrap().clone();
    let code = login.stage.code().unwrap();
    assert_eq!(
        login.redirect_uri().unwrap(),
        format!("http://shop.test/cb?code={code}&state=S")
    );
    assert_eq!(
        world.exchange_oauth_code(&web, code).unwrap(),
        (alice(), Scope::SnsapiLogin.into())
    );
}

#[test]
fn who_has_scanned_is_who_answers_and_nobody_answers_twice() {
    let (mut world, web) = world();
    let (uuid, bob) = (show(&mut world, &web), PersonId::of("bob"));
    act(&mut world, &uuid, &alice(), Action::Scan).unwrap();
    for action in [Action::Scan, Action::Allow, Action::Cancel] {
        assert!(act(&mut world, &uuid, &bob, action).is_err());
    }
    act(&mut world, &uuid, &alice(), Action::Cancel).unwrap();
    // Refused, and free for the next.
    act(&mut world, &uuid, &bob, Action::Allow).unwrap();
    for action in [Action::Scan, Action::Allow, Action::Cancel] {
        assert!(act(&mut world, &uuid, &bob, action).is_err());
    }
}

#[test]
fn revoking_voids_what_the_person_has_allowed_that_app_and_nothing_else() {
    let (mut world, web) = world();
    let h5 = demo_apps().remove(3);
    let [allowed, waiting] = [show(&mut world, &web), show(&mut world, &web)];
    let login = world.act_on_qr(&allowed, &alice(), Action::Allow, false).unwrap();
    let elsewhere = world.issue_oauth_code(&h5, &alice(), Scope::SnsapiBase);
    let anothers = world.issue_oauth_code(&web, &PersonId::of("bob"), Scope::SnsapiLogin);

    world.revoke_consent(&web, &alice());

    let now = world.clock.now();
    assert!(world.qr_logins.find(&allowed, now).is_none());
    assert!(world.qr_logins.find(&waiting, now).is_some());
    assert!(
        world
            .exchange_oauth_code(&web, login.stage.code().unwrap())
            .is_err()
    );
    assert!(world.exchange_oauth_code(&h5, &elsewhere).is_ok());
    assert!(world.exchange_oauth_code(&web, &anothers).is_ok());
}

#[test]
fn a_snapshot_page_shows_an_account_that_is_nobodys_and_always_the_same() {
    let (mut world, _) = world();
    let h5 = demo_apps().remove(3);
    let [first, second] = [(), ()].map(|()| {
        let code = world.issue_snapshot_code(&h5, &alice());
        let (account, consent) = world.exchange_oauth_code(&h5, &code).unwrap();
        assert!(consent.snapshot && consent.scope == Scope::SnsapiUserinfo);
        account
    });
    assert_eq!(first, second);
    assert_ne!(first, alice());
    assert!(world.people.by_id(&first).is_none());
    let code = world.issue_oauth_code(&h5, &alice(), Scope::SnsapiUserinfo);
    assert!(!world.exchange_oauth_code(&h5, &code).unwrap().1.snapshot);
}
