use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
};

use crate::mariadb::OwnMariaDb;

/// What MariaDB writes of everything that it is asked.
pub(super) struct GeneralLog<'a> {
    server: &'a OwnMariaDb,
    file: File,
}

impl<'a> GeneralLog<'a> {
    pub(super) fn of(server: &'a OwnMariaDb) -> Self {
        let begun = server.server.run("", "SET GLOBAL general_log = 1");
        begun.expect("root may");
        let mut file = File::open(server.general_log()).expect("it is written");
        file.seek(SeekFrom::End(0)).expect("a file");
        Self { server, file }
    }

    /// Each is a round trip: statements, with BEGIN and COMMIT, and the preparing of statements on a connection that is not warm.
    ///
    /// Beside the requests goes on what follows the record of revocations and clears it away.
    pub(super) fn since_last(&mut self) -> Vec<String> {
        // It is written line by line: what was asked before this is there when this is answered.
        self.server.server.run("", "SELECT 'mark'").expect("it runs");
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes).expect("a file");
        // Ids stand there as they are.
        let text = String::from_utf8_lossy(&bytes);
        let mut entries: Vec<Entry> = Vec::new();
        for line in text.lines() {
            match Entry::begin(line) {
                Some(entry) => entries.push(entry),
                None => {
                    if let Some(entry) = entries.last_mut() {
                        entry.text.push(' ');
                        entry.text.push_str(line.trim());
                    }
                }
            }
        }
        let ours = entries.iter().filter(|entry| entry.text.contains("'mark'"));
        let ours: Vec<_> = ours.map(|entry| entry.connection.clone()).collect();
        let requests = entries
            .into_iter()
            .filter(|entry| !ours.contains(&entry.connection) && entry.is_request());
        requests.map(|entry| entry.text).collect()
    }
}

struct Entry {
    connection: String,
    text: String,
}

impl Entry {
    /// The time or nothing, then the connection and the kind, then what was asked. More lines may follow.
    fn begin(line: &str) -> Option<Self> {
        let (_time, rest) = line.split_once('\t')?;
        let (connection, text) = rest.trim_start().split_once(' ')?;
        let is_number = !connection.is_empty() && connection.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| Self {
            connection: connection.to_owned(),
            text: text.to_owned(),
        })
    }

    fn is_request(&self) -> bool {
        let is_asked = ["Query", "Execute", "Prepare"]
            .iter()
            .any(|kind| self.text.starts_with(kind));
        let is_beside = self.text.contains("UTC_TIMESTAMP(6) AS now")
            || self.text.contains("DELETE FROM revocations")
            || self.text.contains("SELECT") && self.text.contains("FROM revocations");
        is_asked && !is_beside
    }
}
