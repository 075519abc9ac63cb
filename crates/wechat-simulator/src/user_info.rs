//! What `wx.getUserInfo` hands to a mini-program: the profile, signed and encrypted.

use std::time::Duration;

use serde::Serialize;
use sha1::{Digest as _, Sha1};

use crate::app::App;
use crate::encrypted::{self, Encrypted, Watermark};
use crate::person::Person;
use crate::random;
use crate::session_key::SessionKey;

/// What people are called who show no profile.
pub(crate) const ANONYMOUS: &str = "微信用户";
/// Their grey picture.
pub(crate) const ANONYMOUS_AVATAR: &str = "https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132";

/// The profile as the mini-program receives it, with the proofs that its server can check.
#[derive(Debug, Serialize)]
pub(crate) struct UserInfo {
    raw_data: String,
    signature: String,
    #[serde(flatten)]
    encrypted: Encrypted,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile<'a> {
    nick_name: &'a str,
    gender: u8,
    language: &'a str,
    city: &'a str,
    province: &'a str,
    country: &'a str,
    avatar_url: String,
    #[serde(rename = "is_demote", skip_serializing_if = "Option::is_none")]
    is_demote: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Secret<'a> {
    open_id: String,
    #[serde(flatten)]
    profile: &'a Profile<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    union_id: Option<String>,
    watermark: Watermark<'a>,
}

impl UserInfo {
    pub(crate) fn of(person: &Person, app: &App, key: SessionKey, now: Duration) -> Self {
        let profile = Profile::of(person);
        let raw_data = encrypted::text(&profile);
        let secret = encrypted::text(&Secret {
            open_id: person.id.openid(&app.app_id),
            profile: &profile,
            union_id: person.id.unionid(app),
            watermark: Watermark::new(app, now),
        });
        Self {
            signature: sign(&raw_data, key),
            raw_data,
            encrypted: Encrypted::new(&secret, key),
        }
    }
}

impl<'a> Profile<'a> {
    /// Since 2021 gender and region are empty for everybody, and who gave no nickname is anonymous.
    fn of(person: &'a Person) -> Self {
        let (nick_name, language, avatar_url, is_demote) = match person.nickname.as_deref() {
            Some(nickname) => (nickname, "zh_CN", avatar(person), None),
            None => (ANONYMOUS, "", ANONYMOUS_AVATAR.to_owned(), Some(true)),
        };
        Self {
            nick_name,
            gender: 0,
            language,
            city: "",
            province: "",
            country: "",
            avatar_url,
            is_demote,
        }
    }
}

/// Nothing is to be had at this address; it has the shape of WeChat's.
pub(crate) fn avatar(person: &Person) -> String {
    format!("https://thirdwx.qlogo.cn/mmopen/vi_32/{}/132", person.id.as_str())
}

fn sign(raw_data: &str, key: SessionKey) -> String {
    random::hex(
        &Sha1::new()
            .chain_update(raw_data)
            .chain_update(key.text())
            .finalize(),
    )
}

#[cfg(test)]
#[path = "user_info_tests.rs"]
mod tests;
