use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::app::{App, Channel};
use crate::app_tokens::AppTokens;
use crate::apps::Apps;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::code;
use crate::codes::{Codes, Consent, Grant, IssuedCode};
use crate::faults::Faults;
use crate::options::UnknownCodes;
use crate::people::People;
use crate::person::PersonId;
use crate::qr_logins::QrLogins;
use crate::quotas::Quotas;
use crate::scope::Scope;
use crate::session_key::SessionKey;
use crate::session_keys::SessionKeys;
use crate::settings::Settings;
use crate::user_tokens::UserTokens;

/// All that the pretend WeChat knows.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) apps: Apps,
    pub(crate) people: People,
    pub(crate) clock: Clock,
    pub(crate) keys: SessionKeys,
    pub(crate) app_tokens: AppTokens,
    pub(crate) user_tokens: UserTokens,
    pub(crate) quotas: Quotas,
    pub(crate) settings: Settings,
    pub(crate) faults: Faults,
    pub(crate) codes: Codes,
    pub(crate) qr_logins: QrLogins,
    pub(crate) changes: Changes,
    pub(crate) unknown_codes: UnknownCodes,
    first_apps: Vec<App>,
}

/// What kind of code is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CodeKind {
    /// The login code that the app's channel has.
    #[default]
    Login,
    /// The code of a mini-program's phone button.
    Phone,
}

impl World {
    pub(crate) fn new(first_apps: Vec<App>, unknown_codes: UnknownCodes) -> Self {
        Self {
            apps: Apps::new(&first_apps),
            people: People::default(),
            clock: Clock::default(),
            keys: SessionKeys::default(),
            app_tokens: AppTokens::default(),
            user_tokens: UserTokens::default(),
            quotas: Quotas::default(),
            settings: Settings::default(),
            faults: Faults::default(),
            codes: Codes::default(),
            qr_logins: QrLogins::default(),
            changes: Changes::default(),
            unknown_codes,
            first_apps,
        }
    }

    /// As it was at the start; the clock too.
    pub(crate) fn reset(&mut self) {
        let changes = self.changes.clone();
        *self = Self::new(std::mem::take(&mut self.first_apps), self.unknown_codes);
        self.changes = changes;
        self.changes.tell();
    }

    /// Lets `by` pass at once. False where that would lead too far into the future.
    pub(crate) fn advance(&mut self, by: Duration) -> bool {
        let advanced = self.clock.advance(by);
        self.changes.tell();
        advanced
    }

    /// A new code, and how long it lives.
    pub(crate) fn issue_code(
        &mut self,
        app: &App,
        person: &PersonId,
        kind: CodeKind,
    ) -> (Arc<str>, Duration) {
        let code: Arc<str> = match kind {
            CodeKind::Login => code::new_login().into(),
            CodeKind::Phone => code::new_phone().into(),
        };
        let grant = match (kind, app.channel) {
            (CodeKind::Phone, _) => Grant::Phone,
            (CodeKind::Login, Channel::MiniProgram) => {
                let (now, min_age) = (self.clock.now(), self.settings.session_key_min_age);
                let key = self.keys.for_new_code((app, person), &code, now, min_age);
                Grant::MiniProgramLogin(key)
            }
            (CodeKind::Login, Channel::Web) => Grant::OauthLogin(Scope::SnsapiLogin.into()),
            (CodeKind::Login, _) => Grant::OauthLogin(Scope::SnsapiUserinfo.into()),
        };
        let life = self.put_code(&code, app, person, grant);
        (code, life)
    }

    /// The code of a website, an app or an official account that a person has allowed this much.
    pub(crate) fn issue_oauth_code(
        &mut self,
        app: &App,
        person: &PersonId,
        consent: impl Into<Consent>,
    ) -> Arc<str> {
        let code: Arc<str> = code::new_login().into();
        self.put_code(&code, app, person, Grant::OauthLogin(consent.into()));
        code
    }

    fn put_code(&mut self, code: &Arc<str>, app: &App, person: &PersonId, grant: Grant) -> Duration {
        let now = self.clock.now();
        let life = match app.channel {
            Channel::Web | Channel::MobileApp => self.settings.web_code_life,
            Channel::MiniProgram | Channel::OfficialAccount => Duration::from_mins(5),
        };
        let issued = IssuedCode {
            app_id: app.app_id.clone(),
            person: person.clone(),
            grant,
            expires_at: now + life,
            spent: false,
        };
        self.codes.insert(code, issued, now);
        life
    }

    /// Ends an `access_token`, of an app or of a person, before its time.
    pub(crate) fn revoke_token(&mut self, token: &str) {
        let now = self.clock.now();
        self.app_tokens.revoke(token, now);
        self.user_tokens.revoke(token);
    }

    /// The key that the person's device encrypts with for this mini-program.
    pub(crate) fn key_on_device(&mut self, app: &App, person: &PersonId) -> SessionKey {
        let now = self.clock.now();
        let ring = self.keys.of(app, person);
        ring.on_device(|code| self.codes.find(code, now).is_some_and(|issued| !issued.spent))
    }

    /// The key on the device or, where that is to be a stale one, a key that nobody else has.
    pub(crate) fn encrypting_key(&mut self, app: &App, person: &PersonId, is_stale: bool) -> SessionKey {
        if is_stale {
            SessionKey::generate()
        } else {
            self.key_on_device(app, person)
        }
    }
}

#[cfg(test)]
#[path = "world_tests.rs"]
mod tests;
