//! Whole trials, from a message and into one.

use tonic::Status;

use super::fields;
use super::status::invalid;
use super::wire;
use crate::id::Int;
use crate::optuna;
use crate::params::Params;
use crate::storage::WholeTrial;
use crate::trial::{Attributes, FrozenTrial};

/// A trial to copy. Its id and number do not count.
pub(super) fn read(trial: wire::Trial) -> Result<WholeTrial, Status> {
    fields::values(&trial.values)?;
    let mut params = Params::default();
    for (name, stored) in &trial.params {
        let Some(distribution) = trial.distributions.get(name) else {
            return Err(invalid(format!("parameter {name:?} has no distribution")));
        };
        fields::param(&mut params, name, *stored, distribution)?;
    }
    for (key, text) in trial.user_attributes.iter().chain(&trial.system_attributes) {
        fields::json(key, text)?;
    }
    let reports = trial.intermediate_values.into_iter();
    Ok(WholeTrial {
        state: Some(fields::state(trial.state)?),
        started: fields::read_moment(&trial.datetime_start)?,
        completed: fields::read_moment(&trial.datetime_complete)?,
        params,
        values: trial.values,
        system_attrs: trial.system_attributes.into_iter().collect(),
        user_attrs: trial.user_attributes.into_iter().collect(),
        reports: reports.map(|(step, value)| (Int(step), value)).collect(),
    })
}

pub(super) fn write(trial: FrozenTrial) -> wire::Trial {
    let name = |param: &crate::params::Parameter| param.name().to_owned();
    let distribution = |param: &crate::params::Parameter| {
        (
            name(param),
            optuna::write_distribution(param.distribution()),
        )
    };
    wire::Trial {
        trial_id: trial.id.get(),
        number: trial.number.get().into(),
        state: fields::state_code(trial.state),
        datetime_start: fields::write_moment(trial.datetime_start),
        datetime_complete: fields::write_moment(trial.datetime_complete),
        params: trial
            .params
            .iter()
            .map(|param| (name(param), param.stored()))
            .collect(),
        distributions: trial.params.iter().map(distribution).collect(),
        values: trial.values,
        user_attributes: attributes(trial.user_attrs),
        system_attributes: attributes(trial.system_attrs),
        intermediate_values: trial.intermediate_values,
    }
}

fn attributes(attributes: Attributes) -> std::collections::BTreeMap<String, String> {
    attributes
        .into_iter()
        .map(|(key, attribute)| (key, attribute.as_json().to_owned()))
        .collect()
}
