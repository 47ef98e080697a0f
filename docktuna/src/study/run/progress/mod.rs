//! How a run tells a display what happens to its trials.

mod look;
mod screen;

use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::limits::Limits;
use crate::id::TrialState;
use crate::progress::{EndedTrial, ProgressDisplay, standard_error};
use crate::storage::{BestRow, now};
use crate::study::{DynamicStudy, RunningTrial};
use screen::Screen;

/// How long the end of a run waits for its display: it may be waiting for the database, or for a terminal.
const LONGEST_END: Duration = Duration::from_secs(3);

/// Who shows a run.
#[derive(Default)]
pub(in crate::study) enum Audience {
    #[default]
    Nobody,
    StandardError,
    Display(Box<dyn ProgressDisplay>),
}

impl Audience {
    fn display(self) -> Option<Box<dyn ProgressDisplay>> {
        match self {
            Self::Nobody => None,
            Self::StandardError => Some(standard_error()),
            Self::Display(display) => Some(display),
        }
    }
}

/// What the display of a run is told.
enum Event {
    Began,
    Ended {
        trial: Box<EndedTrial>,
        /// What it is if it is the best one; none for one that cannot be.
        candidate: Option<BestRow>,
    },
    /// A trial is worked on no more, whatever became of it.
    Over,
    /// The run has ended.
    End,
}

/// Tells what happens to the trials of a run. It does nothing if nobody is told.
pub(in crate::study) struct Reporter(Option<UnboundedSender<Event>>);

/// What shows a run, until it ends.
pub(in crate::study) struct Show(Option<JoinHandle<()>>);

/// Begins to show a run.
pub(in crate::study) fn begin(
    study: &DynamicStudy,
    limits: &Limits,
    audience: Audience,
) -> (Reporter, Show) {
    let Some(display) = audience.display() else {
        return (Reporter(None), Show(None));
    };
    let (sender, events) = unbounded_channel();
    let screen = Screen::new(study.clone(), limits, display);
    let task = tokio::spawn(screen.show(events));
    (Reporter(Some(sender)), Show(Some(task)))
}

impl Reporter {
    /// A trial was asked for.
    pub(in crate::study) fn began(&self) -> Attempt {
        self.tell(Event::Began);
        let reporter = Self(self.0.clone());
        Attempt {
            reporter,
            began: Instant::now(),
        }
    }

    /// The run has ended.
    pub(in crate::study) fn end(&self) {
        self.tell(Event::End);
    }

    fn tell(&self, event: Event) {
        if let Some(events) = &self.0 {
            // A display that was closed or panicked hears nothing.
            let _ = events.send(event);
        }
    }
}

impl Show {
    /// Waits until the end of the run is shown.
    pub(in crate::study) async fn end(mut self) {
        let Some(mut task) = self.0.take() else {
            return;
        };
        match tokio::time::timeout(LONGEST_END, &mut task).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the display of the progress failed"),
            Err(_) => task.abort(),
        }
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

/// A trial while it is worked on.
pub(in crate::study) struct Attempt {
    reporter: Reporter,
    began: Instant,
}

impl Attempt {
    pub(in crate::study) fn complete(&self, running: &RunningTrial, values: &[f64]) {
        self.ended(running, TrialState::Complete, values, None);
    }

    pub(in crate::study) fn pruned(&self, running: &RunningTrial) {
        let last = running.last_report();
        self.ended(running, TrialState::Pruned, last.as_slice(), None);
    }

    pub(in crate::study) fn failed(&self, running: &RunningTrial, reason: &str) {
        self.ended(running, TrialState::Fail, &[], Some(reason));
    }

    fn ended(
        &self,
        running: &RunningTrial,
        state: TrialState,
        values: &[f64],
        reason: Option<&str>,
    ) {
        if self.reporter.0.is_none() {
            return;
        }
        let trial = Box::new(EndedTrial {
            number: running.number(),
            state,
            values: values.to_vec(),
            reason: reason.map(str::to_owned),
            params: running.params().clone(),
            ended: now(),
            duration: self.began.elapsed(),
        });
        let candidate = match *values {
            [value] if state == TrialState::Complete && running.is_feasible() => Some(BestRow {
                id: running.key().id,
                number: running.number(),
                value,
            }),
            _ => None,
        };
        self.reporter.tell(Event::Ended { trial, candidate });
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.reporter.tell(Event::Over);
    }
}
