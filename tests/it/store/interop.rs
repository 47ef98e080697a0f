//! Optuna reads what we wrote, and we read what Optuna writes.

use std::time::Duration;

use docktuna::{Stop, TrialState, Tunable};
use serde_json::{Value as Json, json};

use crate::backend::Backend;
use crate::expected::{assert_agrees, study};
use crate::space::{Line, Train};
use crate::support::{Version, python, python_in_zone};

fn named<'a>(report: &'a Json, name: &str) -> &'a Json {
    let studies = report["studies"].as_array().unwrap();
    studies
        .iter()
        .find(|study| study["study_name"] == name)
        .unwrap_or_else(|| panic!("{report}"))
}

#[tokio::test]
async fn optuna_reads_what_we_wrote() {
    for backend in Backend::shared().await {
        let db = &backend.db;
        let all = db.study::<Train>("all").await.unwrap();
        all.enqueue(Train {
            schedule: "café".to_owned(),
            ..Train::defaults()
        })
        .await
        .unwrap();
        all.optimize(|config, trial| async move {
            let n = trial.number().get();
            trial.report(2, config.lr).await?;
            trial.report(0, f64::NAN).await?;
            trial
                .report(7, if n == 3 { f64::INFINITY } else { 0.25 })
                .await?;
            trial
                .set_user_attr("café \"x\"", json!({"a": [1, 2.5, null, "é"]}))
                .await?;
            match n {
                3 => Err(Stop::Pruned),
                4 => Err(Stop::failed("no data: é")),
                5 => Ok(f64::NEG_INFINITY),
                6 => Ok(f64::INFINITY),
                _ => Ok(config.lr),
            }
        })
        .trials(12)
        .run()
        .await
        .unwrap();
        let running = all.ask().await.unwrap();
        all.enqueue_partial([("lr", 0.01)]).await.unwrap();
        db.study_builder::<Line>("名前 😀")
            .maximize("accuracy")
            .open()
            .await
            .unwrap();
        let two = db
            .study_builder::<Line>("two")
            .minimize("loss")
            .maximize("acc")
            .open()
            .await
            .unwrap();
        for values in [[1.0, 1.0], [0.5, 2.0], [f64::INFINITY, 3.0]] {
            two.ask().await.unwrap().tell(values).await.unwrap();
        }
        two.set_user_attr("note", vec!["x"]).await.unwrap();

        for version in Version::ALL {
            let report = python(version, "report.py", &[], backend.url()).await;
            for found in db.studies().await.unwrap() {
                let mut ours = study(&found).await;
                if version == Version::V4 {
                    // Optuna 4 takes stored times for local ones, which are UTC here, and knows no
                    // named constraints.
                    for trial in ours["trials"].as_array_mut().unwrap() {
                        trial.as_object_mut().unwrap().remove("constraints");
                    }
                }
                assert_agrees(&ours, named(&report, found.name()), found.name());
            }
            let frame = &named(&report, "all")["dataframe"];
            assert_eq!(frame["shape"][0], 14, "{frame}");
            assert_eq!(
                named(&report, "two")["metric_names"],
                json!(["loss", "acc"])
            );
        }
        running.tell(1.0).await.unwrap();
    }
}

#[tokio::test]
async fn we_read_what_optuna_writes() {
    for version in Version::ALL {
        for backend in Backend::shared().await {
            python(version, "write.py", &[], backend.url()).await;
            let report = python(version, "report.py", &[], backend.url()).await;
            let studies = backend.db.studies().await.unwrap();
            assert_eq!(studies.len(), report["studies"].as_array().unwrap().len());
            for found in studies {
                let mut ours = study(&found).await;
                if version == Version::V4 {
                    let study = ours.as_object_mut().unwrap();
                    // What counts as best with constraints differs between 4 and 5; ours is 5's.
                    if found.name().starts_with("constraints") {
                        for key in ["best_trial", "best_value", "best_trials"] {
                            study.remove(key);
                        }
                    }
                    for trial in study["trials"].as_array_mut().unwrap() {
                        trial.as_object_mut().unwrap().remove("constraints");
                    }
                }
                assert_agrees(&ours, named(&report, found.name()), found.name());
            }
        }
    }
}

/// Optuna's samplers keep a parameter in their common space only if its distribution is the same to
/// the bit in all trials, whoever wrote them.
#[tokio::test]
async fn our_distributions_are_the_ones_that_python_writes() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Train>("s").await.unwrap();
        study
            .optimize(|config, _| async move { Ok(config.lr) })
            .trials(3)
            .run()
            .await
            .unwrap();
        let trials = study.trials().await.unwrap();
        let mut space = serde_json::Map::new();
        for parameter in trials[0].params.iter().filter(|p| !p.name().contains('.')) {
            let distribution = crate::expected::distribution(parameter.distribution());
            space.insert(parameter.name().to_owned(), distribution);
        }
        space.insert(
            "augment.flip".to_owned(),
            crate::expected::distribution(
                trials[0].params.get("augment.flip").unwrap().distribution(),
            ),
        );
        let names: Vec<String> = space.keys().cloned().collect();
        let text = Json::Object(space).to_string();
        let args = ["--study", "s", "--trials", "3", "--space", text.as_str()];
        python(Version::V5, "optimize.py", &args, backend.url()).await;
        let report = python(Version::V5, "report.py", &["--study", "s"], backend.url()).await;
        let shared = &named(&report, "s")["intersection_search_space"];
        let shared: Vec<&str> = match shared {
            Json::Object(members) => members.keys().map(String::as_str).collect(),
            Json::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
            other => panic!("{other}"),
        };
        for name in &names {
            assert!(
                shared.contains(&name.as_str()),
                "{name} is not in {shared:?}"
            );
        }
    }
}

#[tokio::test]
async fn each_runs_what_the_other_enqueued() {
    for backend in Backend::shared().await {
        for version in Version::ALL {
            let study = backend
                .db
                .study::<Line>(&version.to_string())
                .await
                .unwrap();
            let name = study.name();
            let args = ["--study", name, "--params", r#"{"x": 0.125}"#];
            python(version, "enqueue.py", &args, backend.url()).await;
            let trial = study.ask().await.unwrap();
            assert_eq!((trial.number().get(), trial.config().x), (0, 0.125));
            trial.tell(1.0).await.unwrap();

            study.enqueue(Line { x: 0.375 }).await.unwrap();
            let space = r#"{"x": {"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}}"#;
            let args = ["--study", name, "--space", space];
            let ran = python(version, "ask_only.py", &args, backend.url()).await;
            assert_eq!(
                (&ran["number"], &ran["params"]["x"]),
                (&json!(1), &json!(0.375)),
                "{ran}"
            );
            let trials = study.trials().await.unwrap();
            assert!(
                trials
                    .iter()
                    .all(|trial| trial.state == TrialState::Complete)
            );
            assert_eq!(trials.len(), 2);
        }
    }
}

/// A retried trial waits with its parameters stored; they are used and not written again.
#[tokio::test]
async fn a_retried_trial_keeps_its_parameters() {
    for backend in Backend::shared().await {
        python(Version::V5, "write.py", &[], backend.url()).await;
        let study = backend.db.study::<Line>("retried").await.unwrap();
        let before = study.trials().await.unwrap();
        let waiting = before
            .iter()
            .find(|trial| trial.state == TrialState::Waiting)
            .unwrap();
        let x = waiting.params.get("x").unwrap().stored();
        let trial = study.ask().await.unwrap();
        assert_eq!((trial.number(), trial.config().x), (waiting.number, x));
        trial.tell(x).await.unwrap();
        let after = study.trials().await.unwrap();
        assert_eq!(
            after[usize::try_from(waiting.number.get()).unwrap()]
                .params
                .len(),
            1
        );
    }
}

/// Optuna 5 writes UTC as we do, whatever its own zone and the server's.
#[tokio::test]
async fn times_are_utc() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let space = r#"{"x": {"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}}"#;
        let args = ["--study", "s", "--space", space];
        python_in_zone(
            Version::V5,
            "ask_only.py",
            &args,
            backend.url(),
            "America/Lima",
        )
        .await;
        let trials = study.trials().await.unwrap();
        let starts: Vec<_> = trials
            .iter()
            .map(|trial| trial.datetime_start.unwrap())
            .collect();
        let distance = (starts[1] - starts[0]).num_seconds();
        assert!((0..300).contains(&distance), "{starts:?}");
        let now = chrono::Utc::now().naive_utc();
        assert!(
            (now - starts[0]).num_seconds().abs() < 300,
            "{starts:?} at {now}"
        );
        let report = python_in_zone(
            Version::V5,
            "report.py",
            &["--study", "s"],
            backend.url(),
            "Asia/Tokyo",
        )
        .await;
        let local = named(&report, "s")["trials"][0]["datetime_start"]
            .as_str()
            .unwrap()
            .replace('T', " ");
        let local = chrono::NaiveDateTime::parse_from_str(&local, "%Y-%m-%d %H:%M:%S%.f").unwrap();
        assert_eq!((local - starts[0]).num_hours(), 9);
    }
}

/// Python fails trials whose heartbeat is old; those of a handle that sends none are left alone.
#[tokio::test]
async fn python_with_heartbeats_leaves_our_running_trials_alone() {
    let space = r#"{"x": {"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}}"#;
    for backend in Backend::shared().await {
        let silent = backend.beating(Duration::ZERO, Duration::ZERO).await;
        for version in Version::ALL {
            let study = silent.study::<Line>(&version.to_string()).await.unwrap();
            let trial = study.ask().await.unwrap();
            tokio::time::sleep(Duration::from_millis(2500)).await;
            let args = [
                "--study",
                study.name(),
                "--trials",
                "2",
                "--space",
                space,
                "--heartbeat",
                "1",
                "--grace",
                "2",
            ];
            python(version, "optimize.py", &args, backend.url()).await;
            trial.tell(1.0).await.unwrap();
            let counts = study.trial_counts().await.unwrap();
            assert_eq!(counts.of(TrialState::Complete), 3, "{counts}");
        }
    }
}
