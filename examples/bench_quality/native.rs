//! Searching with this crate, asked and told: a study in memory, or a rehearsal where there is no type.

use docktuna::sampler::{Rehearsal, Sampler};
use docktuna::{BoxError, OptunaDatabase};

use crate::problem::file::Read;
use crate::problem::{Losses, Objective, Run};

pub(crate) fn losses<T: Objective>(sampler: Box<dyn Sampler>, run: Run) -> Losses {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let db = OptunaDatabase::in_memory();
        let study = db.study_builder::<T>("quality").seed(run.seed);
        let study = study.sampler(sampler).open().await?;
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

pub(crate) fn losses_of_read(problem: &Read, sampler: &dyn Sampler, run: Run) -> Losses {
    let mut rehearsal = Rehearsal::new(problem.space()).seed(run.seed);
    let mut losses = Vec::with_capacity(run.trials);
    for _ in 0..run.trials {
        let (number, params) = rehearsal.ask(sampler)?;
        let loss = problem.loss(|name| Some(params.get(name)?.stored()))?;
        rehearsal.tell(number, &[loss])?;
        losses.push(loss);
    }
    Ok(losses)
}
