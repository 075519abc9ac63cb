use crate::app::{App, Channel};
use crate::code;
use crate::codes::{Consent, Grant, IssuedCode};
use crate::options::UnknownCodes;
use crate::person::{DEMO_PERSON, PersonId};
use crate::session_key::SessionKey;
use crate::wire::Refusal;
use crate::world::World;

/// Who has signed in to a mini-program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignedIn {
    pub(crate) person: PersonId,
    pub(crate) session_key: SessionKey,
}

/// What becomes of codes.
impl World {
    /// Spends a mini-program's login code.
    pub(crate) fn exchange_login_code(&mut self, app: &App, code: &str) -> Result<SignedIn, Refusal> {
        let now = self.clock.now();
        let signed_in = match self.codes.find(code, now) {
            Some(issued) => {
                let signed_in = issued.sign_in(app)?;
                if self.people.is_blocked(&signed_in.person) {
                    return Err(Refusal::CODE_BLOCKED);
                }
                issued.spent = true;
                signed_in
            }
            None => self.stand_in(app, code)?,
        };
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
    ) -> Result<(PersonId, Consent), Refusal> {
        let now = self.clock.now();
        let issued = self.codes.find(code, now).ok_or(Refusal::INVALID_CODE)?;
        let Grant::OauthLogin(consent) = issued.grant else {
            return Err(Refusal::INVALID_CODE);
        };
        issued.check(app)?;
        if self.people.is_blocked(&issued.person) {
            return Err(Refusal::CODE_BLOCKED);
        }
        issued.spent = true;
        Ok((issued.person.clone(), consent))
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

    /// Whom a code signs in that nobody issued, or that is long forgotten: the demo person or nobody.
    fn stand_in(&mut self, app: &App, code: &str) -> Result<SignedIn, Refusal> {
        let is_known =
            code == code::MOCK || (self.unknown_codes == UnknownCodes::DemoPerson && !code::is_ours(code));
        if !is_known || app.channel != Channel::MiniProgram {
            return Err(Refusal::INVALID_CODE);
        }
        let person = PersonId::of(DEMO_PERSON);
        if self.people.is_blocked(&person) {
            return Err(Refusal::CODE_BLOCKED);
        }
        let session_key = self.key_on_device(app, &person);
        Ok(SignedIn { person, session_key })
    }
}

impl IssuedCode {
    /// Whom it would sign in.
    fn sign_in(&self, app: &App) -> Result<SignedIn, Refusal> {
        let Grant::MiniProgramLogin(session_key) = self.grant else {
            return Err(Refusal::INVALID_CODE);
        };
        self.check(app)?;
        Ok(SignedIn {
            person: self.person.clone(),
            session_key,
        })
    }

    fn check(&self, app: &App) -> Result<(), Refusal> {
        if self.app_id != app.app_id {
            return Err(Refusal::INVALID_CODE);
        }
        if self.spent {
            return Err(Refusal::CODE_BEEN_USED);
        }
        Ok(())
    }
}
