//! What came of the scenarios.

use std::process::ExitCode;
use std::time::Duration;

use crate::plan::Plan;

/// The figures of a scenario. What must be zero is checked by [`Table::end`], after the table was printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// How often something was broken, or began anew.
    pub(crate) repetitions: usize,
    /// Trials in the database at the end.
    pub(crate) trials: usize,
    /// Acknowledged results and reports that are not there.
    pub(crate) lost: usize,
    /// What is there twice: results, numbers, retries of one failure.
    pub(crate) doubled: usize,
    /// Trials and processes that did not come to an end.
    pub(crate) stuck: usize,
    /// The most connections that one process held, where it was measured.
    pub(crate) connections: Option<usize>,
    /// What was played in another way than it should be.
    pub(crate) note: Option<&'static str>,
}

/// The rows of a run; those of scenarios that panicked are missing.
pub(crate) struct Table {
    plan: Plan,
    lines: Vec<(&'static str, Option<Row>, Duration)>,
}

impl Table {
    pub(crate) fn new(plan: Plan) -> Self {
        let form = plan.pick("short", "long");
        println!(
            "fault suite, {form} form, DOCKTUNA_TEST_FAULTS_SEED={}",
            plan.seed()
        );
        Self {
            plan,
            lines: Vec::new(),
        }
    }

    pub(crate) fn plan(&self) -> Plan {
        self.plan
    }

    pub(crate) fn add(&mut self, name: &'static str, row: Option<Row>, took: Duration) {
        println!("{name}: {} in {:.0} s", verdict(row), took.as_secs_f64());
        self.lines.push((name, row, took));
    }

    /// Prints the table; fails if a scenario did.
    pub(crate) fn end(self) -> ExitCode {
        println!(
            "\n{:<14} {:>11} {:>7} {:>5} {:>8} {:>6} {:>24} {:>8}",
            "scenario",
            "repetitions",
            "trials",
            "lost",
            "doubled",
            "stuck",
            "connections per process",
            "seconds"
        );
        for (name, row, took) in &self.lines {
            match row {
                Some(row) => println!(
                    "{name:<14} {:>11} {:>7} {:>5} {:>8} {:>6} {:>24} {:>8.0}  {}",
                    row.repetitions,
                    row.trials,
                    row.lost,
                    row.doubled,
                    row.stuck,
                    row.connections
                        .map_or_else(|| "-".to_owned(), |most| most.to_string()),
                    took.as_secs_f64(),
                    row.note.unwrap_or_default()
                ),
                None => println!("{name:<14} FAILED, see above"),
            }
        }
        println!();
        if self.lines.iter().all(|(_, row, _)| verdict(*row) == "ok") {
            ExitCode::SUCCESS
        } else {
            println!(
                "FAILED; DOCKTUNA_TEST_FAULTS_SEED={} repeats it",
                self.plan.seed()
            );
            ExitCode::FAILURE
        }
    }
}

fn verdict(row: Option<Row>) -> &'static str {
    match row {
        Some(Row {
            lost: 0,
            doubled: 0,
            stuck: 0,
            ..
        }) => "ok",
        _ => "FAILED",
    }
}
