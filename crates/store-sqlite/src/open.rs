use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use diesel::{
    Connection, ConnectionError, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    result::{DatabaseErrorKind, Error},
    sql_query,
    sql_types::Text,
};

use crate::{database::Database, migrate};

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite takes only paths of this form.
    #[error("the path is not UTF-8")]
    Path,
    /// The folder is missing and cannot be made.
    #[error("cannot make the folder {}; make it, or name another", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be made, or not be opened for writing.
    #[error("cannot open the file for writing; is it a file, and may this user write it?")]
    File(#[source] io::Error),
    /// SQLite does not take the file.
    #[error("SQLite cannot open the file")]
    Connect(#[from] ConnectionError),
    /// It is no database of SQLite's, it is damaged, or somebody holds it locked.
    #[error("SQLite cannot use the file; is it a database, and does no other program hold it locked?")]
    Prepare(#[from] Error),
    /// The file system has no shared memory, as network file systems have none.
    #[error(
        "the file system does not allow a write-ahead log (SQLite fell back to journal_mode={0}); use a local disk"
    )]
    NoWriteAheadLog(String),
    /// A newer program was here before.
    #[error(
        "the database was made by a newer version: it has migration {found}, and this version knows none after {known}; run that version or a later one"
    )]
    Newer {
        /// The newest migration that was applied.
        found: String,
        /// The newest that this program knows.
        known: String,
    },
    /// A migration could not be applied; nothing of it was kept.
    #[error("the schema could not be brought up to date")]
    Migrate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The program is ending.
    #[error("the opening was broken off")]
    BrokenOff(#[source] tokio::task::JoinError),
}

/// Several programs may start at once, and one of them may be migrating a large file.
const OPENING_BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 10000;";
/// SQLite does not wait for the lock that a change of the journal needs, so this does: 5 s in all.
const TRIES: u32 = 250;
const PAUSE: Duration = Duration::from_millis(20);

/// Makes the file where there is none, and brings it up to date.
pub(crate) fn open(path: &Path) -> Result<Database, OpenError> {
    // Absolute, because SQLite takes a name that begins with `file:` for a URI.
    let path = std::path::absolute(path).map_err(OpenError::File)?;
    make_file(&path)?;
    let url = path.to_str().ok_or(OpenError::Path)?;
    let mut connection = SqliteConnection::establish(url)?;
    connection.batch_execute(OPENING_BUSY_TIMEOUT)?;
    // Works only before the first table is made.
    connection.batch_execute("PRAGMA auto_vacuum = INCREMENTAL;")?;
    use_write_ahead_log(&mut connection)?;
    migrate::apply(&mut connection)?;
    Ok(Database::new(url))
}

fn make_file(path: &Path) -> Result<(), OpenError> {
    if let Some(folder) = path.parent() {
        make_folder(folder).map_err(|source| OpenError::Folder {
            folder: folder.to_owned(),
            source,
        })?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    // SQLite gives its other files the same mode.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(OpenError::File)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[derive(QueryableByName)]
struct Journal {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

fn use_write_ahead_log(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    for tries_left in (0..TRIES).rev() {
        match sql_query("PRAGMA journal_mode = WAL").get_result::<Journal>(connection) {
            Ok(journal) if journal.journal_mode == "wal" => return Ok(()),
            Ok(journal) => return Err(OpenError::NoWriteAheadLog(journal.journal_mode)),
            Err(error) if is_locked(&error) && tries_left > 0 => thread::sleep(PAUSE),
            Err(error) => return Err(error.into()),
        }
    }
    unreachable!("the last try returns")
}

fn is_locked(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::Unknown, info) if info.message().contains("locked"))
}
