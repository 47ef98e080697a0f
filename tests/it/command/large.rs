//! A study of many trials: 100,000 in the long form, which prints what each command took.

use std::time::Instant;

use docktuna::TrialState;

use super::docktuna;
use crate::backend::Backend;
use crate::space::Line;

/// Trials with ten parameters, a result, two reports and an attribute each; every tenth is pruned.
async fn fill(backend: &Backend, trials: usize) {
    backend.db.study::<Line>("large").await.unwrap();
    let series = |many: usize| {
        format!(
            "WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n + 1 < {many})"
        )
    };
    let distribution = r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}"#;
    let sql = format!(
        "{} INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
         SELECT n, (SELECT study_id FROM studies), 'COMPLETE', '2026-01-01 00:00:00', '2026-01-01 00:00:01' FROM series;
         UPDATE trials SET state = 'PRUNED' WHERE number % 10 = 9;
         {} INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
         SELECT trial_id, 'p' || n, (number * (n + 7) % 1009) / 1009.0, '{distribution}' FROM trials, series;
         INSERT INTO trial_values (trial_id, objective, value, value_type)
         SELECT trial_id, 0, (number * 7 % 1009) / 1009.0, 'FINITE' FROM trials;
         {} INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
         SELECT trial_id, n, number, 'FINITE' FROM trials, series;
         INSERT INTO trial_user_attributes (trial_id, key, value_json) SELECT trial_id, 'host', '\"h\"' FROM trials;
         ANALYZE",
        series(trials),
        series(10),
        series(2),
    );
    match &backend.postgres {
        Some(postgres) => postgres.execute(sql).await,
        None => backend.execute(sql).await,
    }
}

#[tokio::test]
async fn every_command_copes_with_many_trials() {
    let is_long = std::env::var("DOCKTUNA_TEST_FAULTS").is_ok_and(|form| form == "long");
    let trials = if is_long { 100_000 } else { 2_500 };
    for backend in [Backend::postgres().await, Backend::sqlite().await] {
        fill(&backend, trials).await;
        let url = backend.url().replace("+psycopg2", "");
        for (args, lines) in [
            (&["studies", "--format", "csv"][..], 2),
            (&["show", "large", "--format", "csv"], 0),
            (&["best", "large", "--format", "csv"], 2),
            (&["trials", "large", "--sort", "value", "--limit", "3"], 4),
            (&["trials", "large", "--format", "csv"], trials + 1),
            (
                &["trials", "large", "--format", "json", "--state", "pruned"],
                trials / 10 + 2,
            ),
            (
                &["export", "large", "-o", "-", "--format", "csv"],
                trials + 1,
            ),
            (&["export", "large", "-o", "-", "--format", "json"], trials),
            (&["importance", "large", "--format", "csv"], 11),
            (&["diff", "large", "0", "2000"], 0),
            (&["check"], 0),
            (&["delete", "large", "--yes"], 0),
        ] {
            let began = Instant::now();
            let stdout = docktuna(&url, args).await.succeeded();
            if is_long {
                let seconds = began.elapsed().as_secs_f64();
                println!("{:?} {seconds:5.1} s  {}", backend.kind, args.join(" "));
            }
            let found = stdout.lines().count();
            assert!(lines == 0 || found == lines, "{args:?}: {found} lines");
        }
        assert_eq!(backend.db.study_count().await.unwrap(), 0);
        let study = backend.db.study::<Line>("new").await.unwrap();
        assert_eq!(
            study.trial_counts().await.unwrap().of(TrialState::Complete),
            0
        );
    }
}
