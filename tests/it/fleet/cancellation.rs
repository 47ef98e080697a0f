//! Calls that are given up at any moment: nothing is lost or doubled, nothing runs that nobody owns, and
//! every call brings the next one nearer to its end.
//!
//! `DOCKTUNA_TEST_FAULTS=long` gives up 2,000 calls of each kind on each database, and otherwise it is
//! some dozens. The moments are drawn from a seed that a failing test prints.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use docktuna::sampler::Random;
use docktuna::{Error, FrozenTrial, Load, OptunaDatabase, Stop, Study, TrialState, Tunable};
use rand::rngs::ChaCha12Rng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::backend::{Backend, Kind};
use crate::space::{Line, Ten};

/// How many calls of a kind are given up.
fn rounds() -> u32 {
    let long = std::env::var("DOCKTUNA_TEST_FAULTS").is_ok_and(|form| form == "long");
    if long { 2000 } else { 60 }
}

/// Draws when calls are given up.
struct Moments(ChaCha12Rng);

impl Moments {
    fn new() -> Self {
        let seed = rand::random();
        println!("the seed of the moments is {seed}");
        Self(ChaCha12Rng::seed_from_u64(seed))
    }

    fn split(&mut self) -> Self {
        Self(ChaCha12Rng::seed_from_u64(self.0.random()))
    }

    /// What the call returned before it was given up: after some polls, or after up to 12 ms.
    async fn cut<O>(&mut self, call: impl Future<Output = O>) -> Option<O> {
        if self.0.random_bool(0.5) {
            return polled(self.0.random_range(1..12), call).await;
        }
        let patience = Duration::from_micros(self.0.random_range(0..12_000));
        timeout(patience, call).await.ok()
    }
}

/// What the future returned by its `most`th poll.
async fn polled<O>(most: u32, call: impl Future<Output = O>) -> Option<O> {
    let (mut call, mut polls) = (pin!(call), 0);
    poll_fn(|context| {
        polls += 1;
        match call.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if polls == most => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

async fn backends() -> [Backend; 3] {
    [
        Backend::postgres().await,
        Backend::pooled().await,
        Backend::sqlite().await,
    ]
}

/// How often one kind of call is given up there. The proxy is for what differs behind it.
fn rounds_on(backend: &Backend) -> u32 {
    match backend.kind {
        Kind::PooledPostgres => rounds() / 10,
        _ => rounds(),
    }
}

/// A handle whose trials may be silent for two seconds.
async fn handle(backend: &Backend) -> OptunaDatabase {
    backend
        .beating(Duration::from_millis(500), Duration::from_secs(2))
        .await
}

/// The trials of study `s`, once none of them is running.
async fn settled(db: &OptunaDatabase) -> Vec<FrozenTrial> {
    let settled = async {
        loop {
            let trials = db.dynamic_study("s").await.unwrap().trials().await.unwrap();
            let runs = |trial: &FrozenTrial| trial.state == TrialState::Running;
            if !trials.iter().any(runs) {
                return trials;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let trials = timeout(Duration::from_secs(60), settled).await;
    let trials = trials.expect("a trial stays RUNNING that nobody owns");
    let numbers: Vec<i32> = trials.iter().map(|trial| trial.number.get()).collect();
    let dense = 0..i32::try_from(trials.len()).unwrap();
    assert_eq!(numbers, dense.collect::<Vec<_>>(), "numbers are dense");
    trials
}

fn results(trials: &[FrozenTrial]) -> BTreeMap<i32, f64> {
    let complete = trials
        .iter()
        .filter(|trial| trial.state == TrialState::Complete);
    complete
        .map(|trial| (trial.number.get(), trial.value().unwrap()))
        .collect()
}

/// Eight tasks ask and give up; what they get they tell.
async fn ask_and_give_up<T: Tunable + Send + 'static>(
    study: &Study<T>,
    rounds: u32,
    value: fn(&T) -> f64,
) -> BTreeMap<i32, f64> {
    let (mut moments, mut tasks) = (Moments::new(), JoinSet::new());
    for _ in 0..8 {
        let (study, mut moments) = (study.clone(), moments.split());
        tasks.spawn(async move {
            let (mut told, mut given_up) = (Vec::new(), 0);
            while given_up < rounds.div_ceil(8) || told.is_empty() {
                let count = moments.0.random_range(1..3);
                let Some(asked) = moments.cut(study.ask_many(count)).await else {
                    given_up += 1;
                    continue;
                };
                for trial in asked.unwrap() {
                    let (number, value) = (trial.number().get(), value(trial.config()));
                    trial.tell(value).await.unwrap();
                    told.push((number, value));
                }
            }
            told
        });
    }
    let told = tasks.join_all().await.into_iter().flatten();
    let told: Vec<(i32, f64)> = told.collect();
    let by_number: BTreeMap<i32, f64> = told.iter().copied().collect();
    assert_eq!(by_number.len(), told.len(), "no trial was returned twice");
    by_number
}

/// Eight tasks leave at most sixteen trials that nobody takes over, however often they give up.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_asks_that_are_given_up_leave_nothing_behind() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let builder = db.study_builder::<Ten>("s").sampler(Random);
        let study = builder.open().await.unwrap();
        let told = ask_and_give_up(&study, rounds_on(&backend), |ten| ten.a).await;
        let trials = settled(&db).await;
        assert_eq!(results(&trials), told);
        let over = trials.len() - told.len();
        println!("{:?}: {} told, {over} left over", backend.kind, told.len());
        assert!(over <= 16, "{over} of {} trials", trials.len());
    }
}

/// Where trials are drawn for their numbers, asks wait for each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_asks_for_a_number_that_are_given_up_leave_nothing_behind() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db.study_builder::<Ten>("s").seed(7).open().await.unwrap();
        let told = ask_and_give_up(&study, rounds_on(&backend) / 4, |ten| ten.a).await;
        let trials = settled(&db).await;
        assert_eq!(results(&trials), told);
        assert!(trials.len() - told.len() <= 16);
    }
}

/// Every configuration of the queue is run once, or waits; none is lost with a caller.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_the_queue_loses_nothing_to_asks_that_are_given_up() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db.study::<Line>("s").await.unwrap();
        let queued: BTreeSet<u64> = (0..40).collect();
        for n in &queued {
            let x = f64::from(u32::try_from(*n).unwrap()) / 64.0;
            study.enqueue(Line { x }).await.unwrap();
        }
        ask_and_give_up(&study, rounds_on(&backend), |line| line.x).await;
        settled(&db).await;
        // What was left over at the end is in the queue again.
        while study.trial_counts().await.unwrap().of(TrialState::Waiting) > 0 {
            let trial = study.ask().await.unwrap();
            let x = trial.config().x;
            trial.tell(x).await.unwrap();
        }
        let trials = settled(&db).await;
        let run = results(&trials);
        let run: Vec<u64> = run
            .values()
            .filter(|x| (*x * 64.0).fract() == 0.0)
            .map(|x| format!("{}", x * 64.0).parse().unwrap())
            .collect();
        assert_eq!(run.len(), 40, "no configuration was run twice");
        assert_eq!(run.into_iter().collect::<BTreeSet<_>>(), queued);
    }
}

/// What nobody takes over ends when the handle is closed, and closing does not wait for its time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_closing_ends_what_was_given_up() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        assert!(polled(1, study.ask_many(5)).await.is_none());
        backend.db.close().await;
        let trials = study.trials().await.unwrap();
        assert_eq!(trials.len(), 5);
        for trial in trials {
            assert_eq!(trial.state, TrialState::Fail, "{:?}", backend.kind);
        }
    }
}

/// Every call is given up at its first wait, so that each is as little as a call can be.
#[tokio::test]
async fn f13_asks_make_progress_however_early_they_are_given_up() {
    for backend in Backend::shared().await {
        // A handle that has done nothing yet: no connection, no function of its session.
        let url = backend.url().replace("+psycopg2", "");
        backend.db.study::<Line>("s").await.unwrap();
        let db = OptunaDatabase::builder().url(url).connect().await.unwrap();
        let study = db.study::<Line>("s").await.unwrap();
        db.close().await;
        let mut told = 0;
        while told < 20 {
            match polled(1, study.ask()).await {
                Some(trial) => {
                    trial.unwrap().tell(1.0).await.unwrap();
                    told += 1;
                }
                None => sleep(Duration::from_micros(200)).await,
            }
        }
        db.close().await;
        let counts = study.trial_counts().await.unwrap();
        assert_eq!(counts.of(TrialState::Complete), 20);
        assert_eq!(counts.total(), 20, "{:?}", backend.kind);
    }
}

/// The calls of a whole life, each given up after 5 ms, come to their ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f13_every_call_makes_progress_if_all_are_given_up_after_5_ms() {
    /// Calls until one is answered in time.
    async fn insist<O>(mut call: impl AsyncFnMut() -> O) -> O {
        let mut calls = 0;
        loop {
            calls += 1;
            if let Ok(answer) = timeout(Duration::from_millis(5), call()).await {
                return answer;
            }
            assert!(calls < 5000, "no progress");
        }
    }
    for backend in Backend::shared().await {
        let db = backend.again().await;
        for name in ["a", "b"] {
            let study = insist(async || db.study::<Line>(name).await).await.unwrap();
            insist(async || study.enqueue_default().await)
                .await
                .unwrap();
            for n in 0..20 {
                let trial = insist(async || study.ask().await).await.unwrap();
                let step = insist(async || trial.report(n, 0.5).await).await;
                assert!(
                    matches!(step, Ok(()) | Err(Error::StepReported { .. })),
                    "{step:?}"
                );
                // In time or in the background.
                let _ = timeout(Duration::from_millis(5), trial.tell(0.5)).await;
            }
            let best = insist(async || Line::load_best(&db, name).await).await;
            assert!(best.is_ok());
        }
        db.close().await;
        for name in ["a", "b"] {
            let study = db.study::<Line>(name).await.unwrap();
            let counts = study.trial_counts().await.unwrap();
            assert_eq!(counts.of(TrialState::Complete), 20, "{:?}", backend.kind);
            assert_eq!(counts.of(TrialState::Running), 0);
        }
    }
}

/// Callers that give up open no more connections than are allowed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f13_connections_stay_within_their_limit() {
    let backend = Backend::postgres().await;
    let postgres = backend.postgres.as_ref().unwrap();
    let url = backend.url().replace("+psycopg2", "");
    let builder = OptunaDatabase::builder().url(url).max_connections(3);
    // Without the connections of heartbeats.
    let db = builder
        .heartbeat_interval(Duration::ZERO)
        .connect()
        .await
        .unwrap();
    let study = db.study::<Line>("s").await.unwrap();
    let mut observer = postgres.connect_superuser().await;
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND usename = '{}'",
        postgres.database, postgres.user
    );
    backend.db.close().await;
    let (mut moments, mut tasks) = (Moments::new(), JoinSet::new());
    for _ in 0..12 {
        let (db, study, mut moments) = (db.clone(), study.clone(), moments.split());
        tasks.spawn(async move {
            for _ in 0..40 {
                if let Some(trial) = moments.cut(study.ask()).await {
                    trial.unwrap().tell(1.0).await.unwrap();
                }
                moments.cut(db.study_count()).await;
                moments.cut(study.trials()).await;
            }
        });
    }
    let mut most = 0;
    while !tasks.is_empty() {
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.as_str()))
            .fetch_one(&mut observer)
            .await
            .unwrap();
        most = most.max(count);
        while tasks.try_join_next().is_some() {}
        sleep(Duration::from_millis(2)).await;
    }
    // One that is closed in a transaction is there for a moment longer.
    assert!((1..=6).contains(&most), "{most}");
    let asleep = async {
        loop {
            let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.as_str()))
                .fetch_one(&mut observer)
                .await
                .unwrap();
            if count <= 3 {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), asleep).await.unwrap();
}

/// Each report is there once with its value, if it was answered, and otherwise at most once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_reports_that_are_given_up_are_not_doubled() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db.study::<Line>("s").await.unwrap();
        let (trial, mut moments) = (study.ask().await.unwrap(), Moments::new());
        let (mut answered, mut given_up, mut step) = (BTreeSet::new(), 0, 0);
        while given_up < rounds_on(&backend) {
            match moments.cut(trial.report(step, f64::from(step))).await {
                Some(reported) => {
                    reported.unwrap();
                    answered.insert(step);
                }
                None => given_up += 1,
            }
            moments.cut(trial.should_prune()).await;
            moments.cut(trial.set_user_attr("step", step)).await;
            step += 1;
        }
        // The connection still serves, and a step that was given up can be reported again.
        let unanswered: Vec<u32> = (0..step).filter(|step| !answered.contains(step)).collect();
        for again in unanswered.into_iter().take(50) {
            let reported = trial.report(again, f64::from(again)).await;
            assert!(
                matches!(reported, Ok(()) | Err(Error::StepReported { .. })),
                "{reported:?}"
            );
            answered.insert(again);
        }
        trial.tell(1.0).await.unwrap();
        let trials = settled(&db).await;
        let stored = &trials[0].intermediate_values;
        for (found, value) in stored {
            let found = u32::try_from(*found).unwrap();
            assert_eq!(*value, f64::from(found));
            assert!(found < step);
        }
        for step in answered {
            assert!(stored.contains_key(&i64::from(step)), "step {step}");
        }
    }
}

/// A result that was told is written, whether or not its caller waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_results_that_are_given_up_are_written() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db
            .study_builder::<Line>("s")
            .sampler(Random)
            .open()
            .await
            .unwrap();
        let (mut moments, mut told, mut given_up) = (Moments::new(), BTreeMap::new(), 0);
        while given_up < rounds_on(&backend) {
            for trial in study.ask_many(8).await.unwrap() {
                let (number, value) = (trial.number().get(), trial.config().x);
                match moments.cut(trial.tell(value)).await {
                    Some(answer) => answer.unwrap(),
                    None => given_up += 1,
                }
                told.insert(number, value);
            }
        }
        db.close().await;
        let trials = study.trials().await.unwrap();
        assert_eq!(results(&trials), told, "{:?}", backend.kind);
        assert_eq!(trials.len(), told.len());
    }
}

/// What was acknowledged waits once, and what was given up at most once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_what_is_enqueued_and_given_up_is_not_doubled() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db.study::<Line>("s").await.unwrap();
        let (mut moments, mut numbers, mut given_up, mut n) =
            (Moments::new(), BTreeMap::new(), 0, 0_u32);
        while given_up < rounds_on(&backend) {
            let x = f64::from(n) / 1_048_576.0;
            match moments.cut(study.enqueue(Line { x })).await {
                Some(number) => {
                    numbers.insert(number.unwrap().get(), x);
                }
                None => given_up += 1,
            }
            n += 1;
        }
        let trials = settled(&db).await;
        let mut seen = BTreeSet::new();
        for trial in &trials {
            assert_eq!(trial.state, TrialState::Waiting);
            let fixed = trial.system_attrs.get("fixed_params").unwrap().as_json();
            assert!(seen.insert(fixed.to_owned()), "{fixed} waits twice");
            if let Some(x) = numbers.remove(&trial.number.get()) {
                assert!(
                    fixed.contains(&x.to_string()) || x < 1e-4,
                    "{fixed} for {x}"
                );
            }
        }
        assert!(numbers.is_empty(), "{numbers:?} are lost");
    }
}

/// Studies whose opening was given up are whole once they are there.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f13_studies_whose_opening_is_given_up_are_whole() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let (mut moments, mut given_up, mut n) = (Moments::new(), 0, 0);
        while given_up < rounds_on(&backend) {
            // Each name is tried until it is open, and again.
            let name = format!("s{}", n / 2);
            n += 1;
            loop {
                let builder = db.study_builder::<Line>(&name).minimize("loss");
                match moments.cut(builder.open()).await {
                    Some(study) => {
                        assert_eq!(study.unwrap().name(), name);
                        break;
                    }
                    None => given_up += 1,
                }
            }
        }
        db.close().await;
        let studies = db.studies().await.unwrap();
        let names: BTreeSet<String> = studies.iter().map(|s| s.name().to_owned()).collect();
        assert_eq!(names.len(), studies.len());
        for study in studies {
            let attributes = study.system_attrs().await.unwrap();
            assert!(
                attributes.contains_key("study:metric_names"),
                "{}",
                study.name()
            );
        }
    }
}

/// What is loaded is right, whatever was given up before.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f13_loads_that_are_given_up_leave_the_connections_in_order() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let study = db.study::<Line>("s").await.unwrap();
        for _ in 0..10 {
            let trial = study.ask().await.unwrap();
            let x = trial.config().x;
            trial.tell(x).await.unwrap();
        }
        let best = Line::load_best(&db, "s").await.unwrap();
        let (mut moments, mut given_up, mut loaded) = (Moments::new(), 0, 0);
        while given_up < rounds_on(&backend) || loaded == 0 {
            match moments.cut(Line::load_best(&db, "s")).await {
                Some(config) => {
                    assert_eq!(config.unwrap(), best);
                    loaded += 1;
                }
                None => given_up += 1,
            }
            if let Some(trials) = moments.cut(study.trials()).await {
                assert_eq!(trials.unwrap().len(), 10);
            }
        }
    }
}

/// A run that is given up ends its trials, those that it was asking for among them.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_runs_that_are_given_up_leave_nothing_behind() {
    for backend in backends().await {
        let db = handle(&backend).await;
        let builder = db.study_builder::<Line>("s").sampler(Random);
        let study = builder.open().await.unwrap();
        let (mut moments, mut given_up) = (Moments::new(), 0);
        let returned = Arc::new(Mutex::new(BTreeMap::new()));
        while given_up < rounds_on(&backend) {
            let returning = Arc::clone(&returned);
            let run = study.optimize(move |config, trial| {
                let returning = Arc::clone(&returning);
                async move {
                    trial.report(0, config.x).await?;
                    returning
                        .lock()
                        .unwrap()
                        .insert(trial.number().get(), config.x);
                    Ok(config.x)
                }
            });
            let run = run.trials(20).concurrency(4).ignore_signals().run();
            match moments.cut(run).await {
                Some(summary) => assert_eq!(summary.unwrap().failed, 0),
                None => given_up += 1,
            }
        }
        let trials = settled(&db).await;
        let returned = returned.lock().unwrap().clone();
        for (number, value) in results(&trials) {
            assert_eq!(returned.get(&number), Some(&value));
        }
        db.close().await;
    }
}

/// Another ask takes a trial over with its own number of retries, or leaves it.
#[tokio::test]
async fn a_run_that_retries_does_not_take_over_a_trial_that_is_not_retried() {
    let backend = Backend::memory().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    assert!(polled(1, study.ask()).await.is_none(), "given up");
    let run = study
        .optimize(|_, _| async { Err::<f64, _>(Stop::failed("why")) })
        .retry(1);
    let summary = run.trials(1).ignore_signals().run().await.unwrap();
    assert_eq!(summary.failed, 1);
    assert_eq!(study.stats().retried, 1);
}

/// A trial that was left on a runtime that nobody drove is somebody else's by now.
#[test]
fn a_trial_that_was_silent_too_long_is_not_taken_over() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let (ours, others) = (runtime(), runtime());
    let (backend, study) = ours.block_on(async {
        let backend = Backend::sqlite().await;
        let study = handle(&backend).await.study::<Line>("s").await.unwrap();
        assert!(polled(1, study.ask()).await.is_none(), "given up");
        // It goes on, and may be taken over for half a second.
        sleep(Duration::from_millis(200)).await;
        (backend, study)
    });
    std::thread::sleep(Duration::from_secs(3));
    others.block_on(async {
        let study = handle(&backend).await.study::<Line>("s").await.unwrap();
        study.ask().await.unwrap().tell(0.0).await.unwrap();
    });
    ours.block_on(async {
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let states: Vec<TrialState> = settled(&backend.db).await.iter().map(|t| t.state).collect();
        let complete = TrialState::Complete;
        assert_eq!(states, [TrialState::Fail, complete, complete]);
    });
}

/// An objective that nobody can stop goes on, but nothing runs in its name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f14_a_cancelled_run_ends_the_trials_of_objectives_that_go_on() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (reported, report) = tokio::sync::oneshot::channel();
        let hold = Mutex::new(Some((held, reported)));
        let run = study
            .optimize_blocking(move |config, trial| {
                let (held, reported) = hold.lock().unwrap().take().unwrap();
                held.recv().unwrap();
                reported.send(trial.report(0, config.x)).unwrap();
                Ok(config.x)
            })
            .trials(1);
        let run = tokio::spawn(run.run());
        while study.trial_counts().await.unwrap().of(TrialState::Running) == 0 {
            sleep(Duration::from_millis(5)).await;
        }
        // The trial is there before its objective has begun.
        sleep(Duration::from_millis(500)).await;
        run.abort();
        let trials = settled(&backend.db).await;
        assert_eq!(trials[0].state, TrialState::Fail);
        let reason = trials[0].user_attrs["docktuna:error"].as_json();
        assert_eq!(reason, r#""the run was cancelled""#, "{:?}", backend.kind);
        release.send(()).unwrap();
        let refused = report.await.unwrap();
        assert!(
            matches!(refused, Err(Error::TrialClosed { .. })),
            "{refused:?}"
        );
    }
}
