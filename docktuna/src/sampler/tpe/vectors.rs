//! Numbers taken from Optuna 5.0.0, against ours.

use std::io::Read;
use std::path::Path;

use serde_json::Value as Json;

use super::axis::Axis;
use super::density::Mixture;
use super::model::{Subspace, most_likely};
use super::parzen::Parzen;
use super::tests::Everything;
use super::weights::Weights;
use super::{Split, Tpe, hypervolume, normal, rank, weights};
use crate::id::{TrialId, TrialNumber, TrialState};
use crate::optuna;
use crate::overrides::Resolved;
use crate::params::Params;
use crate::sampler::history::History;
use crate::sampler::{Draft, SearchSpace, generator};
use crate::space::Direction;
use crate::space::distribution::Distribution;
use crate::trial::{Attribute, Attributes, FrozenTrial};
use crate::tunable::Tunable;

macro_rules! golden {
    ($name:literal) => {
        serde_json::from_slice::<Json>(&unpacked($name)).unwrap()
    };
}

/// Read when it is needed: the published crate has these tests and not their files.
fn unpacked(name: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden/tpe")
        .join(name);
    let bytes = std::fs::read(&file)
        .unwrap_or_else(|error| panic!("{}, of the repository: {error}", file.display()));
    if bytes.first() == Some(&b'{') {
        return bytes;
    }
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_end(&mut text)
        .unwrap();
    text
}

fn number(json: &Json) -> f64 {
    match json.as_str() {
        Some("nan") => f64::NAN,
        Some("inf") => f64::INFINITY,
        Some("-inf") => f64::NEG_INFINITY,
        Some(other) => panic!("{other}"),
        None => json.as_f64().unwrap(),
    }
}

fn numbers(json: &Json) -> Vec<f64> {
    json.as_array().unwrap().iter().map(number).collect()
}

fn places(json: &Json) -> Vec<usize> {
    let items = json.as_array().unwrap().iter();
    items
        .map(|item| usize::try_from(item.as_u64().unwrap()).unwrap())
        .collect()
}

fn texts(json: &Json) -> Vec<&str> {
    json.as_array()
        .unwrap()
        .iter()
        .map(|t| t.as_str().unwrap())
        .collect()
}

#[track_caller]
#[allow(clippy::float_cmp, reason = "infinities are equal or not")]
fn assert_close(ours: f64, theirs: f64, tolerance: f64, what: &str) {
    let error = (ours - theirs).abs() / (1.0 + theirs.abs());
    assert!(
        ours == theirs || error <= tolerance,
        "{what}: {ours} is not {theirs} ({error:e})"
    );
}

#[track_caller]
fn assert_all_close(ours: &[f64], theirs: &Json, tolerance: f64, what: &str) {
    let theirs = numbers(theirs);
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_close(*ours, theirs, tolerance, what);
    }
}

/// The distributions of a space, in the order of the file.
fn space(json: &Json) -> Vec<(String, Distribution)> {
    let members = json.as_object().unwrap().iter();
    members
        .map(|(name, json)| {
            (
                name.clone(),
                optuna::read_distribution(&json.to_string()).unwrap(),
            )
        })
        .collect()
}

#[test]
fn numerics() {
    let golden = golden!("numerics.json");
    let masses = golden["log_mass"].as_array().unwrap();
    for case in masses {
        let ours = normal::ln_mass(number(&case["a"]), number(&case["b"]));
        assert_close(ours, number(&case["log_mass"]), 1e-8, &case.to_string());
    }
    let quantiles = golden["ppf"].as_array().unwrap();
    for case in quantiles {
        let (a, b, q) = (number(&case["a"]), number(&case["b"]), number(&case["q"]));
        let ours = normal::truncated_quantile(a, b, q);
        assert_close(ours, number(&case["x"]), 1e-6, &case.to_string());
    }
    for (key, objectives) in [("n_below_single", 1), ("n_below_multi", 2)] {
        for (n, good) in golden[key].as_object().unwrap() {
            let ours = weights::good(n.parse().unwrap(), objectives);
            assert_eq!(Some(ours as u64), good.as_u64(), "{key} of {n}");
        }
    }
    for (n, theirs) in golden["weights"].as_object().unwrap() {
        let trials = n.parse().unwrap();
        let weights = Weights::by_age(trials);
        let ours: Vec<f64> = (0..trials).map(|kernel| weights.of(kernel)).collect();
        assert_all_close(&ours, theirs, 1e-8, n);
    }
    assert_eq!((masses.len(), quantiles.len()), (17, 165));
}

#[test]
fn parzen_estimators() {
    let golden = golden!("parzen.json.gz");
    let cases = golden["cases"].as_array().unwrap();
    for case in cases {
        check_estimator(case);
    }
    assert_eq!(cases.len(), 69);
}

fn check_estimator(case: &Json) {
    let name = case["name"].as_str().unwrap();
    let space = space(&case["space"]);
    let axes: Vec<Axis> = space
        .iter()
        .map(|(_, d)| Axis::new(d, false).unwrap())
        .collect();
    let observations: Vec<Vec<f64>> = space
        .iter()
        .zip(&axes)
        .map(|((param, _), axis)| {
            let values = numbers(&case["observations"][param]);
            match axis {
                Axis::Number(interval) => values.iter().map(|x| interval.scaled(*x)).collect(),
                Axis::Choice(_) => values,
            }
        })
        .collect();
    let n = observations[0].len();
    let given = case["given_weights"].is_array();
    let weights = if given {
        assert_eq!(numbers(&case["given_weights"]), vec![1.0; n], "{name}");
        Weights::equal(n)
    } else {
        Weights::by_age(n)
    };
    let parzen = Parzen::new(&axes, &observations, weights, 0);
    assert_all_close(&parzen.weights(), &case["kernel_weights"], 1e-8, name);
    for (place, ((param, _), axis)) in space.iter().zip(&axes).enumerate() {
        let kernels = &case["kernels"][param];
        let what = format!("{name}, {param}");
        let Axis::Number(interval) = axis else {
            for (kernel, theirs) in kernels["probabilities"]
                .as_array()
                .unwrap()
                .iter()
                .enumerate()
            {
                let ours = parzen.probabilities(place, parzen.kernel_of(kernel));
                assert_all_close(&ours, theirs, 1e-8, &what);
            }
            continue;
        };
        let (means, sigmas) = parzen.shapes(place);
        assert_all_close(&means, &kernels["mu"], 1e-8, &what);
        assert_all_close(&sigmas, &kernels["sigma"], 1e-8, &what);
        assert_close(interval.start, number(&kernels["lower"]), 1e-8, &what);
        assert_close(interval.end, number(&kernels["upper"]), 1e-8, &what);
    }
    let points: Vec<Vec<f64>> = space
        .iter()
        .map(|(p, _)| numbers(&case["points"][p]))
        .collect();
    assert_all_close(&parzen.ln_density(&points), &case["log_pdf"], 1e-8, name);
    for draw in case["draws"].as_array().unwrap() {
        let kernel = usize::try_from(draw["kernel"].as_u64().unwrap()).unwrap();
        for (place, (param, _)) in space.iter().enumerate() {
            let kernel = parzen.kernel_of(kernel);
            let ours = parzen.quantile(place, kernel, number(&draw["quantile"]));
            let theirs = number(&draw["value"][param]);
            assert_close(ours, theirs, 1e-6, &format!("{name}, {param}: {draw}"));
        }
    }
}

#[test]
fn histories() {
    let golden = golden!("histories.json.gz");
    let cases = golden["histories"].as_array().unwrap();
    let mut estimates = 0;
    for case in cases {
        let history = history(case);
        check_split(case, &history);
        for estimate in case["estimates"].as_array().unwrap() {
            check_estimate(case, &history, estimate);
            estimates += 1;
        }
    }
    assert_eq!((cases.len(), estimates), (20, 140));
}

fn check_split(case: &Json, history: &History) {
    let name = case["name"].as_str().unwrap();
    let split = Split::of(history, None, true, None);
    let numbers = |rows: &[u32]| -> Vec<usize> {
        let number = |row: &u32| usize::try_from(history.trial(*row).number().0).unwrap();
        rows.iter().map(number).collect()
    };
    let below = numbers(&split.below(history));
    assert_eq!(below, places(&case["below"]), "{name}");
    assert_eq!(numbers(&split.above), places(&case["above"]), "{name}");
    assert_eq!(
        history.intersection(),
        texts(&case["intersection_space"]),
        "{name}"
    );
    let groups: Vec<Vec<&str>> = case["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(texts)
        .collect();
    assert_eq!(history.groups(), groups, "{name}");
}

fn check_estimate(case: &Json, history: &History, estimate: &Json) {
    let what = format!("{}, {}", case["name"], estimate["label"]);
    let several = history.directions().len() > 1;
    let space = space(&estimate["space"]);
    let mut subspace = Subspace::new(history, !several);
    for (name, distribution) in &space {
        subspace.add(name, distribution, false);
    }
    let unrelated = SearchSpace::new(Everything::SPACE, &Resolved::default());
    let rng = generator(Some(0), 0).unwrap();
    let draft = Draft::new(history, &unrelated, rng, None);
    let column = history.column_of(&space[0].0).unwrap();
    let tpe = Tpe::optuna();
    let split = tpe.split(&draft, column);
    let (below, above) = tpe.estimators(draft.history(), &subspace, &split, 0);
    assert_all_close(&below.weights(), &estimate["weights_below"], 1e-8, &what);
    assert_all_close(&above.weights(), &estimate["weights_above"], 1e-8, &what);
    let candidates: Vec<Vec<f64>> = space
        .iter()
        .map(|(p, _)| numbers(&estimate["candidates"][p]))
        .collect();
    let (good, bad) = (below.ln_density(&candidates), above.ln_density(&candidates));
    assert_all_close(&good, &estimate["log_l"], 1e-8, &what);
    assert_all_close(&bad, &estimate["log_g"], 1e-8, &what);
    let chosen = u64::try_from(most_likely(&good, &Mixture::new(&above, &candidates))).unwrap();
    assert_eq!(Some(chosen), estimate["chosen"].as_u64(), "{what}");
}

/// The history of a case, its trials in the reverse order, as trials may end in any.
pub(super) fn history(case: &Json) -> History {
    let directions: Vec<Direction> = texts(&case["directions"])
        .into_iter()
        .map(|direction| match direction {
            "maximize" => Direction::Maximize,
            _ => Direction::Minimize,
        })
        .collect();
    let mut history = History::new(&directions);
    let trials: Vec<FrozenTrial> = case["trials"]
        .as_array()
        .unwrap()
        .iter()
        .map(trial)
        .collect();
    let (running, mut over): (Vec<_>, Vec<_>) = trials
        .into_iter()
        .partition(|trial| trial.state == TrialState::Running);
    over.reverse();
    let rest = over.split_off(over.len() / 2);
    history.update(over, &[]);
    for trial in rest {
        history.update(vec![trial], &running);
    }
    history
}

fn trial(json: &Json) -> FrozenTrial {
    let mut params = Params::default();
    for (name, distribution) in space(&json["distributions"]) {
        let stored = number(&json["params"][&name]);
        params.push(&name, distribution, stored);
    }
    let mut system_attrs = Attributes::new();
    for (name, value) in json["constraints"].as_object().unwrap() {
        system_attrs.insert(format!("constraints:{name}"), Attribute(value.to_string()));
    }
    if json["relative_params"].is_object() {
        let text = json["relative_params"].to_string();
        let (first, second) = text.split_at(text.len() / 2);
        for (i, piece) in [first, second].into_iter().enumerate() {
            let piece = Attribute(optuna::write_json_text(piece));
            system_attrs.insert(format!("tpe:relative_params:{i}"), piece);
        }
    }
    let reports = json["intermediate_values"].as_array().unwrap().iter();
    let reports = reports.map(|report| {
        (
            i32::try_from(report[0].as_i64().unwrap()).unwrap(),
            number(&report[1]),
        )
    });
    let id = i32::try_from(json["number"].as_i64().unwrap()).unwrap();
    FrozenTrial {
        id: TrialId(id.into()),
        number: TrialNumber(id),
        state: TrialState::parse(json["state"].as_str().unwrap()).unwrap(),
        values: json["values"]
            .as_array()
            .map_or_else(Vec::new, |v| v.iter().map(number).collect()),
        params,
        user_attrs: Attributes::new(),
        system_attrs,
        intermediate_values: reports
            .map(|(step, value)| (i64::from(step), value))
            .collect(),
        datetime_start: None,
        datetime_complete: None,
    }
}

#[test]
fn several_objectives() {
    let golden = golden!("multiobjective.json");
    let rows =
        |json: &Json| -> Vec<Vec<f64>> { json.as_array().unwrap().iter().map(numbers).collect() };
    for case in golden["hssp"].as_array().unwrap() {
        let losses = rows(&case["losses"]);
        let losses: Vec<&[f64]> = losses.iter().map(Vec::as_slice).collect();
        let reference = hypervolume::reference_point(&losses);
        assert_eq!(reference, numbers(&case["reference"]));
        let count = usize::try_from(case["subset_size"].as_u64().unwrap()).unwrap();
        let mut chosen = hypervolume::subset(&losses, count, &reference);
        chosen.sort_unstable();
        assert_eq!(chosen, places(&case["chosen"]), "{case}");
    }
    for case in golden["ranks"].as_array().unwrap() {
        let losses = rows(&case["losses"]);
        let losses: Vec<&[f64]> = losses.iter().map(Vec::as_slice).collect();
        let mut ours = vec![0; losses.len()];
        for (rank, places) in rank::ranks(&losses, losses.len()).into_iter().enumerate() {
            places.into_iter().for_each(|place| ours[place] = rank);
        }
        assert_eq!(ours, places(&case["rank"]));
    }
    for case in golden["reference_points"].as_array().unwrap() {
        let losses = rows(&case["losses"]);
        let losses: Vec<&[f64]> = losses.iter().map(Vec::as_slice).collect();
        assert_eq!(
            hypervolume::reference_point(&losses),
            numbers(&case["reference"])
        );
    }
}

#[test]
fn groups() {
    let golden = golden!("groups.json");
    for case in golden["cases"].as_array().unwrap() {
        let mut history = History::new(&[Direction::Minimize]);
        let steps = case["trials"].as_array().unwrap().iter();
        for (i, (names, after)) in
            (0..).zip(steps.zip(case["groups_after_each"].as_array().unwrap()))
        {
            let mut params = Params::default();
            for name in texts(names) {
                let unit = crate::space::FloatDomain::new(0.0, 1.0);
                params.push(name, Distribution::Float(unit), 0.5);
            }
            history.update(vec![finished(i, params)], &[]);
            let after: Vec<Vec<&str>> = after.as_array().unwrap().iter().map(texts).collect();
            assert_eq!(history.groups(), after, "{case}");
        }
    }
}

/// A complete trial.
pub(in crate::sampler) fn finished(number: i32, params: Params) -> FrozenTrial {
    FrozenTrial {
        id: TrialId(number.into()),
        number: TrialNumber(number),
        state: TrialState::Complete,
        values: vec![0.0],
        params,
        user_attrs: Attributes::new(),
        system_attrs: Attributes::new(),
        intermediate_values: std::collections::BTreeMap::new(),
        datetime_start: None,
        datetime_complete: None,
    }
}
