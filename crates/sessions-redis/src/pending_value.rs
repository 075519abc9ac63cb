//! How a web login is laid out.
//!
//! Layout 2: how far it has come (`w`aiting, `t`aken, `f`inished), digest of the browser's secret, attempt that took it or zeros; scripts
//! look at these. Then begun, expires, whether it is silent, whose way in it becomes (16 bytes, zeros where the person signs in); texts: app,
//! address called back, and where there is one the way back. At the end, where it is finished, what came of it, and as five digits the length of
//! all that stands before.
//!
//! Layout 1 knew logins that wait, and nothing else: begun, expires, digest of the browser's secret; the same texts.

use wechat_login_domain::{AppName, LoginPurpose, PendingLogin, UserId, ports::RequestDigest};

use crate::{
    codec::{Reader, Writer},
    failure::Failure,
};

const LAYOUT: u8 = 2;
const WHAT: &str = "pending";
/// An id is never all zeros: it holds the time of its making.
const NOBODY: [u8; 16] = [0; 16];

/// A web login, and how far it has come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) pending: PendingLogin,
    pub(crate) stage: Stage,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Waiting,
    Taken(RequestDigest),
    Finished(RequestDigest, Vec<u8>),
}

/// A login that waits.
pub(crate) fn encode(pending: &PendingLogin) -> Vec<u8> {
    let link_to = match &pending.purpose {
        LoginPurpose::Login => NOBODY,
        LoginPurpose::Link { user_id } => *user_id.as_bytes(),
    };
    Writer::new(LAYOUT)
        .bytes(b"w")
        .bytes(pending.browser.as_bytes())
        .bytes(&RequestDigest::default())
        .moment(pending.created_at)
        .moment(pending.expires_at)
        .bytes(&[u8::from(pending.is_silent)])
        .bytes(&link_to)
        .text(pending.app.as_str())
        .text(&pending.redirect_uri)
        .optional_text(pending.return_to.as_deref())
        .finish()
}

pub(crate) fn decode(value: &[u8]) -> Result<Value, Failure> {
    let reader = Reader::new(WHAT, LAYOUT, value)?;
    match value.first() {
        Some(1) => decode_first_layout(reader),
        _ => decode_second_layout(reader),
    }
}

fn decode_second_layout(mut reader: Reader<'_>) -> Result<Value, Failure> {
    let [stage] = reader.array()?;
    let browser = reader.digest()?;
    let attempt = reader.array()?;
    let (created_at, expires_at) = (reader.moment()?, reader.moment()?);
    let [is_silent] = reader.array()?;
    let link_to: [u8; 16] = reader.array()?;
    let pending = PendingLogin {
        purpose: if link_to == NOBODY {
            LoginPurpose::Login
        } else {
            LoginPurpose::Link {
                user_id: UserId::from_bytes(link_to),
            }
        },
        app: app(&mut reader)?,
        is_silent: is_silent != 0,
        browser,
        redirect_uri: reader.text()?.to_owned(),
        return_to: reader.optional_text()?.map(str::to_owned),
        created_at,
        expires_at,
    };
    let stage = match stage {
        b'w' => Stage::Waiting,
        b't' => Stage::Taken(attempt),
        b'f' => Stage::Finished(attempt, outcome(reader.rest())?),
        _ => return Err(Failure::BadValue(WHAT)),
    };
    Ok(Value { pending, stage })
}

fn outcome(rest: &[u8]) -> Result<Vec<u8>, Failure> {
    let (outcome, _length) = rest.split_last_chunk::<5>().ok_or(Failure::BadValue(WHAT))?;
    Ok(outcome.to_vec())
}

fn decode_first_layout(mut reader: Reader<'_>) -> Result<Value, Failure> {
    let (created_at, expires_at) = (reader.moment()?, reader.moment()?);
    let browser = reader.digest()?;
    let pending = PendingLogin {
        purpose: LoginPurpose::Login,
        app: app(&mut reader)?,
        is_silent: false,
        browser,
        redirect_uri: reader.text()?.to_owned(),
        return_to: reader.optional_text()?.map(str::to_owned),
        created_at,
        expires_at,
    };
    Ok(Value {
        pending,
        stage: Stage::Waiting,
    })
}

fn app(reader: &mut Reader<'_>) -> Result<AppName, Failure> {
    AppName::parse(reader.text()?).map_err(Failure::bad_value(WHAT))
}
