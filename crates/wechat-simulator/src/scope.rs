use serde::{Deserialize, Serialize};

/// What a person has allowed an app to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "they are WeChat's words")]
pub(crate) enum Scope {
    /// A website's or an app's own: everything that there is.
    SnsapiLogin,
    /// Silently, inside WeChat: the openid alone.
    SnsapiBase,
    /// With consent: the profile.
    SnsapiUserinfo,
}

impl Scope {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::SnsapiLogin, Self::SnsapiBase, Self::SnsapiUserinfo]
            .into_iter()
            .find(|scope| scope.as_str() == text)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SnsapiLogin => "snsapi_login",
            Self::SnsapiBase => "snsapi_base",
            Self::SnsapiUserinfo => "snsapi_userinfo",
        }
    }

    /// Whether the profile, and with it the unionid, may be shown.
    pub(crate) fn shows_profile(self) -> bool {
        self != Self::SnsapiBase
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_for_a_scope_is_the_one_in_json() {
        for word in ["snsapi_login", "snsapi_base", "snsapi_userinfo"] {
            let scope = Scope::parse(word).unwrap();
            assert_eq!(
                (scope.as_str(), serde_json::to_value(scope).unwrap()),
                (word, word.into())
            );
        }
        assert_eq!(Scope::parse("snsapi"), None);
    }
}
