//! From rows to trials, with every rule that makes a row unreadable for Optuna checked.

use std::collections::HashMap;

use crate::id::{Int, TrialId, TrialNumber, TrialState};
use crate::optuna;
use crate::optuna::moment::{Moment, moment};
use crate::space::distribution::Distribution;
use crate::trial::{Attribute, FrozenTrial};

/// The rows of some trials, as both databases give them.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) trials: Vec<TrialRow>,
    pub(crate) params: Vec<ParamRow>,
    pub(crate) values: Vec<NumberRow>,
    pub(crate) intermediate_values: Vec<NumberRow>,
    pub(crate) user_attrs: Vec<AttributeRow>,
    pub(crate) system_attrs: Vec<AttributeRow>,
}

#[derive(Debug)]
pub(crate) struct TrialRow {
    pub(crate) id: Int,
    pub(crate) number: Option<Int>,
    pub(crate) state: String,
    pub(crate) started: Option<Moment>,
    pub(crate) completed: Option<Moment>,
}

/// (id, number, end, whether it is surely new) of a trial of a known start
pub(crate) type StartedRow = (Int, Option<Int>, Option<Moment>, bool);
/// (id, number, state, start, end), the moments in the driver's form
pub(crate) type TrialColumns<M> = (Int, Option<Int>, String, Option<M>, Option<M>);
/// (trial, name, value, distribution)
pub(crate) type ParamRow = (Int, Option<String>, Option<f64>, Option<String>);
/// (trial, objective or step, number, kind)
pub(crate) type NumberRow = (Int, Int, Option<f64>, String);
/// (trial, key, JSON)
pub(crate) type AttributeRow = (Int, Option<String>, Option<String>);

impl Rows {
    /// The trials in the order of their numbers.
    ///
    /// # Errors
    ///
    /// Which row is not as Optuna writes it.
    pub(crate) fn assemble(self) -> Result<Vec<FrozenTrial>, String> {
        let mut trials = Vec::with_capacity(self.trials.len());
        for row in self.trials {
            trials.push(row.into_trial()?);
        }
        let mut index: HashMap<Int, usize> = HashMap::with_capacity(trials.len());
        index.extend(
            trials
                .iter()
                .enumerate()
                .map(|(at, trial)| (trial.id.0, at)),
        );
        let of = |id: Int| index.get(&id).copied();
        let mut known = HashMap::new();
        for (id, name, value, distribution) in self.params {
            let Some(trial) = of(id).map(|at| &mut trials[at]) else {
                continue;
            };
            push_param(trial, name, value, distribution, &mut known)?;
        }
        for (id, objective, value, kind) in self.values {
            let Some(trial) = of(id).map(|at| &mut trials[at]) else {
                continue;
            };
            let number = optuna::read_value(value, &kind)
                .filter(|_| usize::try_from(objective.0) == Ok(trial.values.len()));
            trial.values.push(number.ok_or_else(|| {
                format!(
                    "trial {}: the number of objective {objective} is broken",
                    trial.number
                )
            })?);
        }
        for (id, step, value, kind) in self.intermediate_values {
            let Some(trial) = of(id).map(|at| &mut trials[at]) else {
                continue;
            };
            let number = optuna::read_intermediate(value, &kind).ok_or_else(|| {
                format!(
                    "trial {}: the value reported at step {step} is broken",
                    trial.number
                )
            })?;
            trial.intermediate_values.insert(step.0, number);
        }
        for (id, key, json) in self.user_attrs {
            let Some(trial) = of(id).map(|at| &mut trials[at]) else {
                continue;
            };
            let (key, attribute) = attribute(key, json, &format!("trial {}", trial.number))?;
            trial.user_attrs.insert(key, attribute);
        }
        for (id, key, json) in self.system_attrs {
            let Some(trial) = of(id).map(|at| &mut trials[at]) else {
                continue;
            };
            let (key, attribute) = attribute(key, json, &format!("trial {}", trial.number))?;
            trial.system_attrs.insert(key, attribute);
        }
        Ok(trials)
    }
}

impl TrialRow {
    fn into_trial(self) -> Result<FrozenTrial, String> {
        let number = trial_number(self.id, self.number)?;
        Ok(FrozenTrial {
            id: TrialId(self.id),
            number,
            state: TrialState::parse(&self.state)
                .ok_or_else(|| format!("trial {number}: its state {:?} is unknown", self.state))?,
            values: Vec::new(),
            params: crate::params::Params::default(),
            user_attrs: crate::trial::Attributes::new(),
            system_attrs: crate::trial::Attributes::new(),
            intermediate_values: std::collections::BTreeMap::new(),
            datetime_start: moment(self.started, || format!("the start of trial {number}"))?,
            datetime_complete: moment(self.completed, || format!("the end of trial {number}"))?,
        })
    }
}

/// The number of the trial with this id.
///
/// # Errors
///
/// That it has none, or one that no trial can have.
pub(in crate::storage) fn trial_number(
    id: Int,
    number: Option<Int>,
) -> Result<TrialNumber, String> {
    let number = number.ok_or_else(|| format!("the trial with id {id} has no number"))?;
    let known = i32::try_from(number.0).ok().filter(|number| *number >= 0);
    known.map(TrialNumber).ok_or_else(|| {
        format!("the trial with id {id} has the number {number}, which none can have")
    })
}

fn push_param(
    trial: &mut FrozenTrial,
    name: Option<String>,
    value: Option<f64>,
    distribution: Option<String>,
    known: &mut HashMap<String, Distribution>,
) -> Result<(), String> {
    let name = name.unwrap_or_default();
    let broken = |why: &str| format!("trial {}, parameter {name:?}: {why}", trial.number);
    // SQLite keeps NaN as NULL, so this is what Python reads as NaN from PostgreSQL.
    let value = value.unwrap_or(f64::NAN);
    let distribution = distribution.ok_or_else(|| broken("it has no distribution"))?;
    // A text is read once: most trials have the same.
    let distribution = match known.get(&distribution) {
        Some(known) => known.clone(),
        None => {
            let read = optuna::read_distribution(&distribution)
                .map_err(|why| broken(&format!("its distribution cannot be read: {why}")))?;
            known.insert(distribution, read.clone());
            read
        }
    };
    if distribution.value(value).is_none() {
        return Err(broken(&format!("there is no choice {value}")));
    }
    trial.params.push(&name, distribution, value);
    Ok(())
}

/// An attribute; its text is kept as it is, and only its absence is an error.
pub(crate) fn attribute(
    key: Option<String>,
    json: Option<String>,
    owner: &str,
) -> Result<(String, Attribute), String> {
    let key = key.unwrap_or_default();
    match json {
        Some(json) => Ok((key, Attribute(json))),
        None => Err(format!("{owner}: attribute {key:?} has no value")),
    }
}
