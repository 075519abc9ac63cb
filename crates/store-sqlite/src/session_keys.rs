use std::sync::Arc;

use async_trait::async_trait;
use diesel::{
    OptionalExtension, QueryDsl, RunQueryDsl, Selectable, SelectableHelper, delete, prelude::Queryable,
};
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    AppId, Keyring, OpenId, PortError, Purpose, SessionKey,
    ports::{SessionKeyRing, SessionKeys},
};

use crate::{
    database::{CALL, Database},
    schema::session_keys,
    sql::{Sql, Value},
    sql_types::Moment,
};

/// How long data that was on its way may still be encrypted with the key before.
const PREVIOUS_IS_KEPT_FOR: Duration = Duration::minutes(10);

/// `session_key`s in SQLite, each sealed for its person and app.
pub struct SqliteSessionKeys {
    database: Database,
    keyring: Arc<Keyring>,
}

impl SqliteSessionKeys {
    pub(crate) const fn new(database: Database, keyring: Arc<Keyring>) -> Self {
        Self { database, keyring }
    }
}

#[async_trait]
impl SessionKeys for SqliteSessionKeys {
    #[tracing::instrument(name = "sqlite.session_keys.put", skip_all)]
    async fn put(
        &self,
        app_id: &AppId,
        openid: &OpenId,
        key: &SessionKey,
        now: OffsetDateTime,
    ) -> Result<(), PortError> {
        let sealed = self.keyring.seal(
            Purpose::SessionKey,
            &context(app_id, openid),
            key.expose().as_bytes(),
        );
        let fingerprints: Vec<_> = self
            .keyring
            .indexes(Purpose::SessionKey, &key.expose_bytes())
            .collect();
        let (app_id, openid) = (app_id.clone(), openid.clone());
        let write = move |connection: &mut _| {
            let put = Put {
                app_id: &app_id,
                openid: &openid,
                sealed: &sealed,
                fingerprints: &fingerprints,
                now,
            };
            put.sql().execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.session_keys.find", skip_all)]
    async fn find(
        &self,
        app_id: &AppId,
        openid: &OpenId,
        now: OffsetDateTime,
    ) -> Result<Option<SessionKeyRing>, PortError> {
        let key = (app_id.as_str().to_owned(), openid.as_str().to_owned());
        let read = move |connection: &mut _| {
            let row = session_keys::table.find(key).select(KeyRow::as_select());
            Ok(row.first(connection).optional()?)
        };
        let Some(row) = self.database.read(CALL, read).await? else {
            return Ok(None);
        };
        let open = |sealed: &[u8]| self.open(&context(app_id, openid), sealed);
        let is_good = row.previous_until.is_some_and(|until| now < until.0);
        let previous = row.previous_key.filter(|_| is_good);
        Ok(open(&row.current_key).map(|current| SessionKeyRing {
            current,
            previous: previous.and_then(|sealed| open(&sealed)),
        }))
    }

    #[tracing::instrument(name = "sqlite.session_keys.remove", skip_all)]
    async fn remove(&self, app_id: &AppId, openid: &OpenId) -> Result<(), PortError> {
        let key = (app_id.as_str().to_owned(), openid.as_str().to_owned());
        let write = move |connection: &mut _| {
            delete(session_keys::table.find(key)).execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }
}

impl SqliteSessionKeys {
    fn open(&self, context: &[&[u8]], sealed: &[u8]) -> Option<SessionKey> {
        let opened = self.keyring.open(Purpose::SessionKey, context, sealed).ok();
        let key = opened
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| SessionKey::parse(&text).ok());
        if key.is_none() {
            tracing::warn!("a session_key was not sealed with any of the configured encryption keys");
        }
        key
    }
}

/// A sealed key opens for its own person and app only.
fn context<'a>(app_id: &'a AppId, openid: &'a OpenId) -> [&'a [u8]; 2] {
    [app_id.as_str().as_bytes(), openid.as_str().as_bytes()]
}

struct Put<'a> {
    app_id: &'a AppId,
    openid: &'a OpenId,
    sealed: &'a [u8],
    /// The one that is written first.
    fingerprints: &'a [[u8; 32]],
    now: OffsetDateTime,
}

impl Put<'_> {
    /// The same key again is written only to say that it is in use, once a day, or to seal it with a new encryption key.
    fn sql(&self) -> Sql<'_> {
        let marks = vec!["?"; self.fingerprints.len()].join(", ");
        let text = format!(
            "INSERT INTO session_keys (app_id, openid, current_key, fingerprint, updated_at)
             VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (app_id, openid) DO UPDATE SET
                previous_key = CASE WHEN fingerprint IN ({marks}) THEN previous_key ELSE current_key END,
                previous_until = CASE WHEN fingerprint IN ({marks}) THEN previous_until ELSE ? END,
                current_key = excluded.current_key,
                fingerprint = excluded.fingerprint,
                updated_at = excluded.updated_at
             WHERE fingerprint <> excluded.fingerprint OR updated_at <= ?"
        );
        let fingerprints = || self.fingerprints.iter().map(|one| Value::Bytes(one));
        let moment = |time| Value::Moment(Moment(time));
        let new = [
            Value::Text(self.app_id.as_str()),
            Value::Text(self.openid.as_str()),
            Value::Bytes(self.sealed),
        ];
        let values = new
            .into_iter()
            .chain(fingerprints().take(1))
            .chain([moment(self.now)])
            .chain(fingerprints())
            .chain(fingerprints())
            .chain([
                moment(self.now.saturating_add(PREVIOUS_IS_KEPT_FOR)),
                moment(self.now.saturating_sub(Duration::DAY)),
            ]);
        Sql::new(text, values)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = session_keys)]
struct KeyRow {
    current_key: Vec<u8>,
    previous_key: Option<Vec<u8>>,
    previous_until: Option<Moment>,
}
