//! Rust and Python workers prune one study as Optuna alone would.
//!
//! Every trial runs twice: in the shared study, by a worker of either kind, and in a study of the same
//! name in which Optuna runs all of them. After each report both have to decide alike, and in the end
//! the same rungs have to be noted. Wilcoxon's test is left out: Optuna takes it from SciPy, and it reads
//! nothing that others note.

use std::collections::BTreeMap;

use docktuna::pruner::{Hyperband, Median, Patient, Percentile, Pruner, SuccessiveHalving};
use docktuna::{Direction, Study, Trial};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value as Json, json};

use crate::backend::Backend;
use crate::space::Line;
use crate::support::{Version, Worker};

const TRIALS: usize = 22;
const STEPS: u32 = 10;
/// Trials that run at once.
const AT_ONCE: usize = 3;

/// A pruner here, with its name and options there.
type Case = (&'static str, Json, Direction, fn() -> Box<dyn Pruner>);

fn cases() -> [Case; 6] {
    use Direction::{Maximize, Minimize};
    [
        ("median", json!({"n_startup_trials": 2}), Minimize, || {
            Box::new(Median::default().n_startup_trials(2))
        }),
        (
            "percentile",
            json!({"percentile": 30.0, "n_startup_trials": 2, "n_warmup_steps": 1, "interval_steps": 2}),
            Maximize,
            || {
                let percentile = Percentile::new(30.0).n_startup_trials(2);
                Box::new(percentile.n_warmup_steps(1).interval_steps(2))
            },
        ),
        ("patient", json!({"patience": 1}), Minimize, || {
            Box::new(Patient::new(1).before(Median::default().n_startup_trials(1)))
        }),
        (
            "successive_halving",
            json!({"min_resource": 1, "reduction_factor": 2}),
            Minimize,
            || {
                Box::new(
                    SuccessiveHalving::default()
                        .min_resource(1)
                        .reduction_factor(2),
                )
            },
        ),
        (
            "successive_halving",
            json!({"min_resource": 2, "reduction_factor": 2, "bootstrap_count": 2}),
            Maximize,
            || {
                let asha = SuccessiveHalving::default().min_resource(2);
                Box::new(asha.reduction_factor(2).bootstrap_count(2))
            },
        ),
        (
            "hyperband",
            json!({"min_resource": 1, "max_resource": 9, "reduction_factor": 3}),
            Minimize,
            || Box::new(Hyperband::default().max_resource(9)),
        ),
    ]
}

/// A trial in both studies.
struct Pair {
    number: usize,
    curve: Vec<Json>,
    step: u32,
    /// None if Python runs it.
    ours: Option<Trial<Line>>,
}

struct Fleet {
    study: Study<Line>,
    python: Worker,
    pruned: usize,
}

impl Fleet {
    async fn start(&mut self, number: usize, curve: Vec<Json>) -> Pair {
        let reference = json!({"op": "start", "where": "reference"});
        assert_eq!(self.python.ask(reference).await["trial"], number);
        let ours = if number.is_multiple_of(2) {
            let trial = self.study.ask().await.unwrap();
            assert_eq!(usize::try_from(trial.number().get()), Ok(number));
            Some(trial)
        } else {
            let shared = json!({"op": "start", "where": "shared"});
            assert_eq!(self.python.ask(shared).await["trial"], number);
            None
        };
        Pair {
            number,
            curve,
            step: 0,
            ours,
        }
    }

    /// Reports once; gives the trial back if it goes on.
    async fn step(&mut self, mut pair: Pair) -> Option<Pair> {
        let (number, step) = (pair.number, pair.step);
        let value = pair.curve[step as usize].clone();
        let report = |place: &str| json!({"op": "report", "where": place, "trial": number, "step": step, "value": value});
        let expected = self.python.ask(report("reference")).await["prune"].clone();
        let prune = match &pair.ours {
            Some(trial) => {
                trial.report(step, number_of(&value)).await.unwrap();
                Json::Bool(trial.should_prune().await.unwrap())
            }
            None => self.python.ask(report("shared")).await["prune"].clone(),
        };
        let study = self.study.name();
        assert_eq!(prune, expected, "{study}, trial {number}, step {step}");
        pair.step += 1;
        let state = match (prune == true, pair.step == STEPS) {
            (true, _) => "PRUNED",
            (false, true) => "COMPLETE",
            (false, false) => return Some(pair),
        };
        self.pruned += usize::from(prune == true);
        self.finish(pair, state).await;
        None
    }

    async fn finish(&mut self, pair: Pair, state: &str) {
        let result = match state {
            "COMPLETE" => json!(0.5 + number_of(&pair.curve[0]).abs().min(9.0)),
            _ => Json::Null,
        };
        let finish = |place: &str| json!({"op": "finish", "where": place, "trial": pair.number, "state": state, "value": result});
        self.python.ask(finish("reference")).await;
        match (pair.ours, result.as_f64()) {
            (Some(trial), Some(value)) => trial.tell(value).await.unwrap(),
            (Some(trial), None) => trial.prune().await.unwrap(),
            (None, _) => drop(self.python.ask(finish("shared")).await),
        }
    }
}

/// Numbers as the scripts encode them.
fn number_of(json: &Json) -> f64 {
    match json.get("$float") {
        Some(text) => text.as_str().unwrap().parse().unwrap(),
        None => json.as_f64().unwrap(),
    }
}

/// Falling curves with noise and, here and there, a number that is none.
fn curves(seed: u64) -> Vec<Vec<Json>> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut curve = || {
        let (start, rate) = (rng.random_range(0.5..3.0), rng.random_range(0.0..0.3));
        let value = |step: u32| {
            let noise: f64 = rng.random_range(-0.2..0.2);
            match rng.random_range(0..30) {
                0 => json!({"$float": "nan"}),
                1 => json!({"$float": "inf"}),
                2 => json!({"$float": "-inf"}),
                _ => json!(start * f64::exp(-rate * f64::from(step)) + noise),
            }
        };
        (0..STEPS).map(value).collect()
    };
    (0..TRIALS).map(|_| curve()).collect()
}

async fn prune_alike(backend: &Backend, version: Version) {
    let mut python = Worker::start(version, "prune.py", backend.url());
    for (case, (name, options, direction, pruner)) in cases().into_iter().enumerate() {
        let study = format!("{name} {case}");
        let builder = backend.db.study_builder::<Line>(&study).pruner(pruner());
        let (builder, way) = match direction {
            Direction::Minimize => (builder.minimize(""), "minimize"),
            Direction::Maximize => (builder.maximize(""), "maximize"),
        };
        let opened = builder.open().await.unwrap();
        let open = json!({"op": "open", "study": study, "pruner": name, "options": options, "direction": way});
        python.ask(open).await;
        let mut fleet = Fleet {
            study: opened,
            python,
            pruned: 0,
        };
        let mut waiting = curves(case as u64).into_iter().enumerate();
        let mut running = std::collections::VecDeque::new();
        loop {
            while running.len() < AT_ONCE
                && let Some((number, curve)) = waiting.next()
            {
                running.push_back(fleet.start(number, curve).await);
            }
            let Some(next) = running.pop_front() else {
                break;
            };
            running.extend(fleet.step(next).await);
        }
        assert!(fleet.pruned > 2, "{study}: {} pruned", fleet.pruned);
        assert!(fleet.pruned < TRIALS, "{study}: all pruned");
        same_rungs(&mut fleet).await;
        python = fleet.python;
    }
}

/// What is noted on the shared trials is what Optuna alone noted, as numbers.
async fn same_rungs(fleet: &mut Fleet) {
    let expected = fleet.python.ask(json!({"op": "rungs"})).await;
    for trial in fleet.study.trials().await.unwrap() {
        let rungs: BTreeMap<&str, f64> = trial
            .system_attrs
            .iter()
            .filter(|(key, _)| key.starts_with("completed_rung_"))
            .map(|(key, rung)| {
                let text = rung.as_json().replace("Infinity", "inf");
                (key.as_str(), text.parse().unwrap())
            })
            .collect();
        let theirs = expected[trial.number.to_string()].as_object().unwrap();
        let theirs: BTreeMap<&str, f64> = theirs
            .iter()
            .map(|(key, value)| (key.as_str(), number_of(value)))
            .collect();
        assert_eq!(rungs, theirs, "{}, trial {}", trial.id, trial.number);
    }
}

#[tokio::test]
async fn with_optuna_5_on_postgresql() {
    prune_alike(&Backend::postgres().await, Version::V5).await;
}

#[tokio::test]
async fn with_optuna_5_on_sqlite() {
    prune_alike(&Backend::sqlite().await, Version::V5).await;
}

#[tokio::test]
async fn with_optuna_4_on_postgresql() {
    prune_alike(&Backend::postgres().await, Version::V4).await;
}

#[tokio::test]
async fn with_optuna_4_on_sqlite() {
    prune_alike(&Backend::sqlite().await, Version::V4).await;
}
