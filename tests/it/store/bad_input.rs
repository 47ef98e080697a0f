//! Rows and files that are not as they should be: a typed error that says what to do, nothing lost.

use docktuna::{ConnectReason, Error, Load, OptunaDatabase, TrialState};

use crate::backend::Backend;
use crate::space::{Line, Train};
use crate::support::{Version, python};

#[tokio::test]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("studies.db");
    let garbage = "not a database ".repeat(1000);
    std::fs::write(&file, &garbage).unwrap();
    let error = OptunaDatabase::sqlite(&file).await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    assert!(error.to_string().contains("nothing was changed"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), garbage);

    let error = OptunaDatabase::sqlite(folder.path()).await.unwrap_err();
    assert!(
        matches!(error, Error::Connect { .. }),
        "a folder: {error:?}"
    );
    let error = OptunaDatabase::sqlite(folder.path().join("none/studies.db"))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Connect {
                reason: ConnectReason::MissingFolder,
                ..
            }
        ),
        "no such folder: {error:?}"
    );
}

#[tokio::test]
async fn a_truncated_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("studies.db");
    let source = format!(
        "{}/fixtures/optuna-5.0.0.sqlite",
        env!("CARGO_MANIFEST_DIR")
    );
    let bytes = std::fs::read(source).unwrap();
    std::fs::write(&file, &bytes[..40_000]).unwrap();
    let trials = async {
        let db = OptunaDatabase::sqlite(&file).await?;
        db.dynamic_study("single-min").await?.trials().await
    };
    let error = trials.await.unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
}

#[tokio::test]
async fn a_broken_row_is_named() {
    for (sql, part) in [
        (
            "UPDATE trial_params SET distribution_json = '{\"name\": \"NormalDistribution\", \"attributes\": {}}'",
            "`NormalDistribution` is unknown",
        ),
        (
            "UPDATE trial_params SET distribution_json = 'nonsense'",
            "parameter \"x\"",
        ),
        (
            "UPDATE trial_params SET distribution_json = NULL",
            "has no distribution",
        ),
        (
            "UPDATE trial_values SET value = NULL",
            "the number of objective 0",
        ),
        (
            "UPDATE trial_values SET objective = 1",
            "the number of objective 1",
        ),
        ("UPDATE trials SET number = NULL", "has no number"),
        (
            "UPDATE trial_user_attributes SET value_json = NULL",
            "attribute \"k\" has no value",
        ),
    ] {
        for backend in Backend::shared().await {
            let study = backend.db.study::<Line>("sentiment").await.unwrap();
            let trial = study.ask().await.unwrap();
            trial.set_user_attr("k", 1).await.unwrap();
            trial.tell(1.0).await.unwrap();
            backend.execute(sql).await;
            let error = study.trials().await.unwrap_err();
            assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
            let text = error.to_string();
            assert!(
                text.starts_with("study \"sentiment\" cannot be read: ") && text.contains(part),
                "{text}"
            );
        }
    }
}

#[tokio::test]
async fn json_that_only_python_reads() {
    for backend in Backend::shared().await {
        python(Version::V5, "write.py", &[], backend.url()).await;
        let study = backend.db.dynamic_study("everything").await.unwrap();
        let attributes = study.user_attrs().await.unwrap();
        assert_eq!(attributes["nan"].as_json(), "NaN");
        let error = attributes["nan"].parse::<f64>().unwrap_err();
        assert!(error.to_string().contains("as_json()"), "{error}");
        assert_eq!(attributes["big"].as_json(), "1180591620717411303424");
        assert!(attributes["big"].parse::<u64>().is_err());
        assert_eq!(
            attributes["text"].parse::<String>().unwrap(),
            "café \u{1f600}"
        );
        assert_eq!(attributes["replaced"].parse::<i32>().unwrap(), 2);
    }
}

/// R10: a trial that somebody enqueued and that cannot be run is marked FAIL; the study goes on.
#[tokio::test]
async fn an_enqueued_trial_that_cannot_be_run_fails_and_the_next_one_is_taken() {
    for backend in Backend::shared().await {
        for version in Version::ALL {
            let study = backend
                .db
                .study::<Train>(&version.to_string())
                .await
                .unwrap();
            let enqueue = async |params: &str| {
                let args = ["--study", study.name(), "--params", params];
                python(version, "enqueue.py", &args, backend.url()).await;
            };
            enqueue(r#"{"lr": 5.0}"#).await;
            enqueue(r#"{"unknown": 1}"#).await;
            enqueue(r#"{"schedule": "nowhere"}"#).await;
            enqueue(r#"{"layers": 2.5}"#).await;
            enqueue(r#"{"lr": 0.001, "layers": 3, "schedule": "linear", "optimizer": "sgd", "mixup": "none"}"#).await;
            let trial = study.ask().await.unwrap();
            assert_eq!(trial.number().get(), 4);
            let config = trial.config();
            assert_eq!(
                (config.lr, config.layers, config.schedule.as_str()),
                (0.001, 3, "linear")
            );
            assert_eq!(config.mixup, None);
            trial.tell(1.0).await.unwrap();
            let trials = study.trials().await.unwrap();
            for (trial, part) in trials.iter().zip([
                "1e-5..=0.1",
                "`unknown`",
                r#"["cosine", "linear", "café"]"#,
                "2.5",
            ]) {
                assert_eq!(trial.state, TrialState::Fail);
                let reason = &trial.user_attrs["docktuna:error"]
                    .parse::<String>()
                    .unwrap();
                assert!(reason.contains(part), "{reason}");
            }
        }
    }
}

#[tokio::test]
async fn a_study_of_another_shape_is_not_loaded() {
    for backend in Backend::shared().await {
        python(Version::V5, "write.py", &[], backend.url()).await;
        let error = Train::load_best(&backend.db, "everything")
            .await
            .unwrap_err();
        assert!(matches!(error, Error::SpaceMismatch(_)), "{error}");
        let error = Train::load_best(&backend.db, "multi").await.unwrap_err();
        assert!(matches!(error, Error::SeveralObjectives { .. }), "{error}");
        let error = Line::load_best(&backend.db, "only pruned")
            .await
            .unwrap_err();
        assert!(matches!(error, Error::NoTrial { .. }), "{error}");
        let best = backend.db.best_params("everything").await.unwrap();
        assert!(best.contains_key("choice non-finite"));
    }
}
