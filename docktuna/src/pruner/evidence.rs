//! The data from which a pruner decides.

use std::ops::BitOr;
use std::sync::Arc;

use super::Curve;
use crate::id::{TrialNumber, TrialState};
use crate::space::Direction;

/// The progress of the trial that is judged.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    pub(crate) study: &'a str,
    pub(crate) direction: Direction,
    pub(crate) number: TrialNumber,
    pub(crate) curve: &'a Curve,
    pub(crate) rungs: &'a Rungs,
}

impl<'a> Progress<'a> {
    /// The name of the study.
    #[must_use]
    pub fn study(&self) -> &'a str {
        self.study
    }

    /// Which way is better.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The trial's place in the study.
    #[must_use]
    pub fn number(&self) -> TrialNumber {
        self.number
    }

    /// All its reports.
    #[must_use]
    pub fn curve(&self) -> &'a Curve {
        self.curve
    }

    /// The rungs that it has completed.
    #[must_use]
    pub fn rungs(&self) -> &'a Rungs {
        self.rungs
    }
}

/// The data of other trials that a pruner needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reads {
    pub(crate) curves: bool,
    pub(crate) rungs: bool,
    pub(crate) results: bool,
}

impl Reads {
    /// Nothing. The pruner judges a trial by its own reports, which costs no query.
    pub const NOTHING: Self = Self {
        curves: false,
        rungs: false,
        results: false,
    };
    /// All reports of completed trials.
    pub const CURVES: Self = Self {
        curves: true,
        ..Self::NOTHING
    };
    /// The rungs that any trial completed, and the last step of the completed trials.
    pub const RUNGS: Self = Self {
        rungs: true,
        ..Self::NOTHING
    };
    /// The results of completed trials, and whether the trials break a constraint.
    pub const RESULTS: Self = Self {
        results: true,
        ..Self::NOTHING
    };
    /// All of it.
    pub const ALL: Self = Self {
        curves: true,
        rungs: true,
        results: true,
    };
}

impl BitOr for Reads {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self {
            curves: self.curves || other.curves,
            rungs: self.rungs || other.rungs,
            results: self.results || other.results,
        }
    }
}

/// The rungs of successive halving that a trial completed, with its value at each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rungs(Vec<(u32, f64)>);

impl Rungs {
    /// The value at this rung.
    #[must_use]
    pub fn get(&self, rung: u32) -> Option<f64> {
        let found = self.0.iter().find(|(completed, _)| *completed == rung);
        found.map(|(_, value)| *value)
    }

    /// The first rung that is not completed.
    #[must_use]
    pub fn next(&self) -> u32 {
        let mut rungs = 0..;
        rungs
            .find(|rung| self.get(*rung).is_none())
            .unwrap_or(u32::MAX)
    }

    /// Whether none is completed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn insert(&mut self, rung: u32, value: f64) {
        match self.0.iter_mut().find(|(completed, _)| *completed == rung) {
            Some((_, stored)) => *stored = value,
            None => self.0.push((rung, value)),
        }
    }
}

impl FromIterator<(u32, f64)> for Rungs {
    fn from_iter<I: IntoIterator<Item = (u32, f64)>>(rungs: I) -> Self {
        let mut completed = Self::default();
        for (rung, value) in rungs {
            completed.insert(rung, value);
        }
        completed
    }
}

/// Another trial of the study, with the data that the pruner [reads](Reads).
#[derive(Debug, Clone)]
pub struct Peer {
    pub(crate) number: TrialNumber,
    pub(crate) state: TrialState,
    pub(crate) value: Option<f64>,
    pub(crate) feasible: bool,
    pub(crate) last_step: Option<u32>,
    pub(crate) curve: Curve,
    pub(crate) rungs: Rungs,
}

impl Peer {
    /// Its place in the study.
    #[must_use]
    pub fn number(&self) -> TrialNumber {
        self.number
    }

    /// Its state.
    #[must_use]
    pub fn state(&self) -> TrialState {
        self.state
    }

    /// Its result, if results are read.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Whether it breaks no constraint, if results are read.
    #[must_use]
    pub fn is_feasible(&self) -> bool {
        self.feasible
    }

    /// The largest step that it reported, if it is complete.
    #[must_use]
    pub fn last_step(&self) -> Option<u32> {
        self.last_step
    }

    /// Its reports, if it is complete and curves are read.
    #[must_use]
    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    /// The rungs that it completed, in any state, if rungs are read.
    #[must_use]
    pub fn rungs(&self) -> &Rungs {
        &self.rungs
    }
}

/// The other trials of the study, in no particular order: the complete trials, and the trials in any
/// state that completed a rung.
#[derive(Debug, Clone, Default)]
pub struct Peers {
    /// They never change; all checks of a process share them.
    pub(crate) finished: Arc<Vec<Arc<Peer>>>,
    pub(crate) running: Vec<Peer>,
}

impl Peers {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Peer> {
        self.finished
            .iter()
            .map(Arc::as_ref)
            .chain(self.running.iter())
    }

    /// The complete trials, which have a result and are neither pruned nor failed.
    pub fn completed(&self) -> impl Iterator<Item = &Peer> {
        self.finished
            .iter()
            .map(Arc::as_ref)
            .filter(|peer| peer.state == TrialState::Complete)
    }

    /// The values that complete trials reported at exactly this step.
    pub fn values_at(&self, step: u32) -> impl Iterator<Item = f64> {
        self.completed().filter_map(move |peer| peer.curve.at(step))
    }

    /// The largest step that a complete trial reported.
    #[must_use]
    pub fn largest_step(&self) -> Option<u32> {
        self.completed().filter_map(|peer| peer.last_step).max()
    }
}
