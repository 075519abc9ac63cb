use async_trait::async_trait;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl, Selectable, SelectableHelper,
    SqliteConnection,
    dsl::{select, sql},
    insert_into,
    prelude::{Insertable, Queryable},
    sql_types::BigInt,
};
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    OpenIdDigest, PortError, Revocation, RevokedBecause, TokenDigest, UserId,
    ports::{Reading, Revocations},
};

use crate::{
    database::{CALL, Database},
    failure::Failure,
    schema::revocations,
    sql_types::{Digest, Id, Moment},
};

/// How far a reading looks back behind the one before: a clock that was set back must hide nothing.
const LOOK_BACK: Duration = Duration::seconds(30);
/// A whole record may be long, and nobody's request waits for it.
const WHOLE_RECORD: std::time::Duration = std::time::Duration::from_secs(30);

/// The record of revocations in SQLite.
pub struct SqliteRevocations {
    database: Database,
}

impl SqliteRevocations {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Revocations for SqliteRevocations {
    #[tracing::instrument(name = "sqlite.revocations.all", skip_all)]
    async fn all(&self, now: OffsetDateTime) -> Result<Reading, PortError> {
        let read = move |connection: &mut _| {
            let read_at = database_time(connection)?;
            let alive = revocations::bars_until
                .is_null()
                .or(revocations::bars_until.gt(Moment(now)));
            let rows = revocations::table
                .filter(alive)
                .order(revocations::id)
                .select(RevocationRow::as_select())
                .load(connection)?;
            reading(rows, read_at)
        };
        self.database.read(WHOLE_RECORD, read).await
    }

    #[tracing::instrument(name = "sqlite.revocations.since", skip_all)]
    async fn since(&self, read_at: OffsetDateTime) -> Result<Reading, PortError> {
        let read = move |connection: &mut _| {
            let from = Moment(read_at.saturating_sub(LOOK_BACK));
            let read_at = database_time(connection)?;
            let rows = revocations::table
                .filter(revocations::recorded_at.ge(from))
                // As they were written, found by their moment: for the bare id SQLite would walk through the whole record.
                .order(revocations::id + 0)
                .select(RevocationRow::as_select())
                .load(connection)?;
            reading(rows, read_at)
        };
        self.database.read(CALL, read).await
    }

    #[tracing::instrument(name = "sqlite.revocations.record", skip_all)]
    async fn record(&self, revocation: &Revocation) -> Result<(), PortError> {
        let revocation = revocation.clone();
        let write = move |connection: &mut _| record(connection, &revocation);
        self.database.write(write).await
    }
}

/// Adds a row, in the transaction of its caller where there is one.
pub(crate) fn record(connection: &mut SqliteConnection, revocation: &Revocation) -> Result<(), Failure> {
    let row = RevocationRow::from(revocation);
    insert_into(revocations::table).values(row).execute(connection)?;
    Ok(())
}

/// Asked before the rows are, so that what is written in between is given again the next time and not left out.
fn database_time(connection: &mut SqliteConnection) -> Result<Moment, Failure> {
    let now = sql::<BigInt>("CAST(unixepoch('subsec') * 1000000 AS INTEGER)");
    Ok(select(now).get_result(connection)?)
}

fn reading(rows: Vec<RevocationRow>, read_at: Moment) -> Result<Reading, Failure> {
    let rows = rows.into_iter().map(Revocation::try_from);
    Ok(Reading {
        rows: rows.collect::<Result<_, _>>()?,
        read_at: read_at.0,
    })
}

const SESSION: &str = "session";
const USER: &str = "user";
const ALIAS: &str = "alias";
const WAY_IN: &str = "way_in";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = revocations)]
struct RevocationRow {
    kind: String,
    subject: Vec<u8>,
    generation: Option<i32>,
    except_digest: Option<Digest>,
    into_user: Option<Id>,
    reason: Option<String>,
    bars_until: Option<Moment>,
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
