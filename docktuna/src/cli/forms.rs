//! The forms of JSON. They are part of the interface: a member may be added, none is changed or taken away.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::database::StudySummary;
use crate::id::{StateCounts, TrialState};
use crate::optuna::{self, Json, read_json};
use crate::space::distribution::Distribution;
use crate::space::{Direction, Value};
use crate::trial::{Attributes, FrozenTrial};

/// A number that JSON may not have: `"NaN"`, `"Infinity"` and `"-Infinity"` are texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number(pub(super) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            number if number.is_finite() => serializer.serialize_f64(number),
            number if number.is_nan() => serializer.serialize_str("NaN"),
            number if number > 0.0 => serializer.serialize_str("Infinity"),
            _ => serializer.serialize_str("-Infinity"),
        }
    }
}

/// A parameter's value; what Python stored and JSON does not have is a text.
#[derive(Debug, Clone)]
pub(super) struct Stored(pub(super) Value);

impl Serialize for Stored {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::None => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::Float(value) => Number(*value).serialize(serializer),
            Value::Str(text) => serializer.serialize_str(text),
            Value::Json(text) => match read_json(text) {
                Ok(json @ (Json::Array(_) | Json::Object(_))) => Any(json).serialize(serializer),
                _ => serializer.serialize_str(text),
            },
        }
    }
}

/// Whatever JSON Python stored.
pub(super) struct Any(pub(super) Json);

impl Any {
    /// The JSON of an attribute; its text where it is none.
    fn of(text: &str) -> Self {
        let text_itself = || Json::Scalar(Value::Str(text.to_owned().into()));
        Self(read_json(text).unwrap_or_else(|_| text_itself()))
    }
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn write<S: Serializer>(json: &Json, serializer: S) -> Result<S::Ok, S::Error> {
            struct Part<'a>(&'a Json);
            impl Serialize for Part<'_> {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    write(self.0, serializer)
                }
            }
            match json {
                Json::Scalar(Value::Json(text)) => serializer.serialize_str(text),
                Json::Scalar(value) => Stored(value.clone()).serialize(serializer),
                Json::Array(items) => {
                    let mut list = serializer.serialize_seq(Some(items.len()))?;
                    for item in items {
                        list.serialize_element(&Part(item))?;
                    }
                    list.end()
                }
                Json::Object(members) => {
                    let mut map = serializer.serialize_map(Some(members.len()))?;
                    for (name, member) in members {
                        map.serialize_entry(name, &Part(member))?;
                    }
                    map.end()
                }
            }
        }
        write(&self.0, serializer)
    }
}

/// Members in an order of ours.
#[derive(Debug, Clone)]
pub(super) struct Members<T>(pub(super) Vec<(String, T)>);

impl<T: Serialize> Serialize for Members<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, member)| (name, member)))
    }
}

/// What users, or Optuna, noted.
pub(super) fn attributes(attributes: &Attributes) -> Members<Any> {
    let members = attributes.iter();
    Members(
        members
            .map(|(key, attribute)| (key.clone(), Any::of(attribute.as_json())))
            .collect(),
    )
}

/// `2026-11-30T12:00:00.000000`.
pub(super) fn moment(moment: NaiveDateTime) -> String {
    moment.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

pub(super) fn directions(directions: &[Direction]) -> Vec<String> {
    directions.iter().map(ToString::to_string).collect()
}

/// What a parameter is drawn from, as Optuna writes it.
pub(super) fn distribution(distribution: &Distribution) -> Any {
    Any::of(&optuna::write_distribution(distribution))
}

/// Trials by state.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(super) struct Counts {
    pub(super) total: usize,
    pub(super) complete: usize,
    pub(super) pruned: usize,
    pub(super) fail: usize,
    pub(super) running: usize,
    pub(super) waiting: usize,
}

impl From<StateCounts> for Counts {
    fn from(counts: StateCounts) -> Self {
        Self {
            total: counts.total(),
            complete: counts.of(TrialState::Complete),
            pruned: counts.of(TrialState::Pruned),
            fail: counts.of(TrialState::Fail),
            running: counts.of(TrialState::Running),
            waiting: counts.of(TrialState::Waiting),
        }
    }
}

/// A study at a glance.
#[derive(serde::Serialize)]
pub(super) struct StudyForm {
    pub(super) name: String,
    pub(super) directions: Vec<String>,
    pub(super) trials: Counts,
    pub(super) best_value: Option<Number>,
    pub(super) started: Option<String>,
    #[serde(skip)]
    pub(super) started_at: Option<NaiveDateTime>,
}

impl From<StudySummary> for StudyForm {
    fn from(summary: StudySummary) -> Self {
        Self {
            name: summary.name,
            directions: directions(&summary.directions),
            trials: summary.trials.into(),
            best_value: summary.best_value.map(Number),
            started: summary.datetime_start.map(moment),
            started_at: summary.datetime_start,
        }
    }
}

/// A trial.
#[derive(serde::Serialize)]
pub(super) struct TrialForm {
    number: i32,
    state: &'static str,
    values: Vec<Number>,
    params: Members<Stored>,
    started: Option<String>,
    completed: Option<String>,
    /// In seconds.
    duration: Option<f64>,
    #[serde(flatten)]
    notes: Option<Notes>,
}

/// What is shown of a trial where all of it is.
#[derive(serde::Serialize)]
struct Notes {
    constraints: BTreeMap<String, Number>,
    intermediate_values: Members<Number>,
    user_attrs: Members<Any>,
    system_attrs: Members<Any>,
}

impl TrialForm {
    /// Its state, results, parameters and times.
    pub(super) fn brief(trial: &FrozenTrial) -> Self {
        let params = trial.params.iter();
        Self {
            number: trial.number.get(),
            state: trial.state.as_str(),
            values: trial.values.iter().copied().map(Number).collect(),
            params: Members(
                params
                    .map(|param| (param.name().to_owned(), Stored(param.value())))
                    .collect(),
            ),
            started: trial.datetime_start.map(moment),
            completed: trial.datetime_complete.map(moment),
            duration: seconds(trial),
            notes: None,
        }
    }

    /// And its reports and attributes.
    pub(super) fn whole(trial: &FrozenTrial) -> Self {
        let constraints = trial.constraints().into_iter();
        let reports = trial.intermediate_values.iter();
        Self {
            notes: Some(Notes {
                constraints: constraints.map(|(name, c)| (name, Number(c))).collect(),
                intermediate_values: Members(
                    reports
                        .map(|(step, value)| (step.to_string(), Number(*value)))
                        .collect(),
                ),
                user_attrs: attributes(&trial.user_attrs),
                system_attrs: attributes(&trial.system_attrs),
            }),
            ..Self::brief(trial)
        }
    }
}

/// How long a trial took.
pub(super) fn seconds(trial: &FrozenTrial) -> Option<f64> {
    let took = trial.datetime_complete? - trial.datetime_start?;
    took.num_microseconds().map(|micros| {
        #[allow(clippy::cast_precision_loss, reason = "285 years")]
        let micros = micros as f64;
        micros / 1e6
    })
}
