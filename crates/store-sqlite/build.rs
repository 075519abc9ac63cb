//! Builds again when a migration changes, which `embed_migrations!` does not notice, and puts the SQL of all of them into one file.

use std::{env, fmt::Write, fs, io, path::Path};

const FOLDER: &str = "../../migrations/sqlite";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed={FOLDER}");
    let mut folders: Vec<_> = fs::read_dir(FOLDER)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    folders.sort();
    let mut all = String::new();
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let sql = fs::read_to_string(folder.join("up.sql"))?;
        writeln!(all, "-- {name}\n\n{sql}").map_err(io::Error::other)?;
    }
    let target = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&target).join("migrations.sql"), all)
}
