//! Types that may refuse a value: what is drawn, enqueued, loaded and written by others.

use std::time::Duration;

use docktuna::sampler::Random;
use docktuna::{BoxError, Error, Load, OptunaDatabase, Params, Scalar, TrialState, Tunable};
use serde::Serialize;
use serde_json::json;

use crate::backend::Backend;
use crate::support::{Version, python};

/// A power of two, written by hand.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Power(u32);

impl Scalar for Power {
    type Inner = u32;

    fn from_inner(inner: u32) -> Result<Self, BoxError> {
        if !inner.is_power_of_two() {
            return Err(format!("{inner} is no power of two").into());
        }
        Ok(Self(inner))
    }

    fn to_inner(&self) -> Result<u32, BoxError> {
        Ok(self.0)
    }
}

/// An even number, by a rule of the type.
#[derive(Tunable, Debug, Clone, PartialEq, Serialize)]
#[tune(validate = Self::check)]
struct Even(u32);

impl Even {
    fn check(&self) -> Result<(), String> {
        if self.0 % 2 == 1 {
            return Err(format!("{} is odd", self.0));
        }
        Ok(())
    }
}

/// A multiple of three, through functions that may refuse.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Three(u32);

impl Three {
    fn new(n: u32) -> Option<Self> {
        n.is_multiple_of(3).then_some(Self(n))
    }

    fn get(self) -> u32 {
        self.0
    }
}

#[derive(Tunable, Debug, Clone, PartialEq, Serialize)]
struct Server {
    #[tune(range = 1..=64, default = 8)]
    power: Power,
    #[tune(range = 0..=99, default = 2)]
    even: Even,
    #[tune(range = 0..=99, as = u32, from = Three::new, into = Three::get, default = Some(3))]
    three: Option<Three>,
    #[tune(range = 1..=60, as = u64, from = Duration::from_secs, into = Duration::as_secs, default = 5)]
    timeout: Duration,
}

const GOOD: Server = Server {
    power: Power(16),
    even: Even(4),
    three: Some(Three(9)),
    timeout: Duration::from_secs(30),
};

fn is_fine(config: &Server) -> bool {
    config.power.0.is_power_of_two()
        && config.even.check().is_ok()
        && config.three.is_none_or(|three| three.0 % 3 == 0)
}

#[tokio::test]
async fn a_value_that_its_type_refuses_is_drawn_again_and_a_seed_repeats_it() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let db = OptunaDatabase::in_memory();
        let study = db
            .study_builder::<Server>("types")
            .sampler(Random)
            .seed(7)
            .open()
            .await
            .unwrap();
        let mut run = Vec::new();
        for trial in study.ask_many(40).await.unwrap() {
            assert!(is_fine(trial.config()), "{:?}", trial.config());
            run.push(trial.config().clone());
            // What is stored are the values of the last draw alone.
            let stored: Server = trial.params().to_config().unwrap();
            assert_eq!(&stored, trial.config());
            assert_eq!(Params::of(&stored).unwrap(), *trial.params());
            trial.tell(0.0).await.unwrap();
        }
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
}

#[derive(Tunable, Debug)]
struct Never {
    #[tune(range = 5..=7)]
    power: Power,
}

#[tokio::test]
async fn what_refuses_every_value_is_a_typed_error() {
    let db = OptunaDatabase::in_memory();
    let study = db.study::<Never>("types").await.unwrap();
    match study.ask().await {
        Err(Error::EveryDrawRefused { reason, draws, .. }) => {
            assert!(reason.starts_with("`power`: "), "{reason}");
            assert!(reason.ends_with(" is no power of two"), "{reason}");
            assert!(draws > 1);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_a_conversion_would_change_is_refused_and_not_rounded() {
    let db = OptunaDatabase::in_memory();
    let study = db.study::<Server>("types").await.unwrap();
    let refused = [
        (
            Server {
                timeout: Duration::from_millis(1500),
                ..GOOD
            },
            "timeout",
            "its conversion and back gives another value",
        ),
        (
            Server {
                even: Even(5),
                ..GOOD
            },
            "even",
            "5 is odd",
        ),
        (
            Server {
                three: Some(Three(4)),
                ..GOOD
            },
            "three.some",
            "no value stands for it",
        ),
    ];
    for (config, name, why) in refused {
        match study.enqueue(config).await {
            Err(Error::Unstorable { param, reason }) => {
                assert_eq!((&*param, &*reason), (name, why))
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(study.trials().await.unwrap().is_empty());
    study.enqueue(GOOD).await.unwrap();
    let trial = study.ask().await.unwrap();
    assert_eq!(*trial.config(), GOOD);
    trial.tell(1.0).await.unwrap();
}

/// The same parameters without types that refuse.
#[derive(Tunable, Debug)]
struct Plain {
    #[tune(range = 1..=64)]
    power: u32,
    #[tune(range = 0..=99)]
    even: u32,
    #[tune(range = 0..=99)]
    three: Option<u32>,
    #[tune(range = 1..=60)]
    timeout: u64,
}

#[tokio::test]
async fn a_stored_value_that_its_type_refuses_is_a_typed_error() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Plain>("types").await.unwrap();
        let stored = Plain {
            power: 7,
            even: 4,
            three: None,
            timeout: 3,
        };
        study.enqueue(stored).await.unwrap();
        study.ask().await.unwrap().tell(0.0).await.unwrap();
        match Server::load_best(&backend.db, "types").await {
            Err(error @ Error::BestRefused { .. }) => {
                assert!(
                    error.to_string().contains("`power`: 7 is no power of two"),
                    "{error}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_enqueued_value_that_its_type_refuses_fails_that_trial_alone() {
    for backend in Backend::all().await {
        let plain = backend.db.study::<Plain>("types").await.unwrap();
        for (power, even) in [(7, 4), (8, 4)] {
            let queued = Plain {
                power,
                even,
                three: Some(9),
                timeout: 3,
            };
            plain.enqueue(queued).await.unwrap();
        }
        let study = backend.db.study::<Server>("types").await.unwrap();
        let trial = study.ask().await.unwrap();
        assert_eq!(trial.config().power, Power(8));
        assert_eq!(trial.config().three, Some(Three(9)));
        trial.tell(0.0).await.unwrap();
        let states: Vec<TrialState> = study
            .trials()
            .await
            .unwrap()
            .iter()
            .map(|t| t.state)
            .collect();
        assert_eq!(states, [TrialState::Fail, TrialState::Complete]);
    }
}

#[tokio::test]
async fn the_best_serialises_and_python_sees_numbers_and_texts() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Server>("types").await.unwrap();
        study.enqueue(GOOD).await.unwrap();
        study.ask().await.unwrap().tell(0.5).await.unwrap();
        let best = study.best().await.unwrap();
        assert_eq!(
            serde_json::to_value(&best).unwrap(),
            json!({
                "config": {
                    "power": 16, "even": 4, "three": 9, "timeout": {"secs": 30, "nanos": 0},
                },
                "value": 0.5,
                "number": 0,
            })
        );
        let params = json!({
            "power": 16, "even": 4, "three": "some", "three.some": 9, "timeout": 30,
        });
        let of = Params::of(&best.config).unwrap();
        assert_eq!(serde_json::to_value(&of).unwrap(), params);
        for version in Version::ALL {
            let seen = python(version, "values.py", &["--study", "types"], backend.url()).await;
            assert_eq!(seen, json!([params]));
        }
    }
}

#[derive(Tunable, Debug, PartialEq, Clone, Copy)]
#[tune(rename_all = "lowercase", rename = "activation")]
enum Activation {
    Relu,
    Gelu,
    Scaled(#[tune(range = 0.0..=1.0, default = 0.5)] f64),
}

#[derive(Tunable, Debug, PartialEq)]
struct Layers {
    #[tune(default = Activation::Gelu)]
    first: Activation,
    #[tune(default = "relu")]
    second: Activation,
    #[tune(default = Some(Activation::Scaled))]
    third: Option<Activation>,
    #[tune(default = [Activation::Relu; 2])]
    others: [Activation; 2],
}

#[tokio::test]
async fn a_field_has_a_default_of_its_own_and_a_type_a_name() {
    let defaults = Layers {
        first: Activation::Gelu,
        second: Activation::Relu,
        third: Some(Activation::Scaled(0.5)),
        others: [Activation::Relu; 2],
    };
    assert_eq!(Layers::defaults(), defaults);
    let db = OptunaDatabase::in_memory();
    let study = db.study::<Layers>("layers").await.unwrap();
    study.enqueue_default().await.unwrap();
    assert_eq!(*study.ask().await.unwrap().config(), defaults);

    let study = db.study::<Activation>("activation").await.unwrap();
    study.enqueue(Activation::Scaled(0.25)).await.unwrap();
    let trial = study.ask().await.unwrap();
    let names: Vec<&str> = trial.params().iter().map(|p| p.name()).collect();
    assert_eq!(names, ["activation", "activation.scaled"]);
    trial.tell(0.0).await.unwrap();
    assert_eq!(study.best().await.unwrap().config, Activation::Scaled(0.25));
}

#[derive(Tunable)]
struct Wide {
    #[tune(range = 1..=8, default = 3)]
    power: Power,
}

#[test]
#[should_panic(expected = "`Wide`: the default of `power` is refused: 3 is no power of two")]
fn a_default_that_its_type_refuses_is_named() {
    let _ = Wide::defaults();
}
