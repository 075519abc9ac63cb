use async_trait::async_trait;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, Selectable, SelectableHelper, delete,
    insert_into,
    prelude::{AsChangeset, Insertable, Queryable},
    update,
};
use time::OffsetDateTime;
use wechat_login_domain::{
    AppName, Channel, Client, OpenId, PortError, Session, TokenDigest, UserId, ports::Sessions,
};

use crate::{
    database::{CALL, CHECK, Database},
    failure::Failure,
    schema::sessions,
    sql_types::{Digest, Id, Moment},
};

/// Sessions in SQLite.
pub struct SqliteSessions {
    database: Database,
}

impl SqliteSessions {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Sessions for SqliteSessions {
    #[tracing::instrument(name = "sqlite.sessions.insert", skip_all)]
    async fn insert(&self, digest: &TokenDigest, session: &Session) -> Result<(), PortError> {
        let row = SessionRow::new(digest, session);
        let write = move |connection: &mut _| {
            insert_into(sessions::table).values(row).execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.sessions.find", skip_all)]
    async fn find(&self, digest: &TokenDigest) -> Result<Option<Session>, PortError> {
        let digest = Digest::from(digest);
        let read = move |connection: &mut _| {
            let row = sessions::table
                .find(digest)
                .select(SessionRow::as_select())
                .first(connection)
                .optional()?;
            row.map(Session::try_from).transpose()
        };
        self.database.read(CHECK, read).await
    }

    #[tracing::instrument(name = "sqlite.sessions.renew", skip_all)]
    async fn renew(
        &self,
        digest: &TokenDigest,
        read: &Session,
        renewed: &Session,
    ) -> Result<bool, PortError> {
        let (read, renewed) = (SessionRow::new(digest, read), SessionRow::new(digest, renewed));
        let write = move |connection: &mut _| {
            // Every renewal moves these two, so a row that has them still is what was read.
            let unchanged = sessions::table
                .find(read.digest)
                .filter(sessions::last_seen_at.eq(read.last_seen_at))
                .filter(sessions::expires_at.eq(read.expires_at));
            Ok(update(unchanged).set(renewed).execute(connection)? == 1)
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.sessions.remove", skip_all)]
    async fn remove(&self, digest: &TokenDigest) -> Result<(), PortError> {
        let digest = Digest::from(digest);
        let write = move |connection: &mut _| {
            delete(sessions::table.find(digest)).execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.sessions.list", skip_all)]
    async fn list(
        &self,
        users: &[UserId],
        now: OffsetDateTime,
    ) -> Result<Vec<(TokenDigest, Session)>, PortError> {
        let users: Vec<_> = users.iter().copied().map(Id::from).collect();
        let read = move |connection: &mut _| {
            let rows = sessions::table
                .filter(sessions::user_id.eq_any(users))
                .filter(sessions::expires_at.gt(Moment(now)))
                .select(SessionRow::as_select())
                .load(connection)?;
            let listed = rows
                .into_iter()
                .map(|row| Ok((row.digest.token(), Session::try_from(row)?)));
            listed.collect()
        };
        self.database.read(CALL, read).await
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sessions, primary_key(digest), treat_none_as_null = true)]
struct SessionRow {
    digest: Digest,
    id: Id,
    user_id: Id,
    generation: i32,
    app: String,
    channel: String,
    openid: String,
    created_at: Moment,
    last_seen_at: Moment,
    expires_at: Moment,
    ip: Option<String>,
    user_agent: Option<String>,
    env_version: Option<String>,
    device_id: Option<String>,
    device_name: Option<String>,
    os: Option<String>,
}

impl SessionRow {
    fn new(digest: &TokenDigest, session: &Session) -> Self {
        let client = session.client.clone();
        Self {
            digest: digest.into(),
            id: session.id.into(),
            user_id: session.user_id.into(),
            generation: session.generation,
            app: session.app.as_str().to_owned(),
            channel: session.channel.as_str().to_owned(),
            openid: session.openid.as_str().to_owned(),
            created_at: Moment(session.created_at),
            last_seen_at: Moment(session.last_seen_at),
            expires_at: Moment(session.expires_at),
            ip: client.ip.map(|ip| ip.to_string()),
            user_agent: client.user_agent,
            env_version: client.env_version,
            device_id: client.device_id,
            device_name: client.device_name,
            os: client.os,
        }
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = Failure;

    fn try_from(row: SessionRow) -> Result<Self, Failure> {
        let ip = row.ip.map(|ip| ip.parse()).transpose();
        Ok(Self {
            id: row.id.session(),
            user_id: row.user_id.user(),
            generation: row.generation,
            app: AppName::parse(&row.app).map_err(Failure::bad_row("sessions"))?,
            channel: Channel::from_name(&row.channel).ok_or(Failure::BadRow("sessions"))?,
            openid: OpenId::parse(&row.openid).map_err(Failure::bad_row("sessions"))?,
            created_at: row.created_at.0,
            last_seen_at: row.last_seen_at.0,
            expires_at: row.expires_at.0,
            client: Client {
                ip: ip.map_err(Failure::bad_row("sessions"))?,
                user_agent: row.user_agent,
                env_version: row.env_version,
                device_id: row.device_id,
                device_name: row.device_name,
                os: row.os,
            },
        })
    }
}
