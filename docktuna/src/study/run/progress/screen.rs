//! The task that calls a display.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Mutex, watch};

use super::Event;
use super::look::{Fleet, Look, is_due};
use crate::id::{StateCounts, TrialState};
use crate::progress::{EndedTrial, Pace, Progress, ProgressDisplay, ended, remaining};
use crate::space::Direction;
use crate::storage::BestRow;
use crate::study::DynamicStudy;
use crate::study::run::limits::Limits;
use crate::study::run::task::AbortOnDrop;

/// How often a live display is updated.
const TICK: Duration = Duration::from_secs(1);
/// How soon it is updated after a trial has begun or ended: usually one begins when another one ends.
const SOON: Duration = Duration::from_millis(100);
/// How long a line waits for the newest state of the study.
const PATIENCE: Duration = Duration::from_secs(1);

/// A display with what it shows.
pub(super) struct Screen {
    display: Box<dyn ProgressDisplay>,
    progress: Progress,
    direction: Option<Direction>,
    running: usize,
    ended: StateCounts,
    /// The best one of this run.
    own: Option<BestRow>,
    began: Instant,
    /// The rates of the run and of the study.
    paces: [Pace; 2],
    look: Arc<Mutex<Look>>,
    looking: Option<AbortOnDrop<()>>,
    fleet: watch::Receiver<Option<Fleet>>,
    found: watch::Sender<Option<Fleet>>,
}

impl Screen {
    pub(super) fn new(
        study: DynamicStudy,
        limits: &Limits,
        display: Box<dyn ProgressDisplay>,
    ) -> Self {
        let direction = match *study.directions() {
            [direction] => Some(direction),
            _ => None,
        };
        let progress = Progress {
            study: study.name().to_owned(),
            objectives: study.directions().len(),
            trials: limits.trials,
            max_total: limits.max_total,
            ..Progress::default()
        };
        let (began, mut paces) = (Instant::now(), [Pace::default(), Pace::default()]);
        paces[0].note(began, 0);
        let (found, fleet) = watch::channel(None);
        Self {
            display,
            progress,
            direction,
            running: 0,
            ended: StateCounts::default(),
            own: None,
            began,
            paces,
            look: Arc::new(Mutex::new(Look::new(study))),
            looking: None,
            fleet,
            found,
        }
    }

    /// Shows what happens until the run ends, or nobody looks any more.
    pub(super) async fn show(mut self, mut events: UnboundedReceiver<Event>) {
        let mut next = Instant::now();
        if self.needs_study() {
            self.start();
        }
        while !self.display.is_closed() {
            let event = if self.display.is_live() {
                if Instant::now() >= next {
                    next = Instant::now() + TICK;
                    self.update();
                }
                match tokio::time::timeout_at(next.into(), events.recv()).await {
                    Ok(event) => event,
                    Err(_) => continue,
                }
            } else {
                events.recv().await
            };
            next = next.min(Instant::now() + SOON);
            match event {
                Some(Event::Began) => self.running += 1,
                Some(Event::Over) => self.running = self.running.saturating_sub(1),
                Some(Event::Ended { trial, candidate }) => self.ended(&trial, candidate).await,
                // Without an end the run was cancelled.
                None => return,
                Some(Event::End) => return self.finish().await,
            }
        }
    }

    fn update(&mut self) {
        if is_due() {
            self.start();
        }
        self.refresh();
        self.display.update(&self.progress);
    }

    async fn ended(&mut self, trial: &EndedTrial, candidate: Option<BestRow>) {
        self.ended.add(trial.state, 1);
        // The trial itself still counts as one that is worked on.
        self.running = self.running.saturating_sub(1);
        if trial.reason.is_some() {
            self.progress.last_failure.clone_from(&trial.reason);
        }
        if !self.display.is_live() && self.needs_study() {
            let is_first = self.fleet.borrow().is_none();
            if is_due() {
                self.start();
                self.wait().await;
            } else if is_first {
                self.wait().await;
            }
        }
        self.own = self.better(self.own, candidate);
        self.refresh();
        self.display.trial_ended(trial, &self.progress);
        self.running += 1;
    }

    async fn finish(mut self) {
        if self.display.is_live() {
            let look = Arc::clone(&self.look);
            let last = async move { look.lock().await.look().await };
            if let Ok(Some(fleet)) = tokio::time::timeout(PATIENCE, last).await {
                self.found.send_replace(Some(fleet));
            }
        }
        self.running = 0;
        self.refresh();
        self.display.finish(&self.progress);
    }

    /// Whether what is shown depends on more than this run.
    fn needs_study(&self) -> bool {
        self.display.is_live() || self.direction.is_some()
    }

    /// Begins to look at the study, unless it is being looked at.
    fn start(&mut self) {
        let (look, found) = (Arc::clone(&self.look), self.found.clone());
        let Ok(mut look) = look.try_lock_owned() else {
            return;
        };
        self.looking = Some(AbortOnDrop(tokio::spawn(async move {
            if let Some(fleet) = look.look().await {
                found.send_replace(Some(fleet));
            }
        })));
    }

    /// Waits a little for the look that was begun.
    async fn wait(&mut self) {
        if let Some(looking) = &mut self.looking
            && tokio::time::timeout(PATIENCE, looking).await.is_ok()
        {
            self.looking = None;
        }
    }

    fn refresh(&mut self) {
        let (now, fleet) = (Instant::now(), *self.fleet.borrow_and_update());
        let progress = &mut self.progress;
        progress.run = self.ended;
        progress.run.add(TrialState::Running, self.running);
        progress.elapsed = self.began.elapsed();
        if let Some(Fleet { counts, .. }) = fleet {
            progress.fleet = counts;
        }
        self.paces[0].note(now, ended(&progress.run));
        if let Some(counts) = &progress.fleet {
            self.paces[1].note(now, ended(counts));
        }
        let rates = [0, 1].map(|i| self.paces[i].per_minute(now));
        progress.per_minute = rates[usize::from(progress.is_about_fleet())];
        let left = progress
            .total()
            .map(|total| total.saturating_sub(progress.done()));
        progress.remaining = left
            .filter(|left| *left > 0)
            .zip(progress.per_minute)
            .and_then(|(left, per_minute)| remaining(left, per_minute));
        if let Some(fleet) = fleet {
            let best = self.better(fleet.best, self.own);
            self.progress.best = best.map(|best| (best.number, best.value));
        }
    }

    fn better(&self, one: Option<BestRow>, other: Option<BestRow>) -> Option<BestRow> {
        match (one, other, self.direction) {
            (_, _, None) => None,
            (Some(one), Some(other), Some(direction)) if other.beats(&one, direction) => {
                Some(other)
            }
            (one, other, _) => one.or(other),
        }
    }
}
