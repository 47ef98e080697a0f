//! One run of a study in a setting.

use std::collections::VecDeque;

use docktuna::BoxError;

use super::setting::{STEPS, Setting, curve};
use super::side::{Native, Optunas, Ours, Side};
use crate::problem::{Objective, Run};
use crate::remote::Remote;

/// What a run found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    /// The noiseless loss of the complete trial that was told the smallest one.
    pub(super) best: f64,
    /// The share of all steps that were made.
    pub(super) steps: f64,
}

/// Runs of one problem whose type is forgotten.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runs {
    native: fn(Native, Setting, Run) -> Result<Outcome, BoxError>,
    python: fn(&mut Remote, Setting, Run) -> Result<Outcome, BoxError>,
}

impl Runs {
    pub(crate) const fn of<T: Objective>() -> Self {
        Self {
            native: |sampler, setting, run| {
                let mut side = Ours::<T>::begin(sampler, setting, run.seed)?;
                search(&mut side, setting, spread::<T>()?, run)
            },
            python: |remote, setting, run| {
                let mut side = Optunas::begin(remote, setting, run.seed)?;
                search::<T>(&mut side, setting, spread::<T>()?, run)
            },
        }
    }

    pub(super) fn native(
        &self,
        sampler: Native,
        setting: Setting,
        run: Run,
    ) -> Result<Outcome, BoxError> {
        (self.native)(sampler, setting, run)
    }

    pub(super) fn python(
        &self,
        remote: &mut Remote,
        setting: Setting,
        run: Run,
    ) -> Result<Outcome, BoxError> {
        (self.python)(remote, setting, run)
    }
}

/// By how much the losses of random configurations differ: half of them lie in so wide a range.
fn spread<T: Objective>() -> Result<f64, BoxError> {
    const DRAWN: usize = 100;
    let mut side = Ours::<T>::begin(Native::Random, Setting::Sequential, 0)?;
    let mut losses = Vec::with_capacity(DRAWN);
    for trial in 0..DRAWN {
        let loss = side.ask(trial)?.loss();
        side.tell(trial, loss)?;
        losses.push(loss);
    }
    losses.sort_by(f64::total_cmp);
    Ok(losses[3 * DRAWN / 4] - losses[DRAWN / 4])
}

/// Keeps trials running until all have ended: the oldest is told, and a new one is asked for.
fn search<T: Objective>(
    side: &mut dyn Side<T>,
    setting: Setting,
    spread: f64,
    run: Run,
) -> Result<Outcome, BoxError> {
    let mut running = VecDeque::with_capacity(setting.workers());
    let (mut asked, mut steps) = (0, 0);
    // What was told, and the loss itself.
    let mut best = (f64::INFINITY, f64::INFINITY);
    loop {
        while running.len() < setting.workers() && asked < run.trials {
            running.push_back((asked, side.ask(asked)?.loss()));
            asked += 1;
        }
        let Some((trial, loss)) = running.pop_front() else {
            break;
        };
        if setting.pruner().is_some() {
            let mut pruned = false;
            for step in 1..=STEPS {
                steps += 1;
                pruned = side.report(trial, step, curve(loss, spread, step))?;
                if pruned {
                    break;
                }
            }
            if pruned {
                side.prune(trial)?;
                continue;
            }
        }
        let told = setting.told(loss, spread, run.seed, trial);
        side.tell(trial, told)?;
        if told < best.0 {
            best = (told, loss);
        }
    }
    Ok(Outcome {
        best: best.1,
        steps: f64::from(steps) / (f64::from(STEPS) * run.trials as f64),
    })
}
