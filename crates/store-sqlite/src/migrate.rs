use diesel::{
    SqliteConnection,
    migration::{Migration, MigrationSource},
    sqlite::Sqlite,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::open::OpenError;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// The SQL of all migrations, in order.
pub(crate) const AS_TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/migrations.sql"));

/// Applies what is missing, all of it or nothing. Whoever comes at the same moment waits, and finds it done.
pub(crate) fn apply(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    connection.immediate_transaction(|connection| {
        let known = MigrationSource::<Sqlite>::migrations(&MIGRATIONS).map_err(OpenError::Migrate)?;
        let known: Vec<_> = known.iter().map(|one| one.name().version().to_string()).collect();
        let applied = connection.applied_migrations().map_err(OpenError::Migrate)?;
        let unknown = applied
            .iter()
            .map(ToString::to_string)
            .filter(|one| !known.contains(one));
        if let Some(found) = unknown.max() {
            return Err(OpenError::Newer {
                found,
                known: known.into_iter().max().unwrap_or_default(),
            });
        }
        connection
            .run_pending_migrations(MIGRATIONS)
            .map(drop)
            .map_err(OpenError::Migrate)
    })
}
