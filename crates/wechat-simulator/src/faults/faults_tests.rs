use serde_json::{Value, json};

use super::effect::Substitute;
use super::*;

const LOGIN: &str = "/sns/jscode2session";

fn wanted(json: Value) -> Wanted {
    serde_json::from_value(json).unwrap()
}

fn call(query: &str) -> Call {
    Call::new(query, Vec::new(), None, String::new())
}

fn add(faults: &mut Faults, json: Value) {
    faults.add(wanted(json)).unwrap();
}

#[test]
fn faults_happen_in_the_order_of_arrival_and_as_often_as_asked_for() {
    let mut faults = Faults::default();
    for (endpoint, errcode, times) in [(LOGIN, 1, 2), ("*", 2, 1)] {
        add(
            &mut faults,
            json!({"endpoint": endpoint, "kind": "errcode", "errcode": errcode, "times": times}),
        );
    }
    let mut next = || match &*faults.next_for(LOGIN, &call(""))? {
        Effect::Instead(_, Substitute::Refusal(refusal)) => Some(refusal.errcode),
        _ => None,
    };
    assert_eq!([(); 4].map(|()| next()), [Some(1), Some(1), Some(2), None]);
}

#[test]
fn a_fault_without_times_stays() {
    let mut faults = Faults::default();
    add(&mut faults, json!({"endpoint": LOGIN, "kind": "busy"}));
    assert!((0..100).all(|_| faults.next_for(LOGIN, &call("")).is_some()));
    assert!(faults.next_for("/sns/another", &call("")).is_none());
    assert_eq!((faults.delete(None), faults.delete(None)), (Ok(1), Ok(0)));
}

#[test]
fn a_token_is_revoked_only_for_a_call_that_shows_one() {
    let mut faults = Faults::default();
    add(
        &mut faults,
        json!({"endpoint": "*", "kind": "token_revoked", "times": 1}),
    );
    assert!(faults.next_for(LOGIN, &call("appid=wx1")).is_none());
    assert!(faults.next_for(LOGIN, &call("access_token=1")).is_some());
}

#[test]
fn the_number_of_faults_is_bounded() {
    let mut faults = Faults::default();
    let busy = json!({"endpoint": "*", "kind": "busy"});
    for _ in 0..MOST {
        add(&mut faults, busy.clone());
    }
    assert!(faults.add(wanted(busy)).is_err());
}

#[test]
fn every_kind_has_its_own_word() {
    let words: std::collections::HashSet<_> = KINDS.iter().map(|kind| kind.word).collect();
    assert_eq!(words.len(), KINDS.len());
}

#[test]
fn only_kinds_without_parameters_say_so() {
    for kind in KINDS {
        let bare = json!({"endpoint": "*", "kind": kind.word});
        let needs_none = Faults::default().add(wanted(bare)).is_ok();
        let says_so = kind.parameters == "no parameters" || kind.parameters.starts_with("if any");
        assert_eq!(needs_none, says_so, "{}", kind.word);
    }
}

#[test]
fn the_readme_has_every_kind() {
    let readme = include_str!("../../README.md");
    for kind in KINDS {
        assert!(readme.contains(&format!("`{}`", kind.word)), "{}", kind.word);
    }
}
