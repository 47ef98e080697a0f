//! Numbers taken from numpy, scipy, mpmath and Optuna's Gaussian process, against ours.

use std::path::Path;

use serde::Deserialize;

use super::evidence::Evidence;
use super::kernel::{Kernel, Points};
use super::posterior::{Posterior, ln_improvement};
use super::targets::Targets;

/// What `golden/gp/make.py` writes.
#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
    improvements: Vec<Improvement>,
    bent: Vec<Bent>,
}

#[derive(Deserialize)]
struct Case {
    unordered: Vec<bool>,
    points: Vec<Vec<f64>>,
    targets: Vec<f64>,
    logarithms: Vec<f64>,
    improbability: f64,
    gradient: Vec<f64>,
    candidates: Vec<Vec<f64>>,
    mean: Vec<f64>,
    variance: Vec<f64>,
    optuna_mean: Vec<f64>,
    optuna_variance: Vec<f64>,
    optuna_improbability: f64,
}

#[derive(Deserialize)]
struct Improvement {
    lowest: f64,
    mean: f64,
    variance: f64,
    ln: f64,
    optuna_ln: f64,
}

#[derive(Deserialize)]
struct Bent {
    values: Vec<f64>,
    targets: Vec<f64>,
}

/// Read when it is needed: the published crate has these tests and not their files.
fn vectors() -> Vectors {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/gp/vectors.json");
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}, of the repository: {error}", file.display()));
    serde_json::from_str(&text).unwrap()
}

fn close(found: f64, expected: f64, tolerance: f64) {
    let allowed = tolerance * expected.abs().max(1.0);
    assert!(
        (found - expected).abs() <= allowed,
        "{found} is not {expected}"
    );
}

fn points(case: &Case) -> Points {
    let mut points = Points::new(case.unordered.clone());
    case.points.iter().for_each(|point| points.push(point));
    points
}

#[test]
fn the_likelihood_and_its_gradient_are_those_of_numpy_and_of_optuna() {
    for case in vectors().cases {
        let evidence = Evidence::new(&points(&case), &case.targets);
        let mut gradient = vec![f64::NAN; case.logarithms.len()];
        let found = evidence.improbability(&case.logarithms, &mut gradient);
        close(found, case.improbability, 1e-9);
        close(found, case.optuna_improbability, 1e-9);
        for (found, expected) in gradient.iter().zip(&case.gradient) {
            // The expected ones are differences of one side.
            close(*found, *expected, 2e-4);
        }
        for (axis, slope) in gradient.iter().enumerate() {
            let at = |shift: f64| {
                let mut moved = case.logarithms.clone();
                moved[axis] += shift;
                evidence.improbability(&moved, &mut vec![0.0; moved.len()])
            };
            close(*slope, (at(1e-5) - at(-1e-5)) / 2e-5, 1e-6);
        }
    }
}

#[test]
fn mean_and_variance_are_those_of_numpy_and_of_optuna() {
    for case in vectors().cases {
        let kernel = Kernel::from_logarithms(&case.logarithms);
        let posterior = Posterior::new(points(&case), &case.targets, kernel).unwrap();
        let expected = case.mean.iter().zip(&case.variance);
        let optuna = case.optuna_mean.iter().zip(&case.optuna_variance);
        for ((candidate, expected), optuna) in case.candidates.iter().zip(expected).zip(optuna) {
            let (mean, variance) = posterior.at(candidate);
            close(mean, *expected.0, 1e-9);
            close(variance, *expected.1, 1e-9);
            close(mean, *optuna.0, 1e-9);
            close(variance, *optuna.1, 1e-9);
        }
    }
}

#[test]
fn the_expected_improvement_is_exact_far_into_its_tail() {
    for case in vectors().improvements {
        let (found, ..) = ln_improvement(case.lowest, case.mean, case.variance);
        close(found, case.ln, 1e-12);
        close(found, case.optuna_ln, 1e-12);
    }
}

#[test]
fn losses_are_bent_as_by_scipy() {
    for case in vectors().bent {
        let targets = Targets::of(&case.values);
        for (value, expected) in case.values.iter().zip(&case.targets) {
            // The most likely power is found to four places.
            close(targets.target(*value), *expected, 1e-3);
        }
    }
}
