//! Calls that are given up at any moment: nothing is lost or doubled, nothing runs that nobody owns, and
//! every call brings the next one nearer to its end.
//!
//! `DOCKTUNA_TEST_FAULTS=long` gives up 2,000 calls of each kind on each database, and otherwise it is
//! some dozens. The moments are drawn from a seed that a failing test prints.

mod asks;
mod progress;
mod runs;
mod writes;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use docktuna::{FrozenTrial, OptunaDatabase, TrialState};
use rand::rngs::ChaCha12Rng;
use rand::{RngExt, SeedableRng};
use tokio::time::{sleep, timeout};

use crate::backend::{Backend, Kind};

/// How many calls of a kind are given up.
fn rounds() -> u32 {
    let long = std::env::var("DOCKTUNA_TEST_FAULTS").is_ok_and(|form| form == "long");
    if long { 2000 } else { 60 }
}

/// Draws when calls are given up.
struct Moments(ChaCha12Rng);

impl Moments {
    fn new() -> Self {
        let seed = rand::random();
        println!("the seed of the moments is {seed}");
        Self(ChaCha12Rng::seed_from_u64(seed))
    }

    fn split(&mut self) -> Self {
        Self(ChaCha12Rng::seed_from_u64(self.0.random()))
    }

    /// What the call returned before it was given up: after some polls, or after up to 12 ms.
    async fn cut<O>(&mut self, call: impl Future<Output = O>) -> Option<O> {
        if self.0.random_bool(0.5) {
            return polled(self.0.random_range(1..12), call).await;
        }
        let patience = Duration::from_micros(self.0.random_range(0..12_000));
        timeout(patience, call).await.ok()
    }
}

/// What the future returned by its `most`th poll.
async fn polled<O>(most: u32, call: impl Future<Output = O>) -> Option<O> {
    let (mut call, mut polls) = (pin!(call), 0);
    poll_fn(|context| {
        polls += 1;
        match call.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if polls == most => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

async fn backends() -> [Backend; 3] {
    [
        Backend::postgres().await,
        Backend::pooled().await,
        Backend::sqlite().await,
    ]
}

/// How often one kind of call is given up there. The proxy is for what differs behind it.
fn rounds_on(backend: &Backend) -> u32 {
    match backend.kind {
        Kind::PooledPostgres => rounds() / 10,
        _ => rounds(),
    }
}

/// A handle whose trials may be silent for two seconds.
async fn handle(backend: &Backend) -> OptunaDatabase {
    backend
        .beating(Duration::from_millis(500), Duration::from_secs(2))
        .await
}

/// The trials of study `s`, once none of them is running.
async fn settled(db: &OptunaDatabase) -> Vec<FrozenTrial> {
    let settled = async {
        loop {
            let trials = db.dynamic_study("s").await.unwrap().trials().await.unwrap();
            let runs = |trial: &FrozenTrial| trial.state == TrialState::Running;
            if !trials.iter().any(runs) {
                return trials;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let trials = timeout(Duration::from_secs(60), settled).await;
    let trials = trials.expect("a trial stays RUNNING that nobody owns");
    let numbers: Vec<i32> = trials.iter().map(|trial| trial.number.get()).collect();
    let dense = 0..i32::try_from(trials.len()).unwrap();
    assert_eq!(numbers, dense.collect::<Vec<_>>(), "numbers are dense");
    trials
}

fn results(trials: &[FrozenTrial]) -> BTreeMap<i32, f64> {
    let complete = trials
        .iter()
        .filter(|trial| trial.state == TrialState::Complete);
    complete
        .map(|trial| (trial.number.get(), trial.value().unwrap()))
        .collect()
}
