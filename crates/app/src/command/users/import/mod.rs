//! `users import`: people from a file, a thousand at a time, each batch whole or not at all. Breaking it off and beginning again does no harm.

mod batches;
mod flights;
mod line;
mod lines;
mod progress;
mod unambiguous;

use std::{path::Path, process::ExitCode};

use serde::Serialize;
use wechat_login_domain::{Apps, import::ImportOutcome, use_case::ImportUsers};

use self::{
    flights::{Flights, Landed},
    lines::Lines,
    progress::Progress,
};
use super::{EX_REFUSED, fail};
use crate::command::one_line::one_line;

#[derive(Debug, Default, Serialize)]
struct Counts {
    imported: u64,
    unchanged: u64,
    refused: u64,
}

pub(super) async fn run(file: &Path, apps: &Apps, import: &ImportUsers, is_json: bool) -> ExitCode {
    let (lines, length) = match Lines::open(file) {
        Ok(opened) => opened,
        Err(error) => return fail(EX_REFUSED, &format!("cannot read {}: {error}", file.display())),
    };
    let mut report = Report {
        progress: Progress::new(length),
        counts: Counts::default(),
        done_to: 0,
        stopped: None,
    };
    let mut batches = batches::read(lines, apps.clone());
    let mut flights = Flights::default();
    while let Some(batch) = batches.recv().await {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => {
                report.stop(format!("cannot read {}: {error}", file.display()));
                break;
            }
        };
        while flights.must_wait(&batch) {
            report.land(&mut flights).await;
        }
        if report.stopped.is_some() {
            break;
        }
        flights.start(batch, import.clone());
    }
    // Those that are under way count, whatever happened to another.
    while report.land(&mut flights).await {}
    report.end(is_json)
}

/// What is told while it goes on, and at the end.
struct Report {
    progress: Progress,
    counts: Counts,
    /// The last line that was dealt with, as all lines before it were.
    done_to: u64,
    /// Why it ended early, and after which line.
    stopped: Option<(u64, String)>,
}

impl Report {
    /// Waits for the next batch to land; `false` where none is under way.
    async fn land(&mut self, flights: &mut Flights) -> bool {
        match flights.land().await {
            None => return false,
            Some(Ok(landed)) => self.count(landed),
            Some(Err(broken)) => self.stop(broken.to_string()),
        }
        true
    }

    fn count(&mut self, Landed { batch, outcomes }: Landed) {
        let mut refused = batch.faults;
        match outcomes {
            Ok(outcomes) => {
                for (number, outcome) in batch.numbers.iter().zip(outcomes) {
                    match outcome {
                        ImportOutcome::Imported => self.counts.imported += 1,
                        ImportOutcome::Unchanged => self.counts.unchanged += 1,
                        ImportOutcome::Refused(refusal) => refused.push((*number, refusal.to_string())),
                    }
                }
            }
            Err(error) => self.stop(one_line(&error)),
        }
        refused.sort_unstable();
        for (number, reason) in refused {
            self.counts.refused += 1;
            self.progress.say(&format!("line {number}: {reason}"));
        }
        if self.stopped.is_none() {
            self.done_to = batch.last_line;
            self.progress.is_at(batch.read, batch.last_line);
        }
    }

    fn stop(&mut self, reason: String) {
        self.stopped.get_or_insert((self.done_to, reason));
    }

    fn end(self, is_json: bool) -> ExitCode {
        self.progress.end();
        let counts = self.counts;
        if is_json {
            println!(
                "{}",
                serde_json::to_string(&counts).expect("numbers by their names")
            );
        } else {
            println!(
                "imported {}, unchanged {}, refused {}",
                counts.imported, counts.unchanged, counts.refused
            );
        }
        match self.stopped {
            Some((line, reason)) => fail(
                EX_REFUSED,
                &format!("stopped after line {line}: {reason}; run it again, it goes on"),
            ),
            None if counts.refused > 0 => ExitCode::from(EX_REFUSED),
            None => ExitCode::SUCCESS,
        }
    }
}
