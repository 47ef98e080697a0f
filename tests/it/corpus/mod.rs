//! Config structs as programs have them: each is sampled, stored, loaded and enqueued as it is.
//!
//! The fields have the types that the programs gave them; only attributes were added. `rewritten.rs` has those for
//! which that did not do, with the reason and what was written instead.

#![allow(dead_code, reason = "the programs that read these fields are not here")]

mod boosting;
mod command_lines;
mod compilers;
mod databases;
mod diffusion;
mod engines;
mod games;
mod generic;
mod kernels;
mod reinforcement;
mod rewritten;
mod services;
mod trading;
mod transformers;
mod wide;

use docktuna::{Load, OptunaDatabase, Params, Tunable};

/// Asks for some trials of `T`, loads the best, and runs it again from the queue.
async fn lives<T: Tunable + Send + 'static>() {
    let db = OptunaDatabase::in_memory();
    let study = db.study::<T>("corpus").await.unwrap();
    for (value, trial) in (0_u8..).zip(study.ask_many(3).await.unwrap()) {
        let recorded = Params::of(trial.config()).unwrap();
        assert_eq!(names(&recorded), names(trial.params()));
        trial.tell(f64::from(value)).await.unwrap();
    }
    let best = T::load_best(&db, "corpus").await.unwrap();
    let recorded = Params::of(&best).unwrap();
    study.enqueue(best).await.unwrap();
    let again = study.ask().await.unwrap();
    assert_eq!(*again.params(), recorded, "what was enqueued is run");
    assert_eq!(Params::of(again.config()).unwrap(), recorded);
    again.tell(0.0).await.unwrap();
}

fn names(params: &Params) -> Vec<&str> {
    params.iter().map(|param| param.name()).collect()
}

/// A test for each of the types.
macro_rules! corpus {
    ($($test:ident $ty:ty,)*) => {$(
        #[tokio::test]
        async fn $test() {
            super::lives::<$ty>().await;
        }
    )*};
}
use corpus;
