//! Builds again when a migration changes, which `embed_migrations!` does not notice, and puts the SQL of all of them into one file, with
//! what diesel notes of each: whoever runs that file by hand has a database that is served.

use std::{env, fmt::Write, fs, io, path::Path};

const FOLDER: &str = "../../migrations/mysql";

const NOTES: &str = "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on  TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed={FOLDER}");
    let mut folders: Vec<_> = fs::read_dir(FOLDER)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    folders.sort();
    let mut all = format!("{NOTES}\n");
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let sql = fs::read_to_string(folder.join("up.sql"))?;
        let version = name.split('_').next().unwrap_or_default().replace('-', "");
        let note = format!("INSERT IGNORE INTO __diesel_schema_migrations (version) VALUES ('{version}');");
        writeln!(all, "-- {name}\n\n{sql}\n{note}\n").map_err(io::Error::other)?;
    }
    let target = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&target).join("migrations.sql"), all)
}
