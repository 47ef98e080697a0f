//! What an older version of a struct stored, read by the one of today.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use docktuna::sampler::{Draft, Random, Sampler};
use docktuna::{Distribution, Error, Load, Tunable, Value};
use serde_json::json;

use crate::backend::Backend;
use crate::support::{Version, python};

mod old {
    use docktuna::Tunable;

    #[derive(Tunable, Debug)]
    pub(super) struct Train {
        #[tune(range = 0.0..=1.0)]
        pub(super) rate: f64,
        pub(super) act: Activation,
        pub(super) net: Net,
        pub(super) opt: Opt,
    }

    #[derive(Tunable, Debug)]
    #[tune(rename_all = "lowercase")]
    pub(super) enum Activation {
        Relu,
        Swish,
    }

    #[derive(Tunable, Debug)]
    pub(super) struct Net {
        #[tune(range = 1..=8)]
        pub(super) layers: u8,
    }

    #[derive(Tunable, Debug)]
    #[tune(rename_all = "lowercase")]
    pub(super) enum Opt {
        Sgd {
            #[tune(range = 0.0..=1.0)]
            mom: f64,
        },
        Adam,
    }
}

#[derive(Tunable, Debug, PartialEq)]
struct Train {
    #[tune(alias = "opt")]
    optimizer: Optimizer,
    #[tune(flatten)]
    common: Common,
}

#[derive(Tunable, Debug, PartialEq)]
struct Common {
    #[tune(range = 0.0..=1.0, alias = "learning_rate", alias = "rate")]
    lr: f64,
    #[tune(alias = "act")]
    activation: Activation,
    #[tune(alias = "net")]
    model: Model,
}

#[derive(Tunable, Debug, PartialEq, Clone, Copy)]
#[tune(rename_all = "lowercase")]
enum Activation {
    #[tune(alias = "swish")]
    Silu,
    Relu,
}

#[derive(Tunable, Debug, PartialEq)]
struct Model {
    #[tune(range = 1..=8, alias = "layers")]
    depth: u8,
}

#[derive(Tunable, Debug, PartialEq)]
#[tune(rename_all = "lowercase")]
enum Optimizer {
    #[tune(alias = "sgd")]
    Momentum {
        #[tune(range = 0.0..=1.0, alias = "mom")]
        beta: f64,
    },
    Adam,
}

fn today(lr: f64, activation: Activation, depth: u8, optimizer: Optimizer) -> Train {
    Train {
        optimizer,
        common: Common {
            lr,
            activation,
            model: Model { depth },
        },
    }
}

/// A study of the older version with two trials; the second is the best.
async fn study_before(backend: &Backend) -> docktuna::Study<old::Train> {
    let before = backend.db.study::<old::Train>("s").await.unwrap();
    let configs = [
        (0.25, old::Activation::Relu, 2, old::Opt::Adam),
        (0.5, old::Activation::Swish, 3, old::Opt::Sgd { mom: 0.75 }),
    ];
    for (rate, act, layers, opt) in configs {
        let net = old::Net { layers };
        let config = old::Train {
            rate,
            act,
            net,
            opt,
        };
        before.enqueue(config).await.unwrap();
        let trial = before.ask().await.unwrap();
        let config = trial.config();
        assert_eq!((config.rate, config.net.layers), (rate, layers));
        trial.tell(1.0 - rate).await.unwrap();
    }
    before
}

/// Notes what the history has of one parameter.
#[derive(Debug)]
struct Watching(&'static str, Arc<Mutex<Vec<Option<Value>>>>);

impl Sampler for Watching {
    fn name(&self) -> &'static str {
        "watching"
    }

    fn reads_history(&self) -> bool {
        true
    }

    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
        let values = draft.history().trials().map(|trial| trial.value(self.0));
        *self.1.lock().unwrap() = values.collect();
        Random.sample(draft, name, distribution)
    }
}

#[tokio::test]
async fn a_study_of_an_older_version_is_loaded_and_goes_on() {
    for backend in Backend::all().await {
        let before = study_before(&backend).await;
        let momentum = |beta| Optimizer::Momentum { beta };
        let best = today(0.5, Activation::Silu, 3, momentum(0.75));
        assert_eq!(Train::load_best(&backend.db, "s").await.unwrap(), best);

        // A worker of the older version enqueues, one of today runs it.
        before
            .enqueue_partial([("act", Value::from("swish")), ("rate", 0.125.into())])
            .await
            .unwrap();
        let fixed = [
            ("opt", "sgd".into()),
            ("opt.sgd.mom", 0.5.into()),
            ("rate", Value::from(0.0)),
        ];
        before.enqueue_partial(fixed).await.unwrap();
        let study = backend.db.study::<Train>("s").await.unwrap();
        assert_eq!(study.best().await.unwrap().config, best);
        let front = study.pareto_front().await.unwrap();
        assert_eq!((front.len(), &front[0].config), (1, &best));
        let trial = study.ask().await.unwrap();
        let Common { lr, activation, .. } = trial.config().common;
        assert_eq!((lr, activation), (0.125, Activation::Silu));
        trial.tell(1.0).await.unwrap();
        let trial = study.ask().await.unwrap();
        let config = trial.config();
        assert_eq!(
            (&config.optimizer, config.common.lr),
            (&momentum(0.5), 0.0),
            "{:?}",
            backend.kind
        );
        let depth = config.common.model.depth;
        let activation = config.common.activation;
        trial.tell(0.25).await.unwrap();
        let best = today(0.0, activation, depth, momentum(0.5));
        assert_eq!(Train::load_best(&backend.db, "s").await.unwrap(), best);

        // New trials write the names of today.
        let trials = study.trials().await.unwrap();
        let has = |trial: usize, name: &str| trials[trial].params.get(name).is_some();
        assert!(has(1, "rate") && !has(1, "lr"));
        assert!(has(3, "lr") && !has(3, "rate") && has(3, "optimizer.momentum.beta"));
    }
}

#[tokio::test]
async fn samplers_see_what_older_versions_tried() {
    for backend in Backend::all().await {
        study_before(&backend).await;
        let seen = Arc::default();
        let watching = Watching("activation", Arc::clone(&seen));
        let builder = backend.db.study_builder::<Train>("s").sampler(watching);
        let study = builder.open().await.unwrap();
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let wanted = ["relu", "silu"].map(|label| Some(Value::from(label)));
        assert_eq!(*seen.lock().unwrap(), wanted);
    }
}

/// A retried trial waits with its parameters stored. It has both names then; the new one counts.
#[tokio::test]
async fn a_waiting_trial_with_older_names_is_taken_over() {
    for backend in Backend::shared().await {
        let before = study_before(&backend).await;
        let trial = before.ask().await.unwrap();
        let (number, rate) = (trial.number(), trial.config().rate);
        let layers = trial.config().net.layers;
        trial.fail("to be retried").await.unwrap();
        let sql = format!("UPDATE trials SET state = 'WAITING' WHERE number = {number}");
        backend.execute(sql).await;
        // A session looks for the queue behind the trials that it has seen, so it has to be another.
        let db = backend
            .beating(Duration::ZERO, Duration::from_secs(60))
            .await;
        let study = db.study::<Train>("s").await.unwrap();
        let trial = study.ask().await.unwrap();
        let common = &trial.config().common;
        assert_eq!((trial.number(), common.lr), (number, rate));
        assert_eq!(common.model.depth, layers);
        trial.tell(0.0).await.unwrap();
        let best = Train::load_best(&backend.db, "s").await.unwrap();
        assert_eq!(best.common.lr, rate);
        let trials = study.trials().await.unwrap();
        let params = &trials.last().unwrap().params;
        assert!(params.get("rate").is_some() && params.get("lr").is_some());
    }
}

/// Optuna refuses other choices for a parameter that keeps its name, and so does R9; what was found
/// can still be loaded.
#[tokio::test]
async fn a_parameter_that_became_another_is_refused_for_tuning() {
    #[derive(Tunable, Debug)]
    struct Labels {
        act: Activation,
        #[tune(range = 0.0..=1.0)]
        rate: f64,
        #[tune(alias = "net")]
        model: Model,
        #[tune(alias = "opt")]
        optimizer: Optimizer,
    }
    #[derive(Tunable, Debug)]
    #[allow(dead_code, reason = "never built")]
    struct Kind {
        #[tune(range = 1..=8, alias = "rate")]
        lr: u8,
    }
    for backend in Backend::all().await {
        study_before(&backend).await;
        let error = backend.db.study::<Labels>("s").await.unwrap_err();
        assert!(matches!(error, Error::SpaceMismatch(_)));
        let text = error.to_string();
        let wanted = r#"`Labels`: act: stored choices ["relu", "swish"], declared choices ["silu", "relu"]. "#;
        assert!(text.contains(wanted), "{text}");
        let loaded = Labels::load_best(&backend.db, "s").await.unwrap();
        assert_eq!((loaded.act, loaded.rate), (Activation::Silu, 0.5));
        assert_eq!(loaded.model, Model { depth: 3 });
        assert_eq!(loaded.optimizer, Optimizer::Momentum { beta: 0.75 });

        let error = backend.db.study::<Kind>("s").await.unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("lr: stored float 0.0..=1.0, declared int 1..=8"),
            "{text}"
        );
        let study = backend.db.dynamic_study("s").await.unwrap();
        assert_eq!(study.trial_counts().await.unwrap().total(), 2);
    }
}

#[tokio::test]
async fn one_name_for_two_parameters_is_refused() {
    #[derive(Tunable, Debug)]
    #[allow(dead_code, reason = "never built")]
    struct Clash {
        #[tune(flatten)]
        common: Common,
        #[tune(range = 0.0..=1.0)]
        rate: f64,
    }
    let backend = Backend::memory().await;
    let error = backend.db.study::<Clash>("s").await.unwrap_err();
    assert!(
        matches!(&error, Error::NameClash { param } if param == "rate"),
        "{error}"
    );
}

#[tokio::test]
async fn a_study_of_python_is_loaded_by_older_names() {
    let float = json!({"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}});
    let int = json!({"name": "IntDistribution", "attributes": {"step": 1, "low": 1, "high": 8, "log": false}});
    let labels =
        json!({"name": "CategoricalDistribution", "attributes": {"choices": ["relu", "swish"]}});
    let space = json!({"learning_rate": float, "act": labels, "net.layers": int}).to_string();
    for version in Version::ALL {
        for backend in Backend::shared().await {
            let args = [
                "--study", "s", "--create", "--trials", "8", "--space", &space,
            ];
            let ran = python(version, "optimize.py", &args, backend.url()).await;
            let trials = ran["trials"].as_array().unwrap();
            let value = |trial: &serde_json::Value| trial["values"][0].as_f64().unwrap();
            let best = trials
                .iter()
                .min_by(|a, b| value(a).total_cmp(&value(b)))
                .unwrap();
            let params = &best["params"];
            let wanted = Common {
                lr: params["learning_rate"].as_f64().unwrap(),
                activation: match params["act"].as_str().unwrap() {
                    "swish" => Activation::Silu,
                    _ => Activation::Relu,
                },
                model: Model {
                    depth: u8::try_from(params["net.layers"].as_u64().unwrap()).unwrap(),
                },
            };
            let loaded = Common::load_best(&backend.db, "s").await.unwrap();
            assert_eq!(loaded, wanted, "{version}");

            let study = backend.db.study::<Common>("s").await.unwrap();
            let fixed = r#"{"act": "swish", "net.layers": 4}"#;
            let args = ["--study", "s", "--params", fixed];
            python(version, "enqueue.py", &args, backend.url()).await;
            let trial = study.ask().await.unwrap();
            let config = trial.config();
            assert_eq!(config.activation, Activation::Silu);
            assert_eq!(config.model, Model { depth: 4 });
            trial.tell(-1.0).await.unwrap();
            let best = study.best().await.unwrap();
            assert_eq!((best.number.get(), best.config.model.depth), (8, 4));
        }
    }
}
