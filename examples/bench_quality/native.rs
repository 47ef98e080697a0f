//! Searching with this crate: a study in memory, asked and told.

use docktuna::sampler::{Random, Tpe};
use docktuna::{BoxError, OptunaDatabase};

use crate::problem::{Losses, Objective, Run};

/// A sampler of this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Native {
    /// What a study has without saying more.
    Tpe,
    Random,
}

pub(crate) fn losses<T: Objective>(sampler: Native, run: Run) -> Losses {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let db = OptunaDatabase::in_memory();
        let study = db.study_builder::<T>("quality").seed(run.seed);
        let study = match sampler {
            Native::Tpe => study.sampler(Tpe::default()),
            Native::Random => study.sampler(Random),
        };
        let study = study.open().await?;
        let mut losses = Vec::with_capacity(run.trials);
        for _ in 0..run.trials {
            let trial = study.ask().await?;
            let loss = trial.config().loss();
            trial.tell(loss).await?;
            losses.push(loss);
        }
        Ok::<_, BoxError>(losses)
    })
}
