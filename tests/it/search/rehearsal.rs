//! A rehearsal draws what a study draws.

use docktuna::sampler::{Grid, Random, Rehearsal, Sampler, Tpe};
use docktuna::{Direction, Error, OptunaDatabase, Params, TrialState, Tunable};

#[derive(Tunable, Debug)]
struct Everything {
    #[tune(range = 1e-6..=1.0, log)]
    rate: f64,
    #[tune(range = 1..=512, log)]
    width: u32,
    #[tune(choices = ["relu", "tanh", "gelu"])]
    activation: String,
    nested: bool,
    optimizer: Optimizer,
    #[tune(range = 0.0..=1.0)]
    mixup: Option<f64>,
    #[tune(range = 0.0..=0.5, step = 0.05)]
    dropouts: [f64; 2],
    #[tune(len = 0..=3, range = 8..=64)]
    layers: Vec<u16>,
}

#[derive(Tunable, Debug)]
enum Optimizer {
    Sgd {
        #[tune(range = 0.0..=1.0)]
        momentum: f64,
        #[tune(range = 1e-5..=1e-1, log, shared)]
        decay: f64,
        #[tune(range = 1..=3)]
        order: u8,
    },
    Adam {
        #[tune(range = 1e-5..=1e-1, log, shared)]
        decay: f64,
        warm: bool,
    },
    Plain,
}

#[derive(Tunable, Debug)]
struct Discrete {
    #[tune(range = 1..=3)]
    a: u8,
    b: bool,
}

/// A result that depends on every parameter.
fn loss(params: &Params) -> f64 {
    let terms = (1..).zip(params.iter());
    terms
        .map(|(place, param): (u32, _)| (f64::from(place) * param.stored()).sin())
        .sum()
}

/// The parameters of a study's trials: of every three the first two run at the same time.
async fn studied<T: Tunable + Send + 'static>(sampler: Box<dyn Sampler>) -> Vec<Params> {
    let db = OptunaDatabase::in_memory();
    let study = db.study_builder::<T>("s").seed(11).sampler(sampler);
    let study = study.open().await.unwrap();
    let mut all = Vec::new();
    let mut waiting = None;
    for turn in 0..60 {
        let trial = study.ask().await.unwrap();
        all.push(trial.params().clone());
        let held = if turn % 3 == 0 {
            waiting.replace(trial)
        } else {
            Some(trial)
        };
        for trial in held.into_iter().chain(waiting.take_if(|_| turn % 3 == 1)) {
            let value = loss(trial.params());
            trial.tell(value).await.unwrap();
        }
    }
    all
}

/// The same with a rehearsal.
fn rehearsed<T: Tunable>(sampler: &dyn Sampler) -> Vec<Params> {
    let mut rehearsal = Rehearsal::new(T::SPACE).seed(11);
    let mut all = Vec::new();
    let mut waiting = None;
    for turn in 0..60 {
        let trial = rehearsal.ask(sampler).unwrap();
        all.push(trial.1.clone());
        let held = if turn % 3 == 0 {
            waiting.replace(trial)
        } else {
            Some(trial)
        };
        for (number, params) in held.into_iter().chain(waiting.take_if(|_| turn % 3 == 1)) {
            rehearsal.tell(number, &[loss(&params)]).unwrap();
        }
    }
    all
}

#[tokio::test]
async fn a_rehearsal_draws_what_a_study_in_memory_draws() {
    let samplers: [fn() -> Box<dyn Sampler>; 3] = [
        || Box::new(Tpe::default()),
        || Box::new(Tpe::optuna()),
        || Box::new(Random),
    ];
    for sampler in samplers {
        let drawn = rehearsed::<Everything>(&*sampler());
        assert_eq!(drawn, studied::<Everything>(sampler()).await);
        for name in [
            "optimizer.decay",
            "optimizer.Sgd.order",
            "mixup.some",
            "layers.2",
        ] {
            let with = drawn.iter().filter(|params| params.get(name).is_some());
            let count = with.count();
            assert!((1..60).contains(&count), "{name}: {count}");
        }
    }
}

#[test]
fn an_exhausted_grid_ends_a_rehearsal() {
    let grid = Grid::default();
    let mut rehearsal = Rehearsal::new(Discrete::SPACE);
    for _ in 0..6 {
        let (number, params) = rehearsal.ask(&grid).unwrap();
        rehearsal.tell(number, &[loss(&params)]).unwrap();
    }
    let error = rehearsal.ask(&grid).unwrap_err();
    assert!(matches!(error, Error::GridExhausted { .. }), "{error}");
}

#[test]
fn results_are_checked_as_in_a_study() {
    let directions = [Direction::Minimize, Direction::Maximize];
    let mut rehearsal = Rehearsal::new(Discrete::SPACE).directions(&directions);
    let (number, _) = rehearsal.ask(&Random).unwrap();
    let (other, _) = rehearsal.ask(&Random).unwrap();
    let error = rehearsal.tell(number, &[1.0]).unwrap_err();
    assert!(error.to_string().contains("each objective"), "{error}");

    rehearsal.tell(number, &[1.0, 2.0]).unwrap();
    let error = rehearsal.tell(number, &[1.0, 2.0]).unwrap_err();
    assert!(error.to_string().contains("does not run"), "{error}");

    rehearsal.tell(other, &[1.0, f64::NAN]).unwrap();
    let states: Vec<TrialState> = rehearsal.history().trials().map(|t| t.state()).collect();
    assert_eq!(states, [TrialState::Complete, TrialState::Fail]);
    assert_eq!(rehearsal.history().running().len(), 0);
}
