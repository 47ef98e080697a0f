//! Searching with this crate: a study in memory, asked and told.

use docktuna::sampler::Random;
use docktuna::{BoxError, OptunaDatabase};

use crate::problem::{Losses, Objective, Run};

/// A sampler of this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Native {
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
