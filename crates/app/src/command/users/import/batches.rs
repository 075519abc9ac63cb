//! The file, cut into batches on a thread of its own, so that reading and parsing cost the database no time.

use std::{collections::HashSet, io, thread};

use tokio::sync::mpsc;
use wechat_login_domain::{Apps, import::ImportedUser, ports::Clock};

use super::{line, lines::Lines};
use crate::system::SystemClock;

/// Few enough that a login which comes meanwhile does not wait long.
const ROWS: usize = 1_000;
/// Rows may be long; what is in memory at once is not.
const BYTES: u64 = 1 << 20;
/// How many lie ready.
const READY: usize = 2;

/// Lines that follow one another.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The people.
    pub(super) people: Vec<ImportedUser>,
    /// The numbers of their lines.
    pub(super) numbers: Vec<u64>,
    /// The lines that are none, each with its number and the reason.
    pub(super) faults: Vec<(u64, String)>,
    /// What the people are known by.
    pub(super) marks: HashSet<u64>,
    /// The number of the last line.
    pub(super) last_line: u64,
    /// How many bytes of the file were read with it.
    pub(super) read: u64,
}

/// Reads on until nobody listens any more.
pub(super) fn read(mut lines: Lines, apps: Apps) -> mpsc::Receiver<io::Result<Batch>> {
    let (sender, receiver) = mpsc::channel(READY);
    thread::spawn(move || {
        loop {
            let batch = next(&mut lines, &apps);
            let is_end = !matches!(&batch, Ok(Some(_)));
            if let Some(batch) = batch.transpose()
                && sender.blocking_send(batch).is_err()
            {
                break;
            }
            if is_end {
                break;
            }
        }
    });
    receiver
}

fn next(lines: &mut Lines, apps: &Apps) -> io::Result<Option<Batch>> {
    let (now, begin) = (SystemClock.now(), lines.read());
    let mut batch = Batch::default();
    while batch.people.len() + batch.faults.len() < ROWS && lines.read() - begin < BYTES {
        let Some((number, text)) = lines.next()? else {
            break;
        };
        match text.and_then(|text| line::parse(&text, apps, now)) {
            Ok(person) => {
                batch.marks.extend(person.marks());
                batch.people.push(person);
                batch.numbers.push(number);
            }
            Err(reason) => batch.faults.push((number, reason)),
        }
    }
    batch.last_line = lines.number();
    batch.read = lines.read();
    let is_empty = batch.people.is_empty() && batch.faults.is_empty();
    Ok((!is_empty).then_some(batch))
}
