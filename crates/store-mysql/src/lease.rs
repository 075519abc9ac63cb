//! Connections that are lent to one call each.
//!
//! A future that is dropped, as every timeout does, leaves its answer under way. In the pool the next caller would read it as their own:
//! another user's row. So a connection goes back only when its call says that it is done.

use std::time::Duration;

use diesel::{QueryResult, QueryableByName, mysql::Mysql};
use diesel_async::{
    AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection, pooled_connection::deadpool::Object,
};
use tokio::time::{self, Instant};

use crate::{database::Pool, failure::Failure, sql::Sql};

/// How long things may take.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) call: Duration,
    pub(crate) wait: Duration,
    pub(crate) statement: Duration,
}

/// A connection, for the statements of one call, one after the other.
pub(crate) struct Lease {
    /// There until the lease ends.
    connection: Option<Object<AsyncMysqlConnection>>,
    pool: Pool,
    limits: Limits,
    /// When the call must have ended.
    until: Instant,
    /// Whether a statement was answered, so that the connection is known to be open and may be inside a transaction.
    is_tried: bool,
}

impl Lease {
    pub(crate) async fn begin(pool: Pool, limits: Limits) -> Result<Self, Failure> {
        let until = Instant::now() + limits.call;
        let connection = borrow(&pool, until.min(Instant::now() + limits.wait)).await?;
        Ok(Self {
            connection: Some(connection),
            pool,
            limits,
            until,
            is_tried: false,
        })
    }

    pub(crate) async fn load<T>(&mut self, sql: &Sql<'_>) -> Result<Vec<T>, Failure>
    where
        T: QueryableByName<Mysql> + Send + 'static,
    {
        #[cfg(test)]
        crate::tests::plans::note(self.connection(), sql).await;
        loop {
            let until = self.statement_until();
            let answer = time::timeout_at(until, sql.load(self.connection())).await;
            if let Some(rows) = self.judge(answer).await? {
                return Ok(rows);
            }
        }
    }

    /// Says how many rows were met, which is not always how many were changed.
    pub(crate) async fn execute(&mut self, sql: &Sql<'_>) -> Result<usize, Failure> {
        #[cfg(test)]
        crate::tests::plans::note(self.connection(), sql).await;
        loop {
            let until = self.statement_until();
            let answer = time::timeout_at(until, sql.execute(self.connection())).await;
            if let Some(rows) = self.judge(answer).await? {
                return Ok(rows);
            }
        }
    }

    /// For what begins and ends a transaction.
    pub(crate) async fn batch(&mut self, sql: &'static str) -> Result<(), Failure> {
        loop {
            let until = self.statement_until();
            let answer = time::timeout_at(until, self.connection().batch_execute(sql)).await;
            if let Some(()) = self.judge(answer).await? {
                return Ok(());
            }
        }
    }

    /// Waits, but not past the end of the call.
    pub(crate) async fn pause(&mut self, pause: Duration) {
        time::sleep_until(self.until.min(Instant::now() + pause)).await;
    }

    /// All answers were read and no transaction is open: the connection may be somebody else's.
    pub(crate) fn done(mut self) {
        self.connection.take();
    }

    fn connection(&mut self) -> &mut AsyncMysqlConnection {
        self.connection
            .as_mut()
            .expect("it is there until the lease ends")
    }

    fn statement_until(&self) -> Instant {
        self.until.min(Instant::now() + self.limits.statement)
    }

    /// What became of a statement; `None` to run it again.
    async fn judge<T>(
        &mut self,
        answer: Result<QueryResult<T>, time::error::Elapsed>,
    ) -> Result<Option<T>, Failure> {
        let answer = answer.map_err(|_elapsed| Failure::TooSlow)?;
        match answer.map_err(Failure::from) {
            // It lay in the pool, and the server closed it meanwhile.
            Err(failure) if !self.is_tried && failure.is_closed() => self.replace().await.map(|()| None),
            Err(failure) => {
                self.is_tried = true;
                Err(failure)
            }
            Ok(value) => {
                self.is_tried = true;
                Ok(Some(value))
            }
        }
    }

    /// A connection made just now. What else lies in the pool was closed as well, in all likelihood.
    async fn replace(&mut self) -> Result<(), Failure> {
        self.close();
        self.pool.retain(|_, _| false);
        self.connection = Some(borrow(&self.pool, self.until.min(Instant::now() + self.limits.wait)).await?);
        self.is_tried = true;
        Ok(())
    }

    fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.close();
    }
}

async fn borrow(pool: &Pool, until: Instant) -> Result<Object<AsyncMysqlConnection>, Failure> {
    let connection = time::timeout_at(until, pool.get()).await;
    Ok(connection.map_err(|_elapsed| Failure::NoConnection)??)
}
