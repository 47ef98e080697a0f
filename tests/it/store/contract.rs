//! What a database does for a study, on PostgreSQL, in an SQLite file and in memory alike.

use docktuna::{Error, Stop, TrialState, Value};
use sqlx::Row;

use crate::backend::{Backend, Kind};
use crate::space::{Line, Train};

#[tokio::test]
async fn a_trial_keeps_everything() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Train>("s").await.unwrap();
        let trial = study.ask().await.unwrap();
        let config = trial.config().clone();
        let drawn = trial.params().clone();
        trial.report(10, 2.0).await.unwrap();
        trial.report(0, f64::NAN).await.unwrap();
        trial.report(1, f64::NEG_INFINITY).await.unwrap();
        trial.set_user_attr("note", "café").await.unwrap();
        trial.set_user_attr("note", vec![1, 2]).await.unwrap();
        trial.tell(0.1 + 0.2).await.unwrap();

        let trials = study.trials().await.unwrap();
        let stored = &trials[0];
        assert_eq!(
            (trials.len(), stored.number.get()),
            (1, 0),
            "{:?}",
            backend.kind
        );
        assert_eq!(stored.state, TrialState::Complete);
        assert_eq!(stored.value(), Some(0.1 + 0.2));
        // To the bit, and in the order in which they were drawn.
        assert_eq!(stored.params, drawn);
        let reported: Vec<i64> = stored.intermediate_values.keys().copied().collect();
        assert_eq!(reported, [0, 1, 10]);
        assert!(stored.intermediate_values[&0].is_nan());
        assert_eq!(stored.intermediate_values[&1], f64::NEG_INFINITY);
        assert_eq!(stored.user_attrs["note"].as_json(), "[1, 2]");
        assert!(stored.datetime_start.unwrap() <= stored.datetime_complete.unwrap());

        assert_eq!(study.best().await.unwrap().config, config);
        assert_eq!(
            study.last_update_time().await.unwrap(),
            stored.datetime_complete
        );
    }
}

#[tokio::test]
async fn infinities_are_results_and_nan_is_none() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        for value in [f64::INFINITY, 1.0, f64::NEG_INFINITY, 5e-324] {
            study.ask().await.unwrap().tell(value).await.unwrap();
        }
        let error = study.ask().await.unwrap().tell(f64::NAN).await.unwrap_err();
        assert!(matches!(error, Error::InvalidResult { .. }), "{error:?}");
        let error = study
            .ask()
            .await
            .unwrap()
            .tell(vec![1.0, 2.0])
            .await
            .unwrap_err();
        assert!(matches!(error, Error::InvalidResult { .. }), "{error:?}");
        let trials = study.trials().await.unwrap();
        let values: Vec<Option<f64>> = trials.iter().map(|trial| trial.value()).collect();
        let expected = [
            Some(f64::INFINITY),
            Some(1.0),
            Some(f64::NEG_INFINITY),
            Some(5e-324),
            None,
            None,
        ];
        assert_eq!(values, expected);
        assert_eq!(trials[4].state, TrialState::Fail);
        assert!(
            trials[4].user_attrs["docktuna:error"]
                .as_json()
                .contains("NaN")
        );
        assert_eq!(study.best_trial().await.unwrap().number.get(), 2);
    }
}

#[tokio::test]
async fn the_earliest_of_equal_trials_is_the_best() {
    for backend in Backend::all().await {
        let study = backend
            .db
            .study_builder::<Line>("s")
            .maximize("")
            .open()
            .await
            .unwrap();
        for value in [1.0, 4.0, 4.0, -4.0] {
            study.ask().await.unwrap().tell(value).await.unwrap();
        }
        assert_eq!(study.best().await.unwrap().number.get(), 1);
        let front: Vec<i32> = study
            .pareto_front()
            .await
            .unwrap()
            .iter()
            .map(|t| t.number.get())
            .collect();
        assert_eq!(front, [1, 2]);
    }
}

#[tokio::test]
async fn a_finished_trial_never_changes() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let trial = study.ask().await.unwrap();
        // Somebody else ends it: a row that this process does not know of.
        let sql = "UPDATE trials SET state = 'FAIL', datetime_complete = datetime_start";
        backend.execute(sql).await;
        let before = format!("{:?}", study.trials().await.unwrap());
        for error in [
            trial.report(0, 1.0).await.unwrap_err(),
            trial.set_user_attr("k", 1).await.unwrap_err(),
            trial.tell(1.0).await.unwrap_err(),
        ] {
            let text = error.to_string();
            assert!(
                matches!(
                    error,
                    Error::TrialClosed {
                        state: TrialState::Fail,
                        ..
                    }
                ),
                "{error:?}"
            );
            assert!(text.starts_with("trial 0 is FAIL already"), "{text}");
        }
        assert_eq!(format!("{:?}", study.trials().await.unwrap()), before);
    }
}

#[tokio::test]
async fn a_step_is_reported_once() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let trial = study.ask().await.unwrap();
        trial.report(3, 1.0).await.unwrap();
        let error = trial.report(3, 2.0).await.unwrap_err();
        assert!(
            matches!(error, Error::StepReported { step: 3, .. }),
            "{error:?}"
        );
        trial.prune().await.unwrap();
        assert_eq!(
            study.trials().await.unwrap()[0].intermediate_values[&3],
            1.0
        );
    }
}

#[tokio::test]
async fn a_pruned_trial_has_the_value_of_its_largest_step() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let reports: [&[(u32, f64)]; 4] = [
            &[(10, 4.0), (0, 5.0)],
            &[],
            &[(0, 1.0), (1, f64::NAN)],
            &[(0, f64::INFINITY)],
        ];
        for reports in reports {
            let trial = study.ask().await.unwrap();
            for (step, value) in reports {
                trial.report(*step, *value).await.unwrap();
            }
            trial.prune().await.unwrap();
        }
        let trials = study.trials().await.unwrap();
        let values: Vec<Option<f64>> = trials.iter().map(|trial| trial.value()).collect();
        assert_eq!(values, [Some(4.0), None, None, Some(f64::INFINITY)]);
        assert!(trials.iter().all(|trial| trial.state == TrialState::Pruned));
        assert!(matches!(study.best().await, Err(Error::NoTrial { .. })));
    }
}

#[tokio::test]
async fn a_dropped_trial_fails() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        drop(study.ask().await.unwrap());
        let failed = async {
            loop {
                let counts = study.trial_counts().await.unwrap();
                if counts.of(TrialState::Fail) == 1 {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), failed)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn the_table_of_the_python_docktuna() {
    for backend in Backend::all().await {
        let db = &backend.db;
        let first = db.study::<Line>("first").await.unwrap();
        let second = db
            .study_builder::<Line>("second")
            .maximize("accuracy")
            .open()
            .await
            .unwrap();
        assert!(db.contains_study("first").await.unwrap());
        assert!(!db.contains_study("third").await.unwrap());
        assert_eq!(db.study_count().await.unwrap(), 2);
        assert!(db.latest_study().await.unwrap().is_none());
        assert!(first.last_update_time().await.unwrap().is_none());
        assert!(db.best_params("first").await.unwrap().is_empty());

        second.ask().await.unwrap().tell(0.5).await.unwrap();
        first.ask().await.unwrap().tell(0.5).await.unwrap();
        assert_eq!(db.latest_study().await.unwrap().unwrap().name(), "first");
        second.ask().await.unwrap().tell(0.75).await.unwrap();
        assert_eq!(db.latest_study().await.unwrap().unwrap().name(), "second");

        let names: Vec<String> = db
            .studies()
            .await
            .unwrap()
            .iter()
            .map(|study| study.name().to_owned())
            .collect();
        assert_eq!(names, ["first", "second"]);
        let summaries = db.study_summaries().await.unwrap();
        assert_eq!(summaries[1].trials.of(TrialState::Complete), 2);
        assert_eq!(summaries[1].best_value, Some(0.75));
        let best = db.best_params("second").await.unwrap();
        assert!(matches!(best["x"], Value::Float(x) if (0.0..=1.0).contains(&x)));
        let error = db.study_summary("secnod").await.unwrap_err();
        assert!(
            error.to_string().contains("did you mean \"second\""),
            "{error}"
        );
        if matches!(backend.kind, Kind::Postgres | Kind::PooledPostgres) {
            assert_eq!(db.hostname(), Some("127.0.0.1"));
            assert!(db.username().is_some() && !db.db_name().is_empty());
        }
        let Some(docktuna::Pool::Postgres(pool)) = db.pool().await else {
            continue;
        };
        // Without a prepared statement, which a proxy does not keep.
        let row = sqlx::raw_sql("SELECT 1").fetch_one(pool).await.unwrap();
        let one: i32 = row.get(0);
        assert_eq!(one, 1);
    }
}

#[tokio::test]
async fn several_objectives() {
    for backend in Backend::all().await {
        let study = backend
            .db
            .study_builder::<Line>("s")
            .minimize("loss")
            .maximize("accuracy")
            .open()
            .await
            .unwrap();
        for values in [[1.0, 1.0], [2.0, 2.0], [2.0, 1.0], [1.0, 1.0]] {
            study.ask().await.unwrap().tell(values).await.unwrap();
        }
        let front: Vec<i32> = study
            .pareto_front()
            .await
            .unwrap()
            .iter()
            .map(|t| t.number.get())
            .collect();
        assert_eq!(front, [0, 1, 3]);
        let error = study.best().await.unwrap_err();
        assert!(
            matches!(error, Error::SeveralObjectives { objectives: 2, .. }),
            "{error}"
        );
        let trial = study.ask().await.unwrap();
        assert!(matches!(
            trial.report(0, 1.0).await,
            Err(Error::SeveralObjectives { .. })
        ));
        let names = &study.system_attrs().await.unwrap()["study:metric_names"];
        assert_eq!(names.parse::<Vec<String>>().unwrap(), ["loss", "accuracy"]);
    }
}

#[tokio::test]
async fn stop_takes_every_error() {
    fn objective(fail: bool) -> Result<f64, Stop> {
        if fail {
            "x".parse::<f64>()?;
        }
        Ok(1.0)
    }
    assert!(matches!(objective(true), Err(Stop::Failed(_))));
    assert!(objective(false).is_ok());
}
