use super::*;
use crate::app::demo_apps;
use crate::options::Options;
use crate::person::PersonId;
use crate::qr_login::Action;
use crate::redirect::Redirect;
use std::sync::Arc;

fn shown(redirect_uri: &str) -> (Data<State>, Arc<str>) {
    let state = Data::new(State::new(Options::default()));
    let redirect = Redirect::parse(redirect_uri, "S", None).unwrap();
    let uuid = state.world().show_qr(Arc::new(demo_apps().remove(1)), redirect);
    (state, uuid)
}

/// A poll that has found nothing new, and waits.
async fn poll(state: &Data<State>, uuid: &Arc<str>, last: Option<u16>) -> tokio::task::JoinHandle<Progress> {
    let (state, uuid) = (state.clone(), Arc::clone(uuid));
    let poll = tokio::spawn(async move { wait(&state, &uuid, last).await });
    tokio::task::yield_now().await;
    assert!(!poll.is_finished());
    poll
}

fn act(state: &State, uuid: &str, action: Action) -> QrLogin {
    let alice = PersonId::of("alice");
    state.world().act_on_qr(uuid, &alice, action, false).unwrap()
}

#[tokio::test]
async fn a_poll_ends_with_every_change_and_not_before() {
    let (state, uuid) = shown("http://shop.test/");
    for (last, action, errcode) in [
        (None, Action::Scan, SCANNED),
        (Some(SCANNED), Action::Cancel, CANCELLED),
        (Some(CANCELLED), Action::Scan, SCANNED),
        (Some(SCANNED), Action::Allow, CONFIRMED),
    ] {
        let poll = poll(&state, &uuid, last).await;
        act(&state, &uuid, action);
        assert_eq!(poll.await.unwrap().errcode, errcode);
        // And again for whoever has not heard.
        assert_eq!(wait(&state, &uuid, None).await.errcode, errcode);
    }
}

#[tokio::test]
async fn a_change_elsewhere_does_not_end_a_poll() {
    let (state, uuid) = shown("http://shop.test/");
    let poll = poll(&state, &uuid, None).await;
    state.world().changes.tell();
    tokio::task::yield_now().await;
    assert!(!poll.is_finished());
    act(&state, &uuid, Action::Scan);
    assert_eq!(poll.await.unwrap().errcode, SCANNED);
}

#[tokio::test]
async fn a_poll_is_held_25_seconds_of_the_virtual_clock() {
    let (state, uuid) = shown("http://shop.test/");
    for last in [None, Some(SCANNED)] {
        let poll = poll(&state, &uuid, last).await;
        assert!(state.world().advance(HOLD));
        assert_eq!(poll.await.unwrap(), Progress::of(WAITING));
        act(&state, &uuid, Action::Scan);
    }
}

#[tokio::test]
async fn a_qr_code_that_expires_or_goes_ends_its_polls() {
    let (state, uuid) = shown("http://shop.test/");
    let waiting = poll(&state, &uuid, None).await;
    assert!(state.world().advance(Duration::from_mins(5)));
    assert_eq!(waiting.await.unwrap().errcode, EXPIRED);
    assert_eq!(wait(&state, "unknown", None).await.errcode, EXPIRED);

    let (state, uuid) = shown("http://shop.test/");
    let waiting = poll(&state, &uuid, None).await;
    state.world().reset();
    assert_eq!(waiting.await.unwrap().errcode, EXPIRED);
}

#[tokio::test]
async fn an_address_cannot_end_the_string_that_it_stands_in() {
    let (state, uuid) = shown(r"http://shop.test/'/x?a='\';alert(1)//</script>#'\");
    act(&state, &uuid, Action::Allow);
    let progress = wait(&state, &uuid, None).await;
    let script = progress.script(true);
    assert_eq!(script.matches('\'').count(), 4, "{script}");
    assert!(
        !script.contains('\\') && !script.contains('<') && !script.contains('\n'),
        "{script}"
    );
    assert!(!progress.script(false).contains("redirect"));
}
