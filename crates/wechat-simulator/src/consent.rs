use std::sync::Arc;

use crate::app::App;
use crate::codes::Consent;
use crate::person::PersonId;
use crate::qr_login::{Action, QrLogin, Stage};
use crate::redirect::Redirect;
use crate::rejection::Rejection;
use crate::scope::Scope;
use crate::world::World;

/// What people allow, and take back.
impl World {
    /// A new QR code for a website's login page.
    pub(crate) fn show_qr(&mut self, app: Arc<App>, redirect: Redirect) -> Arc<str> {
        let now = self.clock.now();
        let login = QrLogin::new(app, redirect, now);
        let uuid = Arc::clone(&login.uuid);
        self.qr_logins.insert(login, now);
        uuid
    }

    /// A person's phone scans a QR code, and answers what it asks.
    pub(crate) fn act_on_qr(
        &mut self,
        uuid: &str,
        person: &PersonId,
        action: Action,
        legacy_redirect: bool,
    ) -> Result<QrLogin, Rejection> {
        let now = self.clock.now();
        let gone = || Rejection::not_found("There is no such QR code, or it has expired.");
        let login = self.qr_logins.find(uuid, now).ok_or_else(gone)?;
        login.check(person)?;
        let (app, person) = (Arc::clone(&login.app), person.clone());
        let stage = match action {
            Action::Scan => Stage::Scanned(person),
            Action::Cancel => Stage::Cancelled {
                person,
                legacy_redirect,
            },
            Action::Allow => {
                let code = self.issue_oauth_code(&app, &person, Scope::SnsapiLogin);
                Stage::Confirmed { person, code }
            }
        };
        let login = self.qr_logins.find(uuid, now).ok_or_else(gone)?;
        login.stage = stage;
        let login = login.clone();
        self.changes.tell();
        Ok(login)
    }

    /// The code of a snapshot page, where WeChat shows a virtual account in place of the person.
    pub(crate) fn issue_snapshot_code(&mut self, app: &App, person: &PersonId) -> Arc<str> {
        let account = PersonId::of(&format!("snapshot of {}", person.as_str()));
        let consent = Consent {
            scope: Scope::SnsapiUserinfo,
            snapshot: true,
        };
        self.issue_oauth_code(app, &account, consent)
    }

    /// A person takes back what they allowed an app: whatever it holds of theirs is void.
    pub(crate) fn revoke_consent(&mut self, app: &App, person: &PersonId) {
        self.qr_logins
            .forget(|login| login.app.app_id == app.app_id && login.stage.person() == Some(person));
        self.user_tokens.withdraw(&app.app_id, person);
        self.codes
            .forget(|issued| !issued.spent && issued.app_id == app.app_id && issued.person == *person);
        self.changes.tell();
    }
}

#[cfg(test)]
#[path = "consent_tests.rs"]
mod tests;
