//! What operations cost in a file, counted in steps of SQLite's own machine: nothing grows with what is not shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Sqlite;
use crate::sampler::Random;
use crate::storage::Storage;
use crate::{Direction, Load, OptunaDatabase, TrialState, Tunable};

#[derive(Tunable, Debug, Clone)]
struct Line {
    #[tune(range = 0.0..=1.0)]
    x: f64,
}

/// A database with a study `old` of three trials, a study `large`, and others of three.
struct Filled {
    db: OptunaDatabase,
    steps: Arc<AtomicU64>,
}

impl Filled {
    async fn new(trials: usize, studies: usize) -> Self {
        let db = OptunaDatabase::in_memory();
        for name in ["old", "large"] {
            db.study::<Line>(name).await.unwrap();
        }
        let numbers = |many| {
            format!(
                "WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n + 1 < {many})"
            )
        };
        let add = |many, study: &str| {
            let moment = "'2026-01-01 00:00:00'";
            format!(
                "{} INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
                 SELECT n, {study}, 'COMPLETE', {moment}, {moment} FROM series;",
                numbers(many)
            )
        };
        let sql = [
            add(3, "1"),
            add(trials, "2"),
            format!(
                "{} INSERT INTO studies (study_name) SELECT 'many-' || n FROM series;
                 INSERT INTO study_directions (direction, study_id, objective)
                 SELECT 'MINIMIZE', study_id, 0 FROM studies WHERE study_id > 2;",
                numbers(studies)
            ),
            add(3 * studies, &format!("3 + n % {studies}")),
            "INSERT INTO trial_values (trial_id, objective, value, value_type)
             SELECT trial_id, 0, number, 'FINITE' FROM trials;
             INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
             SELECT trial_id, 'x', 0.5, '{\"name\": \"FloatDistribution\",
                \"attributes\": {\"step\": null, \"low\": 0.0, \"high\": 1.0, \"log\": false}}' FROM trials;
             INSERT INTO trial_heartbeats (trial_id, heartbeat)
             SELECT trial_id, '2026-01-01 00:00:00' FROM trials;
             INSERT INTO study_user_attributes (study_id, key, value_json)
             SELECT 2, trial_id, '1' FROM trials"
                .to_owned(),
        ];
        let steps = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&steps);
        let mut lease = sqlite(&db).lease().await.unwrap();
        let sql = sqlx::AssertSqlSafe(sql.concat());
        let connection = &mut lease.connection;
        sqlx::raw_sql(sql).execute(&mut *connection).await.unwrap();
        connection
            .lock_handle()
            .await
            .unwrap()
            .set_progress_handler(1, move || {
                counter.fetch_add(1, Ordering::Relaxed);
                true
            });
        lease.done();
        Self { db, steps }
    }

    /// The fewest steps of several calls: now and then one looks through the queue.
    async fn steps(&self, operation: &str, study: &str) -> u64 {
        let db = &self.db;
        let builder = db.study_builder::<Line>(study).sampler(Random);
        let opened = builder.open().await.unwrap();
        let mut fewest = u64::MAX;
        for call in 0..5 {
            let running = match operation {
                "report" | "attribute" | "tell" => Some(opened.ask().await.unwrap()),
                _ => None,
            };
            let before = self.steps.load(Ordering::Relaxed);
            // What a dropped trial writes comes later, and would be counted elsewhere.
            let mut left = None;
            match (operation, running) {
                ("report", Some(trial)) => {
                    trial.report(call, 1.0).await.unwrap();
                    left = Some(trial);
                }
                ("attribute", Some(trial)) => {
                    trial.set_user_attr("k", call).await.unwrap();
                    left = Some(trial);
                }
                ("tell", Some(trial)) => trial.tell(1e6).await.unwrap(),
                ("open", _) => drop(db.study::<Line>(study).await.unwrap()),
                ("ask", _) => left = Some(opened.ask().await.unwrap()),
                ("claim", _) => {
                    opened.enqueue(Line { x: 0.25 }).await.unwrap();
                    opened.ask().await.unwrap().tell(1e6).await.unwrap();
                }
                ("load", _) => drop(Line::load_best(db, study).await.unwrap()),
                ("summary", _) => drop(db.study_summary(study).await.unwrap()),
                ("counts", _) => drop(opened.trial_counts().await.unwrap()),
                ("summaries", _) => drop(db.study_summaries().await.unwrap()),
                ("latest", _) => drop(db.latest_study().await.unwrap()),
                other => panic!("{other:?}"),
            }
            fewest = fewest.min(self.steps.load(Ordering::Relaxed) - before);
            if let Some(trial) = left {
                trial.tell(1e6).await.unwrap();
            }
        }
        fewest
    }
}

fn sqlite(db: &OptunaDatabase) -> &Sqlite {
    #[allow(
        clippy::infallible_destructuring_match,
        reason = "there may be one kind only"
    )]
    let sqlite = match db.storage() {
        Storage::Sqlite(sqlite) => sqlite,
        #[cfg(feature = "postgres")]
        Storage::Postgres(_) => unreachable!("it is in memory"),
    };
    sqlite
}

#[tokio::test]
async fn no_operation_grows_with_what_it_does_not_show() {
    let (small, large) = (Filled::new(50, 5).await, Filled::new(3000, 300).await);
    for (operation, study) in [
        ("open", "large"),
        ("ask", "large"),
        ("claim", "large"),
        ("report", "large"),
        ("attribute", "large"),
        ("tell", "large"),
        ("open", "old"),
        ("ask", "old"),
        ("claim", "old"),
        ("load", "old"),
        ("summary", "old"),
        ("counts", "old"),
    ] {
        let few = small.steps(operation, study).await;
        let many = large.steps(operation, study).await;
        assert!(
            many < few * 2,
            "{operation} in {study} takes {many} steps instead of {few}"
        );
    }
}

/// Shorter than since January, longer than a test.
const GRACE: Duration = Duration::from_secs(3600);

/// Only the first look for silent trials goes through all of a study.
#[tokio::test]
async fn looks_for_silent_trials_go_on_where_the_last_one_ended() {
    let mut steps = Vec::new();
    for (trials, studies) in [(50, 5), (3000, 300)] {
        let filled = Filled::new(trials, studies).await;
        let study = filled.db.study::<Line>("large").await.unwrap();
        let running = study.ask().await.unwrap();
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let storage = filled.db.storage();
        let row = storage.find_study("large").await.unwrap().unwrap();
        let mut horizon = None;
        let swept = storage.fail_stale(&row, GRACE, 0, &mut horizon).await;
        assert_eq!(swept.unwrap().failed, 0);
        beat_long_ago(&filled.db).await;
        let before = filled.steps.load(Ordering::Relaxed);
        // The running trial is behind the horizon, and is seen.
        let swept = storage.fail_stale(&row, GRACE, 0, &mut horizon).await;
        assert_eq!(swept.unwrap().failed, 1);
        steps.push(filled.steps.load(Ordering::Relaxed) - before);
        assert!(running.tell(1.0).await.is_err());
        assert!(horizon.is_some());
    }
    assert!(steps[1] < steps[0] * 2, "{steps:?}");
}

/// What follows a study reads what changed.
#[tokio::test]
async fn a_study_is_followed_from_where_it_was_seen_last() {
    let mut steps = Vec::new();
    for (trials, studies) in [(50, 5), (3000, 300)] {
        let filled = Filled::new(trials, studies).await;
        let study = filled.db.study::<Line>("large").await.unwrap();
        let trial = study.ask().await.unwrap();
        study.ask().await.unwrap().tell(1e6).await.unwrap();
        let (storage, row) = (study.storage(), study.row());
        let seen = storage.follow(row, None).await.unwrap();
        assert_eq!(seen.counts.of(TrialState::Complete), trials + 1);
        let before = filled.steps.load(Ordering::Relaxed);
        let seen = storage.follow(row, seen.horizon.as_ref()).await.unwrap();
        assert_eq!(seen.counts.to_string(), "1 RUNNING");
        let open = trial.number();
        trial.tell(-1.0).await.unwrap();
        study.ask().await.unwrap().tell(-0.5).await.unwrap();
        let since = seen.horizon;
        let seen = storage.follow(row, since.as_ref()).await.unwrap();
        assert_eq!(seen.counts.to_string(), "2 COMPLETE");
        let best = storage.best_trial(row, Direction::Minimize, since.as_ref());
        assert_eq!(best.await.unwrap().unwrap().number, open);
        steps.push(filled.steps.load(Ordering::Relaxed) - before);
    }
    assert!(steps[1] < steps[0] * 2, "{steps:?}");
}

/// A file hands out the ids of deleted trials again.
#[tokio::test]
async fn a_study_under_an_old_id_is_looked_through_from_its_first_trial() {
    let db = OptunaDatabase::in_memory();
    let mut horizon = None;
    for round in 0..2 {
        let study = db.study::<Line>("s").await.unwrap();
        let storage = db.storage();
        let row = storage.find_study("s").await.unwrap().unwrap();
        assert_eq!(row.id.get(), 1);
        if round == 1 {
            let silent = study.ask().await.unwrap();
            beat_long_ago(&db).await;
            let swept = storage.fail_stale(&row, GRACE, 0, &mut horizon).await;
            assert_eq!(swept.unwrap().failed, 1);
            assert!(silent.tell(1.0).await.is_err());
        }
        for _ in 0..5 {
            study.ask().await.unwrap().tell(1.0).await.unwrap();
        }
        let swept = storage.fail_stale(&row, GRACE, 0, &mut horizon).await;
        assert_eq!(swept.unwrap().failed, 0);
        assert!(horizon.is_some());
        execute(
            &db,
            "DELETE FROM trial_values; DELETE FROM trial_params; DELETE FROM trial_heartbeats;
             DELETE FROM trial_user_attributes; DELETE FROM trials; DELETE FROM study_directions;
             DELETE FROM study_user_attributes; DELETE FROM study_system_attributes; DELETE FROM studies",
        )
        .await;
    }
}

/// A database in memory has no heartbeats of its own.
async fn beat_long_ago(db: &OptunaDatabase) {
    let sql = "INSERT INTO trial_heartbeats (trial_id, heartbeat)
               SELECT trial_id, '2026-01-01 00:00:00' FROM trials WHERE state = 'RUNNING'";
    execute(db, sql).await;
}

async fn execute(db: &OptunaDatabase, sql: &'static str) {
    let mut lease = sqlite(db).lease().await.unwrap();
    let connection = &mut lease.connection;
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
    lease.done();
}

/// In proportion to the trials that they count and compare.
#[tokio::test]
async fn summaries_look_at_each_trial_a_few_times() {
    let large = Filled::new(3000, 300).await;
    for (operation, most) in [("summaries", 90), ("latest", 50)] {
        let steps = large.steps(operation, "large").await;
        let trials = 3000 + 3 * 301;
        assert!(
            steps < trials * most,
            "{operation}: {steps} steps for {trials} trials"
        );
    }
}
