use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::app::{App, Channel};
use crate::app_tokens::AppTokens;
use crate::apps::Apps;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::code;
use crate::codes::{Codes, Grant, IssuedCode};
use crate::faults::Faults;
use crate::options::UnknownCodes;
use crate::people::People;
use crate::person::{DEMO_PERSON, PersonId};
use crate::qr_logins::QrLogins;
use crate::quotas::Quotas;
use crate::scope::Scope;
use crate::session_key::SessionKey;
use crate::session_keys::SessionKeys;
use crate::settings::Settings;
use crate::user_tokens::UserTokens;
use crate::wire::Refusal;

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
    unknown_codes: UnknownCodes,
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

/// Who has signed in to a mini-program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignedIn {
    pub(crate) person: PersonId,
    pub(crate) session_key: SessionKey,
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
            (CodeKind::Login, Channel::Web) => Grant::OauthLogin(Scope::SnsapiLogin),
            (CodeKind::Login, _) => Grant::OauthLogin(Scope::SnsapiUserinfo),
        };
        let life = self.put_code(&code, app, person, grant);
        (code, life)
    }

    /// The code of a website, an app or an official account that a person has allowed this much.
    pub(crate) fn issue_oauth_code(&mut self, app: &App, person: &PersonId, scope: Scope) -> Arc<str> {
        let code: Arc<str> = code::new_login().into();
        self.put_code(&code, app, person, Grant::OauthLogin(scope));
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

    /// Spends a mini-program's login code.
    pub(crate) fn exchange_login_code(&mut self, app: &App, code: &str) -> Result<SignedIn, Refusal> {
        let now = self.clock.now();
        let issued = self.codes.find(code, now);
        let signed_in = match issued.map(|issued| issued.sign_in(app)).transpose()? {
            Some(signed_in) => signed_in,
            None if app.channel == Channel::MiniProgram && self.is_stand_in(code) => {
                let person = PersonId::of(DEMO_PERSON);
                let session_key = self.key_on_device(app, &person);
                SignedIn { person, session_key }
            }
            None => return Err(Refusal::INVALID_CODE),
        };
        self.refuse_blocked(&signed_in.person)?;
        self.keys
            .of(app, &signed_in.person)
            .exchanged(signed_in.session_key);
        Ok(signed_in)
    }

    /// Spends a code of a website, an app or an official account.
    pub(crate) fn exchange_oauth_code(
        &mut self,
        app: &App,
        code: &str,
    ) -> Result<(PersonId, Scope), Refusal> {
        let now = self.clock.now();
        let issued = self.codes.find(code, now).ok_or(Refusal::INVALID_CODE)?;
        let Grant::OauthLogin(scope) = issued.grant else {
            return Err(Refusal::INVALID_CODE);
        };
        issued.spend(app)?;
        let person = issued.person.clone();
        self.refuse_blocked(&person)?;
        Ok((person, scope))
    }

    /// Spends the code of the phone button, which is for the app that shows its token, and for this person where
    /// the caller says whom it expects.
    ///
    /// WeChat documents that it checks the person, and not what it then says.
    pub(crate) fn exchange_phone_code(
        &mut self,
        app: &App,
        code: &str,
        openid: Option<&str>,
    ) -> Result<PersonId, Refusal> {
        let now = self.clock.now();
        let issued = self.codes.find(code, now).ok_or(Refusal::INVALID_CODE)?;
        if !matches!(issued.grant, Grant::Phone) || issued.spent {
            return Err(Refusal::INVALID_CODE);
        }
        if issued.app_id != app.app_id {
            return Err(Refusal::INVALID_APPID);
        }
        if openid.is_some_and(|openid| openid != issued.person.openid(&app.app_id)) {
            return Err(Refusal::INVALID_OPENID);
        }
        issued.spent = true;
        Ok(issued.person.clone())
    }

    /// Ends an access_token, of an app or of a person, before its time.
    pub(crate) fn revoke_token(&mut self, token: &str) {
        let now = self.clock.now();
        self.app_tokens.revoke(token, now);
        self.user_tokens.revoke(token);
    }

    fn refuse_blocked(&self, person: &PersonId) -> Result<(), Refusal> {
        if self.people.is_blocked(person) {
            return Err(Refusal::CODE_BLOCKED);
        }
        Ok(())
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

    /// Whether a code that nobody issued, or that is long forgotten, signs in the demo person.
    fn is_stand_in(&self, code: &str) -> bool {
        code == code::MOCK || (self.unknown_codes == UnknownCodes::DemoPerson && !code::is_ours(code))
    }
}

impl IssuedCode {
    fn sign_in(&mut self, app: &App) -> Result<SignedIn, Refusal> {
        let Grant::MiniProgramLogin(session_key) = self.grant else {
            return Err(Refusal::INVALID_CODE);
        };
        self.spend(app)?;
        Ok(SignedIn {
            person: self.person.clone(),
            session_key,
        })
    }

    fn spend(&mut self, app: &App) -> Result<(), Refusal> {
        if self.app_id != app.app_id {
            return Err(Refusal::INVALID_CODE);
        }
        if std::mem::replace(&mut self.spent, true) {
            return Err(Refusal::CODE_BEEN_USED);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "world_tests.rs"]
mod tests;
