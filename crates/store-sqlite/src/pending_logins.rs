use async_trait::async_trait;
use diesel::{
    QueryDsl, RunQueryDsl, Selectable, SelectableHelper, delete, insert_into,
    prelude::{Insertable, Queryable},
};
use time::OffsetDateTime;
use wechat_login_domain::{AppName, PendingLogin, PortError, State, ports::PendingLogins};

use crate::{
    database::Database,
    failure::Failure,
    schema::pending_logins,
    sql_types::{Digest, Moment},
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
        let row = PendingRow {
            state: state.expose().to_owned(),
            app: pending.app.as_str().to_owned(),
            browser: (&pending.browser).into(),
            redirect_uri: pending.redirect_uri.clone(),
            return_to: pending.return_to.clone(),
            created_at: Moment(pending.created_at),
            expires_at: Moment(pending.expires_at),
        };
        let write = move |connection: &mut _| {
            insert_into(pending_logins::table)
                .values(row)
                .execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.pending_logins.take", skip_all)]
    async fn take(&self, state: &State, now: OffsetDateTime) -> Result<Option<PendingLogin>, PortError> {
        let state = state.expose().to_owned();
        let write = move |connection: &mut _| {
            let taken = delete(pending_logins::table.find(state))
                .returning(PendingRow::as_returning())
                .load(connection)?;
            let alive = taken.into_iter().find(|row| now < row.expires_at.0);
            alive.map(PendingLogin::try_from).transpose()
        };
        self.database.write(write).await
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = pending_logins)]
struct PendingRow {
    state: String,
    app: String,
    browser: Digest,
    redirect_uri: String,
    return_to: Option<String>,
    created_at: Moment,
    expires_at: Moment,
}

impl TryFrom<PendingRow> for PendingLogin {
    type Error = Failure;

    fn try_from(row: PendingRow) -> Result<Self, Failure> {
        Ok(Self {
            app: AppName::parse(&row.app).map_err(Failure::bad_row("pending_logins"))?,
            browser: row.browser.token(),
            redirect_uri: row.redirect_uri,
            return_to: row.return_to,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
        })
    }
}
