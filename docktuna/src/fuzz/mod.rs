//! Whatever stands in a database or a file: the decoders answer, with a value or an error.
//!
//! Each property runs some hundred cases with the other tests, and as many as `PROPTEST_CASES` says in the
//! long form.

#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

mod inputs;
mod memory;

use std::collections::HashMap;

use proptest::prelude::*;

use crate::Tunable;
use crate::id::{Int, TrialId, TrialNumber, TrialState};
use crate::optuna::{
    read_distribution, read_intermediate, read_json, read_value, to_json, write_distribution,
};
use crate::outline::SpaceOutline;
use crate::overrides::Resolved;
use crate::params::Params;
use crate::sampler::{Draft, Draw, Given, History, Sampler, SearchSpace, Tpe, generator};
use crate::space::distribution::Distribution;
use crate::space::{Direction, Value};
use crate::storage::fuzzed::{parse_moment, retried};
use crate::study::own_of_queue;
use crate::trial::{Attribute, FrozenTrial};
use inputs::{broken, distributions, json, moments, numbers, soup, trees};

/// A shorter form for every run of the tests.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => usual,
        None => ProptestConfig {
            cases: 200,
            ..usual
        },
    }
}

#[derive(Tunable, Debug, Clone, PartialEq)]
struct Train {
    #[tune(range = 1e-4..=1e-1, log)]
    lr: f64,
    #[tune(range = 0.0..=0.5, step = 0.05)]
    dropout: f32,
    #[tune(range = 1..=9, step = 2)]
    layers: u8,
    #[tune(choices = ["a", "b", ""])]
    kind: String,
    #[tune(choices = [16, 32])]
    batch: u32,
    part: Part,
    #[tune(range = 0.0..=1.0)]
    mixup: Option<f64>,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
enum Part {
    #[tune(alias = "old")]
    Near {
        #[tune(range = 0.0..=1.0)]
        at: f64,
    },
    Off,
}

const NAMES: &[&str] = &[
    "lr",
    "dropout",
    "layers",
    "kind",
    "batch",
    "part",
    "part.Near.at",
    "mixup",
    "mixup.some",
    "x",
];

fn trial(
    params: Vec<(usize, Distribution, f64)>,
    attributes: Vec<(String, String)>,
) -> FrozenTrial {
    let mut stored = Params::default();
    for (name, distribution, number) in params {
        stored.push(NAMES[name % NAMES.len()], distribution, number);
    }
    let attributes = attributes
        .into_iter()
        .map(|(key, text)| (key, Attribute(text)));
    FrozenTrial {
        id: TrialId(Int(1)),
        number: TrialNumber(0),
        state: TrialState::Complete,
        values: vec![1.0],
        params: stored,
        user_attrs: crate::Attributes::new(),
        system_attrs: attributes.collect(),
        intermediate_values: std::collections::BTreeMap::new(),
        datetime_start: None,
        datetime_complete: None,
    }
}

/// Parameters that another writer may have stored.
fn parameters() -> impl Strategy<Value = Vec<(usize, Distribution, f64)>> {
    // Of JSON that is broken, most is refused: what is left are the odd ones.
    let distribution = (distributions(), broken())
        .prop_map(|(right, broken)| read_distribution(&broken).unwrap_or(right));
    proptest::collection::vec((0..NAMES.len(), distribution, numbers()), 0..8)
}

/// The same as Optuna's readers have it: each puts the upper bound on the grid once more, and a bound that was rounded
/// down to a double may lose a step by that.
fn read_once_more(distribution: &Distribution) -> Distribution {
    match distribution {
        Distribution::Float(range) => Distribution::Float(range.on_grid()),
        other => other.clone(),
    }
}

fn keys() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("constraints".to_owned()),
        Just("constraints:c".to_owned()),
        Just("constraints:0".to_owned()),
        Just("fixed_params".to_owned()),
        Just("failed_trial".to_owned()),
        Just("retry_history".to_owned()),
        Just("completed_rung_0".to_owned()),
        Just("tpe:relative_params:0".to_owned()),
        Just("tpe:relative_params:1".to_owned()),
        soup().prop_map(|text| format!("completed_rung_{text}")),
        soup(),
    ]
}

proptest! {
    #![proptest_config(config())]

    /// What is read is written, and read as the same.
    #[test]
    fn json_is_answered(text in json()) {
        if let Ok(read) = read_json(&text) {
            let written = read.to_text();
            prop_assert!(written.is_ascii() && written.len() <= 8 * text.len() + 8, "{}", written);
            prop_assert_eq!(read_json(&written).unwrap().to_text(), written);
        }
    }

    /// What users note is what is read.
    #[test]
    fn attributes_are_read_as_they_were_written(tree in trees()) {
        let written = to_json(&tree).unwrap();
        prop_assert!(written.is_ascii());
        let read = read_json(&written).unwrap();
        prop_assert_eq!(read.to_text(), written.clone());
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), tree);
    }

    #[test]
    fn distributions_are_answered(text in json()) {
        if let Ok(read) = read_distribution(&text) {
            let again = read_distribution(&write_distribution(&read)).unwrap();
            prop_assert_eq!(write_distribution(&again), write_distribution(&read_once_more(&read)));
        }
    }

    #[test]
    fn distributions_are_read_as_they_were_written(distribution in distributions(), stored in numbers()) {
        let written = write_distribution(&distribution);
        prop_assert_eq!(read_distribution(&written), Ok(read_once_more(&distribution)), "{}", written);
        // A value that lies in it has a number, and that number is the value's.
        if distribution.contains(stored) {
            let value = distribution.value(stored).unwrap();
            let again = distribution.stored(&value).unwrap();
            prop_assert!(distribution.value(again).unwrap().same(&value), "{:?} {}", distribution, stored);
        }
        let _ = (distribution.to_string(), distribution.is_reordered(&distribution));
    }

    #[test]
    fn outlines_are_answered(text in json()) {
        if let Ok(read) = SpaceOutline::from_json(&text) {
            prop_assert!(SpaceOutline::from_json(&read.to_json()).is_ok(), "{}", read.to_json());
        }
    }

    #[test]
    fn snapshots_are_answered(text in json()) {
        let _ = crate::load::snapshot::parse(&text, "s");
    }

    #[test]
    fn moments_are_answered(text in moments()) {
        if let Some(read) = parse_moment(&text) {
            let written = read.format("%Y-%m-%d %H:%M:%S%.6f").to_string();
            prop_assert_eq!(parse_moment(&written), Some(read), "{}", text);
        }
    }

    #[test]
    fn kinds_of_numbers_are_answered(value in proptest::option::of(numbers()), kind in soup()) {
        let kinds = ["FINITE", "INF_POS", "INF_NEG", "NAN", kind.as_str()];
        for kind in kinds {
            let read = read_value(value, kind);
            prop_assert!(read.is_none() || value.is_some() || kind != "FINITE");
            prop_assert!(read_intermediate(value, kind).is_some() >= read.is_some());
        }
    }

    /// Constraints, rungs, marks of retries, announced values and the names of constraints.
    #[test]
    fn attributes_of_trials_are_answered(
        attributes in proptest::collection::vec((keys(), json()), 0..6),
        names in json(),
        number in 0..9,
        retries in 0..9_u32,
    ) {
        let mut trial = trial(Vec::new(), attributes.clone());
        trial.user_attrs.insert(crate::optuna::keys::CONSTRAINT_NAMES.to_owned(), Attribute(names));
        let numbers = trial.constraints();
        prop_assert_eq!(trial.is_feasible(), numbers.values().all(|number| *number <= 0.0));
        let _ = own_of_queue(&trial);
        if let Some((first, history)) = retried(attributes, number, retries) {
            prop_assert!(read_json(&first).is_ok() && read_json(&history).is_ok());
        }
        trial.state = TrialState::Running;
        let mut history = History::new(&[Direction::Minimize]);
        history.update(Vec::new(), std::slice::from_ref(&trial));
    }

    /// Labels and values of parameters, under the names of a type.
    #[test]
    fn parameters_are_answered(params in parameters()) {
        let params = trial(params, Vec::new()).params;
        match params.to_config::<Train>() {
            Ok(config) => prop_assert_eq!(Params::of(&config).unwrap().to_config::<Train>().unwrap(), config),
            Err(error) => {
                let text = error.to_string();
                prop_assert_eq!(&text, &*crate::shown::shown(&text));
            }
        }
    }

    /// What a queued trial brings, and what other trials have stored.
    #[test]
    fn trials_of_the_queue_are_answered(
        others in proptest::collection::vec(parameters(), 0..12),
        stored in parameters(),
        fixed in json(),
        values in proptest::collection::vec(numbers(), 12),
    ) {
        let others = others.into_iter().zip(values).zip(0..).map(|((params, value), number)| FrozenTrial {
            number: TrialNumber(number),
            values: vec![value],
            ..trial(params, Vec::new())
        });
        let mut history = History::new(&[Direction::Minimize]);
        history.update(others.collect(), &[]);
        let fixed = crate::optuna::read_fixed_params(&fixed).unwrap_or_default();
        let fixed: HashMap<String, Value> = fixed.into_iter().collect();
        let stored = trial(stored, Vec::new()).params;
        let overrides = Resolved::default();
        let space = SearchSpace::new(Train::SPACE, &overrides);
        let sampler: &dyn Sampler = &Tpe::default().n_startup_trials(1);
        for given in [Given::default(), Given { queued: true, stored, fixed }] {
            let draft = Draft::new(&history, &space, generator(Some(1), 0).unwrap(), None);
            match Draw::config::<Train>(sampler, &overrides, &given, draft) {
                Ok(drawn) => prop_assert!(drawn.params.to_config::<Train>().is_ok()),
                Err(error) => prop_assert!(given.queued, "{}", error),
            }
        }
    }
}
