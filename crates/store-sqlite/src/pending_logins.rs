use async_trait::async_trait;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, Selectable, SelectableHelper,
    SqliteConnection, insert_into,
    prelude::{Insertable, Queryable},
    update,
};
use time::OffsetDateTime;
use wechat_login_domain::{
    AppName, LoginPurpose, PendingLogin, PortError, State, TokenDigest,
    ports::{PendingLogins, RequestDigest, Seen, Taking},
};

use crate::{
    database::{CHECK, Database},
    failure::Failure,
    schema::pending_logins,
    sql_types::{Digest, Id, Moment},
};

/// Web logins that wait for WeChat, in SQLite.
pub struct SqlitePendingLogins {
    database: Database,
}

impl SqlitePendingLogins {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl PendingLogins for SqlitePendingLogins {
    #[tracing::instrument(name = "sqlite.pending_logins.insert", skip_all)]
    async fn insert(&self, state: &State, pending: &PendingLogin) -> Result<(), PortError> {
        let row = PendingRow::new(state, pending);
        let write = move |connection: &mut _| {
            insert_into(pending_logins::table)
                .values(row)
                .execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.pending_logins.take", skip_all)]
    async fn take(
        &self,
        state: &State,
        browser: &TokenDigest,
        attempt: &RequestDigest,
        now: OffsetDateTime,
    ) -> Result<Taking, PortError> {
        let attempt = Attempt {
            state: state.expose().to_owned(),
            browser: browser.into(),
            digest: Digest(*attempt),
            now: Moment(now),
        };
        self.database
            .write(move |connection| attempt.take(connection))
            .await
    }

    #[tracing::instrument(name = "sqlite.pending_logins.finish", skip_all)]
    async fn finish(&self, state: &State, outcome: &[u8]) -> Result<(), PortError> {
        let (state, outcome) = (state.expose().to_owned(), outcome.to_owned());
        let write = move |connection: &mut _| {
            update(pending_logins::table.find(state))
                .set(pending_logins::outcome.eq(outcome))
                .execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.pending_logins.find", skip_all)]
    async fn find(
        &self,
        state: &State,
        browser: &TokenDigest,
        now: OffsetDateTime,
    ) -> Result<Option<Seen>, PortError> {
        let (state, browser) = (state.expose().to_owned(), Digest::from(browser));
        let read = move |connection: &mut SqliteConnection| {
            let row: Option<(PendingRow, Option<Vec<u8>>)> = pending_logins::table
                .find(state)
                .filter(pending_logins::browser.eq(browser))
                .filter(pending_logins::expires_at.gt(Moment(now)))
                .select((PendingRow::as_select(), pending_logins::outcome))
                .first(connection)
                .optional()?;
            row.map(|(row, outcome)| {
                Ok(Seen {
                    pending: row.try_into()?,
                    outcome,
                })
            })
            .transpose()
        };
        self.database.read(CHECK, read).await
    }
}

struct Attempt {
    state: String,
    browser: Digest,
    digest: Digest,
    now: Moment,
}

impl Attempt {
    /// Whoever finds it untaken takes it. What the others are told is looked up apart: it cannot change any more.
    fn take(self, connection: &mut SqliteConnection) -> Result<Taking, Failure> {
        let of_browser = pending_logins::table
            .find(self.state)
            .filter(pending_logins::browser.eq(self.browser))
            .filter(pending_logins::expires_at.gt(self.now));
        let taken = update(of_browser.clone().filter(pending_logins::attempt.is_null()))
            .set(pending_logins::attempt.eq(self.digest))
            .returning(PendingRow::as_returning())
            .get_result(connection)
            .optional()?;
        if let Some(row) = taken {
            return Ok(Taking::Taken(row.try_into()?));
        }
        let before: Option<(PendingRow, Option<Vec<u8>>)> = of_browser
            .filter(pending_logins::attempt.eq(self.digest))
            .select((PendingRow::as_select(), pending_logins::outcome))
            .first(connection)
            .optional()?;
        Ok(match before {
            None => Taking::Nobodys,
            Some((_, None)) => Taking::UnderWay,
            Some((row, Some(outcome))) => Taking::Finished {
                pending: row.try_into()?,
                outcome,
            },
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = pending_logins)]
struct PendingRow {
    state: String,
    app: String,
    is_silent: bool,
    link_to: Option<Id>,
    browser: Digest,
    redirect_uri: String,
    return_to: Option<String>,
    created_at: Moment,
    expires_at: Moment,
}

impl PendingRow {
    fn new(state: &State, pending: &PendingLogin) -> Self {
        Self {
            state: state.expose().to_owned(),
            app: pending.app.as_str().to_owned(),
            is_silent: pending.is_silent,
            link_to: match pending.purpose {
                LoginPurpose::Login => None,
                LoginPurpose::Link { user_id } => Some(user_id.into()),
            },
            browser: (&pending.browser).into(),
            redirect_uri: pending.redirect_uri.clone(),
            return_to: pending.return_to.clone(),
            created_at: Moment(pending.created_at),
            expires_at: Moment(pending.expires_at),
        }
    }
}

impl TryFrom<PendingRow> for PendingLogin {
    type Error = Failure;

    fn try_from(row: PendingRow) -> Result<Self, Failure> {
        Ok(Self {
            purpose: row.link_to.map_or(LoginPurpose::Login, |id| LoginPurpose::Link {
                user_id: id.user(),
            }),
            app: AppName::parse(&row.app).map_err(Failure::bad_row("pending_logins"))?,
            is_silent: row.is_silent,
            browser: row.browser.token(),
            redirect_uri: row.redirect_uri,
            return_to: row.return_to,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
        })
    }
}
