//! What must hold whatever the history is.

use proptest::prelude::*;

use super::Gp;
use super::evidence::Evidence;
use super::kernel::{Kernel, Points};
use super::posterior::Posterior;
use crate::Tunable;
use crate::id::{TrialNumber, TrialState};
use crate::params::Params;
use crate::sampler::tpe::tests::{Everything, Part, draw, study};
use crate::sampler::tpe::vectors::finished;
use crate::sampler::{Auto, History, Random, Sampler, Tpe};
use crate::space::distribution::Distribution;
use crate::space::{Direction, FloatDomain};
use crate::trial::FrozenTrial;

#[derive(Tunable, Debug, Clone, PartialEq)]
struct Two {
    #[tune(range = 0.0..=1.0)]
    a: f64,
    #[tune(range = 0.0..=1.0)]
    b: f64,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
struct Switches {
    a: bool,
    b: bool,
}

fn bowl(two: &Two) -> f64 {
    (two.a - 0.2).powi(2) + (two.b - 0.7).powi(2)
}

fn best(history: &History) -> f64 {
    history.best().unwrap().values().next().unwrap()
}

#[test]
fn a_smooth_objective_needs_few_trials_in_both_directions() {
    for (direction, sign) in [(Direction::Minimize, 1.0), (Direction::Maximize, -1.0)] {
        let history = study(&Gp::default(), direction, (1, 30), |two| sign * bowl(two));
        let found = sign * best(&history);
        assert!(found < 1e-4, "{direction}: {found}");
    }
    let history = study(&Auto::default(), Direction::Minimize, (1, 40), bowl);
    assert!(best(&history) < 1e-4, "{}", best(&history));
}

#[test]
fn conditional_spaces_with_all_kinds_of_parameters_are_searched() {
    let loss = |all: &Everything| {
        let part = match &all.part {
            Part::Near { at } => 0.5 + at,
            Part::Far { at, deep } => (at - 0.4).abs() + f64::from(*deep - 1),
            Part::Off => 2.0,
        };
        let kind = if all.kind == "b" { 0.0 } else { 1.0 };
        part + kind + (all.lr.log10() + 3.0).powi(2) + (all.dropout - 0.2).abs()
    };
    let mean = |sampler: &dyn Sampler| {
        let run = |seed| best(&study(sampler, Direction::Minimize, (seed, 45), loss));
        (0..2).map(run).sum::<f64>() / 2.0
    };
    let (gp, random) = (mean(&Gp::default()), mean(&Random));
    assert!(gp < 0.6 * random, "{gp} against {random}");
}

#[test]
fn nothing_is_tried_twice_where_there_is_something_else() {
    let gp = Gp::default().n_startup_trials(2);
    let loss =
        |switches: &Switches| f64::from(u8::from(switches.a)) + f64::from(u8::from(switches.b));
    // Two draws that differ are the beginning.
    let history = study(&gp, Direction::Minimize, (4, 12), loss);
    let tried = |trial: crate::sampler::PastTrial<'_>| (trial.value("a"), trial.value("b"));
    let mut different: Vec<_> = Vec::new();
    for trial in history.trials().map(tried) {
        if !different.contains(&trial) {
            different.push(trial);
        }
    }
    assert_eq!(different.len(), 4);
}

#[test]
fn seeded_draws_repeat_and_do_not_depend_on_when_the_process_started() {
    let history = study(&Gp::default(), Direction::Minimize, (1, 45), bowl);
    let again = |history: &History, seed| draw::<Two>(&Gp::default(), history, seed).params;
    let known = again(&history, Some(9));
    // A copy has no memory of the kernels before.
    assert_eq!(known, again(&history.clone(), Some(9)));
    assert_eq!(known, again(&history, Some(9)));
    assert_ne!(again(&history, None), again(&history, None));
}

/// As with several workers, of which one is slow.
#[test]
fn the_order_in_which_trials_end_does_not_matter() {
    let mut trials: Vec<FrozenTrial> = (0..30_i32)
        .map(|number| {
            let history = History::new(&[Direction::Minimize]);
            let seed = u64::try_from(number).unwrap();
            let drawn = draw::<Two>(&Random, &history, Some(seed));
            let mut trial = finished(number, drawn.params);
            trial.values = vec![bowl(&drawn.config)];
            trial
        })
        .collect();
    let suggested = |order: &[FrozenTrial]| {
        let mut history = History::new(&[Direction::Minimize]);
        for trial in order {
            history.update(vec![trial.clone()], &[]);
            draw::<Two>(&Gp::default(), &history, Some(1));
        }
        draw::<Two>(&Gp::default(), &history, Some(1)).params
    };
    let in_order = suggested(&trials);
    let slow = trials.remove(3);
    trials.push(slow);
    assert_eq!(suggested(&trials), in_order);
}

#[test]
fn running_trials_are_avoided() {
    let mut history = study(&Random, Direction::Minimize, (1, 30), bowl);
    let mut chosen: Vec<Two> = Vec::new();
    for i in 0..6 {
        let drawn = draw::<Two>(&Gp::default(), &history, Some(3));
        history.add_running(TrialNumber(100 + i), &drawn.params, Vec::new());
        chosen.push(drawn.config);
    }
    for (i, one) in chosen.iter().enumerate() {
        for other in &chosen[..i] {
            let distance = (one.a - other.a).hypot(one.b - other.b);
            assert!(distance > 1e-4, "{one:?} and {other:?}");
        }
    }
}

/// A region that always fails gives no result to learn from.
#[test]
fn a_region_of_failures_is_left() {
    let mut history = History::new(&[Direction::Minimize]);
    let mut failures = 0;
    for number in 0..60 {
        let drawn = draw::<Two>(&Gp::default(), &history, Some(2));
        let mut trial = finished(number, drawn.params);
        if drawn.config.a < 0.3 {
            trial.state = TrialState::Fail;
            trial.values = Vec::new();
            failures += i32::from(number >= 30);
        } else {
            trial.values = vec![bowl(&drawn.config)];
        }
        history.update(vec![trial], &[]);
    }
    assert!(failures < 20, "{failures} of the last 30");
    assert!(best(&history) < 0.02, "{}", best(&history));
}

#[test]
fn hopeless_histories_still_give_a_sample() {
    let values = [
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        f64::MAX,
        f64::MIN_POSITIVE,
    ];
    for value in values {
        study(
            &Gp::default(),
            Direction::Minimize,
            (2, 16),
            |_: &Everything| value,
        );
    }
    let huge = |all: &Everything| all.x * 1e308;
    study(&Gp::default(), Direction::Maximize, (2, 20), huge);
    for state in [TrialState::Pruned, TrialState::Fail] {
        let mut history = History::new(&[Direction::Minimize]);
        for number in 0..25 {
            let params = draw::<Everything>(&Gp::default(), &history, Some(4)).params;
            let trial = FrozenTrial {
                state,
                values: Vec::new(),
                ..finished(number, params)
            };
            history.update(vec![trial], &[]);
        }
    }
}

/// Of another kind, of another list of choices, not above 0 where the logarithm is searched, or of parameters that are
/// gone.
#[test]
fn what_cannot_be_used_of_a_history_is_left_out() {
    let mut history = History::new(&[Direction::Minimize]);
    for number in 0..30 {
        let mut params = Params::default();
        let unit = || Distribution::Float(FloatDomain::new(-9.0, 9.0));
        params.push("kind", unit(), 0.5);
        params.push(
            "x",
            Distribution::Categorical(vec!["left".into()].into()),
            0.0,
        );
        params.push("lr", unit(), if number % 2 == 0 { -1.0 } else { 0.01 });
        params.push("gone", unit(), f64::NAN);
        let parts = Distribution::Categorical(vec!["Near".into(), "old".into()].into());
        params.push("part", parts, f64::from(number % 2));
        let mut trial = finished(number, params);
        trial.values = vec![f64::from(number)];
        history.update(vec![trial], &[]);
    }
    for seed in 0..10 {
        draw::<Everything>(&Gp::default(), &history, Some(seed));
    }
}

#[test]
fn it_hands_over_to_the_tpe() {
    let history = study(&Random, Direction::Minimize, (1, 40), bowl);
    let params = |sampler: &dyn Sampler| draw::<Two>(sampler, &history, Some(5)).params;
    let tpe = params(&Tpe::default());
    assert_ne!(params(&Gp::default()), tpe);
    assert_eq!(params(&Gp::default().max_trials(39)), tpe);
    // Nothing is measured at first.
    let hasty = Gp::default().max_time(std::time::Duration::ZERO);
    assert_ne!(params(&hasty), tpe);
    assert_eq!(params(&hasty), tpe);

    let mut several = History::new(&[Direction::Minimize, Direction::Maximize]);
    for number in 0..20 {
        let drawn = draw::<Everything>(&Gp::default(), &several, Some(6));
        let mut trial = finished(number, drawn.params);
        trial.values = vec![drawn.config.x.abs(), drawn.config.dropout];
        several.update(vec![trial], &[]);
    }
}

#[test]
fn pruned_trials_count_as_no_better_than_the_median() {
    let mut history = study(&Random, Direction::Minimize, (1, 20), bowl);
    let params = Params::of(&Two { a: 0.2, b: 0.7 }).unwrap();
    let pruned = FrozenTrial {
        state: TrialState::Pruned,
        values: Vec::new(),
        intermediate_values: [(1, -5.0)].into(),
        ..finished(20, params)
    };
    let before = draw::<Two>(&Gp::default(), &history, Some(1)).config;
    history.update(vec![pruned], &[]);
    let after = draw::<Two>(&Gp::default(), &history, Some(1)).config;
    let distance = |two: &Two| (two.a - 0.2).hypot(two.b - 0.7);
    assert!(distance(&after) > distance(&before), "{before:?} {after:?}");
}

/// What a point of the model is, with no trial, one, and the same one again and again.
#[test]
fn the_limits_of_the_posterior_are_those_of_the_prior_and_of_the_mean() {
    let kernel = Kernel {
        weights: vec![4.0],
        signal: 2.0,
        noise: 0.5,
    };
    let nothing = Posterior::new(Points::new(vec![false]), &[], kernel.clone()).unwrap();
    assert_eq!(nothing.at(&[0.3]), (0.0, 2.0));
    let close = |found: (f64, f64), expected: (f64, f64)| {
        assert!(
            (found.0 - expected.0).abs() < 1e-9 && (found.1 - expected.1).abs() < 1e-9,
            "{found:?}"
        );
    };
    for count in [1_u32, 2, 50] {
        let mut points = Points::new(vec![false]);
        (0..count).for_each(|_| points.push(&[0.3]));
        let targets = vec![1.0; count as usize];
        let posterior = Posterior::new(points, &targets, kernel.clone()).unwrap();
        // The mean of so many equal measurements, shrunk to the prior.
        let share = 2.0 / (2.0 + 0.5 / f64::from(count));
        close(posterior.at(&[0.3]), (share, 2.0 * (1.0 - share)));
        close(posterior.at(&[1e9]), (0.0, 2.0));
        assert!((posterior.lowest() - share).abs() < 1e-9);
    }
    // Without noise as much as with it: equal points are tractable.
    let exact = Kernel {
        noise: 0.0,
        ..kernel
    };
    let mut points = Points::new(vec![false]);
    (0..5).for_each(|_| points.push(&[0.3]));
    let posterior = Posterior::new(points, &[1.0; 5], exact).unwrap();
    assert!((posterior.at(&[0.3]).0 - 1.0).abs() < 1e-3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The slope of the gain is what the gain changes by.
    #[test]
    fn the_gain_has_the_gradient_that_it_claims(
        seed in 0..1000_u64,
        logarithms in prop::collection::vec(-2.0..2.0_f64, 5),
        at in prop::collection::vec(0.05..0.95_f64, 2),
        running in 0..3_usize,
    ) {
        use rand::{RngExt, SeedableRng};
        let mut rng = rand::rngs::ChaCha12Rng::seed_from_u64(seed);
        let mut points = Points::new(vec![false, false, true]);
        for i in 0..12 + running {
            points.push(&[rng.random(), rng.random(), [0.0, 1.0][i % 2]]);
        }
        let targets: Vec<f64> = (0..12).map(|_| rng.random::<f64>() - 0.5).collect();
        let posterior = Posterior::new(points, &targets, Kernel::from_logarithms(&logarithms)).unwrap();
        let mut gradient = vec![0.0; 3];
        let point = [at[0], at[1], 1.0];
        let gain = posterior.gain(&point, &mut gradient);
        let same = posterior.gains(&[point.to_vec()])[0];
        prop_assert!((gain - same).abs() < 1e-6 * (1.0 + gain.abs()));
        for axis in 0..2 {
            let moved = |shift: f64| {
                let mut moved = point;
                moved[axis] += shift;
                posterior.gain(&moved, &mut [0.0; 3])
            };
            let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            let allowed = 1e-3 * (1.0 + difference.abs() + gain.abs());
            prop_assert!((difference - gradient[axis]).abs() < allowed, "{} {}", difference, gradient[axis]);
        }
        prop_assert!(gradient[2].abs() < f64::MIN_POSITIVE);
    }

    /// Whatever was found, the kernel is finite, and explains the trials no worse than the guess.
    #[test]
    fn a_kernel_is_found_for_any_targets(
        rows in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64, -3.0..3.0_f64), 1..20),
        repeated: bool,
    ) {
        let mut points = Points::new(vec![false, false]);
        for (a, b, _) in &rows {
            points.push(&if repeated { [0.5, 0.5] } else { [*a, *b] });
        }
        let targets: Vec<f64> = rows.iter().map(|(_, _, y)| *y).collect();
        let evidence = Evidence::new(&points, &targets);
        let guess = evidence.first_guess();
        let (found, value) = evidence.most_probable(&guess, 30);
        prop_assert!(found.iter().all(|x| x.is_finite()));
        let before = evidence.improbability(&guess, &mut vec![0.0; guess.len()]);
        prop_assert!(value <= before && value.is_finite());
    }

    /// `Draw` refuses a value outside, so that a draw that succeeds is the proof.
    #[test]
    fn no_draw_leaves_the_space(seed: u64, trials in 0..24_i32, kind in 0..4_u8) {
        let mut history = History::new(&[Direction::Maximize]);
        for number in 0..trials {
            let drawn = draw::<Everything>(&Gp::default().n_startup_trials(3), &history, Some(seed));
            let mut trial = finished(number, drawn.params);
            let state = [TrialState::Complete, TrialState::Pruned, TrialState::Fail][usize::try_from(number % 3).unwrap()];
            match (kind, state) {
                (0, _) | (_, TrialState::Complete) => trial.values = vec![drawn.config.lr.ln()],
                (1, TrialState::Fail) => trial.values = vec![f64::INFINITY],
                (_, state) => (trial.state, trial.values) = (state, Vec::new()),
            }
            history.update(vec![trial], &[]);
        }
        let drawn = draw::<Everything>(&Auto::default().n_startup_trials(3), &history, Some(seed));
        prop_assert!(drawn.params.get("lr").is_some());
    }
}
