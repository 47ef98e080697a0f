//! Searching with Python's Optuna.

use serde_json::json;

use super::Run;
use super::front::Front;
use super::problem::{Fronts, Objectives};
use crate::remote::Remote;

pub(super) fn fronts<T: Objectives>(remote: &mut Remote, sampler: &str, run: &Run) -> Fronts {
    let study = json!({"sampler": sampler, "objectives": T::REFERENCE.len()});
    remote.begin(&study, run.seed)?;
    let mut front = Front::of::<T>();
    let mut fronts = Vec::new();
    for number in 1..=run.longest() {
        let config: T = remote.ask(number)?;
        let losses = config.losses();
        remote.tell(number, &losses)?;
        front.add(&losses);
        if run.trials.contains(&number) {
            fronts.push(front.clone());
        }
    }
    Ok(fronts)
}
