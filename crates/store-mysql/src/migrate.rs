use diesel::{
    QueryableByName, RunQueryDsl,
    migration::{Migration, MigrationSource},
    mysql::Mysql,
    sql_query,
    sql_types::{BigInt, Nullable},
};
use diesel_async::{AsyncMysqlConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::open_error::OpenError;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/mysql");

/// The SQL of all migrations, in order.
pub(crate) const AS_TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/migrations.sql"));

/// Every version that this program knows.
fn known() -> Result<Vec<String>, OpenError> {
    let known = MigrationSource::<Mysql>::migrations(&MIGRATIONS).map_err(OpenError::Migrate)?;
    Ok(known.iter().map(|one| one.name().version().to_string()).collect())
}

/// Whether a newer program was here. What it made may be anything, so this one leaves it alone.
fn refuse_newer(known: &[String], applied: &[String]) -> Result<(), OpenError> {
    match applied.iter().filter(|one| !known.contains(one)).max() {
        Some(found) => Err(OpenError::Newer {
            found: found.clone(),
            known: known.iter().max().cloned().unwrap_or_default(),
        }),
        None => Ok(()),
    }
}

/// Whether this is the schema that this program needs. The newest migration alone does not say so: one before it may have been left out.
pub(crate) fn check(applied: &[String]) -> Result<(), OpenError> {
    let known = known()?;
    refuse_newer(&known, applied)?;
    match known.into_iter().filter(|one| !applied.contains(one)).min() {
        Some(missing) => Err(OpenError::Older { missing }),
        None => Ok(()),
    }
}

#[derive(QueryableByName)]
struct Lock {
    #[diesel(sql_type = Nullable<BigInt>)]
    is_ours: Option<i64>,
}

/// Applies what is missing, while everybody else who wants to waits. diesel takes no lock of its own on MySQL.
///
/// The lock is the connection's and ends with it.
pub(crate) fn apply(connection: AsyncMysqlConnection) -> Result<(), OpenError> {
    // A name may have 64 characters.
    const LOCK: &str = "SELECT GET_LOCK(LEFT(CONCAT('wl_migrate:', DATABASE()), 64), 60) AS is_ours";
    const UNLOCK: &str = "SELECT RELEASE_LOCK(LEFT(CONCAT('wl_migrate:', DATABASE()), 64)) AS is_ours";
    let mut connection = AsyncConnectionWrapper::<_>::from(connection);
    let lock: Lock = sql_query(LOCK)
        .get_result(&mut connection)
        .map_err(|error| OpenError::Migrate(error.into()))?;
    if lock.is_ours != Some(1) {
        return Err(OpenError::Locked);
    }
    let applied = connection.applied_migrations().map_err(OpenError::Migrate)?;
    let applied: Vec<_> = applied.iter().map(ToString::to_string).collect();
    refuse_newer(&known()?, &applied)?;
    connection
        .run_pending_migrations(MIGRATIONS)
        .map_err(OpenError::Migrate)?;
    sql_query(UNLOCK)
        .get_result::<Lock>(&mut connection)
        .map_err(|error| OpenError::Migrate(error.into()))?;
    Ok(())
}
