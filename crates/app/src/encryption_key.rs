//! The key that encrypts at rest, where the operator brought none: made once, and kept beside the database.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use anyhow::{Context, bail};
use wechat_login_domain::{MasterKey, ports::Entropy};

const FILE_NAME: &str = "encryption.key";

/// Reads the key of this folder, or makes one.
///
/// # Errors
/// Where the folder cannot be written, or what is in the file is no key.
pub(crate) fn read_or_make(folder: &Path, entropy: &dyn Entropy) -> anyhow::Result<MasterKey> {
    let path = folder.join(FILE_NAME);
    if let Some(key) = read(&path)? {
        return Ok(key);
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| {
            format!(
                "cannot make the folder {} of the database (database.url); make it, or name another",
                folder.display()
            )
        })?;
    // Written whole under another name first: two instances that start at once must agree on one key, and neither may read half of it.
    let mut suffix = [0; 8];
    entropy.fill(&mut suffix);
    let draft = folder.join(format!("{FILE_NAME}.{:016x}", u64::from_be_bytes(suffix)));
    let written = write(&draft, &MasterKey::generate(entropy)).and_then(|()| fs::hard_link(&draft, &path));
    let _ = fs::remove_file(&draft);
    match written {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(error).with_context(|| {
                format!(
                    "cannot write {}, which belongs to the database (database.url); let this user write its folder, or set \
                     security.encryption_key",
                    path.display()
                )
            });
        }
        _ => {}
    }
    read(&path)?.with_context(|| format!("{} is gone again", path.display()))
}

fn read(path: &Path) -> anyhow::Result<Option<MasterKey>> {
    match fs::read_to_string(path) {
        Ok(text) => match MasterKey::parse(&text) {
            Ok(key) => Ok(Some(key)),
            Err(error) => bail!(
                "{}: {error}; restore it from the backup of the database",
                path.display()
            ),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| {
            format!(
                "cannot read {}, which belongs to the database (database.url); name a folder that this user can read",
                path.display()
            )
        }),
    }
}

fn write(path: &Path, key: &MasterKey) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{}", key.expose())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::system::SystemEntropy;

    #[test]
    fn a_key_is_made_once_and_kept_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let first = read_or_make(&data, &SystemEntropy).unwrap().expose();
        assert_eq!(read_or_make(&data, &SystemEntropy).unwrap().expose(), first);
        let mode = fs::metadata(data.join(FILE_NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
    }

    #[test]
    fn instances_that_start_at_once_agree() {
        let folder = tempfile::tempdir().unwrap();
        let keys: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| read_or_make(folder.path(), &SystemEntropy).unwrap().expose()))
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), "not a key").unwrap();
        assert!(read_or_make(folder.path(), &SystemEntropy).is_err());
        assert_eq!(
            fs::read_to_string(folder.path().join(FILE_NAME)).unwrap(),
            "not a key"
        );
    }
}
