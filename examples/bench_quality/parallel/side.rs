//! A study of either side with several running trials.

use std::collections::HashMap;

use docktuna::pruner::{Hyperband, Median};
use docktuna::sampler::{Auto, Random, Tpe};
use docktuna::{BoxError, OptunaDatabase, RunningTrial, Study, Tunable};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::setting::{Pruner, STEPS, Setting};
use crate::remote::Remote;

/// Where trials are asked for and told, by number.
pub(super) trait Side<T> {
    fn ask(&mut self, trial: usize) -> Result<T, BoxError>;
    /// Reports an intermediate value, and whether the trial is to be pruned.
    fn report(&mut self, trial: usize, step: u32, value: f64) -> Result<bool, BoxError>;
    fn tell(&mut self, trial: usize, loss: f64) -> Result<(), BoxError>;
    fn prune(&mut self, trial: usize) -> Result<(), BoxError>;
}

/// A sampler of this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Native {
    /// What a study has without saying more.
    Auto,
    Tpe,
    Random,
}

/// A study of this crate, in memory.
pub(super) struct Ours<T> {
    runtime: Runtime,
    study: Study<T>,
    running: HashMap<usize, RunningTrial>,
}

impl<T: Tunable + Send + Sync + 'static> Ours<T> {
    pub(super) fn begin(sampler: Native, setting: Setting, seed: u64) -> Result<Self, BoxError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let study = runtime.block_on(async {
            let db = OptunaDatabase::in_memory();
            let study = db.study_builder::<T>("quality").seed(seed);
            let study = match sampler {
                Native::Auto => study.sampler(Auto::default()),
                Native::Tpe => study.sampler(Tpe::default()),
                Native::Random => study.sampler(Random),
            };
            let study = match setting.pruner() {
                Some(Pruner::Median) => study.pruner(Median::default()),
                Some(Pruner::Hyperband) => study.pruner(Hyperband::default().max_resource(STEPS)),
                None => study,
            };
            study.open().await
        })?;
        Ok(Self {
            runtime,
            study,
            running: HashMap::new(),
        })
    }

    fn take(&mut self, trial: usize) -> Result<RunningTrial, BoxError> {
        let running = self.running.remove(&trial);
        running.ok_or_else(|| format!("trial {trial} does not run").into())
    }
}

impl<T: Tunable + Send + Sync + 'static> Side<T> for Ours<T> {
    fn ask(&mut self, trial: usize) -> Result<T, BoxError> {
        let asked = self.runtime.block_on(self.study.ask())?;
        let (config, running) = asked.into_parts();
        self.running.insert(trial, running);
        Ok(config)
    }

    fn report(&mut self, trial: usize, step: u32, value: f64) -> Result<bool, BoxError> {
        let running = self.running.get(&trial).ok_or("the trial does not run")?;
        let pruned = async {
            running.report(step, value).await?;
            running.should_prune().await
        };
        Ok(self.runtime.block_on(pruned)?)
    }

    fn tell(&mut self, trial: usize, loss: f64) -> Result<(), BoxError> {
        let running = self.take(trial)?;
        Ok(self.runtime.block_on(running.tell(loss))?)
    }

    fn prune(&mut self, trial: usize) -> Result<(), BoxError> {
        let running = self.take(trial)?;
        Ok(self.runtime.block_on(running.prune())?)
    }
}

/// A study of Optuna.
pub(super) struct Optunas<'a>(&'a mut Remote);

impl<'a> Optunas<'a> {
    pub(super) fn begin(
        remote: &'a mut Remote,
        setting: Setting,
        seed: u64,
    ) -> Result<Self, BoxError> {
        let pruner = match setting.pruner() {
            Some(Pruner::Median) => json!({"name": "median", "options": {}}),
            Some(Pruner::Hyperband) => {
                json!({"name": "hyperband", "options": {"max_resource": STEPS}})
            }
            None => Json::Null,
        };
        let sampler = if setting.workers() > 1 { "liar" } else { "tpe" };
        let study = json!({"sampler": sampler, "objectives": 1, "pruner": pruner});
        remote.begin(&study, seed)?;
        Ok(Self(remote))
    }
}

impl<T: Tunable> Side<T> for Optunas<'_> {
    fn ask(&mut self, trial: usize) -> Result<T, BoxError> {
        self.0.ask(trial)
    }

    fn report(&mut self, trial: usize, step: u32, value: f64) -> Result<bool, BoxError> {
        self.0.report(trial, step, value)
    }

    fn tell(&mut self, trial: usize, loss: f64) -> Result<(), BoxError> {
        self.0.tell(trial, &[loss])
    }

    fn prune(&mut self, trial: usize) -> Result<(), BoxError> {
        self.0.prune(trial)
    }
}
