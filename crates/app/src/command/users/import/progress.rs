use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// How often a line is written where there is no terminal to draw on.
const LINES_A_LINE: u64 = 100_000;

/// How far it is: a bar on a terminal, a line now and then elsewhere.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    told: u64,
}

impl Progress {
    pub(super) fn new(length: Option<u64>) -> Self {
        let bar = stderr().is_terminal().then(|| match length {
            Some(length) => ProgressBar::new(length).with_style(
                ProgressStyle::with_template("{wide_bar} {percent:>3} %  {msg}  {eta} left")
                    .expect("the template is right"),
            ),
            None => ProgressBar::new_spinner()
                .with_style(ProgressStyle::with_template("{spinner} {msg}").expect("the template is right")),
        });
        Self { bar, told: 0 }
    }

    /// So many bytes and lines are done.
    pub(super) fn is_at(&mut self, bytes: u64, lines: u64) {
        match &self.bar {
            Some(bar) => {
                bar.set_position(bytes);
                bar.set_message(format!("{lines} lines"));
            }
            None if lines - self.told >= LINES_A_LINE => {
                self.told = lines;
                eprintln!("{lines} lines done");
            }
            None => {}
        }
    }

    /// Writes a line for good.
    pub(super) fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
