//! Searching with this crate: a study in memory, asked and told.

use docktuna::OptunaDatabase;
use docktuna::sampler::{Random, Tpe};

use super::Run;
use super::front::Front;
use super::problem::{Fronts, Objectives};

/// A sampler of this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Native {
    /// What a study has without saying more.
    Tpe,
    /// The same with Optuna's rules.
    OptunaRules,
    Random,
}

pub(super) fn fronts<T: Objectives>(sampler: Native, run: &Run) -> Fronts {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let db = OptunaDatabase::in_memory();
        let mut study = db.study_builder::<T>("quality").seed(run.seed);
        for objective in 0..T::REFERENCE.len() {
            study = study.minimize(format!("objective {objective}"));
        }
        let study = match sampler {
            Native::Tpe => study.sampler(Tpe::default()),
            Native::OptunaRules => study.sampler(Tpe::optuna()),
            Native::Random => study.sampler(Random),
        };
        let study = study.open().await?;
        let mut front = Front::of::<T>();
        let mut fronts = Vec::new();
        for number in 1..=run.longest() {
            let trial = study.ask().await?;
            let losses = trial.config().losses();
            front.add(&losses);
            trial.tell(losses).await?;
            if run.trials.contains(&number) {
                fronts.push(front.clone());
            }
        }
        Ok(fronts)
    })
}
