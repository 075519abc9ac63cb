use async_trait::async_trait;
use diesel::{
    QueryableByName,
    sql_types::{Binary, Datetime, Integer, Nullable, Text},
};
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    OpenIdDigest, PortError, Revocation, RevokedBecause, TokenDigest, UserId,
    ports::{Reading, Revocations},
};

use crate::{
    database::Database,
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::{Digest, Id, Moment},
};

/// How far a reading looks back behind the one before: transactions end late, and a clock that was set back must hide nothing.
const LOOK_BACK: Duration = Duration::seconds(30);
/// A whole record may be long, and nobody's request waits for it.
const WHOLE_RECORD: std::time::Duration = std::time::Duration::from_secs(30);

/// The record of revocations in MySQL.
pub struct MysqlRevocations {
    database: Database,
}

impl MysqlRevocations {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }
}

const COLUMNS: &str = "kind, subject, generation, except_digest, into_user, reason, bars_until";

#[async_trait]
impl Revocations for MysqlRevocations {
    #[tracing::instrument(name = "mysql.revocations.all", skip_all)]
    async fn all(&self, now: OffsetDateTime) -> Result<Reading, PortError> {
        let text = format!(
            "SELECT {COLUMNS} FROM revocations WHERE bars_until IS NULL OR bars_until > ? ORDER BY id"
        );
        let lease = self.database.long_lease(WHOLE_RECORD).await?;
        Ok(read(lease, &Sql::new(text, [Value::Moment(Moment(now))])).await?)
    }

    #[tracing::instrument(name = "mysql.revocations.since", skip_all)]
    async fn since(&self, read_at: OffsetDateTime) -> Result<Reading, PortError> {
        // As they were written, found by their moment: for the bare id a server may walk through the whole record.
        let text = format!("SELECT {COLUMNS} FROM revocations WHERE recorded_at >= ? ORDER BY id + 0");
        let from = Moment(read_at.saturating_sub(LOOK_BACK));
        let lease = self.database.lease().await?;
        Ok(read(lease, &Sql::new(text, [Value::Moment(from)])).await?)
    }

    #[tracing::instrument(name = "mysql.revocations.record", skip_all)]
    async fn record(&self, revocation: &Revocation) -> Result<(), PortError> {
        let mut lease = self.database.lease().await?;
        self::record(&mut lease, revocation).await?;
        lease.done();
        Ok(())
    }
}

/// Adds a row, in the transaction of its caller where there is one.
pub(crate) async fn record(lease: &mut Lease, revocation: &Revocation) -> Result<(), Failure> {
    lease.execute(&insert(&RevocationRow::from(revocation))).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct DatabaseTime {
    #[diesel(sql_type = Datetime)]
    now: Moment,
}

/// The time is asked for before the rows are, so that what is written in between is given again the next time and not left out.
async fn read(mut lease: Lease, rows: &Sql<'_>) -> Result<Reading, Failure> {
    const NOW: &str = "SELECT UTC_TIMESTAMP(6) AS now";
    let time = lease.load::<DatabaseTime>(&Sql::new(NOW, [])).await?;
    let time = time.first().ok_or(Failure::BadRow("the clock"))?;
    let rows = lease.load::<RevocationRow>(rows).await?;
    lease.done();
    Ok(Reading {
        rows: rows
            .into_iter()
            .map(TryInto::try_into)
            .collect::<Result<_, _>>()?,
        read_at: time.now.0,
    })
}

const SESSION: &str = "session";
const USER: &str = "user";
const ALIAS: &str = "alias";
const WAY_IN: &str = "way_in";

#[derive(QueryableByName)]
struct RevocationRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Binary)]
    subject: Vec<u8>,
    #[diesel(sql_type = Nullable<Integer>)]
    generation: Option<i32>,
    #[diesel(sql_type = Nullable<Binary>)]
    except_digest: Option<Digest>,
    #[diesel(sql_type = Nullable<Binary>)]
    into_user: Option<Id>,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Nullable<Datetime>)]
    bars_until: Option<Moment>,
}

fn insert(row: &RevocationRow) -> Sql<'_> {
    let values = [
        Value::Text(&row.kind),
        Value::Bytes(&row.subject),
        Value::OptionalNumber(row.generation),
        Value::OptionalBytes(row.except_digest.as_ref().map(|digest| digest.0.as_slice())),
        Value::OptionalBytes(row.into_user.as_ref().map(|id| id.0.as_slice())),
        Value::OptionalText(row.reason.as_deref()),
        Value::OptionalMoment(row.bars_until),
    ];
    Sql::new(
        format!("INSERT INTO revocations ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"),
        values,
    )
}
impl From<&Revocation> for RevocationRow {
    fn from(revocation: &Revocation) -> Self {
        let row = |kind: &str, subject: &[u8]| Self {
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            generation: None,
            except_digest: None,
            into_user: None,
            reason: None,
            bars_until: None,
        };
        match revocation {
            Revocation::Session {
                digest,
                because,
                bars_until,
            } => Self {
                reason: Some(because.as_str().to_owned()),
                bars_until: Some(Moment(*bars_until)),
                ..row(SESSION, digest.as_bytes())
            },
            Revocation::User {
                user_id,
                generation,
                except,
                because,
                bars_until,
            } => Self {
                generation: Some(*generation),
                except_digest: except.as_ref().map(Digest::from),
                reason: Some(because.as_str().to_owned()),
                bars_until: Some(Moment(*bars_until)),
                ..row(USER, user_id.as_bytes())
            },
            // Whose it is stands where an alias' survivor does.
            Revocation::WayIn {
                user_id,
                openid,
                generation,
                because,
                bars_until,
            } => Self {
                generation: Some(*generation),
                into_user: Some((*user_id).into()),
                reason: Some(because.as_str().to_owned()),
                bars_until: Some(Moment(*bars_until)),
                ..row(WAY_IN, openid.as_bytes())
            },
            Revocation::Alias { merged, into } => Self {
                into_user: Some((*into).into()),
                ..row(ALIAS, merged.as_bytes())
            },
        }
    }
}

impl TryFrom<RevocationRow> for Revocation {
    type Error = Failure;

    fn try_from(row: RevocationRow) -> Result<Self, Failure> {
        row.read().ok_or(Failure::BadRow("revocations"))
    }
}

impl RevocationRow {
    fn read(self) -> Option<Revocation> {
        let user = |bytes: Vec<u8>| bytes.try_into().ok().map(UserId::from_bytes);
        let because = self.reason.as_deref().and_then(RevokedBecause::from_name);
        match self.kind.as_str() {
            SESSION => Some(Revocation::Session {
                digest: TokenDigest::from_bytes(self.subject.try_into().ok()?),
                because: because?,
                bars_until: self.bars_until?.0,
            }),
            USER => Some(Revocation::User {
                user_id: user(self.subject)?,
                generation: self.generation?,
                except: self.except_digest.map(Digest::token),
                because: because?,
                bars_until: self.bars_until?.0,
            }),
            WAY_IN => Some(Revocation::WayIn {
                user_id: self.into_user?.user(),
                openid: OpenIdDigest::from_bytes(self.subject.try_into().ok()?),
                generation: self.generation?,
                because: because?,
                bars_until: self.bars_until?.0,
            }),
            ALIAS => Some(Revocation::Alias {
                merged: user(self.subject)?,
                into: self.into_user?.user(),
            }),
            _ => None,
        }
    }
}
