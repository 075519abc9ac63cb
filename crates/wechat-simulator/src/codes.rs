use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::person::PersonId;
use crate::scope::Scope;
use crate::session_key::SessionKey;

/// Some 370 MB when full.
const MOST: usize = 1_000_000;
/// More than one, so that the forgetting keeps ahead of the issuing; few, so that no call waits long.
const FORGOTTEN_PER_ISSUE: usize = 16;

/// A code that somebody may spend once, for a while.
#[derive(Debug)]
pub(crate) struct IssuedCode {
    pub(crate) app_id: String,
    pub(crate) person: PersonId,
    pub(crate) grant: Grant,
    pub(crate) expires_at: Duration,
    pub(crate) spent: bool,
}

/// What a code is good for.
#[derive(Debug)]
pub(crate) enum Grant {
    /// `jscode2session`, which will answer with this key.
    MiniProgramLogin(SessionKey),
    /// The login of a website, an app or an official account.
    OauthLogin(Consent),
    /// The person's phone number.
    Phone,
}

/// How much a person allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Consent {
    pub(crate) scope: Scope,
    /// Whether the person is the virtual account of a snapshot page.
    pub(crate) snapshot: bool,
}

impl From<Scope> for Consent {
    fn from(scope: Scope) -> Self {
        Self {
            scope,
            snapshot: false,
        }
    }
}

/// The codes that have not expired, and a few that have.
#[derive(Debug)]
pub(crate) struct Codes {
    issued: HashMap<Arc<str>, IssuedCode>,
    by_expiry: BinaryHeap<Reverse<(Duration, Arc<str>)>>,
    most: usize,
}

impl Default for Codes {
    fn default() -> Self {
        Self {
            issued: HashMap::new(),
            by_expiry: BinaryHeap::new(),
            most: MOST,
        }
    }
}

impl Codes {
    /// Takes in a new code. Where there are too many, the one that would expire first is forgotten.
    pub(crate) fn insert(&mut self, code: &Arc<str>, issued: IssuedCode, now: Duration) {
        for _ in 0..FORGOTTEN_PER_ISSUE {
            match self.by_expiry.peek() {
                Some(Reverse((expires_at, _))) if *expires_at <= now => self.forget_first(),
                _ => break,
            }
        }
        while self.issued.len() >= self.most {
            self.forget_first();
        }
        self.by_expiry
            .push(Reverse((issued.expires_at, Arc::clone(code))));
        self.issued.insert(Arc::clone(code), issued);
    }

    /// The code, spent or not, unless it has expired.
    pub(crate) fn find(&mut self, code: &str, now: Duration) -> Option<&mut IssuedCode> {
        self.issued.get_mut(code).filter(|issued| now < issued.expires_at)
    }

    pub(crate) fn forget(&mut self, is_gone: impl Fn(&IssuedCode) -> bool) {
        self.issued.retain(|_, issued| !is_gone(issued));
        self.by_expiry
            .retain(|Reverse((_, code))| self.issued.contains_key(code));
    }

    fn forget_first(&mut self) {
        if let Some(Reverse((_, code))) = self.by_expiry.pop() {
            self.issued.remove(&code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(codes: &mut Codes, code: &str, now: u64) {
        let issued = IssuedCode {
            app_id: "wx1".to_owned(),
            person: PersonId::of("张三"),
            grant: Grant::Phone,
            expires_at: Duration::from_secs(now + 300),
            spent: false,
        };
        codes.insert(&Arc::from(code), issued, Duration::from_secs(now));
    }

    fn finds(codes: &mut Codes, code: &str, now: u64) -> bool {
        codes.find(code, Duration::from_secs(now)).is_some()
    }

    #[test]
    fn a_code_lives_to_the_second_before_it_expires() {
        let mut codes = Codes::default();
        issue(&mut codes, "a", 1_000);
        assert!(finds(&mut codes, "a", 1_299));
        assert!(!finds(&mut codes, "a", 1_300));
    }

    #[test]
    fn expired_codes_are_forgotten_as_new_ones_come() {
        let mut codes = Codes::default();
        for n in 0..100 {
            issue(&mut codes, &format!("old {n}"), 0);
        }
        for n in 0..20 {
            issue(&mut codes, &format!("new {n}"), 300);
        }
        assert_eq!((codes.issued.len(), codes.by_expiry.len()), (20, 20));
    }

    #[test]
    fn what_is_forgotten_leaves_nothing_behind() {
        let mut codes = Codes::default();
        issue(&mut codes, "a", 1);
        codes.forget(|issued| issued.app_id == "wx2");
        assert!(finds(&mut codes, "a", 1));
        codes.forget(|issued| issued.app_id == "wx1");
        assert_eq!((codes.issued.len(), codes.by_expiry.len()), (0, 0));
    }

    #[test]
    fn a_full_store_forgets_the_code_that_expires_first() {
        let mut codes = Codes {
            most: 3,
            ..Codes::default()
        };
        for (code, now) in [("b", 2), ("a", 1), ("c", 3), ("d", 4)] {
            issue(&mut codes, code, now);
        }
        assert_eq!((codes.issued.len(), codes.by_expiry.len()), (3, 3));
        assert!(!finds(&mut codes, "a", 5) && finds(&mut codes, "b", 5) && finds(&mut codes, "d", 5));
    }
}
