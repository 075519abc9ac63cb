//! SQL through the server's own client, which comes with it.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::tools;

pub(super) struct Database {
    client: PathBuf,
    port: String,
}

impl Database {
    /// The server of this URL.
    ///
    /// # Errors
    /// That there is no client.
    pub(super) fn at(url: &str) -> Result<Self, String> {
        let client =
            tools::find(&["mariadb", "mysql"]).ok_or("mariadb is missing: it comes with MariaDB's client")?;
        let port = url.rsplit(':').next().unwrap_or_default().to_owned();
        Ok(Self { client, port })
    }

    /// Runs these statements.
    ///
    /// # Errors
    /// What the server says of the first that fails.
    pub(super) fn run(&self, sql: &str) -> Result<(), String> {
        let mut client = Command::new(&self.client)
            .args([
                "--no-defaults",
                "--protocol=tcp",
                "--host=127.0.0.1",
                "--user=root",
            ])
            .args(["--port", &self.port])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} cannot be run: {error}", self.client.display()))?;
        let mut stdin = client.stdin.take().expect("it is piped");
        // Where it ends before it has read everything, it says why.
        stdin.write_all(sql.as_bytes()).ok();
        drop(stdin);
        let output = client.wait_with_output().map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}
