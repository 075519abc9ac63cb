use async_trait::async_trait;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SqliteConnection, delete, insert_into,
    prelude::Queryable, query_dsl::methods::FilterDsl as _, update, upsert::excluded,
};
use time::OffsetDateTime;
use wechat_login_domain::{
    CodeDigest, PortError,
    ports::{Exchanges, KeptAnswer, RequestDigest},
};

use crate::{
    database::Database,
    failure::Failure,
    schema::{exchanges, kept_answers},
    sql_types::{Digest, Moment},
};

/// Claimed codes and kept answers in SQLite.
pub struct SqliteExchanges {
    database: Database,
}

impl SqliteExchanges {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Exchanges for SqliteExchanges {
    #[tracing::instrument(name = "sqlite.exchanges.claim", skip_all)]
    async fn claim(
        &self,
        code: &CodeDigest,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, PortError> {
        let digest = Digest(*code.as_bytes());
        let write = move |connection: &mut _| {
            let claimed = insert_into(exchanges::table)
                .values((
                    exchanges::digest.eq(digest),
                    exchanges::claimed_until.eq(Moment(until)),
                ))
                .on_conflict(exchanges::digest)
                .do_update()
                .set(exchanges::claimed_until.eq(excluded(exchanges::claimed_until)))
                .filter(exchanges::claimed_until.le(Moment(now)))
                .execute(connection)?;
            Ok(claimed == 1)
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.exchanges.release", skip_all)]
    async fn release(&self, code: &CodeDigest) -> Result<(), PortError> {
        let digest = Digest(*code.as_bytes());
        let write = move |connection: &mut _| {
            delete(exchanges::table.find(digest)).execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.exchanges.claim_answer", skip_all)]
    async fn claim_answer(
        &self,
        key: &RequestDigest,
        body: &RequestDigest,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<KeptAnswer, PortError> {
        let claim = Claim {
            request: Digest(*key),
            body: Digest(*body),
            now: Moment(now),
            until: Moment(until),
        };
        self.database
            .write(move |connection| claim.make(connection))
            .await
    }

    #[tracing::instrument(name = "sqlite.exchanges.keep_answer", skip_all)]
    async fn keep_answer(&self, key: &RequestDigest, sealed: &[u8]) -> Result<(), PortError> {
        let (request, sealed) = (Digest(*key), sealed.to_owned());
        let write = move |connection: &mut _| {
            update(kept_answers::table.find(request))
                .set(kept_answers::answer.eq(sealed))
                .execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }

    #[tracing::instrument(name = "sqlite.exchanges.release_answer", skip_all)]
    async fn release_answer(&self, key: &RequestDigest) -> Result<(), PortError> {
        let request = Digest(*key);
        let write = move |connection: &mut _| {
            delete(kept_answers::table.find(request)).execute(connection)?;
            Ok(())
        };
        self.database.write(write).await
    }
}

struct Claim {
    request: Digest,
    body: Digest,
    now: Moment,
    until: Moment,
}

#[derive(Queryable)]
struct AnswerRow {
    body: Digest,
    answer: Option<Vec<u8>>,
}

impl Claim {
    fn make(&self, connection: &mut SqliteConnection) -> Result<KeptAnswer, Failure> {
        let claimed = insert_into(kept_answers::table)
            .values((
                kept_answers::request.eq(self.request),
                kept_answers::body.eq(self.body),
                kept_answers::kept_until.eq(self.until),
            ))
            .on_conflict(kept_answers::request)
            .do_update()
            .set((
                kept_answers::body.eq(excluded(kept_answers::body)),
                kept_answers::answer.eq(None::<Vec<u8>>),
                kept_answers::kept_until.eq(excluded(kept_answers::kept_until)),
            ))
            .filter(kept_answers::kept_until.le(self.now))
            .execute(connection)?;
        if claimed == 1 {
            return Ok(KeptAnswer::Claimed);
        }
        let kept = kept_answers::table
            .find(self.request)
            .select((kept_answers::body, kept_answers::answer))
            .first::<AnswerRow>(connection)
            .optional()?;
        Ok(match kept {
            Some(kept) if kept.body != self.body => KeptAnswer::OtherBody,
            Some(AnswerRow {
                answer: Some(sealed), ..
            }) => KeptAnswer::Answered(sealed),
            // Another process released it between the two statements: whoever asks again gets it.
            Some(AnswerRow { answer: None, .. }) | None => KeptAnswer::Pending,
        })
    }
}
