//! Databases that hold much.

use docktuna::sampler::Random;
use docktuna::{Study, Tunable};

use crate::backend::Backend;
use crate::space::Line;

/// How much a database holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Trials of the study `large`.
    pub(super) trials: usize,
    /// Studies beside it, with three trials each.
    pub(super) studies: usize,
    /// Reports of one trial of `large`.
    pub(super) reports: usize,
    /// Bytes of an attribute of that trial, and of the study.
    pub(super) bytes: usize,
}

impl Size {
    pub(super) const SMALL: Self = Self {
        trials: 100,
        studies: 10,
        reports: 10,
        bytes: 1000,
    };

    /// Enough for anything that grows to be noticed.
    pub(super) const SHORT: Self = Self {
        trials: 5_000,
        studies: 500,
        reports: 2_000,
        bytes: 1_000_000,
    };

    pub(super) const FULL: Self = Self {
        trials: 200_000,
        studies: 5_000,
        reports: 10_000,
        bytes: 5_000_000,
    };

    /// The full one in the long form.
    pub(super) fn of_this_run() -> Self {
        if is_long() { Self::FULL } else { Self::SHORT }
    }

    /// How many trials there are in all.
    pub(super) fn all_trials(self) -> usize {
        self.trials + self.studies * 3
    }
}

pub(super) fn is_long() -> bool {
    std::env::var("DOCKTUNA_TEST_FAULTS").is_ok_and(|form| form == "long")
}

/// Three hundred numbers.
#[derive(Tunable, Debug, Clone)]
pub(super) struct Wide {
    #[tune(range = 0.0..=1.0)]
    pub(super) x: [f64; 300],
}

/// The numbers from 0 on, as many as `many`, for the statement that follows.
fn numbers(many: usize) -> String {
    format!(
        "WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n + 1 < {many})"
    )
}

/// Trials of the studies that `study` gives for each number n.
fn trials(many: usize, number: &str, study: &str) -> String {
    let moment = "'2026-01-01 00:00:00'";
    format!(
        "{} INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
         SELECT {number}, {study}, 'COMPLETE', {moment}, {moment} FROM series;",
        numbers(many)
    )
}

/// A study `old` of three trials, the study `large`, many others, and `small`, in which a trial was told last.
/// Every trial has a parameter, a value, a report, an attribute of both kinds and an old heartbeat.
pub(super) async fn fill(backend: &Backend, size: Size) {
    let Size {
        trials: large,
        studies,
        ..
    } = size;
    backend.db.study::<Line>("old").await.unwrap();
    backend.db.study::<Line>("large").await.unwrap();
    let of = |name: &str| format!("(SELECT study_id FROM studies WHERE study_name = '{name}')");
    let mut sql = format!(
        "{} INSERT INTO studies (study_name) SELECT 'many-' || n FROM series;
         INSERT INTO study_directions (direction, study_id, objective)
         SELECT 'MAXIMIZE', study_id, 0 FROM studies WHERE study_name LIKE 'many-%';",
        numbers(studies)
    );
    sql += &trials(3, "n", &of("old"));
    sql += &trials(large, "n", &of("large"));
    // In turn, as studies run beside each other.
    let first = of("many-0");
    sql += &trials(
        studies * 3,
        &format!("n / {studies}"),
        &format!("{first} + n % {studies}"),
    );
    let distribution = r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}"#;
    sql += &format!(
        "INSERT INTO trial_values (trial_id, objective, value, value_type) SELECT trial_id, 0, number, 'FINITE' FROM trials;
         INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
         SELECT trial_id, 'x', 0.5, '{distribution}' FROM trials;
         INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
         SELECT trial_id, 0, number, 'FINITE' FROM trials;
         INSERT INTO trial_user_attributes (trial_id, key, value_json) SELECT trial_id, 'note', '1' FROM trials;
         INSERT INTO trial_system_attributes (trial_id, key, value_json) SELECT trial_id, 'constraints', '[-1.0]' FROM trials;
         INSERT INTO trial_heartbeats (trial_id, heartbeat) SELECT trial_id, '2026-01-01 00:00:00' FROM trials;"
    );
    execute(backend, sql).await;
    for name in ["large", "small"] {
        // Text that does not compress to nothing.
        let text: String = (0..size.bytes / 16 + 1)
            .map(|_| format!("{:016x}", rand::random::<u64>()))
            .collect();
        let study = open(backend, name).await;
        study.set_user_attr("big", &text).await.unwrap();
        let trial = study.ask().await.unwrap();
        trial.set_user_attr("big", &text).await.unwrap();
        report_often(backend, name, trial.number().get(), size.reports).await;
        trial.tell(1e6).await.unwrap();
    }
    // A parameter of one trial alone.
    let rare = format!(
        r#"INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
           SELECT trial_id, 'rare', 0, '{{"name": "CategoricalDistribution", "attributes": {{"choices": ["a", "b"]}}}}'
           FROM trials WHERE study_id = {} AND number = {large}"#,
        of("large")
    );
    execute(backend, rare).await;
    // The best and the latest one.
    let small = open(backend, "small").await;
    small.ask().await.unwrap().tell(0.25).await.unwrap();
    execute(backend, "ANALYZE".to_owned()).await;
    backend.db.close().await;
}

/// By a session that is not one of ours, and that ends.
pub(super) async fn execute(backend: &Backend, sql: String) {
    match &backend.postgres {
        Some(postgres) => postgres.execute(sql).await,
        None => backend.execute(sql).await,
    }
}

async fn open(backend: &Backend, name: &str) -> Study<Line> {
    let builder = backend.db.study_builder(name).sampler(Random);
    builder.open().await.unwrap()
}

/// Reports of a trial, beside it.
pub(super) async fn report_often(backend: &Backend, study: &str, number: i32, reports: usize) {
    let sql = format!(
        "{} INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
         SELECT t.trial_id, n, n, 'FINITE' FROM series, trials t JOIN studies s ON s.study_id = t.study_id
         WHERE s.study_name = '{study}' AND t.number = {number}",
        numbers(reports)
    );
    execute(backend, sql).await;
}
