//! `docktuna watch`.

use std::time::{Duration, Instant};

use chrono::Utc;
use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, say, trials};
use super::forms::{Counts, StudyForm, moment};
use super::output::{Cell, CsvLines, Format, Output};
use super::studies;
use crate::database::StudySummary;
use crate::error::Error;
use crate::study::DynamicStudy;

/// Show the progress of a study while it is tuned, until Ctrl-C.
///
/// One small query a second, however many workers there are. On a terminal one line is kept up to date; elsewhere there
/// is a line for each change.
#[derive(Debug, Args)]
pub(super) struct Watch {
    /// The study's name.
    study: String,

    /// Seconds between two looks.
    #[arg(long, value_name = "SECONDS", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    interval: u32,
}

#[derive(Serialize)]
struct Form {
    time: String,
    #[serde(flatten)]
    study: StudyForm,
}

/// What is compared to find out whether something changed.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    counts: [usize; 6],
    best: Option<f64>,
}

impl Look {
    fn of(study: &StudyForm) -> Self {
        let Counts {
            total,
            complete,
            pruned,
            fail,
            running,
            waiting,
        } = study.trials;
        Self {
            counts: [total, complete, pruned, fail, running, waiting],
            best: study.best_value.map(|value| value.0),
        }
    }
}

impl Watch {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let study = context.study(&self.study).await?;
        let mut shown = Shown::new(context.format(), self.interval);
        let mut is_away = false;
        loop {
            let asked = Instant::now();
            match look(&study).await {
                Ok(study) => {
                    is_away = false;
                    shown.show(study)?;
                }
                Err(error) if error.is_transient() => {
                    if !is_away {
                        say(&format!("{error}; looking again"));
                    }
                    is_away = true;
                }
                Err(error) => return Err(error.into()),
            }
            // A database that is slow is asked less often.
            let pause = Duration::from_secs(self.interval.into()).max(asked.elapsed() * 4);
            tokio::time::sleep(pause).await;
        }
    }
}

/// The study at a glance, in one query.
async fn look(study: &DynamicStudy) -> Result<StudyForm, Error> {
    let summaries = study.storage().summaries(Some(study.id())).await?;
    let summary = summaries.into_iter().next().map(StudySummary::from);
    // SQLite hands the id of a deleted study out again.
    match summary.filter(|summary| summary.name == study.name()) {
        Some(summary) => Ok(summary.into()),
        None => Err(study.row().deleted()),
    }
}

/// What the user sees.
struct Shown {
    output: Output,
    format: Format,
    lines: CsvLines,
    last: Option<Look>,
    /// When it began, and how many trials had ended.
    began: Option<(Instant, usize)>,
    /// How often the line on a terminal changes at least, for the rate.
    interval: Duration,
}

impl Shown {
    fn new(format: Format, interval: u32) -> Self {
        Self {
            output: Output::new(),
            format,
            lines: CsvLines::new(),
            last: None,
            began: None,
            interval: Duration::from_secs(interval.into()),
        }
    }

    fn show(&mut self, study: StudyForm) -> Result<(), Failure> {
        let look = Look::of(&study);
        let is_new = self.last.replace(look) != Some(look);
        let live = self.format == Format::Table && self.output.is_terminal();
        if !is_new && !live {
            return Ok(());
        }
        let is_first = self.began.is_none();
        let rate = self.rate(&study.trials);
        let now = Utc::now().naive_utc();
        match self.format {
            Format::Table if live => {
                // To the start of the line, which is cleared.
                let line = format!("\r\u{1b}[K{}", line(&study, rate));
                self.output.raw(line.as_bytes())?;
            }
            Format::Table => {
                let line = format!(
                    "{}  {}",
                    now.format("%Y-%m-%d %H:%M:%S"),
                    line(&study, rate)
                );
                self.output.line(&line)?;
            }
            Format::Json => self.output.json_line(&Form {
                time: moment(now),
                study,
            })?,
            Format::Csv => {
                if is_first {
                    let names = ["time"].into_iter().chain(studies::COLUMNS.iter().copied());
                    self.lines
                        .line(&mut self.output, names.map(str::to_owned))?;
                }
                let mut row = vec![Cell::Moment(now)];
                row.extend(studies::row(&study));
                self.lines
                    .line(&mut self.output, row.iter().map(Cell::for_csv))?;
            }
        }
        self.output.flush()
    }

    /// How many trials have ended in a minute, once there is something to tell.
    fn rate(&mut self, trials: &Counts) -> Option<f64> {
        let ended = trials.complete + trials.pruned + trials.fail;
        let (began, before) = *self.began.get_or_insert((Instant::now(), ended));
        let minutes = began.elapsed().as_secs_f64() / 60.0;
        let since = u32::try_from(ended.saturating_sub(before)).unwrap_or(u32::MAX);
        (since > 0 && began.elapsed() >= self.interval).then(|| f64::from(since) / minutes)
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        // The line on a terminal stays, and what comes next begins below it.
        if self.format == Format::Table && self.output.is_terminal() && self.began.is_some() {
            let _ = self.output.line("").and_then(|()| self.output.flush());
        }
    }
}

fn line(study: &StudyForm, rate: Option<f64>) -> String {
    let Counts {
        total,
        complete,
        pruned,
        fail,
        running,
        waiting,
    } = study.trials;
    let mut parts = vec![trials(total), format!("{complete} complete")];
    let others = [
        (running, "running"),
        (waiting, "waiting"),
        (pruned, "pruned"),
        (fail, "failed"),
    ];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    parts.extend(others.map(|(count, what)| format!("{count} {what}")));
    parts.extend(study.best_value.map(|best| format!("best {:?}", best.0)));
    parts.extend(rate.map(|rate| format!("{rate:.1}/min")));
    parts.join("  ")
}
