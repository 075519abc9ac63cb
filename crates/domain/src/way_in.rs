//! A user's ways in, as the user counts them.

use time::OffsetDateTime;

use crate::{LoginMethod, LoginMethodId, LoginMethodKind};

/// One way in: a WeChat account with all its openids and its unionids, or a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayIn {
    /// What it is.
    pub kind: WayInKind,
    /// Its login methods, the oldest first; at least one.
    pub methods: Vec<LoginMethod>,
}

/// What a way in is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayInKind {
    /// A WeChat account.
    WeChat,
    /// A phone.
    Phone,
}

impl WayInKind {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WeChat => "wechat",
            Self::Phone => "phone",
        }
    }

    const fn of(method: &LoginMethod) -> Self {
        match method.kind {
            LoginMethodKind::WeChatOpenId | LoginMethodKind::WeChatUnionId => Self::WeChat,
            LoginMethodKind::Phone => Self::Phone,
        }
    }
}

impl WayIn {
    /// The ways in that these login methods are, the one that was linked first comes first.
    #[must_use]
    pub fn all(methods: &[LoginMethod]) -> Vec<Self> {
        let mut oldest_first: Vec<_> = methods.iter().collect();
        // Of what a first login brought at once, the WeChat account comes first.
        oldest_first.sort_by_key(|method| (method.linked_at, method.kind, method.id));
        let mut ways: Vec<Self> = Vec::new();
        for method in oldest_first {
            let kind = WayInKind::of(method);
            let is_same = |way: &&mut Self| way.kind == kind && way.methods[0].account == method.account;
            match ways.iter_mut().find(is_same) {
                Some(way) => way.methods.push(method.clone()),
                None => ways.push(Self {
                    kind,
                    methods: vec![method.clone()],
                }),
            }
        }
        ways
    }

    /// The id that it is listed under. The id of any other of its methods means it too.
    #[must_use]
    pub fn id(&self) -> LoginMethodId {
        self.methods[0].id
    }

    /// When it became the user's.
    #[must_use]
    pub fn linked_at(&self) -> OffsetDateTime {
        self.methods[0].linked_at
    }

    /// When it was last used, to the day.
    #[must_use]
    pub fn last_used_at(&self) -> OffsetDateTime {
        let days = self.methods.iter().map(|method| method.last_used_at);
        days.max().unwrap_or_else(|| self.linked_at())
    }

    /// What its owner knows it again by, and nobody else can use: the masked number of a phone, the last characters of an openid.
    #[must_use]
    pub fn label(&self) -> String {
        let first = &self.methods[0];
        match (self.kind, &first.phone) {
            (WayInKind::Phone, Some(phone)) => phone.masked(),
            (WayInKind::Phone, None) => "****".to_owned(),
            (WayInKind::WeChat, _) => {
                let characters: Vec<_> = first.identifier.chars().collect();
                // A short one shows less of itself.
                let shown = characters.len().saturating_sub(4).min(4);
                let end: String = characters[characters.len() - shown..].iter().collect();
                format!("****{end}")
            }
        }
    }
}
