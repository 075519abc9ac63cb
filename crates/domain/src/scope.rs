use std::fmt;

/// One thing that a user may do, in the company's own words; a scope-token of RFC 6749 section 3.3, of at most 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(Box<str>);

/// The text cannot be a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 printable ASCII characters without blanks, '\"' and '\\'")]
pub struct InvalidScope;

impl Scope {
    /// How many a user may have: with their length, what a store has room for.
    pub const MOST: usize = 32;

    /// Reads a scope.
    ///
    /// # Errors
    /// [`InvalidScope`] where a character or the length is another.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        let allowed = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidScope)
        }
    }

    /// The scope.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an operator changes about a user's scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeChange {
    /// These, besides what they have.
    Add(Vec<Scope>),
    /// None of these any more.
    Remove(Vec<Scope>),
    /// These and no others.
    Set(Vec<Scope>),
}

impl ScopeChange {
    /// What a user who has these has then: none twice, in the order in which they came.
    #[must_use]
    pub fn apply(&self, scopes: &[String]) -> Vec<String> {
        let new = |scopes: &[Scope]| scopes.iter().map(ToString::to_string).collect::<Vec<_>>();
        let wanted = match self {
            Self::Add(added) => [scopes, &new(added)].concat(),
            Self::Set(all) => new(all),
            Self::Remove(removed) => {
                let removed = new(removed);
                let stays = |scope: &&String| !removed.contains(scope);
                scopes.iter().filter(stays).cloned().collect()
            }
        };
        let mut kept: Vec<String> = Vec::new();
        for scope in wanted {
            if !kept.contains(&scope) {
                kept.push(scope);
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Vec<Scope> {
        text.split_whitespace()
            .map(|one| Scope::parse(one).unwrap())
            .collect()
    }

    fn had(text: &str) -> Vec<String> {
        text.split_whitespace().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn a_scope_can_stand_in_a_list_between_blanks() {
        for good in ["a", "orders:read", "!", "~"] {
            assert!(Scope::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a\"", "a\\", "管理", "a\n", &"a".repeat(65)] {
            assert_eq!(Scope::parse(bad), Err(InvalidScope), "{bad:?}");
        }
    }

    #[test]
    fn a_change_leaves_the_others_and_no_scope_twice() {
        let before = had("b a");
        assert_eq!(ScopeChange::Add(scopes("c a c")).apply(&before), had("b a c"));
        assert_eq!(ScopeChange::Remove(scopes("b x")).apply(&before), had("a"));
        assert_eq!(ScopeChange::Set(scopes("c c a")).apply(&before), had("c a"));
        assert_eq!(ScopeChange::Set(vec![]).apply(&before), had(""));
    }
}
