//! Branches that share a parameter: one name in the database, whichever of them is chosen.

use std::collections::BTreeSet;

use docktuna::sampler::Grid;
use docktuna::{Error, Key, OptunaDatabase, Overrides, Params, Tunable};

use crate::backend::Backend;
use crate::support::{Version, python};

#[derive(Tunable, Debug, PartialEq)]
struct Train {
    optimizer: Optimizer,
}

#[derive(Tunable, Debug, PartialEq)]
#[tune(rename_all = "snake_case")]
enum Optimizer {
    Sgd {
        #[tune(range = 0.0..=0.99)]
        momentum: f64,
        #[tune(range = 1e-5..=1e-1, log, default = 1e-2, shared)]
        lr: f64,
        #[tune(range = 1..=8, shared)]
        warmup: u8,
    },
    #[tune(default)]
    AdamW {
        #[tune(range = 1..=8, default = 2, shared)]
        warmup: u32,
        #[tune(range = 1e-5..=1e-1, log, default = 1e-3, shared)]
        lr: f64,
    },
}

impl Optimizer {
    fn shared(&self) -> (f64, u32) {
        match self {
            Self::Sgd { lr, warmup, .. } => (*lr, (*warmup).into()),
            Self::AdamW { lr, warmup } => (*lr, *warmup),
        }
    }
}

const OPTIMIZER: Key<Train, &str> = Key::new("optimizer");
const LR: Key<Train, f64> = Key::new("optimizer.lr");
const WARMUP: Key<Train, u32> = Key::new("optimizer.warmup");

#[tokio::test]
async fn python_sees_one_parameter_in_all_branches() {
    for backend in Backend::shared().await {
        let builder = backend.db.study_builder::<Train>("s");
        let study = builder.seed(3).open().await.unwrap();
        let lr = 0.02;
        let enqueued = Optimizer::Sgd {
            momentum: 0.5,
            lr,
            warmup: 3,
        };
        study
            .enqueue(Train {
                optimizer: enqueued,
            })
            .await
            .unwrap();
        study.enqueue_default().await.unwrap();
        study.enqueue_partial([("optimizer.lr", lr)]).await.unwrap();
        let mut asked = study.ask_many(60).await.unwrap();
        asked.sort_by_key(|trial| trial.number().get());
        let mut configs = Vec::new();
        for trial in asked {
            let config: Train = trial.params().to_config().unwrap();
            assert_eq!(&config, trial.config());
            let value = config.optimizer.shared().0;
            configs.push(config);
            trial.tell(value).await.unwrap();
        }
        assert_eq!(
            configs[0].optimizer,
            Optimizer::Sgd {
                momentum: 0.5,
                lr,
                warmup: 3
            }
        );
        assert_eq!(configs[1], Train::defaults());
        assert_eq!(configs[2].optimizer.shared().0, lr);
        let best = configs.iter().map(|config| config.optimizer.shared().0);
        let best = best.fold(f64::INFINITY, f64::min);
        assert_eq!(
            study.best().await.unwrap().config.optimizer.shared().0,
            best
        );

        for version in Version::ALL {
            let seen = python(version, "values.py", &["--study", "s"], backend.url()).await;
            let seen = seen.as_array().unwrap();
            assert_eq!(seen.len(), configs.len());
            for (params, config) in seen.iter().zip(&configs) {
                let (lr, warmup) = config.optimizer.shared();
                assert_eq!(params["optimizer.lr"], lr);
                assert_eq!(params["optimizer.warmup"], warmup);
                let sgd = matches!(config.optimizer, Optimizer::Sgd { .. });
                let label = if sgd { "sgd" } else { "adam_w" };
                assert_eq!(params["optimizer"], label);
                assert_eq!(params.as_object().unwrap().len(), if sgd { 4 } else { 3 });
            }
            for label in ["sgd", "adam_w"] {
                assert!(seen.iter().any(|params| params["optimizer"] == label));
            }
            // Optuna's samplers search together what is in all trials with one distribution.
            let report = python(version, "report.py", &[], backend.url()).await;
            let studies = report["studies"].as_array().unwrap();
            let study = studies
                .iter()
                .find(|study| study["study_name"] == "s")
                .unwrap();
            let together = &study["intersection_search_space"];
            let together: Vec<&String> = together.as_object().unwrap().keys().collect();
            assert_eq!(together, ["optimizer", "optimizer.lr", "optimizer.warmup"]);
        }
    }
}

#[tokio::test]
async fn an_override_holds_in_all_branches() {
    for backend in Backend::shared().await {
        let overrides = Overrides::new()
            .narrow(LR, 1e-3..=1e-2)
            .widen(WARMUP, 9..=200);
        let builder = backend.db.study_builder::<Train>("s").seed(1);
        let study = builder.overrides(overrides).open().await.unwrap();
        let mut labels = [0; 2];
        for trial in study.ask_many(40).await.unwrap() {
            let (lr, warmup) = trial.config().optimizer.shared();
            assert!((1e-3..=1e-2).contains(&lr) && (9..=200).contains(&warmup));
            let sgd = matches!(trial.config().optimizer, Optimizer::Sgd { .. });
            labels[usize::from(sgd)] += 1;
            trial.tell(lr).await.unwrap();
        }
        assert!(labels.iter().all(|count| *count > 0), "{labels:?}");
        let fixed = backend
            .db
            .study_builder::<Train>("t")
            .set("optimizer.lr=0.01");
        for trial in fixed.open().await.unwrap().ask_many(10).await.unwrap() {
            assert_eq!(trial.config().optimizer.shared().0, 0.01);
            trial.tell(0.0).await.unwrap();
        }
    }
}

/// A wide type in one branch does not hide a narrow one in another.
#[test]
fn a_widened_range_has_to_fit_every_branch() {
    let error = Overrides::new().widen(WARMUP, 1..=300).check().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("does not fit in the field's type"),
        "{error}"
    );
    let fixed = Overrides::new()
        .fix(OPTIMIZER, "adam_w")
        .widen(WARMUP, 1..=300);
    assert!(fixed.check().is_err(), "the declared type is what counts");
}

/// What a branch stores below its own label is not what another one shares.
#[tokio::test]
async fn a_shared_name_that_clashes_is_refused_before_anything_is_made() {
    #[derive(Tunable, Debug)]
    #[tune(rename_all = "snake_case")]
    enum Clash {
        Lr(Kind),
        Other {
            #[tune(shared)]
            lr: Kind,
        },
    }
    #[derive(Tunable, Debug)]
    enum Kind {
        A,
        B,
    }
    for backend in Backend::all().await {
        let opened = backend.db.study::<Clash>("clash").await;
        let Err(Error::NameClash { param }) = opened else {
            panic!("{opened:?}")
        };
        assert_eq!(param, "config.lr");
        assert!(
            !backend
                .db
                .contains_study("clash")
                .await
                .is_ok_and(|found| found)
        );
    }
    let lr = Kind::A;
    assert_eq!(Params::of(&Clash::Other { lr }).unwrap().len(), 2);
}

/// 3 · 2 + 3 points.
#[tokio::test]
async fn a_grid_counts_a_shared_parameter_in_each_branch() {
    #[derive(Tunable, Debug)]
    enum Gridded {
        A {
            #[tune(range = 1..=3, shared)]
            n: u8,
            on: bool,
        },
        B {
            #[tune(range = 1..=3, shared)]
            n: u8,
        },
    }
    let db = OptunaDatabase::in_memory();
    let builder = db.study_builder::<Gridded>("s").sampler(Grid::default());
    let study = builder.open().await.unwrap();
    let run = study.optimize(|config, _| async move {
        Ok(match config {
            Gridded::A { n, on } => f64::from(n) + f64::from(on),
            Gridded::B { n } => f64::from(n),
        })
    });
    assert_eq!(run.run().await.unwrap().complete, 9);
    let trials = study.trials().await.unwrap();
    let points = trials.iter().map(|trial| {
        let params = trial.params.iter();
        let shown = params.map(|p| format!("{}={}", p.name(), p.value()));
        shown.collect::<Vec<_>>().join(" ")
    });
    let points: BTreeSet<String> = points.collect();
    assert_eq!(points.len(), 9);
    assert!(
        points.contains(r#"config="A" config.n=2 config.A.on=true"#),
        "{points:?}"
    );
    assert!(points.contains(r#"config="B" config.n=2"#), "{points:?}");
}
