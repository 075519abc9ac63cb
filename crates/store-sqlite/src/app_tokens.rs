use std::sync::Arc;

use async_trait::async_trait;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, Selectable, SelectableHelper, insert_into,
    prelude::Queryable, update, upsert::excluded,
};
use time::OffsetDateTime;
use wechat_login_domain::{
    AppAccessToken, AppId, Keyring, PortError, Purpose,
    ports::{AppTokens, CLOCKS_MAY_DIFFER, KeptAppToken},
};

use crate::{
    database::{CALL, Database},
    schema::app_tokens,
    sql::{Sql, Value},
    sql_types::{Digest, Moment},
};

/// The `access_token`s of apps in SQLite, each sealed for its app.
pub struct SqliteAppTokens {
    database: Database,
    keyring: Arc<Keyring>,
}

impl SqliteAppTokens {
    pub(crate) const fn new(database: Database, keyring: Arc<Keyring>) -> Self {
        Self { database, keyring }
    }

    /// Under which the token may be kept: today's key makes the first, previous ones the rest.
    fn fingerprints(&self, token: &AppAccessToken) -> impl Iterator<Item = Digest> {
        self.keyring
            .indexes(Purpose::AppToken, token.expose().as_bytes())
            .map(Digest)
            .collect::<Vec<_>>()
            .into_iter()
    }

    fn open(&self, app_id: &AppId, sealed: &[u8]) -> Option<AppAccessToken> {
        let opened = self.keyring.open(Purpose::AppToken, &context(app_id), sealed);
        let token = opened
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| AppAccessToken::parse(&text).ok());
        if token.is_none() {
            tracing::warn!("an access_token was not sealed with any of the configured encryption keys");
        }
        token
    }
}

/// A sealed token opens for its own app only.
fn context(app_id: &AppId) -> [&[u8]; 1] {
    [app_id.as_str().as_bytes()]
}

#[async_trait]
impl AppTokens for SqliteAppTokens {
    #[tracing::instrument(name = "sqlite.app_tokens.find", skip_all)]
    async fn find(&self, app_id: &AppId, now: OffsetDateTime) -> Result<Option<KeptAppToken>, PortError> {
        let key = app_id.as_str().to_owned();
        let read = move |connection: &mut _| {
            let row = app_tokens::table.find(key).select(TokenRow::as_select());
            Ok(row.first(connection).optional()?)
        };
        let row = self.database.read(CALL, read).await?;
        let Some(TokenRow {
            token: Some(sealed),
            refresh_at: Some(Moment(refresh_at)),
            expires_at: Some(Moment(expires_at)),
        }) = row
        else {
            return Ok(None);
        };
        if expires_at <= now {
            return Ok(None);
        }
        Ok(self.open(app_id, &sealed).map(|token| KeptAppToken {
            token,
            refresh_at,
            expires_at,
        }))
    }

    #[tracing::instrument(name = "sqlite.app_tokens.claim_fetch", skip_all)]
    async fn claim_fetch(
        &self,
        app_id: &AppId,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, PortError> {
        const CLAIM: &str = "INSERT INTO app_tokens (app_id, claimed_until, kept_until)
             VALUES (?, ?, ?)
             ON CONFLICT (app_id) DO UPDATE SET
                claimed_until = excluded.claimed_until,
                kept_until = max(kept_until, excluded.kept_until)
             WHERE claimed_until IS NULL OR claimed_until <= ? OR claimed_until > ?";
        let app_id = app_id.clone();
        let write = move |connection: &mut _| {
            let moment = |time| Value::Moment(Moment(time));
            let values = [
                Value::Text(app_id.as_str()),
                moment(until),
                moment(until),
                moment(now),
                moment(until + CLOCKS_MAY_DIFFER),
            ];
            Ok(Sql::new(CLAIM, values).execute(connection)? == 1)
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.app_tokens.put", skip_all)]
    async fn put(&self, app_id: &AppId, kept: &KeptAppToken) -> Result<(), PortError> {
        let token = kept.token.expose().as_bytes();
        let sealed = self.keyring.seal(Purpose::AppToken, &context(app_id), token);
        let fingerprint = self.fingerprints(&kept.token).next();
        let (refresh_at, expires_at) = (Moment(kept.refresh_at), Moment(kept.expires_at));
        let app_id = app_id.as_str().to_owned();
        let write = move |connection: &mut _| {
            insert_into(app_tokens::table)
                .values((
                    app_tokens::app_id.eq(app_id),
                    app_tokens::token.eq(sealed),
                    app_tokens::fingerprint.eq(fingerprint),
                    app_tokens::refresh_at.eq(refresh_at),
                    app_tokens::expires_at.eq(expires_at),
                    app_tokens::kept_until.eq(expires_at),
                ))
                .on_conflict(app_tokens::app_id)
                .do_update()
                .set((
                    app_tokens::token.eq(excluded(app_tokens::token)),
                    app_tokens::fingerprint.eq(excluded(app_tokens::fingerprint)),
                    app_tokens::refresh_at.eq(excluded(app_tokens::refresh_at)),
                    app_tokens::expires_at.eq(excluded(app_tokens::expires_at)),
                    app_tokens::kept_until.eq(excluded(app_tokens::kept_until)),
                    app_tokens::claimed_until.eq(None::<Moment>),
                ))
                .execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.app_tokens.release", skip_all)]
    async fn release(&self, app_id: &AppId, until: OffsetDateTime) -> Result<(), PortError> {
        let app_id = app_id.as_str().to_owned();
        let write = move |connection: &mut _| {
            let claimed = app_tokens::table.find(app_id);
            update(claimed.filter(app_tokens::claimed_until.eq(Moment(until))))
                .set(app_tokens::claimed_until.eq(None::<Moment>))
                .execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.app_tokens.drop_token", skip_all)]
    async fn drop_token(&self, app_id: &AppId, token: &AppAccessToken) -> Result<(), PortError> {
        let fingerprints: Vec<_> = self.fingerprints(token).collect();
        let app_id = app_id.as_str().to_owned();
        let write = move |connection: &mut _| {
            let kept = app_tokens::table.find(app_id);
            update(kept.filter(app_tokens::fingerprint.eq_any(fingerprints)))
                .set((
                    app_tokens::token.eq(None::<Vec<u8>>),
                    app_tokens::fingerprint.eq(None::<Digest>),
                ))
                .execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = app_tokens)]
struct TokenRow {
    token: Option<Vec<u8>>,
    refresh_at: Option<Moment>,
    expires_at: Option<Moment>,
}
