//! A session as Redis keeps it. Layout 1:
//!
//! | bytes | what |
//! |---|---|
//! | 0 | 1 |
//! | 1–8, 9–16 | last seen, expires: in every layout, since a renewal compares and replaces these alone |
//! | 17–24 | created |
//! | 25–40, 41–56 | id, user id |
//! | 57–60 | generation |
//! | then | texts: channel, app, openid, and where known IP, user agent, environment, device's id, name and operating system |

use wechat_login_domain::{AppName, Channel, Client, OpenId, Session, SessionId, UserId};

use crate::{
    codec::{Reader, Writer},
    failure::Failure,
};

const LAYOUT: u8 = 1;
const WHAT: &str = "session";

pub(crate) fn encode(session: &Session) -> Vec<u8> {
    let client = &session.client;
    let ip = client.ip.map(|ip| ip.to_string());
    Writer::new(LAYOUT)
        .moment(session.last_seen_at)
        .moment(session.expires_at)
        .moment(session.created_at)
        .bytes(session.id.as_bytes())
        .bytes(session.user_id.as_bytes())
        .bytes(&session.generation.to_be_bytes())
        .text(session.channel.as_str())
        .text(session.app.as_str())
        .text(session.openid.as_str())
        .optional_text(ip.as_deref())
        .optional_text(client.user_agent.as_deref())
        .optional_text(client.env_version.as_deref())
        .optional_text(client.device_id.as_deref())
        .optional_text(client.device_name.as_deref())
        .optional_text(client.os.as_deref())
        .finish()
}

pub(crate) fn decode(value: &[u8]) -> Result<Session, Failure> {
    let mut reader = Reader::new(WHAT, LAYOUT, value)?;
    let last_seen_at = reader.moment()?;
    let expires_at = reader.moment()?;
    let created_at = reader.moment()?;
    let id = SessionId::from_bytes(reader.array()?);
    let user_id = UserId::from_bytes(reader.array()?);
    let generation = i32::from_be_bytes(reader.array()?);
    let channel = Channel::from_name(reader.text()?).ok_or(Failure::BadValue(WHAT))?;
    let app = AppName::parse(reader.text()?).map_err(Failure::bad_value(WHAT))?;
    let openid = OpenId::parse(reader.text()?).map_err(Failure::bad_value(WHAT))?;
    let ip = reader.optional_text()?.map(str::parse).transpose();
    let mut word = || Ok::<_, Failure>(reader.optional_text()?.map(str::to_owned));
    Ok(Session {
        id,
        user_id,
        generation,
        app,
        channel,
        openid,
        created_at,
        last_seen_at,
        expires_at,
        client: Client {
            ip: ip.map_err(Failure::bad_value(WHAT))?,
            user_agent: word()?,
            env_version: word()?,
            device_id: word()?,
            device_name: word()?,
            os: word()?,
        },
    })
}

#[cfg(test)]
mod tests {
    use wechat_login_testkit::sample;

    use super::*;

    #[test]
    fn a_session_reads_back_and_so_does_one_with_fields_of_later() {
        let session = sample::session();
        let mut value = encode(&session);
        assert_eq!(decode(&value).unwrap(), session);
        value.extend_from_slice(b"what a later version added");
        assert_eq!(decode(&value).unwrap(), session);
    }

    /// What is in Redis outlives the program: this text changes only together with [`LAYOUT`].
    #[test]
    fn layout_1_stays_as_it_is() {
        let session = Session {
            client: Client {
                os: Some("iOS".into()),
                ..Client::default()
            },
            ..sample::session()
        };
        let mut expected = vec![1];
        expected.extend(1_779_282_855_123_457_i64.to_be_bytes());
        expected.extend(1_779_887_655_123_457_i64.to_be_bytes());
        expected.extend(1_779_282_855_123_457_i64.to_be_bytes());
        expected.extend([7; 16]);
        expected.extend([1; 16]);
        expected.extend([0, 0, 0, 3]);
        expected.extend(b"\x0dmini_program\x0ashop_mini\x1aoAlice-wx1111111111111111");
        expected.extend(b"\0\0\0\0\0\x04iOS");
        assert_eq!(encode(&session), expected);
    }

    #[test]
    fn a_value_that_was_cut_is_no_session() {
        let value = encode(&sample::session());
        for end in 0..value.len() {
            assert!(decode(&value[..end]).is_err(), "{end}");
        }
    }
}
