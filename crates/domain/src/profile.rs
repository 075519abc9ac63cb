//! What a user is called and looks like.

use time::OffsetDateTime;
use url::Url;

use crate::User;

/// The name that WeChat gives where it gives none.
///
/// <https://developers.weixin.qq.com/community/develop/doc/00022c683e8a80b29bed2142b56c01>
const ANONYMOUS: &str = "微信用户";

/// What WeChat says of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// What they are called.
    pub nickname: Option<String>,
    /// Their picture.
    pub avatar_url: Option<String>,
}

impl Profile {
    /// What is worth keeping of what WeChat says: nothing of an anonymous person, and nothing that a user could not have set themselves.
    #[must_use]
    pub fn from_wechat(nickname: &str, avatar_url: &str, is_demoted: bool) -> Self {
        let readable: String = nickname.chars().filter(|c| !c.is_control()).collect();
        if is_demoted || readable.trim() == ANONYMOUS {
            return Self::default();
        }
        Self {
            nickname: parse_nickname(&readable).ok(),
            avatar_url: parse_avatar_url(avatar_url).ok(),
        }
    }

    /// Whether there is nothing to keep.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.nickname.is_none() && self.avatar_url.is_none()
    }

    /// What of this is not known of the user yet, and not theirs to say; `None` where that is nothing. Websites and mobile apps ask WeChat
    /// at every login, and mostly hear what is known.
    #[must_use]
    pub fn news_of(&self, user: &User, own: OwnWords) -> Option<Self> {
        let news = |told: &Option<String>, known: &Option<String>, is_own: bool| {
            told.clone().filter(|_| !is_own && told != known)
        };
        let news = Self {
            nickname: news(&self.nickname, &user.nickname, own.nickname),
            avatar_url: news(&self.avatar_url, &user.avatar_url, own.avatar_url),
        };
        (!news.is_empty()).then_some(news)
    }

    /// This, and where it tells nothing what a user who is merged away was called and looked like, where the survivor has nothing there.
    #[must_use]
    pub fn or_inherited(&self, merged: &User, survivor: &User) -> Self {
        let or = |told: &Option<String>, merged: &Option<String>, known: &Option<String>| {
            told.clone()
                .or_else(|| merged.clone().filter(|_| known.is_none()))
        };
        Self {
            nickname: or(&self.nickname, &merged.nickname, &survivor.nickname),
            avatar_url: or(&self.avatar_url, &merged.avatar_url, &survivor.avatar_url),
        }
    }

    /// The user as they are once these news are written down.
    pub fn tell(&self, user: &mut User, now: OffsetDateTime) {
        for (known, news) in [
            (&mut user.nickname, &self.nickname),
            (&mut user.avatar_url, &self.avatar_url),
        ] {
            if news.is_some() {
                known.clone_from(news);
            }
        }
        user.updated_at = now;
    }
}

/// What of their profile a user set themselves: WeChat's word does not replace it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnWords {
    /// The name, or that they want none.
    pub nickname: bool,
    /// The picture, or that they want none.
    pub avatar_url: bool,
}

/// What a user changes: `None` leaves a value as it is, `Some(None)` removes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileEdit {
    /// What they want to be called.
    pub nickname: Option<Option<String>>,
    /// The picture they want.
    pub avatar_url: Option<Option<String>>,
}

/// The text cannot be part of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProfile {
    /// A nickname that nobody could read.
    #[error("must be 1 to 64 readable characters")]
    Nickname,
    /// An address that a page could not show.
    #[error("must be an http or https address of at most 512 characters")]
    AvatarUrl,
}

impl ProfileEdit {
    /// Changes the nickname, or removes it.
    ///
    /// # Errors
    /// [`InvalidProfile::Nickname`] where nobody could read it.
    pub fn set_nickname(&mut self, nickname: Option<&str>) -> Result<(), InvalidProfile> {
        self.nickname = Some(nickname.map(parse_nickname).transpose()?);
        Ok(())
    }

    /// Changes the picture's address, or removes it.
    ///
    /// # Errors
    /// [`InvalidProfile::AvatarUrl`] where a page could not show it.
    pub fn set_avatar_url(&mut self, avatar_url: Option<&str>) -> Result<(), InvalidProfile> {
        self.avatar_url = Some(avatar_url.map(parse_avatar_url).transpose()?);
        Ok(())
    }

    /// Whether it changes anything.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.nickname.is_none() && self.avatar_url.is_none()
    }
}

fn parse_nickname(text: &str) -> Result<String, InvalidProfile> {
    let nickname = text.trim();
    // Direction overrides make a name look like another one; joiners alone look like none.
    let is_override = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_invisible =
        |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    let is_readable =
        !nickname.chars().any(|c| c.is_control() || is_override(c)) && !nickname.chars().all(is_invisible);
    if (1..=64).contains(&nickname.chars().count()) && is_readable {
        Ok(nickname.to_owned())
    } else {
        Err(InvalidProfile::Nickname)
    }
}

fn parse_avatar_url(text: &str) -> Result<String, InvalidProfile> {
    let url = Url::parse(text).map_err(|_not_an_address| InvalidProfile::AvatarUrl)?;
    let has_no_credentials = url.username().is_empty() && url.password().is_none();
    if url.as_str().len() <= 512
        && has_no_credentials
        && matches!(url.scheme(), "http" | "https")
        && url.has_host()
    {
        Ok(url.into())
    } else {
        Err(InvalidProfile::AvatarUrl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anonymous_person_has_no_profile() {
        let avatar = "https://thirdwx.qlogo.cn/132";
        assert!(Profile::from_wechat("微信用户", avatar, false).is_empty());
        assert!(Profile::from_wechat("张三", avatar, true).is_empty());
        assert!(Profile::from_wechat("", "", false).is_empty());
    }

    #[test]
    fn control_characters_leave_the_rest_of_the_nickname() {
        let profile = Profile::from_wechat("张\u{14}三", "", false);
        assert_eq!(
            profile,
            Profile {
                nickname: Some("张三".into()),
                avatar_url: None
            }
        );
    }

    #[test]
    fn a_user_sets_what_others_can_read_and_show() {
        let mut edit = ProfileEdit::default();
        assert_eq!(edit.set_nickname(Some(" 飞翔的企鹅🐧 ")), Ok(()));
        assert_eq!(edit.nickname, Some(Some("飞翔的企鹅🐧".into())));
        for bad in [
            "",
            "  ",
            "a\nb",
            "\u{0}",
            "\u{200b}",
            "\u{202e}txt",
            &"a".repeat(65),
        ] {
            assert_eq!(
                edit.set_nickname(Some(bad)),
                Err(InvalidProfile::Nickname),
                "{bad:?}"
            );
        }
        assert_eq!(edit.set_avatar_url(Some("https://example.com/a.png")), Ok(()));
        for bad in [
            "",
            "a.png",
            "javascript:alert(1)",
            "data:image/png;base64,AA",
            "//example.com/a",
            "ftp://a/b",
            "http://u:p@h/a.png",
        ] {
            assert_eq!(
                edit.set_avatar_url(Some(bad)),
                Err(InvalidProfile::AvatarUrl),
                "{bad:?}"
            );
        }
        assert_eq!(edit.set_nickname(None), Ok(()));
        assert_eq!(edit.nickname, Some(None));
    }
}
