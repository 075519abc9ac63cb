//! `users import`: people from a file, some hundreds at a time, each batch whole or not at all. Breaking it off and beginning again does no harm.

mod line;
mod lines;
mod progress;

use std::{path::Path, process::ExitCode, time::Duration};

use serde::Serialize;
use wechat_login_domain::{
    Apps, OperatorError,
    import::{ImportOutcome, ImportedUser},
    ports::Clock,
    use_case::ImportUsers,
};

use self::{lines::Lines, progress::Progress};
use super::{EX_REFUSED, fail};
use crate::{command::one_line::one_line, system::SystemClock};

/// Few enough that a login which comes meanwhile does not wait long.
const BATCH: usize = 250;
/// A busy database is given this many chances, each after a longer wait.
const TRIES: u32 = 5;

#[derive(Debug, Default, Serialize)]
struct Counts {
    imported: u64,
    unchanged: u64,
    refused: u64,
}

pub(super) async fn run(file: &Path, apps: &Apps, import: &ImportUsers, is_json: bool) -> ExitCode {
    let (mut lines, length) = match Lines::open(file) {
        Ok(opened) => opened,
        Err(error) => return fail(EX_REFUSED, &format!("cannot read {}: {error}", file.display())),
    };
    let mut progress = Progress::new(length);
    let mut counts = Counts::default();
    let mut batch: Vec<(u64, ImportedUser)> = Vec::with_capacity(BATCH);
    let stopped = loop {
        let line = match lines.next() {
            Ok(line) => line,
            Err(error) => break Some(format!("cannot read {}: {error}", file.display())),
        };
        let is_end = line.is_none();
        if let Some((number, text)) = line {
            match text.and_then(|text| line::parse(&text, apps, SystemClock.now())) {
                Ok(person) => batch.push((number, person)),
                Err(reason) => refuse(&mut counts, &progress, number, &reason),
            }
        }
        if batch.len() == BATCH || (is_end && !batch.is_empty()) {
            if let Err(error) = take_over(&batch, import, &mut counts, &progress).await {
                break Some(one_line(&error));
            }
            batch.clear();
        }
        progress.is_at(lines.read(), lines.number());
        if is_end {
            break None;
        }
    };
    progress.end();
    if is_json {
        println!(
            "{}",
            serde_json::to_string(&counts).expect("numbers by their names")
        );
    } else {
        let Counts {
            imported,
            unchanged,
            refused,
        } = counts;
        println!("imported {imported}, unchanged {unchanged}, refused {refused}");
    }
    match stopped {
        Some(reason) => fail(
            EX_REFUSED,
            &format!(
                "stopped at line {}: {reason}; run it again, it goes on",
                lines.number()
            ),
        ),
        None if counts.refused > 0 => ExitCode::from(EX_REFUSED),
        None => ExitCode::SUCCESS,
    }
}

async fn take_over(
    batch: &[(u64, ImportedUser)],
    import: &ImportUsers,
    counts: &mut Counts,
    progress: &Progress,
) -> Result<(), OperatorError> {
    let people: Vec<_> = batch.iter().map(|(_, person)| person.clone()).collect();
    let mut tries = 1;
    let outcomes = loop {
        match import.run(&people).await {
            Ok(outcomes) => break outcomes,
            Err(error) if tries == TRIES => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(200) * tries).await,
        }
        tries += 1;
    };
    for ((number, _), outcome) in batch.iter().zip(outcomes) {
        match outcome {
            ImportOutcome::Imported => counts.imported += 1,
            ImportOutcome::Unchanged => counts.unchanged += 1,
            ImportOutcome::Refused(refusal) => refuse(counts, progress, *number, &refusal.to_string()),
        }
    }
    Ok(())
}

fn refuse(counts: &mut Counts, progress: &Progress, number: u64, reason: &str) {
    counts.refused += 1;
    progress.say(&format!("line {number}: {reason}"));
}
