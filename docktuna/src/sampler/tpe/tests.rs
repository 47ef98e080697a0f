//! What must hold whatever the history is.

use proptest::prelude::*;

use super::Tpe;
use super::vectors::finished;
use crate::Tunable;
use crate::id::{TrialNumber, TrialState};
use crate::overrides::Resolved;
use crate::params::Params;
use crate::sampler::{Draft, Draw, Drawn, Given, History, Random, Sampler, SearchSpace, generator};
use crate::space::distribution::Distribution;
use crate::space::{Direction, FloatDomain, Value};
use crate::trial::FrozenTrial;

#[derive(Tunable, Debug, Clone, PartialEq)]
pub(super) struct Everything {
    #[tune(range = 1e-6..=1e-1, log)]
    lr: f64,
    #[tune(range = -3.0..=3.0)]
    x: f64,
    #[tune(range = 0.0..=0.5, step = 0.05)]
    dropout: f64,
    #[tune(range = 8..=512, step = 8)]
    width: u32,
    #[tune(range = 1..=4096, log)]
    batch: u32,
    #[tune(range = 3..=3)]
    single: u8,
    #[tune(choices = ["a", "b", "c"])]
    kind: String,
    part: Part,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
pub(super) enum Part {
    Near {
        #[tune(range = 0.0..=1.0)]
        at: f64,
    },
    Far {
        #[tune(range = 0.0..=1.0)]
        at: f64,
        #[tune(range = 1..=3)]
        deep: u8,
    },
    Off,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
struct Two {
    #[tune(range = 0.0..=1.0)]
    a: f64,
    #[tune(range = 0.0..=1.0)]
    b: f64,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
struct One {
    #[tune(range = 4..=4)]
    n: u8,
}

pub(super) fn draw<T: Tunable>(
    sampler: &dyn Sampler,
    history: &History,
    seed: Option<u64>,
) -> Drawn<T> {
    draw_given(sampler, history, seed, &Given::default())
}

fn draw_given<T: Tunable>(
    sampler: &dyn Sampler,
    history: &History,
    seed: Option<u64>,
    given: &Given,
) -> Drawn<T> {
    let overrides = Resolved::default();
    let space = SearchSpace::new(T::SPACE, &overrides);
    let number = i32::try_from(history.trials().len()).unwrap();
    let rng = generator(seed, number).unwrap();
    let draft = Draft::new(history, &space, rng, Some(TrialNumber(number)));
    Draw::config(sampler, &overrides, given, draft).unwrap()
}

/// The history of `trials` trials that `sampler` chose.
fn study<T: Tunable>(
    sampler: &dyn Sampler,
    direction: Direction,
    (seed, trials): (u64, i32),
    objective: impl Fn(&T) -> f64,
) -> History {
    let mut history = History::new(&[direction]);
    for number in 0..trials {
        let drawn = draw::<T>(sampler, &history, Some(seed));
        let mut trial = finished(number, drawn.params);
        trial.values = vec![objective(&drawn.config)];
        history.update(vec![trial], &[]);
    }
    history
}

fn best(history: &History) -> f64 {
    history.best().unwrap().values().next().unwrap()
}

#[test]
fn it_improves_on_random_search_in_both_directions() {
    let bowl = |two: &Two| (two.a - 0.2).powi(2) + (two.b - 0.7).powi(2);
    for direction in [Direction::Minimize, Direction::Maximize] {
        let sign = if direction == Direction::Minimize {
            1.0
        } else {
            -1.0
        };
        let mean = |sampler: &dyn Sampler| {
            let run =
                |seed| sign * best(&study(sampler, direction, (seed, 50), |t| sign * bowl(t)));
            (0..6).map(run).sum::<f64>() / 6.0
        };
        let (tpe, random) = (mean(&Tpe::default()), mean(&Random));
        assert!(tpe < 0.5 * random, "{direction}: {tpe} against {random}");
    }
}

/// Parameters are told apart by name, not by distribution.
#[test]
fn parameters_of_equal_distribution_have_optima_of_their_own() {
    let history = study(
        &Tpe::default(),
        Direction::Minimize,
        (3, 80),
        |two: &Two| (two.a - 0.1).abs() + (two.b - 0.9).abs(),
    );
    let best = history.best().unwrap();
    let (a, b) = (best.stored("a").unwrap(), best.stored("b").unwrap());
    assert!((a - 0.1).abs() < 0.1 && (b - 0.9).abs() < 0.1, "{a}, {b}");
}

#[test]
fn conditional_spaces_are_searched_arm_by_arm() {
    let history = study(
        &Tpe::default(),
        Direction::Minimize,
        (5, 100),
        |all: &Everything| match &all.part {
            Part::Near { at } => 0.5 + at,
            Part::Far { at, deep } => (at - 0.4).abs() + f64::from(*deep - 1),
            Part::Off => 2.0,
        },
    );
    let best = history.best().unwrap();
    assert_eq!(best.value("part"), Some(Value::Str("Far".into())));
    assert_eq!(best.stored("part.Far.deep"), Some(1.0));
    let later = history.trials().skip(60);
    let far = later.filter(|t| t.value("part") == Some(Value::Str("Far".into())));
    assert!(far.count() > 20);
}

/// What is rarely among the best of all has good and bad trials of its own.
#[test]
fn an_arm_that_is_behind_is_learnt_too() {
    let history = study(
        &Random,
        Direction::Minimize,
        (5, 120),
        |all: &Everything| match &all.part {
            Part::Near { .. } => 0.0,
            Part::Far { at, .. } => 1.0 + (at - 0.4).abs(),
            Part::Off => 2.0,
        },
    );
    let far = Given {
        fixed: [("part".to_owned(), Value::Str("Far".into()))].into(),
        ..Given::default()
    };
    let close = |tpe: &Tpe| {
        let draws = (0..40).map(|seed| draw_given::<Everything>(tpe, &history, Some(seed), &far));
        let at = draws.map(|drawn| drawn.params.get("part.Far.at").unwrap().stored());
        at.filter(|at| (at - 0.4).abs() < 0.1).count()
    };
    let (ours, optuna) = (close(&Tpe::default()), close(&Tpe::optuna()));
    assert!(ours > 25 && optuna < 20, "{ours} and {optuna} of 40");
}

#[test]
fn ranks_and_narrow_kernels_find_a_point_more_exactly() {
    let bowl = |two: &Two| (two.a - 0.2).powi(2) + (two.b - 0.7).powi(2);
    let mean = |tpe: &Tpe| {
        let run = |seed| best(&study(tpe, Direction::Minimize, (seed, 100), bowl)).ln();
        (0..6).map(run).sum::<f64>() / 6.0
    };
    let (ours, optuna) = (mean(&Tpe::default()), mean(&Tpe::optuna()));
    assert!(ours < optuna - 1.0, "{ours} against {optuna}");
}

#[test]
fn seeded_draws_repeat_and_unseeded_ones_differ() {
    let history = study(&Random, Direction::Minimize, (1, 30), |all: &Everything| {
        all.x
    });
    let again = |seed| draw::<Everything>(&Tpe::default(), &history, seed).params;
    assert_eq!(again(Some(9)), again(Some(9)));
    assert_ne!(again(Some(9)), again(Some(10)));
    assert_ne!(again(None), again(None));
}

#[test]
fn hopeless_histories_still_give_a_sample() {
    let infinite = [f64::INFINITY, f64::NEG_INFINITY];
    for sampler in [
        Tpe::default(),
        Tpe::default().n_startup_trials(0),
        Tpe::default().multivariate(false),
        Tpe::optuna(),
    ] {
        for value in infinite {
            study(&sampler, Direction::Minimize, (2, 30), |_: &Everything| {
                value
            });
        }
        study(&sampler, Direction::Maximize, (2, 30), |_: &One| 1.0);
        for state in [TrialState::Pruned, TrialState::Fail] {
            let mut history = History::new(&[Direction::Minimize]);
            for number in 0..30 {
                let params = draw::<Everything>(&sampler, &history, Some(4)).params;
                let trial = FrozenTrial {
                    state,
                    values: Vec::new(),
                    ..finished(number, params)
                };
                history.update(vec![trial], &[]);
            }
            let finished = usize::from(state == TrialState::Pruned) * 30;
            assert_eq!(history.finished(), finished);
        }
    }
}

/// Of another kind, of another list of choices, not above 0 where the logarithm is searched, or of
/// parameters that are gone.
#[test]
fn what_cannot_be_used_of_a_history_is_left_out() {
    let mut history = History::new(&[Direction::Minimize]);
    for number in 0..40 {
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
        params.push(
            "part",
            Distribution::Categorical(vec!["near".into(), "old".into()].into()),
            f64::from(number % 2),
        );
        let mut trial = finished(number, params);
        trial.values = vec![f64::from(number)];
        history.update(vec![trial], &[]);
    }
    for seed in 0..20 {
        draw::<Everything>(&Tpe::default(), &history, Some(seed));
    }
}

#[test]
fn running_trials_are_avoided() {
    let mut history = study(&Random, Direction::Minimize, (1, 40), |two: &Two| {
        (two.a - 0.5).abs()
    });
    let near = |history: &History| {
        let draws = (0..40).map(|seed| draw::<Two>(&Tpe::default(), history, Some(seed)).config);
        draws.filter(|two| (two.a - 0.5).abs() < 0.05).count()
    };
    let before = near(&history);
    for i in 0..8 {
        let params = Params::of(&Two {
            a: 0.5,
            b: f64::from(i) / 8.0,
        })
        .unwrap();
        history.add_running(TrialNumber(100 + i), &params, Vec::new());
    }
    assert_eq!(history.running().len(), 8);
    let after = near(&history);
    assert!(
        after < before,
        "{after} of 40, {before} without running trials"
    );
    history.update(Vec::new(), &[]);
    assert_eq!(near(&history), before);
}

#[test]
fn several_objectives_are_sampled() {
    let mut history = History::new(&[Direction::Minimize, Direction::Maximize]);
    for number in 0..60 {
        let drawn = draw::<Everything>(&Tpe::default(), &history, Some(6));
        let mut trial = finished(number, drawn.params);
        trial.values = vec![drawn.config.x.abs(), drawn.config.dropout];
        history.update(vec![trial], &[]);
    }
    let good = |t: &crate::sampler::PastTrial<'_>| t.stored("x").unwrap().abs() < 1.0;
    let late = history.trials().skip(30).filter(good).count();
    assert!(
        late > 15,
        "{late} of 30 are near the optimum of the first objective"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// `Draw` refuses a value outside, so that a draw that succeeds is the proof.
    #[test]
    fn no_draw_leaves_the_space(seed: u64, trials in 0..40_i32, multivariate: bool, group: bool) {
        let tpe = Tpe::default().n_startup_trials(3).multivariate(multivariate).group(group);
        let history = study(&tpe, Direction::Maximize, (seed, trials), |all: &Everything| {
            all.lr.ln() + f64::from(all.batch) / 4096.0 - all.dropout
        });
        prop_assert_eq!(i32::try_from(history.trials().len()).unwrap(), trials);
    }

    /// The order in which trials end changes nothing.
    #[test]
    fn the_order_of_arrival_does_not_matter(seed: u64, batch in 1..20_usize) {
        let history = study(&Random, Direction::Minimize, (seed, 40), |all: &Everything| all.x);
        let mut trials: Vec<FrozenTrial> = (0..40).map(|number| {
            let row = history.trials().nth(usize::try_from(number).unwrap()).unwrap();
            let params = replayed(&row);
            FrozenTrial { values: row.values().collect(), ..finished(number, params) }
        }).collect();
        let mut other = History::new(&[Direction::Minimize]);
        trials.reverse();
        while !trials.is_empty() {
            let rest = trials.split_off(batch.min(trials.len()));
            other.update(std::mem::replace(&mut trials, rest), &[]);
        }
        let draws = [&history, &other].map(|history| draw::<Everything>(&Tpe::default(), history, Some(seed)).params);
        prop_assert_eq!(&draws[0], &draws[1]);
    }
}

/// The parameters of a past trial.
fn replayed(trial: &crate::sampler::PastTrial<'_>) -> Params {
    let mut params = Params::default();
    for node in Everything::SPACE.walk() {
        let (Some(param), Some(value)) = (node.param(), trial.value(node.name())) else {
            continue;
        };
        let stored = param.domain().stored(&value).unwrap();
        params.push(node.name(), Distribution::from(*param.domain()), stored);
    }
    params
}

/// A grid has to know what runs or failed, even where nothing has ended well yet.
#[test]
fn values_are_known_before_a_trial_has_a_result() {
    let mut history = History::new(&[Direction::Minimize]);
    let params = draw::<Everything>(&Random, &history, Some(1)).params;
    let failed = FrozenTrial {
        state: TrialState::Fail,
        values: Vec::new(),
        ..finished(0, params.clone())
    };
    history.update(vec![failed], &[]);
    history.add_running(TrialNumber(1), &params, Vec::new());
    for trial in history.trials().chain(history.running()) {
        assert_eq!(replayed(&trial), params);
    }
}

/// The share of a box that a study of two objectives dominates.
fn dominated(history: &History) -> f64 {
    let mut points: Vec<Vec<f64>> = history.trials().map(|t| t.values().collect()).collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let (mut area, mut height) = (0.0, 1.0_f64);
    for point in points.iter().filter(|point| point[0] < 1.0) {
        area += (1.0 - point[0]) * (height - point[1]).max(0.0);
        height = height.min(point[1]);
    }
    area
}

/// Good trials lie on a curve: `b` is best where it fits `a`.
#[test]
fn parameters_that_fit_each_other_are_learnt_together_with_several_objectives() {
    let losses = |two: &Two| {
        let off = 3.0 * (two.b - 0.2 - 0.6 * two.a * two.a).abs();
        vec![two.a + off, 1.0 - two.a + off]
    };
    let mean = |tpe: &Tpe| {
        let run = |seed| {
            let mut history = History::new(&[Direction::Minimize; 2]);
            for number in 0..80 {
                let drawn = draw::<Two>(tpe, &history, Some(seed));
                let mut trial = finished(number, drawn.params);
                trial.values = losses(&drawn.config);
                history.update(vec![trial], &[]);
            }
            dominated(&history)
        };
        (0..6).map(run).sum::<f64>() / 6.0
    };
    let ours = mean(&Tpe::default());
    let alone = mean(&Tpe::default().multivariate(false));
    assert!(ours > alone + 0.04, "{ours} and {alone}");
}

#[test]
fn infinite_and_equal_results_of_several_objectives_are_no_obstacle() {
    let values = [
        [f64::INFINITY, f64::NEG_INFINITY],
        [1.0, 1.0],
        [1.0, 1.0],
        [f64::INFINITY, f64::INFINITY],
    ];
    let mut history = History::new(&[Direction::Minimize, Direction::Maximize]);
    for (number, values) in (0..60).zip(values.iter().cycle()) {
        let drawn = draw::<Everything>(&Tpe::default(), &history, Some(3));
        let mut trial = finished(number, drawn.params);
        trial.values = values.to_vec();
        history.update(vec![trial], &[]);
    }
    assert_eq!(history.finished(), 60);
}
