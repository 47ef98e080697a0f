//! Samplers on both databases: seeds, restarts, several workers, and Python beside us.

use std::collections::BTreeSet;

use docktuna::sampler::{Draft, Gp, Grid, Sampler, Tpe};
use docktuna::{Distribution, Error, OptunaDatabase, Stop, Study, TrialState, Tunable};

use crate::backend::{Backend, Kind};
use crate::space::Line;
use crate::support::{Version, python};

#[derive(Tunable, Debug, Clone, PartialEq)]
struct Branched {
    #[tune(range = 0.0..=1.0)]
    x: f64,
    #[tune(range = 1e-4..=1.0, log)]
    rate: f64,
    part: Part,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
enum Part {
    A {
        #[tune(range = 1..=3)]
        n: u8,
    },
    B {
        #[tune(range = 0.0..=1.0, step = 0.5)]
        p: f64,
        #[tune(choices = ["u", "v"])]
        kind: String,
    },
}

fn loss(config: &Branched) -> f64 {
    let part = match &config.part {
        Part::A { n } => f64::from(*n),
        Part::B { p, .. } => *p,
    };
    (config.x - 0.3).abs() + config.rate + part
}

async fn open(db: &OptunaDatabase, seed: Option<u64>) -> Study<Branched> {
    let mut builder = db
        .study_builder("s")
        .sampler(Tpe::default().n_startup_trials(5));
    if let Some(seed) = seed {
        builder = builder.seed(seed);
    }
    builder.open().await.unwrap()
}

async fn run(study: &Study<Branched>, trials: usize) {
    let run = study.optimize(|config, _| async move { Ok(loss(&config)) });
    assert_eq!(run.trials(trials).run().await.unwrap().complete, trials);
}

#[tokio::test]
async fn a_seeded_study_repeats_across_restarts_and_databases() {
    let mut runs = BTreeSet::new();
    for backend in Backend::shared().await {
        for trials in [7, 1, 12] {
            // A new handle each time, as after a restart.
            run(&open(&backend.again().await, Some(11)).await, trials).await;
        }
        let trials = backend
            .db
            .dynamic_study("s")
            .await
            .unwrap()
            .trials()
            .await
            .unwrap();
        assert_eq!(trials.len(), 20);
        let params: Vec<String> = trials.iter().map(|t| format!("{:?}", t.params)).collect();
        runs.insert(params);
        let attributes = backend
            .db
            .dynamic_study("s")
            .await
            .unwrap()
            .user_attrs()
            .await
            .unwrap();
        assert_eq!(attributes["docktuna:sampler"].as_json(), "\"tpe\"");
        assert_eq!(attributes["docktuna:seed"].as_json(), "11");
    }
    assert_eq!(
        runs.len(),
        1,
        "both databases and all restarts give one run"
    );
}

/// Tells what a sampler saw.
#[derive(Debug)]
struct Watching(std::sync::Arc<std::sync::Mutex<Vec<(usize, usize)>>>);

impl Sampler for Watching {
    fn name(&self) -> &'static str {
        "watching"
    }

    fn reads_history(&self) -> bool {
        true
    }

    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
        let history = draft.history();
        let seen = (history.trials().len(), history.running().len());
        self.0.lock().unwrap().push(seen);
        Tpe::default().sample(draft, name, distribution)
    }
}

/// Trials of other workers count as soon as they are over, in whatever order they end.
#[tokio::test]
async fn the_history_follows_other_workers() {
    for backend in Backend::shared().await {
        let seen = std::sync::Arc::default();
        let builder = backend.db.study_builder::<Line>("s");
        let study = builder
            .sampler(Watching(std::sync::Arc::clone(&seen)))
            .open()
            .await
            .unwrap();
        let other = backend.again().await.study::<Line>("s").await.unwrap();
        let last = || seen.lock().unwrap().last().copied();

        let first = study.ask().await.unwrap();
        assert_eq!(last(), Some((0, 0)));
        let second = other.ask().await.unwrap();
        let third = other.ask().await.unwrap();
        let fourth = study.ask().await.unwrap();
        assert_eq!(last(), Some((0, 3)));
        third.tell(3.0).await.unwrap();
        let fifth = study.ask().await.unwrap();
        assert_eq!(last(), Some((1, 3)));
        second.prune().await.unwrap();
        first.fail("on purpose").await.unwrap();
        study.enqueue(Line { x: 0.25 }).await.unwrap();
        let claimed = study.ask().await.unwrap();
        // A waiting trial is none yet; a failed one is there, too.
        assert_eq!(last(), Some((3, 2)));
        assert_eq!(claimed.config().x, 0.25);
        for trial in [fourth, fifth, claimed] {
            trial.tell(1.0).await.unwrap();
        }
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        assert_eq!(last(), Some((6, 0)));
    }
}

/// A server that crashed may have lost its newest trials and hand their ids out again; an SQLite file
/// does so after trials were deleted.
#[tokio::test]
async fn trials_that_are_gone_are_no_history() {
    for backend in Backend::shared().await {
        let seen = std::sync::Arc::default();
        let builder = backend.db.study_builder::<Line>("s");
        let builder = builder.sampler(Watching(std::sync::Arc::clone(&seen)));
        let study = builder.open().await.unwrap();
        let last = || seen.lock().unwrap().last().copied();
        let other = backend.again().await.study::<Line>("s").await.unwrap();
        let delete = async |which: &str| {
            let mut sql = String::new();
            for table in ["heartbeats", "values", "params"] {
                let of = "trial_id IN (SELECT trial_id FROM trials WHERE";
                sql += &format!("DELETE FROM trial_{table} WHERE {of} {which});");
            }
            sql += &format!("DELETE FROM trials WHERE {which};");
            if matches!(backend.kind, Kind::Postgres | Kind::PooledPostgres) {
                sql += "SELECT setval('trials_trial_id_seq', coalesce(max(trial_id), 0) + 1, false) FROM trials";
            }
            backend.execute(sql).await;
        };

        for _ in 0..4 {
            study.ask().await.unwrap().tell(1.0).await.unwrap();
        }
        let lost = study.ask().await.unwrap();
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        assert_eq!(last(), Some((4, 1)));
        // What ran and what ended after it; others take the ids.
        delete("number >= 4").await;
        for _ in 0..2 {
            other.ask().await.unwrap().tell(2.0).await.unwrap();
        }
        study.ask().await.unwrap().tell(2.0).await.unwrap();
        assert_eq!(last(), Some((6, 0)));
        // Its row is another's, so the result is written as a new trial; except in a file, which loses nothing by
        // itself.
        let told = lost.tell(3.0).await;
        assert_eq!(told.is_err(), backend.kind == Kind::SqliteFile, "{told:?}");
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let before = 7 + usize::from(told.is_ok());
        assert_eq!(last(), Some((before, 0)));
        // All of them, and as many others in their place.
        delete("true").await;
        for _ in 0..=before {
            other.ask().await.unwrap().tell(2.0).await.unwrap();
        }
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        assert_eq!(last(), Some((before + 1, 0)));
        let trials = study.trials().await.unwrap();
        assert_eq!(trials.len(), before + 2);
    }
}

/// What never gives a number to learn from still gives a run to its end.
#[tokio::test]
async fn a_search_without_usable_results_goes_on() {
    type End = fn() -> Result<f64, Stop>;
    let ends: [(&str, End, [usize; 3]); 6] = [
        ("pruned", || Err(Stop::Pruned), [0, 20, 0]),
        ("failed", || Err(Stop::failed("no")), [0, 0, 20]),
        ("NaN", || Ok(f64::NAN), [0, 0, 20]),
        ("inf", || Ok(f64::INFINITY), [20, 0, 0]),
        ("-inf", || Ok(f64::NEG_INFINITY), [20, 0, 0]),
        ("equal", || Ok(f64::MAX), [20, 0, 0]),
    ];
    for (what, end, expected) in ends {
        let study = open(&OptunaDatabase::in_memory(), Some(1)).await;
        let summary = study
            .optimize(move |config, trial| async move {
                assert!((0.0..=1.0).contains(&config.x));
                trial.report(0, f64::NAN).await?;
                end()
            })
            .trials(20)
            .run()
            .await
            .unwrap();
        let ended = [summary.complete, summary.pruned, summary.failed];
        assert_eq!(ended, expected, "{what}");
        let xs = study.trials().await.unwrap();
        let xs = xs.iter().map(|t| t.params.get("x").unwrap().stored());
        let (low, high) = xs.fold((1.0_f64, 0.0_f64), |(a, b), x| (a.min(x), b.max(x)));
        assert!(
            high - low > 0.5,
            "{what}: the search goes around: {low} to {high}"
        );
    }
}

const SPACE: &str = r#"{
    "x": {"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}
}"#;

/// Both read each other's trials, and each goes where the other found it to be good.
#[tokio::test]
async fn tpe_learns_from_python_and_python_from_us() {
    for backend in Backend::shared().await {
        let study = backend
            .db
            .study_builder::<Line>("s")
            .seed(3)
            .open()
            .await
            .unwrap();
        let ours = async |trials| {
            let run = study.optimize(|config: Line, _| async move { Ok(config.x) });
            run.trials(trials).run().await.unwrap();
        };
        let theirs = async |trials: &str| {
            let args = [
                "--study",
                "s",
                "--trials",
                trials,
                "--space",
                SPACE,
                "--seed",
                "5",
                "--multivariate",
            ];
            python(Version::V5, "optimize.py", &args, backend.url()).await;
        };
        theirs("25").await;
        ours(15).await;
        theirs("15").await;
        let trials = study.trials().await.unwrap();
        assert_eq!(trials.len(), 55);
        for later in [&trials[25..40], &trials[40..]] {
            let near = later
                .iter()
                .filter(|trial| trial.value().unwrap() < 0.2)
                .count();
            assert!(near > 8, "{near} of 15 are near the optimum");
        }
    }
}

#[derive(Tunable, Debug, Clone)]
struct Gridded {
    #[tune(range = 0..=2)]
    n: u8,
    part: Part,
}

fn point(trial: &docktuna::FrozenTrial) -> String {
    let values = trial
        .params
        .iter()
        .map(|p| format!("{}={}", p.name(), p.value()));
    values.collect::<Vec<_>>().join(" ")
}

/// 3 · (3 + 3 · 2) points: once each over all workers and restarts, and then the run ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grid_is_run_once_by_all_workers_together() {
    for backend in Backend::shared().await {
        let open = async |db: OptunaDatabase| {
            db.study_builder::<Gridded>("s")
                .sampler(Grid::default())
                .open()
                .await
                .unwrap()
        };
        let first = open(backend.again().await).await;
        // Two points are done before, one of them failed.
        let failing = first
            .optimize(|_: Gridded, _| async move { Err::<f64, _>(Stop::failed("on purpose")) });
        failing.trials(1).run().await.unwrap();
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..3 {
            let study = open(backend.again().await).await;
            workers.spawn(async move {
                let run =
                    study.optimize(|config: Gridded, _| async move { Ok(f64::from(config.n)) });
                run.concurrency(2).run().await.unwrap().complete
            });
        }
        let complete: usize = workers.join_all().await.into_iter().sum();
        assert_eq!(complete, 26);
        let trials = first.trials().await.unwrap();
        let points: BTreeSet<String> = trials.iter().map(point).collect();
        assert_eq!((trials.len(), points.len()), (27, 27));

        let error = first.ask().await.unwrap_err();
        assert!(
            matches!(error, Error::GridExhausted { points: 27 }),
            "{error}"
        );
        // What is enqueued is still run.
        let again = trials.iter().find(|t| t.state == TrialState::Fail).unwrap();
        first
            .enqueue(again.params.to_config().unwrap())
            .await
            .unwrap();
        let summary = first
            .optimize(|config: Gridded, _| async move { Ok(f64::from(config.n)) })
            .run()
            .await
            .unwrap();
        assert_eq!(summary.complete, 1);
    }
}

#[derive(Tunable, Debug, Clone)]
struct Listed {
    #[tune(len = 1..=2)]
    list: Vec<Small>,
    pair: [Small; 2],
}

#[derive(Tunable, Debug, Clone)]
struct Small {
    #[tune(range = 0..=1)]
    bit: u8,
}

/// (2 + 4) · 4 points.
#[tokio::test]
async fn a_grid_covers_arrays_and_vectors_of_each_length() {
    let db = OptunaDatabase::in_memory();
    let study = db
        .study_builder::<Listed>("s")
        .sampler(Grid::default())
        .open()
        .await
        .unwrap();
    let run = study.optimize(|config, _| async move { Ok(f64::from(config.pair[0].bit)) });
    assert_eq!(run.run().await.unwrap().complete, 24);
    let trials = study.trials().await.unwrap();
    assert_eq!(trials.iter().map(point).collect::<BTreeSet<_>>().len(), 24);
}

#[tokio::test]
async fn a_grid_needs_steps_and_says_so() {
    let db = OptunaDatabase::in_memory();
    let study = db
        .study_builder::<Branched>("s")
        .sampler(Grid::default())
        .open()
        .await
        .unwrap();
    let error = study.ask().await.unwrap_err();
    assert!(matches!(error, Error::NoGrid { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("`x` in 0.0..=1.0 has no step; help: "),
        "{error}"
    );
    assert_eq!(study.trial_counts().await.unwrap().total(), 0);

    // What is fixed or kept for the run needs none.
    let builder = db.study_builder::<Branched>("s").sampler(Grid::default());
    let builder = builder.set("x=0.5").set("rate=0.1").set("part=B");
    let study = builder.open().await.unwrap();
    let summary = study
        .optimize(|config, _| async move { Ok(loss(&config)) })
        .run()
        .await
        .unwrap();
    assert_eq!(summary.complete, 6);
}

/// A Gaussian process is sure of the same place as its neighbour, unless it knows what the neighbour does.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn asks_at_the_same_time_do_not_choose_the_same_place() {
    for backend in Backend::shared().await {
        let db = &backend.db;
        let builder = db.study_builder::<Line>("s").sampler(Gp::default());
        let study = builder.open().await.unwrap();
        for _ in 0..14 {
            let trial = study.ask().await.unwrap();
            let value = (trial.config().x - 0.3).powi(2);
            trial.tell(value).await.unwrap();
        }
        let mut asks = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let study = study.clone();
            asks.spawn(async move { study.ask().await.unwrap() });
        }
        let trials = asks.join_all().await;
        let mut chosen: Vec<f64> = trials.iter().map(|trial| trial.config().x).collect();
        chosen.sort_by(f64::total_cmp);
        assert!(
            chosen.windows(2).all(|pair| pair[1] - pair[0] > 1e-3),
            "{chosen:?}"
        );
        for trial in trials {
            trial.fail("only asked").await.unwrap();
        }
    }
}
