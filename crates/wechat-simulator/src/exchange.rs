use crate::app::{App, Channel};
use crate::code;
use crate::codes::{Grant, IssuedCode};
use crate::options::UnknownCodes;
use crate::person::{DEMO_PERSON, PersonId};
use crate::scope::Scope;
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

    fn refuse_blocked(&self, person: &PersonId) -> Result<(), Refusal> {
        if self.people.is_blocked(person) {
            return Err(Refusal::CODE_BLOCKED);
        }
        Ok(())
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
