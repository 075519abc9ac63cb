use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::json::{Json, Object};
use crate::wire;

/// How the JSON of an answer is made another.
#[derive(Debug)]
pub(crate) enum Bend {
    ErrcodeAsString,
    ExtraFields,
    /// Wherever it stands.
    MissingField(String),
    /// Wherever it stands, and at the end of the whole where it stands nowhere.
    SetField(String, Json),
    DuplicateKeys,
    /// These bytes as they are after the first character of the nickname, or of the first text where there is none.
    InString(&'static [u8]),
    SnapshotUser,
    ChangedUnionid,
}

/// Holds the place of bytes that no `String` may hold. It is no character, so no name has it.
const PLACE: char = '\u{10FFFF}';

impl Bend {
    /// The answer, bent. One that is no JSON, as an image, stays as it is.
    pub(super) fn apply(&self, body: &[u8]) -> Vec<u8> {
        let Ok(mut answer) = serde_json::from_slice::<Json>(body) else {
            return body.to_vec();
        };
        match self {
            Self::ErrcodeAsString => on_top(&mut answer, errcode_as_string),
            Self::ExtraFields => answer.each_object(&mut extra_fields),
            Self::MissingField(field) => {
                answer.each_object(&mut |object| object.retain(|(key, _)| key != field));
            }
            Self::SetField(field, value) => set_field(&mut answer, field, value),
            Self::DuplicateKeys => answer.each_object(&mut duplicate_keys),
            Self::InString(_) => hold_place(&mut answer),
            Self::SnapshotUser => on_top(&mut answer, snapshot_user),
            Self::ChangedUnionid => answer.each_object(&mut changed_unionid),
        }
        let text = wire::json(&answer);
        match self {
            Self::InString(bytes) => put(bytes, &text),
            _ => text.into_bytes(),
        }
    }
}

fn on_top(answer: &mut Json, change: fn(&mut Object)) {
    if let Json::Object(object) = answer {
        change(object);
    }
}

/// Only where a code was exchanged for tokens, and where WeChat has it: before the unionid.
fn snapshot_user(object: &mut Object) {
    if object.iter().any(|(key, _)| key == "refresh_token") {
        let place = object.iter().position(|(key, _)| key == "unionid");
        let field = ("is_snapshotuser".to_owned(), Json::Other(json!(1)));
        object.insert(place.unwrap_or(object.len()), field);
    }
}

/// A success, which has none, gets one too: `"0"` is a success to some and a text that is true to others.
fn errcode_as_string(object: &mut Object) {
    match object.iter_mut().find(|(key, _)| key == "errcode") {
        Some((_, value)) => {
            if let Json::Other(number) = value {
                *value = Json::Text(number.to_string());
            }
        }
        None => object.insert(0, ("errcode".to_owned(), Json::Text("0".to_owned()))),
    }
}

/// In front, so that none is read before one of them was.
fn extra_fields(object: &mut Object) {
    let extra = json!({
        "extra_list": [1, "two", null, [], {}],
        "extra_null": null,
        "extra_number": -1.5e300,
        "extra_object": {"openid": {"errcode": true}},
        "extra_text": "多余/🙂",
        "extra_truth": true,
    });
    if let Json::Object(extra) = extra.into() {
        object.splice(0..0, extra);
    }
}

fn set_field(answer: &mut Json, field: &str, value: &Json) {
    let mut found = false;
    answer.each_object(&mut |object| {
        for (_, old) in object.iter_mut().filter(|(key, _)| key == field) {
            old.clone_from(value);
            found = true;
        }
    });
    if let (false, Json::Object(object)) = (found, answer) {
        object.push((field.to_owned(), value.clone()));
    }
}

/// The second time texts are others: whether the first or the last counts must not be left to luck.
fn duplicate_keys(object: &mut Object) {
    let again = object.clone().into_iter().map(|(key, value)| match value {
        Json::Text(text) => (key, Json::Text(format!("{text}2"))),
        other => (key, other),
    });
    object.extend(again);
}

fn hold_place(answer: &mut Json) {
    let text = if answer.first_text(is_nickname).is_some() {
        answer.first_text(is_nickname)
    } else {
        answer.first_text(|_| true)
    };
    if let Some(text) = text {
        let after_first = text.chars().next().map_or(0, char::len_utf8);
        text.insert(after_first, PLACE);
    }
}

fn is_nickname(key: &str) -> bool {
    key == "nickname"
}

fn put(bytes: &[u8], text: &str) -> Vec<u8> {
    match text.split_once(PLACE) {
        Some((before, after)) => [before.as_bytes(), bytes, after.as_bytes()].concat(),
        None => text.as_bytes().to_vec(),
    }
}

/// What the person is called after their app has moved to another Open Platform account: another, but always the same.
fn changed_unionid(object: &mut Object) {
    for (key, value) in object.iter_mut() {
        if let (true, Json::Text(unionid)) = (key == "unionid", value) {
            let digest = Sha256::digest(format!("moved:{unionid}"));
            *unionid = format!("o{}", &URL_SAFE_NO_PAD.encode(digest)[..27]);
        }
    }
}

#[cfg(test)]
#[path = "bend_tests.rs"]
mod tests;
