use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::person::PersonId;
use crate::session_key::{KeyRing, SessionKey};

/// The `session_keys` of all people at all mini-programs, by openid: a person has one at each.
#[derive(Debug)]
pub(crate) struct SessionKeys {
    by_openid: HashMap<Arc<str>, Kept>,
    in_order: VecDeque<Arc<str>>,
    most: usize,
}

/// Some 250 MB when full.
const MOST: usize = 1_000_000;

impl Default for SessionKeys {
    fn default() -> Self {
        Self {
            by_openid: HashMap::new(),
            in_order: VecDeque::new(),
            most: MOST,
        }
    }
}

#[derive(Debug)]
struct Kept {
    app_id: String,
    ring: KeyRing,
}

impl SessionKeys {
    /// The key that a new code will carry.
    pub(crate) fn for_new_code(
        &mut self,
        (app, person): (&App, &PersonId),
        code: &Arc<str>,
        now: Duration,
        min_age: Duration,
    ) -> SessionKey {
        self.of(app, person).for_new_code(code, now, min_age)
    }

    /// Where there are too many, those who came first are forgotten: their keys have expired.
    pub(crate) fn of(&mut self, app: &App, person: &PersonId) -> &mut KeyRing {
        let openid: Arc<str> = person.openid(&app.app_id).into();
        if !self.by_openid.contains_key(&openid) {
            if self.by_openid.len() >= self.most
                && let Some(first) = self.in_order.pop_front()
            {
                self.by_openid.remove(&first);
            }
            self.in_order.push_back(Arc::clone(&openid));
        }
        let kept = self.by_openid.entry(openid);
        let kept = kept.or_insert_with(|| Kept {
            app_id: app.app_id.clone(),
            ring: KeyRing::default(),
        });
        &mut kept.ring
    }

    /// Of whoever has this openid at this app, where somebody ever came with it.
    pub(crate) fn find(&mut self, app: &App, openid: &str) -> Option<&mut KeyRing> {
        let kept = self.by_openid.get_mut(openid)?;
        (kept.app_id == app.app_id).then_some(&mut kept.ring)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo_apps;

    #[test]
    fn the_keys_of_those_who_came_first_are_forgotten_where_there_are_too_many() {
        let mut keys = SessionKeys {
            most: 2,
            ..SessionKeys::default()
        };
        let app = demo_apps().remove(0);
        let people = ["a", "b", "a", "c"].map(PersonId::of);
        for person in &people {
            keys.of(&app, person).renew(Duration::ZERO);
        }
        let knows = |name: &str| {
            keys.by_openid
                .contains_key(&*PersonId::of(name).openid(&app.app_id))
        };
        assert_eq!(["a", "b", "c"].map(knows), [false, true, true]);
        assert_eq!(keys.in_order.len(), 2);
    }
}
