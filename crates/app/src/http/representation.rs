//! How users and sessions look in JSON.

use serde::{Serialize, Serializer};
use time::{OffsetDateTime, UtcOffset, format_description::BorrowedFormatItem, macros::format_description};
use utoipa::ToSchema;
use wechat_login_domain::{Session, SessionId, User};

/// RFC 3339 in UTC, always with six decimals, so that times compare as texts.
const FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// A moment in JSON.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-21T08:00:00.000000Z")]
pub(crate) struct Moment(OffsetDateTime);

impl From<OffsetDateTime> for Moment {
    fn from(moment: OffsetDateTime) -> Self {
        Self(moment)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self
            .0
            .to_offset(UtcOffset::UTC)
            .format(FORMAT)
            .map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

/// A user, as they see themselves.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserBody {
    /// UUIDv7.
    pub(crate) id: String,
    /// The company's own id for this person.
    pub(crate) external_id: Option<String>,
    /// Ids of users that were merged into this one.
    pub(crate) former_ids: Vec<String>,
    pub(crate) nickname: Option<String>,
    pub(crate) avatar_url: Option<String>,
    /// Masked: `+86138****8000`.
    pub(crate) phone: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) created_at: Moment,
}

impl From<&User> for UserBody {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            external_id: user.external_id.as_ref().map(ToString::to_string),
            former_ids: user.former_ids.iter().map(ToString::to_string).collect(),
            nickname: user.nickname.clone(),
            avatar_url: user.avatar_url.clone(),
            phone: user.phone.as_ref().map(wechat_login_domain::Phone::masked),
            scopes: user.scopes.clone(),
            created_at: Moment(user.created_at),
        }
    }
}

/// A session, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionBody {
    /// UUIDv7. It opens nothing; the token does.
    id: String,
    /// Our name of the app.
    app: String,
    #[schema(example = "mini_program")]
    channel: &'static str,
    created_at: Moment,
    last_seen_at: Moment,
    expires_at: Moment,
    /// Whether it is the one that asks.
    current: bool,
}

impl SessionBody {
    /// The session that asks.
    pub(crate) fn current(session: &Session) -> Self {
        Self::seen_by(session, session.id)
    }

    /// This session, as the one with this id sees it.
    pub(crate) fn seen_by(session: &Session, asking: SessionId) -> Self {
        Self {
            id: session.id.to_string(),
            app: session.app.to_string(),
            channel: session.channel.as_str(),
            created_at: Moment(session.created_at),
            last_seen_at: Moment(session.last_seen_at),
            expires_at: Moment(session.expires_at),
            current: session.id == asking,
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_moment_always_has_six_decimals() {
        let text = |moment| serde_json::to_string(&Moment(moment)).unwrap();
        assert_eq!(
            text(datetime!(2026-11-21 08:00 UTC)),
            "\"2026-11-21T08:00:00.000000Z\""
        );
        assert_eq!(
            text(datetime!(2026-11-21 08:00:00.000_001 +8)),
            "\"2026-11-21T00:00:00.000001Z\""
        );
    }
}
