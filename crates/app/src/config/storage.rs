use std::path::PathBuf;

use super::keys::Keys;

/// `[database]`: where users live.
#[derive(Debug)]
pub struct Database {
    /// The SQLite file.
    pub path: PathBuf,
}

impl Database {
    pub(super) fn read(keys: &mut Keys) -> Option<Self> {
        let path = keys.require_secret("database.url", sqlite_path);
        keys.secret("sessions.url", |url| {
            if url == "embedded" {
                Ok(())
            } else {
                Err("must be \"embedded\": this version keeps sessions in the database")
            }
        });
        Some(Self { path: path? })
    }
}

fn sqlite_path(url: &str) -> Result<PathBuf, &'static str> {
    match url.strip_prefix("sqlite://") {
        Some(path) if !path.is_empty() && !path.ends_with('/') && !path.contains(['?', '#']) => {
            Ok(PathBuf::from(path))
        }
        Some(_) => Err("must name a file: sqlite://data/wechat-login.db"),
        None => Err("must be sqlite://… with the path of a file: this version knows no other database"),
    }
}
