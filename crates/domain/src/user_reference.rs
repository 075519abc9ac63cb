use std::fmt;

use crate::{ExternalId, OpenId, Phone, UnionId, UserId};

/// Something that an operator knows of a user.
#[derive(Clone, PartialEq, Eq)]
pub enum UserReference {
    /// Our id, or a former one.
    Id(UserId),
    /// The company's own id.
    External(ExternalId),
    /// An openid, at whatever app.
    OpenId(OpenId),
    /// A unionid, at whatever Open Platform account.
    UnionId(UnionId),
    /// A phone number.
    Phone(Phone),
}

impl UserReference {
    /// Everything that this text may be: `external:` and the company's id is that alone, a UUID with its hyphens is our id alone, and a
    /// number may be a phone and, as letters and digits may, an openid or a unionid; so may a UUID without hyphens, as databases and logs
    /// write them. Nothing where it can be none of these.
    #[must_use]
    pub fn parse(text: &str) -> Vec<Self> {
        let text = text.trim();
        if let Some(external) = text.strip_prefix("external:") {
            return ExternalId::parse(external)
                .ok()
                .map(Self::External)
                .into_iter()
                .collect();
        }
        let is_uuid = text.len() == 36 && text.matches('-').count() == 4;
        if let Some(id) = text.parse().ok().filter(|_| is_uuid) {
            return vec![Self::Id(id)];
        }
        let is_bare_uuid = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let id = text.parse().ok().filter(|_| is_bare_uuid).map(Self::Id);
        let phone = Phone::parse_written(text).ok().map(Self::Phone);
        let openid = OpenId::parse(text).ok().map(Self::OpenId);
        let unionid = UnionId::parse(text).ok().map(Self::UnionId);
        [id, phone, openid, unionid].into_iter().flatten().collect()
    }
}

// Personal data, but for the ids.
impl fmt::Debug for UserReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "Id({id})"),
            Self::External(id) => write!(f, "External({id})"),
            Self::OpenId(_) => f.write_str("OpenId(…)"),
            Self::UnionId(_) => f.write_str("UnionId(…)"),
            Self::Phone(_) => f.write_str("Phone(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(text: &str) -> UserReference {
        UserReference::Phone(Phone::parse(text).unwrap())
    }

    #[test]
    fn a_text_means_what_it_looks_like() {
        let id = "01a1fcd1-07e2-7b5d-985f-f430894a200e";
        assert_eq!(UserReference::parse(id), [UserReference::Id(id.parse().unwrap())]);
        let external = UserReference::External(ExternalId::parse("o 42").unwrap());
        assert_eq!(UserReference::parse("external:o 42"), [external]);
        let openid = "oABCdefGHIjklMNOpqrSTUvwxyz1";
        let wanted = [
            UserReference::OpenId(OpenId::parse(openid).unwrap()),
            UserReference::UnionId(UnionId::parse(openid).unwrap()),
        ];
        assert_eq!(UserReference::parse(openid), wanted);
    }

    #[test]
    fn our_id_may_be_written_as_others_write_it() {
        let id = "01a1fcd1-07e2-7b5d-985f-f430894a200e";
        let wanted = UserReference::Id(id.parse().unwrap());
        let meant = UserReference::parse(&id.to_uppercase());
        assert_eq!(meant, std::slice::from_ref(&wanted));
        let bare = id.replace('-', "");
        for text in [bare.clone(), bare.to_uppercase()] {
            let meant = UserReference::parse(&text);
            assert_eq!(meant[0], wanted, "{text}");
            assert_eq!(meant.len(), 3, "it may be an openid or a unionid too");
        }
        let longer = UserReference::parse(&format!("{bare}0"));
        assert!(!longer.iter().any(|one| matches!(one, UserReference::Id(_))));
    }

    #[test]
    fn a_phone_may_be_written_as_people_write_it() {
        for text in [
            "+86 138 0013 8000",
            "138-0013-8000",
            "0086 13800138000",
            "(+86)13800138000",
        ] {
            assert_eq!(UserReference::parse(text)[0], phone("+8613800138000"), "{text}");
        }
        assert_eq!(
            UserReference::parse("13800138000").len(),
            3,
            "it may be an openid too"
        );
    }

    #[test]
    fn what_can_be_nothing_means_nobody() {
        for text in ["", " ", "external:", "小明", "a b", "+86 12"] {
            assert_eq!(UserReference::parse(text), [], "{text}");
        }
    }
}
