//! A folder of installed packages, which is made anew where what it was made from has changed.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

/// Where the folder says what it was made from.
const STAMP: &str = "made-from";

/// Makes the folder by `install`, unless it is there and was made from the same: the contents of `files`, and
/// `version`, which says what makes it.
///
/// # Errors
/// What cannot be read or written, and what `install` says.
pub(super) fn make(
    folder: &Path,
    files: &[&Path],
    version: &str,
    install: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let key = key(files, version)?;
    let stamp = folder.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == key) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| fault(folder, "removed", &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| fault(folder, "made", &error))?;
    install()?;
    fs::write(&stamp, key).map_err(|error| fault(&stamp, "written", &error))
}

fn key(files: &[&Path], version: &str) -> Result<String, String> {
    let mut hasher = DefaultHasher::new();
    version.hash(&mut hasher);
    for file in files {
        fs::read(file)
            .map_err(|error| fault(file, "read", &error))?
            .hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn fault(path: &Path, done: &str, error: &std::io::Error) -> String {
    format!("{} cannot be {done}: {error}", path.display())
}
