use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::person::PersonId;
use crate::session_key::{KeyRing, SessionKey};

/// The session_keys of all people at all mini-programs, by openid: a person has one at each.
#[derive(Debug, Default)]
pub(crate) struct SessionKeys(HashMap<String, Kept>);

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

    pub(crate) fn of(&mut self, app: &App, person: &PersonId) -> &mut KeyRing {
        let kept = self.0.entry(person.openid(&app.app_id));
        let kept = kept.or_insert_with(|| Kept {
            app_id: app.app_id.clone(),
            ring: KeyRing::default(),
        });
        &mut kept.ring
    }

    /// Of whoever has this openid at this app, where somebody ever came with it.
    pub(crate) fn find(&mut self, app: &App, openid: &str) -> Option<&mut KeyRing> {
        let kept = self.0.get_mut(openid)?;
        (kept.app_id == app.app_id).then_some(&mut kept.ring)
    }
}
