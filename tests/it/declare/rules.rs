//! Rules across fields: configurations that are refused, and constraints.

use std::collections::BTreeSet;

use docktuna::sampler::Random;
use docktuna::{Error, Fallback, Load, Stop, Study, TrialState, Tunable};
use serde_json::{Value as Json, json};

use crate::backend::{Backend, Proxied};
use crate::space::Line;
use crate::support::{Version, python};

#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(validate = Self::check)]
struct Ordered {
    #[tune(range = 0.0..=1.0, default = 0.9)]
    low: f64,
    #[tune(range = 0.0..=1.0, default = 0.1)]
    high: f64,
    part: Part,
}

impl Ordered {
    fn check(&self) -> Result<(), String> {
        if self.low > self.high {
            return Err(format!("low {} is above high {}", self.low, self.high));
        }
        Ok(())
    }
}

#[derive(Tunable, Debug, Clone, PartialEq)]
enum Part {
    #[tune(default)]
    None,
    Even(Even),
}

#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(validate = even)]
struct Even {
    #[tune(range = 0..=9)]
    n: u8,
}

fn even(part: &Even) -> Result<(), &'static str> {
    if part.n % 2 == 1 {
        Err("n is odd")
    } else {
        Ok(())
    }
}

const GOOD: Ordered = Ordered {
    low: 0.25,
    high: 0.5,
    part: Part::Even(Even { n: 4 }),
};

async fn run(study: &Study<Ordered>, trials: usize, concurrency: usize) {
    let summary = study
        .optimize(|config, _| async move {
            config.check().map_err(Stop::failed)?;
            if let Part::Even(part) = &config.part {
                even(part).map_err(Stop::failed)?;
            }
            Ok(config.low)
        })
        .trials(trials)
        .concurrency(concurrency)
        .run()
        .await
        .unwrap();
    assert_eq!(summary.complete, trials);
}

#[tokio::test]
async fn what_is_refused_is_drawn_again_and_a_seed_repeats_it() {
    let mut runs = BTreeSet::new();
    for concurrency in [1, 3] {
        for backend in Backend::shared().await {
            for db in [backend.db.clone(), backend.again().await] {
                let study = db
                    .study_builder::<Ordered>("s")
                    // What it draws does not depend on which trials are over by then.
                    .sampler(Random)
                    .seed(7)
                    .open()
                    .await
                    .unwrap();
                run(&study, 8, concurrency).await;
            }
            let trials = backend.db.dynamic_study("s").await.unwrap().trials().await;
            let params: Vec<_> = trials
                .unwrap()
                .iter()
                .map(|t| format!("{:?}", t.params))
                .collect();
            assert_eq!(params.len(), 16);
            runs.insert(params);
        }
    }
    assert_eq!(runs.len(), 1);
}

#[derive(Tunable, Debug)]
#[tune(validate = never)]
struct Never {
    #[tune(range = 0..=1)]
    x: u8,
}

fn never(config: &Never) -> Result<(), String> {
    Err(format!("{} is not to be had", config.x))
}

#[derive(Tunable, Debug)]
#[tune(constraint(root = Self::root))]
struct Root {
    #[tune(range = -1.0..=1.0)]
    x: f64,
}

impl Root {
    fn root(&self) -> f64 {
        self.x.sqrt()
    }
}

#[tokio::test]
async fn rules_that_refuse_everything_end_in_a_typed_error() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Never>("s").await.unwrap();
        let error = study.ask().await.map(drop).unwrap_err();
        assert!(
            matches!(&error, Error::EveryDrawRefused { type_name: "Never", draws: 1000, reason }
                if reason.ends_with("is not to be had")),
            "{error}"
        );
        let text = error.to_string();
        assert!(
            text.starts_with("`Never` refused 1000 drawn configurations in a row"),
            "{text}"
        );
        let run = study
            .optimize(|_, _| async { Ok(0.0) })
            .trials(3)
            .run()
            .await;
        assert!(matches!(run.unwrap_err(), Error::EveryDrawRefused { .. }));
        assert_eq!(study.trial_counts().await.unwrap().total(), 0);

        // A constraint that is no number refuses, too.
        let study = backend.db.study::<Root>("root").await.unwrap();
        for trial in study.ask_many(20).await.unwrap() {
            assert!(trial.config().x >= 0.0);
            trial.tell(0.0).await.unwrap();
        }
        let error = study.enqueue(Root { x: -0.5 }).await.unwrap_err();
        assert!(
            matches!(&error, Error::Refused { reason, .. }
            if reason == "constraint `root` is NaN"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_queue_is_checked_at_both_ends() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Ordered>("s").await.unwrap();
        let bad = Ordered { low: 0.75, ..GOOD };
        let error = study.enqueue(bad).await.unwrap_err();
        assert!(
            matches!(&error, Error::Refused { type_name: "Ordered", reason }
            if reason == "low 0.75 is above high 0.5"),
            "{error}"
        );
        let part = Part::Even(Even { n: 3 });
        let error = study.enqueue(Ordered { part, ..GOOD }).await.unwrap_err();
        assert!(
            matches!(&error, Error::Refused { reason, .. }
            if reason == "`part.Even`: n is odd"),
            "{error}"
        );
        assert_eq!(study.trial_counts().await.unwrap().total(), 0);

        // What comes around the check is failed with the reason, the rest of the queue is run.
        for params in [
            r#"{"low": 0.9, "high": 0.1, "part": "None"}"#,
            r#"{"part": "Even", "part.Even.n": 3}"#,
            r#"{"low": 0.6, "part": "None"}"#,
        ] {
            let arguments = ["--study", "s", "--params", params];
            python(Version::V5, "enqueue.py", &arguments, backend.url()).await;
        }
        let trial = study.ask().await.unwrap();
        assert_eq!((trial.number().get(), trial.config().low), (2, 0.6));
        assert!(
            trial.config().high >= 0.6,
            "the rest is drawn until it fits"
        );
        trial.tell(1.0).await.unwrap();
        let trials = study.trials().await.unwrap();
        let reason = |n: usize| {
            trials[n].user_attrs["docktuna:error"]
                .parse::<String>()
                .unwrap()
        };
        assert_eq!(trials[0].state, TrialState::Fail);
        assert!(
            reason(0).contains("low 0.9 is above high 0.1"),
            "{}",
            reason(0)
        );
        assert_eq!(trials[1].state, TrialState::Fail);
        assert!(reason(1).contains("refused 1000 drawn"), "{}", reason(1));
        assert!(reason(1).contains("`part.Even`: n is odd"), "{}", reason(1));
    }
}

/// The same parameters without the rule, as an older version of a program had them.
#[derive(Tunable)]
struct Before {
    #[tune(range = 0.0..=1.0)]
    low: f64,
    #[tune(range = 0.0..=1.0)]
    high: f64,
    part: Part,
}

#[tokio::test]
async fn a_best_trial_that_is_refused_is_not_loaded() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Before>("s").await.unwrap();
        let (low, high) = (0.75, 0.5);
        study
            .enqueue(Before {
                low,
                high,
                part: Part::None,
            })
            .await
            .unwrap();
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let today = backend.db.study::<Ordered>("s").await.unwrap();
        for loaded in [
            Ordered::load_best(&backend.db, "s").await,
            today.best().await.map(|best| best.config),
        ] {
            let error = loaded.unwrap_err();
            assert!(
                matches!(&error, Error::BestRefused { trial, type_name: "Ordered", reason }
                    if trial.get() == 0 && reason == "low 0.75 is above high 0.5"),
                "{error}"
            );
        }
        // Defaults are no way around it.
        let defaults = Never::loader("none").on_missing(Fallback::Defaults);
        assert!(matches!(
            defaults.load(&backend.db).await,
            Err(Error::MissingDefaults { .. })
        ));
    }
}

#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(maximize, constraint(memory = memory, latency = Self::latency))]
struct Constrained {
    #[tune(range = 0.0..=10.0)]
    x: f64,
    part: Bounded,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(constraint(y = Self::y))]
struct Bounded {
    #[tune(range = 0..=10)]
    y: i32,
}

fn memory(config: &Constrained) -> f64 {
    config.x - 7.0
}

impl Constrained {
    fn latency(&self) -> f64 {
        if self.x > 9.5 { f64::INFINITY } else { -1.0 }
    }
}

impl Bounded {
    fn y(&self) -> f64 {
        f64::from(self.y - 5)
    }
}

#[tokio::test]
async fn infeasible_trials_never_win_here_and_in_python() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Constrained>("s").await.unwrap();
        for (x, y) in [(9.75, 0), (8.0, 0), (7.0, 5), (6.5, 6), (6.0, 1)] {
            let part = Bounded { y };
            study.enqueue(Constrained { x, part }).await.unwrap();
            let trial = study.ask().await.unwrap();
            let value = trial.config().x;
            trial.tell(value).await.unwrap();
        }
        let (failed, pruned) = (study.ask().await.unwrap(), study.ask().await.unwrap());
        failed.fail("no data").await.unwrap();
        pruned.prune().await.unwrap();

        let best = study.best().await.unwrap();
        assert_eq!((best.number.get(), best.value), (2, 7.0));
        let loaded = Constrained::load_best(&backend.db, "s").await.unwrap();
        assert_eq!(loaded, best.config);
        let trials = study.trials().await.unwrap();
        let first = trials[0].constraints().into_iter().collect::<Vec<_>>();
        let expected = [
            ("latency", f64::INFINITY),
            ("memory", 2.75),
            ("part.y", -5.0),
        ];
        assert_eq!(
            first,
            expected.map(|(name, number)| (name.to_owned(), number))
        );
        assert_eq!(
            trials[0].system_attrs["constraints"].as_json(),
            "[-5.0, 2.75, Infinity]"
        );
        assert_eq!(
            trials.iter().filter(|t| t.constraints().len() == 3).count(),
            7
        );

        let Some(url) = &backend.url else { continue };
        for version in Version::ALL {
            let report = python(version, "report.py", &[], url).await;
            let report = &report["studies"][0];
            assert_eq!(
                (&report["best_trial"], &report["best_trials"]),
                (&json!(2), &json!([2]))
            );
            let stored = &report["trials"][1]["system_attrs"]["constraints"];
            assert_eq!(stored, &json!([-5.0, 1.0, -1.0]));
            let names = &report["trials"][1]["user_attrs"]["docktuna:constraints"];
            assert_eq!(names, &json!(["part.y", "memory", "latency"]));
            let read = match version {
                Version::V5 => json!({"0": -5.0, "1": 1.0, "2": -1.0}),
                Version::V4 => Json::Null,
            };
            assert_eq!(report["trials"][1]["constraints"], read);
        }
    }
}

#[tokio::test]
async fn without_a_feasible_trial_the_error_says_so() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Constrained>("s").await.unwrap();
        let part = Bounded { y: 6 };
        study.enqueue(Constrained { x: 1.0, part }).await.unwrap();
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let error = study.best().await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::NoTrial {
                    infeasible: true,
                    ..
                }
            ),
            "{error}"
        );
        assert_eq!(study.pareto_front().await.unwrap().len(), 0);
    }
}

/// The numbers travel with the result.
#[tokio::test]
async fn constraints_cost_no_round_trip() {
    let counted = Proxied::new().await;
    let plain = counted.db.study::<Line>("plain").await.unwrap();
    let constrained = counted
        .db
        .study::<Constrained>("constrained")
        .await
        .unwrap();
    let mut costs = Vec::new();
    for _ in 0..2 {
        counted.proxy.reset();
        plain.ask().await.unwrap().tell(1.0).await.unwrap();
        let cost = counted.proxy.counts();
        counted.proxy.reset();
        constrained.ask().await.unwrap().tell(1.0).await.unwrap();
        costs.push((cost, counted.proxy.counts()));
    }
    let (plain, constrained) = &costs[1];
    assert_eq!((plain.round_trips, plain.statements), (3, 3), "{plain:?}");
    assert_eq!(
        (constrained.round_trips, constrained.statements),
        (3, 3),
        "{constrained:?}"
    );
    assert_eq!(constrained.commits, plain.commits);
}
