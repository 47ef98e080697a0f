//! What an ask reads of the trials that run.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use docktuna::pruner::Median;
use docktuna::sampler::{Draft, Sampler, Tpe};
use docktuna::{Distribution, Study, Trial};
use sqlx::Connection;
use tokio::task::JoinSet;

use crate::backend::Proxied;
use crate::space::Ten;
use crate::support::TestDb;

async fn open(counted: &Proxied) -> Study<Ten> {
    let sampler = Tpe::default().n_startup_trials(5);
    let builder = counted.db.study_builder::<Ten>("s").sampler(sampler);
    let study = builder.open().await.unwrap();
    for trial in study.ask_many(8).await.unwrap() {
        trial.tell(1.0).await.unwrap();
    }
    study
}

/// So many asks that begin together.
async fn ask_together(study: &Study<Ten>, asks: usize) -> Vec<Trial<Ten>> {
    let mut asking = JoinSet::new();
    for _ in 0..asks {
        let study = study.clone();
        asking.spawn(async move { study.ask().await.unwrap() });
    }
    asking.join_all().await
}

/// The same, with a connection for each: none gets on before all wait for the study's lock.
async fn ask_on_connections_of_their_own(
    counted: &Proxied,
    study: &Study<Ten>,
    asks: usize,
) -> Vec<Trial<Ten>> {
    let mut lock = counted.postgres.connect().await;
    let mut lock = lock.begin().await.unwrap();
    let locking = sqlx::query("SELECT FROM studies FOR UPDATE");
    locking.execute(&mut *lock).await.unwrap();
    let asking = tokio::spawn({
        let study = study.clone();
        async move { ask_together(&study, asks).await }
    });
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut watching = counted.postgres.connect().await;
    loop {
        let waiting = sqlx::query_scalar(waiting).fetch_one(&mut watching);
        let waiting: i64 = waiting.await.unwrap();
        if waiting == i64::try_from(asks).unwrap() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    lock.commit().await.unwrap();
    asking.await.unwrap()
}

/// The first one looks. The others began before that was over, and one of them looks for all.
#[tokio::test]
async fn asks_that_wait_for_each_other_share_a_look() {
    let counted = Proxied::new().await;
    let study = open(&counted).await;
    let mut running = ask_on_connections_of_their_own(&counted, &study, 8).await;
    counted.proxy.reset();
    running.extend(ask_together(&study, 8).await);
    let cost = counted.proxy.counts();
    assert_eq!(cost.statements, 8 + 2, "{cost:?}");
    // Numbers without a gap, and each ask saw all that was over.
    let mut numbers: Vec<i32> = running.iter().map(|t| t.number().get()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (8..24).collect::<Vec<_>>());
    for trial in running {
        trial.tell(1.0).await.unwrap();
    }
}

/// This process has drawn them, so only that they still run is read.
#[tokio::test]
async fn parameters_of_own_trials_are_not_read_again() {
    let counted = Proxied::new().await;
    let study = open(&counted).await;
    let answered = async || {
        let cost = counted
            .count(async || study.ask().await.unwrap().tell(1.0).await.unwrap())
            .await;
        cost.bytes_answered
    };
    let alone = answered().await;
    let running = study.ask_many(20).await.unwrap();
    let beside = answered().await;
    // Two short rows each. The parameters would be ten, with their distributions.
    assert!(
        beside < alone + 20 * 200,
        "{beside} bytes beside running trials, {alone} without"
    );
    for trial in running {
        trial.tell(1.0).await.unwrap();
    }
}

/// What a sampler saw.
#[derive(Debug, Default)]
struct Seen {
    /// How many trials are over.
    over: usize,
    /// A parameter of each trial that runs.
    running: Vec<f64>,
}

/// Tells what it saw.
#[derive(Debug)]
struct Watching(Arc<Mutex<Seen>>);

impl Sampler for Watching {
    fn name(&self) -> &'static str {
        "watching"
    }

    fn reads_history(&self) -> bool {
        true
    }

    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
        let history = draft.history();
        let running = history.running().filter_map(|trial| trial.stored("a"));
        *self.0.lock().unwrap() = Seen {
            over: history.trials().len(),
            running: running.collect(),
        };
        Tpe::default().sample(draft, name, distribution)
    }
}

/// Trials of two studies in turn, as two fleets make them. The later ones are better.
const TWO_FLEETS: &str = "
    INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
    SELECT 100 + n / 2, 1 + n % 2, 'COMPLETE', now(), now() FROM generate_series(0, 599) AS n;
    INSERT INTO trial_values (trial_id, objective, value, value_type)
    SELECT trial_id, 0, number, 'FINITE' FROM trials WHERE number >= 100;
    INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
    SELECT trial_id, 1, CASE WHEN number < 200 THEN 2 ELSE 0 END, 'FINITE' FROM trials WHERE number >= 100";

/// More than the next hundred of all studies.
#[tokio::test]
async fn all_that_others_added_is_read_however_much_it_is() {
    let postgres = TestDb::create().await;
    let url = postgres.url("postgresql");
    let db = docktuna::OptunaDatabase::connect(&url).await.unwrap();
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let sampler = Watching(Arc::clone(&seen));
    let builder = db.study_builder::<Ten>("s").sampler(sampler);
    let study = builder.pruner(Median::default()).open().await.unwrap();
    let other = db.study_builder::<Ten>("other").open().await.unwrap();
    for trial in study.ask_many(6).await.unwrap() {
        trial.report(1, 2.0).await.unwrap();
        trial.tell(2.0).await.unwrap();
    }
    other.ask().await.unwrap().tell(1.0).await.unwrap();
    let running = study.ask().await.unwrap();
    assert_eq!(seen.lock().unwrap().over, 6);
    running.report(1, 1.0).await.unwrap();
    assert!(!running.should_prune().await.unwrap(), "others had 2");

    postgres.execute(TWO_FLEETS).await;
    let next = study.ask().await.unwrap();
    assert_eq!(seen.lock().unwrap().over, 6 + 300);
    next.report(1, 1.0).await.unwrap();
    assert!(next.should_prune().await.unwrap(), "two of three had 0");
    running.tell(1.0).await.unwrap();
    next.tell(1.0).await.unwrap();
}

/// A crash of the server may undo a trial, and give its id and its number to another one.
#[tokio::test]
async fn a_row_that_is_another_trial_now_is_read() {
    let postgres = TestDb::create().await;
    let url = postgres.url("postgresql");
    let db = docktuna::OptunaDatabase::connect(&url).await.unwrap();
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let sampler = Watching(Arc::clone(&seen));
    let builder = db.study_builder::<Ten>("s").sampler(sampler);
    let study = builder.open().await.unwrap();
    let lost = study.ask().await.unwrap();
    // It is seen running, with the values that are known here.
    let second = study.ask().await.unwrap();
    assert_eq!(seen.lock().unwrap().running, [lost.config().a]);
    second.tell(1.0).await.unwrap();
    let number = lost.number().get();
    postgres
        .execute(format!(
            "UPDATE trial_params SET param_value = 0.125
             WHERE trial_id = (SELECT trial_id FROM trials WHERE number = {number});
             UPDATE trials SET datetime_start = datetime_start + interval '1 second' WHERE number = {number}"
        ))
        .await;
    let third = study.ask().await.unwrap();
    assert_eq!(seen.lock().unwrap().running, [0.125]);
    third.tell(1.0).await.unwrap();
    drop(lost);
}
