//! Rows that other programs have stored, or may: read as Python reads them, or refused with the row's name.

use chrono::NaiveDateTime;
use docktuna::pruner::Median;
use docktuna::sampler::Random;
use docktuna::{Error, Load, Params, Stop, TrialState, Tunable};
use serde_json::json;

use crate::backend::Backend;
use crate::space::Line;
use crate::support::{Version, python};

#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(validate = Self::check)]
struct Ordered {
    #[tune(range = 0.0..=1.0)]
    low: f64,
    #[tune(range = 0.0..=1.0)]
    high: f64,
}

impl Ordered {
    fn check(&self) -> Result<(), &'static str> {
        if self.low > self.high {
            return Err("low is above high");
        }
        Ok(())
    }
}

#[test]
fn f12_a_configuration_that_validate_refuses_does_not_come_out_of_parameters() {
    let of = |low, high| Params::of(&Ordered { low, high }).unwrap();
    let (low, high) = (0.25, 0.5);
    assert_eq!(
        of(low, high).to_config::<Ordered>().unwrap(),
        Ordered { low, high }
    );
    let error = of(0.5, 0.25).to_config::<Ordered>().unwrap_err();
    assert!(
        matches!(&error, Error::Refused { reason, .. } if reason == "low is above high"),
        "{error:?}"
    );
}

#[tokio::test]
async fn f18_a_trial_without_a_number_is_named_by_every_reader() {
    for backend in Backend::shared().await {
        let db = &backend.db;
        let builder = db.study_builder::<Line>("s").pruner(Median::default());
        let study = builder.open().await.unwrap();
        let first = study.ask().await.unwrap();
        first.report(0, 1.0).await.unwrap();
        first.tell(1.0).await.unwrap();
        let running = study.ask().await.unwrap();
        running.report(0, 1.0).await.unwrap();
        let id = study.trials().await.unwrap()[0].id;
        backend
            .execute("UPDATE trials SET number = NULL WHERE state = 'COMPLETE'")
            .await;
        let fresh = db.study::<Line>("s").await.unwrap();
        let readers = [
            study.trials().await.map(drop),
            study.best().await.map(drop),
            study.best_trial().await.map(drop),
            study.pareto_front().await.map(drop),
            Line::load_best(db, "s").await.map(drop),
            db.best_params("s").await.map(drop),
            fresh.ask().await.map(drop),
            running.should_prune().await.map(drop),
        ];
        for (at, read) in readers.into_iter().enumerate() {
            let error = read.unwrap_err();
            let expected =
                format!("study \"s\" cannot be read: the trial with id {id} has no number");
            assert_eq!(error.to_string(), expected, "reader {at}");
            assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
        }
        // What does not look at it goes on, and no number is given twice.
        assert_eq!(db.study_summary("s").await.unwrap().trials.total(), 2);
        assert_eq!(db.study_summaries().await.unwrap().len(), 1);
        let random = db.study_builder::<Line>("s").sampler(Random);
        let trial = random.open().await.unwrap().ask().await.unwrap();
        assert_eq!(trial.number().get(), 2);
        running.tell(2.0).await.unwrap();
        trial.tell(3.0).await.unwrap();
    }
}

/// Each constraint as it is stored, and whether the trial is feasible: Optuna raises an error for those that are
/// marked, and never takes them for feasible.
const CONSTRAINTS: &[(&str, &str, bool, bool)] = &[
    ("constraints", "[NaN]", false, true),
    ("constraints", "[-1.0, NaN]", false, true),
    ("constraints", "[1.0, NaN]", false, true),
    ("constraints", "[-Infinity]", true, true),
    ("constraints", "[Infinity]", false, true),
    ("constraints", "[0.0, -0.0, 0, -1e-05, -5]", true, true),
    ("constraints", "[5e-324]", false, true),
    ("constraints", "[-1.5e+300, 1e-05]", false, true),
    ("constraints", "[100000000000000000000000]", false, true),
    ("constraints", "[-100000000000000000000000]", true, true),
    ("constraints", "[false]", true, true),
    ("constraints", "[true]", false, true),
    ("constraints", "[]", true, true),
    ("constraints", "null", true, true),
    ("constraints", "{}", true, true),
    ("constraints", "[null]", false, false),
    ("constraints", "[\"a\"]", false, false),
    ("constraints", "[\"-1\"]", false, false),
    ("constraints", "[[-1]]", false, false),
    ("constraints", "-0.5", false, false),
    ("constraints", "{\"a\": -1.0}", false, false),
    ("constraints", "\"-1\"", false, false),
    ("constraints:c", "NaN", false, true),
    ("constraints:c", "0.5", false, true),
    ("constraints:c", "-0.5", true, true),
    ("constraints:c", "0.0", true, true),
    ("constraints:c", "Infinity", false, true),
    ("constraints:c", "true", false, true),
    ("constraints:c", "null", false, false),
    ("constraints:c", "\"-1\"", false, false),
    ("constraints:c", "[-1.0]", false, false),
    ("constraints:c", "{}", false, false),
];

#[tokio::test]
async fn f34_a_constraint_that_is_not_met_for_sure_makes_a_trial_infeasible() {
    for backend in [Backend::postgres().await, Backend::sqlite().await] {
        for (at, (key, json, feasible, _)) in CONSTRAINTS.iter().enumerate() {
            let study = backend.db.study::<Line>(&format!("s{at}")).await.unwrap();
            for value in [1.0, 2.0] {
                study.ask().await.unwrap().tell(value).await.unwrap();
            }
            let id = study.trials().await.unwrap()[0].id;
            let sql = format!(
                "INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES ({id}, '{key}', '{json}')"
            );
            backend.execute(sql).await;
            let expected = i32::from(!feasible);
            let case = format!("{:?}: {key} {json}", backend.kind);
            let trials = study.trials().await.unwrap();
            assert_eq!(trials[0].is_feasible(), *feasible, "{case}");
            let best = study.best_trial().await.unwrap();
            assert_eq!(best.number.get(), expected, "{case}");
            assert_eq!(study.best().await.unwrap().number.get(), expected, "{case}");
            let summary = backend.db.study_summary(study.name()).await.unwrap();
            assert_eq!(summary.best_value, Some(f64::from(expected + 1)), "{case}");
            let front = study.pareto_front().await.unwrap();
            assert_eq!(front[0].number.get(), expected, "{case}");
        }
        let fronts = python(Version::V5, "fronts.py", &[], backend.url()).await;
        for (at, (key, json, feasible, judged)) in CONSTRAINTS.iter().enumerate() {
            let front = &fronts[format!("s{at}")];
            let expected = match judged {
                true => json!([i32::from(!feasible)]),
                false => json!({"error": "TypeError"}),
            };
            assert_eq!(*front, expected, "{key} {json}");
        }
    }
}

#[tokio::test]
async fn f37_reports_beyond_32_bits_are_read() {
    let backend = Backend::sqlite().await;
    let builder = backend.db.study_builder::<Line>("s");
    let study = builder
        .pruner(Median::default().n_startup_trials(1))
        .open()
        .await
        .unwrap();
    let args = ["--study", "s", "--trials", "6"];
    python(Version::V5, "far.py", &args, backend.url()).await;
    let trials = study.trials().await.unwrap();
    let steps: Vec<i64> = trials[0].intermediate_values.keys().copied().collect();
    assert_eq!(steps, [0, 3_000_000_000, 1 << 40]);
    assert_eq!(study.best_trial().await.unwrap().number.get(), 0);
    assert_eq!(study.pareto_front().await.unwrap().len(), 1);
    let run = study.optimize(|config, trial| async move {
        for step in 0..3 {
            trial.report(step, config.x).await?;
            trial.prune_if_needed().await?;
        }
        Ok(config.x)
    });
    let summary = run.trials(8).run().await.unwrap();
    assert_eq!((summary.failed, summary.complete + summary.pruned), (0, 8));
}

/// SQLite takes the largest id for the next one, so that one row far up moves all that follow.
#[tokio::test]
async fn f37_ids_beyond_32_bits_work_like_others() {
    let backend = Backend::sqlite().await;
    backend.db.study::<Line>("first").await.unwrap();
    let far = 1_i64 << 40;
    let sql = format!(
        "INSERT INTO studies (study_id, study_name) VALUES ({far}, 'far');
         INSERT INTO study_directions (direction, study_id, objective) VALUES ('MINIMIZE', {far}, 0);
         INSERT INTO trials (trial_id, number, study_id, state) VALUES ({far}, 0, {far}, 'FAIL');"
    );
    backend.execute(sql).await;
    let builder = backend.db.study_builder::<Line>("s");
    let study = builder
        .pruner(Median::default().n_startup_trials(1))
        .retry(1)
        .open()
        .await
        .unwrap();
    assert_eq!(study.id().get(), far + 1);
    study.set_user_attr("k", 1).await.unwrap();
    study.enqueue(Line { x: 0.5 }).await.unwrap();
    let run = study.optimize(|config, trial| async move {
        if trial.number().get() == 3 {
            return Err(Stop::failed("once"));
        }
        trial.set_user_attr("x", config.x).await?;
        trial.report(0, config.x).await?;
        trial.prune_if_needed().await?;
        Ok(config.x)
    });
    let summary = run.trials(10).run().await.unwrap();
    assert_eq!((summary.failed, summary.complete + summary.pruned), (1, 9));
    let trials = study.trials().await.unwrap();
    assert!(trials.iter().all(|trial| trial.id.get() > far));
    assert_eq!(
        study.best().await.unwrap().number,
        study.best_trial().await.unwrap().number
    );
    let summaries = backend.db.study_summaries().await.unwrap();
    assert_eq!(summaries.last().unwrap().trials.total(), 10);
    for version in Version::ALL {
        let report = python(version, "report.py", &["--study", "s"], backend.url()).await;
        assert_eq!(report["studies"][0]["trials"].as_array().unwrap().len(), 10);
    }

    // A number that no trial can have is as good as none.
    let sql =
        "UPDATE trials SET number = 3000000000 WHERE trial_id = (SELECT max(trial_id) FROM trials)";
    backend.execute(sql).await;
    let error = study.trials().await.unwrap_err().to_string();
    assert!(
        error.contains("has the number 3000000000, which none can have"),
        "{error}"
    );
}

/// Python reads the same moments, and refuses the same texts.
#[tokio::test]
async fn f42_moments_of_an_sqlite_file_are_read_as_python_reads_them() {
    let readable = [
        "2026-01-02 03:04:05.678901",
        "2026-01-02 03:04:05.5",
        "2026-01-02 03:04:05.123456789",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04:05Z",
        "2026-01-02 03:04:05+02:00",
        "2026-01-02 03:04:05.25-0530",
        "2026-01-02 03:04",
        "2026-01-02 03",
        "2026-01-02",
        "20260102T030405",
        "2026-W01-5 03:04:05,5",
    ];
    let refused = [
        "",
        "garbage",
        "2026-01-02 ",
        "2026-13-02 03:04:05",
        "2026-01-02 24:00:00",
        "2026-01-02 03:04:05 UTC",
    ];
    let backend = Backend::sqlite().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    for _ in 0..readable.len() {
        study.ask().await.unwrap().tell(1.0).await.unwrap();
    }
    let set = async |number: usize, text: &str| {
        let sql = format!(
            "UPDATE trials SET datetime_start = '{text}', datetime_complete = '{text}' WHERE number = {number}"
        );
        backend.execute(sql).await;
    };
    for (number, text) in readable.iter().enumerate() {
        set(number, text).await;
    }
    let trials = study.trials().await.unwrap();
    let ids: Vec<String> = trials.iter().map(|trial| trial.id.to_string()).collect();
    let starts = async |ids: &[String]| {
        let mut args = vec!["--ids"];
        args.extend(ids.iter().map(String::as_str));
        python(Version::V5, "starts.py", &args, backend.url()).await
    };
    let theirs = starts(&ids).await;
    for ((trial, id), text) in trials.iter().zip(&ids).zip(readable) {
        let ours: NaiveDateTime = trial.datetime_start.unwrap();
        assert_eq!(trial.datetime_complete, Some(ours));
        let ours = ours.format("%Y-%m-%d %H:%M:%S%.6f").to_string();
        assert_eq!(theirs[id], json!(ours), "{text}");
    }
    assert!(study.last_update_time().await.unwrap().is_some());
    let summary = backend.db.study_summary("s").await.unwrap();
    assert!(summary.datetime_start.is_some());
    assert_eq!(study.ask().await.unwrap().number().get(), 12);

    let fresh = backend.db.study::<Line>("s").await.unwrap();
    for text in refused {
        set(0, text).await;
        let theirs = starts(&ids[..1]).await;
        assert_eq!(theirs[&ids[0]]["error"], "ValueError", "{text}");
        let error = study.trials().await.unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
        let expected = format!(
            "study \"s\" cannot be read: the start of trial 0: {text:?} is no date and time"
        );
        assert_eq!(error.to_string(), expected);
        let error = fresh.ask().await.map(drop).unwrap_err();
        assert!(error.to_string().contains("is no date and time"), "{error}");
    }
}

#[tokio::test]
async fn f44_a_deleted_study_is_named_whatever_its_handle_does() {
    let tables = "trial_heartbeats trial_params trial_values trial_intermediate_values trial_user_attributes \
                  trial_system_attributes trials study_directions study_user_attributes study_system_attributes studies";
    let delete: String = tables
        .split(' ')
        .map(|table| format!("DELETE FROM {table};"))
        .collect();
    for backend in Backend::all().await {
        let db = &backend.db;
        if backend.db.pool().await.is_none() {
            continue;
        }
        // A second study, so that SQLite may hand the ids out again.
        for successor in [false, true] {
            let study = db.study::<Line>("s").await.unwrap();
            study.ask().await.unwrap().tell(1.0).await.unwrap();
            let trials = study.ask_many(6).await.unwrap();
            let [a, b, c, d, e, f] = <[_; 6]>::try_from(trials).unwrap();
            backend.execute(delete.clone()).await;
            if successor {
                let other = db.study::<Line>("other").await.unwrap();
                for trial in other.ask_many(8).await.unwrap() {
                    trial.tell(0.0).await.unwrap();
                }
            }
            let done = [
                study.set_user_attr("k", 1).await,
                study.user_attrs().await.map(drop),
                study.system_attrs().await.map(drop),
                study.best().await.map(drop),
                study.best_trial().await.map(drop),
                study.pareto_front().await.map(drop),
                study.trials().await.map(drop),
                study.trial_counts().await.map(drop),
                study.last_update_time().await.map(drop),
                study.ask().await.map(drop),
                study.ask_many(2).await.map(drop),
                study.enqueue(Line { x: 0.5 }).await.map(drop),
                study.enqueue_partial([("x", 0.5)]).await.map(drop),
                study.enqueue_default().await.map(drop),
                study
                    .optimize(|_, _| async { Ok(1.0) })
                    .trials(1)
                    .run()
                    .await
                    .map(drop),
                a.report(0, 1.0).await,
                b.set_user_attr("k", 1).await,
                c.tell(1.0).await,
                d.prune().await,
                e.fail("why").await,
                f.tell(f64::NAN).await,
            ];
            for (at, done) in done.into_iter().enumerate() {
                let case = format!("{:?}, successor {successor}, {at}", backend.kind);
                let error = done.err().unwrap_or_else(|| panic!("{case}: no error"));
                assert!(
                    matches!(&error, Error::StudyDeleted { study } if study == "s"),
                    "{case}: {error:?}"
                );
                assert!(
                    error.to_string().contains("study \"s\" was deleted"),
                    "{error}"
                );
            }
            if successor {
                let other = db.study::<Line>("other").await.unwrap();
                let trials = other.trials().await.unwrap();
                assert_eq!(trials.len(), 8);
                assert!(
                    trials
                        .iter()
                        .all(|trial| trial.state == TrialState::Complete)
                );
            }
            backend.execute(delete.clone()).await;
        }
    }
}
