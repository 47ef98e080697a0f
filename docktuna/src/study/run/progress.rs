//! The progress that a run shows.

use std::io::{IsTerminal, Write};
use std::time::Instant;

use super::limits::RunSummary;
use crate::shown::shown;
use crate::space::Direction;

/// What is shown while a run goes on.
pub(in crate::study) struct Progress {
    pub(in crate::study) summary: RunSummary,
    /// The direction of a study with one objective.
    direction: Option<Direction>,
    best: Option<(i32, f64)>,
    started: Instant,
}

impl Progress {
    pub(in crate::study) fn new(directions: &[Direction]) -> Self {
        let direction = match directions {
            [direction] => Some(*direction),
            _ => None,
        };
        Self {
            summary: RunSummary::default(),
            direction,
            best: None,
            started: Instant::now(),
        }
    }

    pub(in crate::study) fn complete(&mut self, number: i32, values: &[f64], show: bool) {
        self.summary.complete += 1;
        if let ([value], Some(direction)) = (values, self.direction) {
            let better = self.best.is_none_or(|(_, best)| match direction {
                Direction::Minimize => *value < best,
                Direction::Maximize => *value > best,
            });
            if better {
                self.best = Some((number, *value));
            }
        }
        self.show(&format!("trial {number}: {values:?}"), show);
    }

    pub(in crate::study) fn pruned(&mut self, number: i32, show: bool) {
        self.summary.pruned += 1;
        self.show(&format!("trial {number}: pruned"), show);
    }

    pub(in crate::study) fn failed(&mut self, number: i32, reason: &str, show: bool) {
        self.summary.failed += 1;
        self.show(&format!("trial {number}: failed: {}", shown(reason)), show);
    }

    pub(in crate::study) fn show(&self, event: &str, show: bool) {
        if !show {
            return;
        }
        let mut err = std::io::stderr().lock();
        // A closed standard error is no reason to stop a run.
        let _ = if err.is_terminal() {
            let RunSummary {
                complete,
                pruned,
                failed,
                ..
            } = self.summary;
            let best = self.best.map_or_else(String::new, |(number, value)| {
                format!(", best {value} (trial {number})")
            });
            write!(
                err,
                "\r\x1b[K{complete} complete, {pruned} pruned, {failed} failed{best}, {:.0?}",
                self.started.elapsed()
            )
        } else {
            writeln!(err, "{event}")
        };
    }

    pub(in crate::study) fn end(&self, show: bool) {
        if show && std::io::stderr().is_terminal() {
            eprintln!();
        }
    }
}
