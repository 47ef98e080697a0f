//! Pages about studies that no database has to hold.

use super::facts::{Curve, Facts, Objective};
use super::html;
use crate::id::{StateCounts, TrialId, TrialNumber, TrialState};
use crate::importance::Importance;
use crate::params::Params;
use crate::space::Direction;
use crate::space::distribution::Distribution;
use crate::storage::StoredParam;
use crate::trial::FrozenTrial;

/// A study of as many trials, objectives and parameters, with everything that a page can show of it.
fn study(trials: usize, objectives: usize, params: usize) -> Facts {
    let json = r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}"#;
    let distribution = crate::optuna::read_distribution(json).unwrap();
    let mixed = |n: usize, prime: usize| (n * prime % 10_007) as f64 / 10_007.0;
    let name = |param: usize| format!("group_{param}.parameter");
    let start = chrono::DateTime::from_timestamp(1_800_000_000, 0)
        .unwrap()
        .naive_utc();
    let one = |n: usize| {
        let mut drawn = Params::default();
        for param in 0..params {
            drawn.push(&name(param), distribution.clone(), mixed(n, 31 + 2 * param));
        }
        let state = match n % 11 {
            9 => TrialState::Fail,
            10 => TrialState::Pruned,
            _ => TrialState::Complete,
        };
        let started = start + chrono::TimeDelta::seconds((n / 8 * 60 + n % 50) as i64);
        FrozenTrial {
            id: TrialId(i32::try_from(n).unwrap().into()),
            number: TrialNumber(n.try_into().unwrap()),
            state,
            values: match state {
                TrialState::Complete => (0..objectives).map(|i| mixed(n, 7919 + 2 * i)).collect(),
                _ => Vec::new(),
            },
            params: drawn,
            user_attrs: Default::default(),
            system_attrs: Default::default(),
            intermediate_values: Default::default(),
            datetime_start: Some(started),
            datetime_complete: Some(started + chrono::TimeDelta::seconds(40)),
        }
    };
    let trials: Vec<FrozenTrial> = (0..trials).map(one).collect();
    let mut counts = StateCounts::default();
    trials.iter().for_each(|trial| counts.add(trial.state, 1));
    let share = |param| Importance {
        param: name(param),
        share: 1.0 / params as f64,
        divergence: 1.0,
    };
    let objective = |i| Objective {
        name: format!("objective {i}"),
        direction: Direction::Minimize,
        importances: (0..params).map(share).collect(),
    };
    let param = |param| StoredParam {
        name: name(param),
        distribution: distribution.clone(),
        trials: trials.len(),
    };
    let curve = |n: usize| Curve {
        number: n.try_into().unwrap(),
        state: TrialState::Complete,
        points: (0..1000)
            .map(|step| (step as f64, mixed(step, 7 * n + 1)))
            .collect(),
    };
    Facts {
        name: "large".to_owned(),
        objectives: (0..objectives).map(objective).collect(),
        feasible: (0..trials.len()).map(|n| n % 3 > 0).collect(),
        failures: (0..100)
            .map(|n| (Some(format!("reason {n}: {}", "x".repeat(600))), 1))
            .collect(),
        counts,
        params: (0..params).map(param).collect(),
        space: None,
        curves: (0..100).map(curve).collect(),
        reported: trials.len(),
        trials,
    }
}

fn svgs(html: &str) -> usize {
    html.matches("<svg ").count()
}

/// However many objectives and parameters there are, the page of 10,000 trials has less than 2 MB.
#[test]
fn many_objectives_and_parameters_have_room() {
    let page = html(&study(10_000, 6, 45)).unwrap();
    assert!(page.len() < 2_000_000, "{}", page.len());
}

/// What is left out is counted.
#[test]
fn a_page_says_what_it_does_not_show() {
    let page = html(&study(10_000, 1, 45)).unwrap();
    assert!(page.len() < 2_000_000, "{}", page.len());
    for note in [
        "15 less important parameters are not drawn.",
        "25 less important parameters have no axis.",
        "5 less important parameters are not drawn.",
        "500 of 8182 trials are drawn, the best and some of each rank.",
        "100 of 10000 trials that reported values are drawn.",
        "88 rarer reasons are not drawn.",
        "50 rarer reasons are not listed.",
        "At most 150 values of a trial are drawn.",
        " of 8182 trials are drawn.",
    ] {
        assert!(page.contains(note), "{note}");
    }
    let small = html(&study(50, 1, 3)).unwrap();
    assert!(!small.contains("of 41 trials"), "all of them are drawn");
}

/// Numbers at the ends of what numbers can be do not break a chart.
#[test]
fn any_numbers_have_a_page() {
    let largest = f64::MAX;
    for results in [
        [f64::INFINITY; 4],
        [f64::NEG_INFINITY, f64::INFINITY, 0.0, -0.0],
        [largest, -largest, 0.0, 1.0],
        [5e-324, largest, 1.0, 1e-300],
        [1.0; 4],
    ] {
        let mut facts = study(4, 2, 2);
        for (trial, result) in facts.trials.iter_mut().zip(results) {
            trial.values = vec![result; 2];
            trial.intermediate_values.insert(i64::MAX, result);
        }
        facts.curves[0].points = results
            .iter()
            .map(|result| (i64::MAX as f64, *result))
            .collect();
        let page = html(&facts).unwrap();
        assert!(svgs(&page) > 2, "{results:?}");
        for number in ["NaN\"", "inf\"", "2147483647", "-2147483648"] {
            assert!(!page.contains(number), "{results:?}: {number}");
        }
    }
}

/// A choice that a later release of a program dropped, and numbers that only Python has.
#[test]
fn values_outside_of_the_latest_range_have_a_place() {
    let mut facts = study(30, 1, 2);
    let narrow = r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.4, "high": 0.5, "log": true}}"#;
    facts.params[0].distribution = crate::optuna::read_distribution(narrow).unwrap();
    let choice = r#"{"name": "CategoricalDistribution", "attributes": {"choices": ["a"]}}"#;
    facts.params[1].distribution = crate::optuna::read_distribution(choice).unwrap();
    assert!(matches!(
        facts.params[1].distribution,
        Distribution::Categorical(_)
    ));
    let page = html(&facts).unwrap();
    assert!(page.contains("id=\"slice-0-0\"") && page.contains("id=\"slice-0-1\""));
}
