//! What an operator is told beyond what was done, and what is refused before anything is.

use super::{CLIENT, errors, id, json, text, users};
use crate::program::{Program, output};

#[test]
fn two_who_were_one_are_told_how_long_they_stay_two() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &CLIENT, &[]);
    let (older, younger) = (program.log_in("小明"), program.log_in("小红"));
    for (on_conflict, is_told) in [("merge", true), ("keep", false)] {
        json(folder.path(), &["merge", id(&younger), id(&older)]);
        let settings = [CLIENT.as_slice(), &[("identity.on_conflict", on_conflict)]].concat();
        let undone = output(folder.path(), &settings, &["users", "undo-merge", id(&younger)]);
        assert!(undone.status.success(), "{}", errors(&undone));
        let said = text(&undone);
        assert!(said.contains(id(&younger)) && said.contains(id(&older)), "{said}");
        let warning = "identity.on_conflict is \"merge\": the next login that brings";
        assert_eq!(said.contains(warning), is_told, "{on_conflict}: {said}");
    }
    json(folder.path(), &["merge", id(&younger), id(&older)]);
    let settings = [CLIENT.as_slice(), &[("identity.on_conflict", "merge")]].concat();
    let arguments = ["users", "undo-merge", id(&younger), "--json"];
    let undone = output(folder.path(), &settings, &arguments);
    assert!(serde_json::from_slice::<serde_json::Value>(&undone.stdout).is_ok());
}

#[test]
fn a_merge_says_which_external_id_means_somebody_else_now() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &CLIENT, &[]);
    let (older, younger) = (program.log_in("小明"), program.log_in("小红"));
    json(folder.path(), &["external-id", id(&older), "new-42"]);
    json(folder.path(), &["external-id", id(&younger), "old-7"]);
    let merged = users(folder.path(), &["merge", id(&younger), id(&older)]);
    let last = "external id old-7 now means new-42's user";
    assert_eq!(text(&merged).lines().last(), Some(last), "{}", errors(&merged));
    let shown = json(folder.path(), &["show", "external:old-7"]);
    assert_eq!(shown["users"][0]["id"], older["user"]["id"]);

    json(folder.path(), &["undo-merge", id(&younger)]);
    let merged = json(folder.path(), &["merge", id(&older), id(&younger)]);
    let survivor = &merged["users"][0];
    assert_eq!(survivor["external_id"], "new-42");
    assert_eq!(survivor["former_external_ids"], json!(["old-7"]));

    json(folder.path(), &["undo-merge", id(&younger)]);
    json(folder.path(), &["external-id", id(&older)]);
    let merged = users(folder.path(), &["merge", id(&younger), id(&older)]);
    let last = format!("external id old-7 now means user {}", id(&older));
    let said = text(&merged);
    assert!(said.lines().last().unwrap().starts_with(&last), "{said}");

    json(folder.path(), &["undo-merge", id(&younger)]);
    json(folder.path(), &["external-id", id(&younger)]);
    let merged = users(folder.path(), &["merge", id(&younger), id(&older)]);
    assert!(!text(&merged).contains("now means"), "{}", text(&merged));
}

#[test]
fn scopes_that_can_hardly_be_meant_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &CLIENT, &[]);
    let login = program.log_in("小明");
    let wanted = json!(["vip"]);
    json(folder.path(), &["scopes", id(&login), "add", "vip"]);
    for (arguments, message) in [
        (["add"].as_slice(), "name the scopes"),
        (&["remove"], "name the scopes"),
        (&["add", "a,b"], "has a comma in it"),
        (&["set", "good", "a,b"], "has a comma in it"),
        (&["add", "two words"], "must be 1 to 64 printable ASCII"),
    ] {
        let refused = users(folder.path(), &[&["scopes", id(&login)], arguments].concat());
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        let said = errors(&refused);
        assert!(
            said.contains(message) && said.lines().count() == 1,
            "{arguments:?}: {said}"
        );
        let shown = json(folder.path(), &["show", id(&login)]);
        assert_eq!(shown["users"][0]["scopes"], wanted, "{arguments:?}");
    }
    // One that came by an import can be taken away.
    json(folder.path(), &["scopes", id(&login), "remove", "a,b"]);
}

#[test]
fn an_id_may_be_written_without_hyphens_or_in_capitals() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &CLIENT, &[]);
    let (older, younger) = (program.log_in("小明"), program.log_in("小红"));
    let bare = id(&younger).replace('-', "");
    for who in [bare.clone(), bare.to_uppercase(), id(&younger).to_uppercase()] {
        let shown = json(folder.path(), &["show", &who]);
        assert_eq!(shown["users"][0]["id"], younger["user"]["id"], "{who}");
    }
    json(folder.path(), &["merge", &bare, id(&older)]);
    let undone = json(folder.path(), &["undo-merge", &bare]);
    assert_eq!(undone["users"][0]["id"], younger["user"]["id"]);
}
