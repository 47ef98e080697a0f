//! Databases that Optuna wrote, against what Optuna said of them.

use docktuna::{Error, OptunaDatabase, SchemaReason};
use serde_json::Value as Json;

use crate::expected::{assert_agrees, study};
use crate::support::TestDb;

fn path(name: &str) -> String {
    format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn report(name: &str) -> Json {
    serde_json::from_str(&std::fs::read_to_string(path(name)).unwrap()).unwrap()
}

/// A copy, so that the original stays as it is.
async fn sqlite(name: &str) -> (tempfile::TempDir, OptunaDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(name);
    std::fs::copy(path(name), &copy).unwrap();
    (folder, OptunaDatabase::sqlite(copy).await.unwrap())
}

/// What a report in another zone, of another time or of legacy names says otherwise.
fn adjusted(mut report: Json, shift: chrono::TimeDelta) -> Json {
    for study in report["studies"].as_array_mut().unwrap() {
        for trial in study["trials"].as_array_mut().unwrap() {
            for key in ["datetime_start", "datetime_complete"] {
                let Some(text) = trial[key].as_str() else {
                    continue;
                };
                let moment =
                    chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").unwrap();
                let moved = (moment - shift).format("%Y-%m-%d %H:%M:%S%.6f").to_string();
                trial[key] = moved.into();
            }
            for distribution in trial["distributions"].as_object_mut().unwrap().values_mut() {
                *distribution = modern(distribution);
            }
            // Reports of releases before 5 have none.
            if trial.get("constraints").is_none_or(Json::is_null) {
                trial.as_object_mut().unwrap().remove("constraints");
            }
        }
    }
    report
}

/// The distribution of today that stands for one of a release before 3.0.
fn modern(distribution: &Json) -> Json {
    let old = &distribution["attributes"];
    let float = |log: bool, step: &Json| {
        serde_json::json!({"name": "FloatDistribution", "attributes": {
            "step": step, "low": old["low"], "high": old["high"], "log": log}})
    };
    let int = |log: bool| {
        serde_json::json!({"name": "IntDistribution", "attributes": {
            "log": log, "step": old["step"], "low": old["low"], "high": old["high"]}})
    };
    match distribution["name"].as_str().unwrap() {
        "UniformDistribution" => float(false, &Json::Null),
        "LogUniformDistribution" => float(true, &Json::Null),
        "DiscreteUniformDistribution" => float(false, &old["q"]),
        "IntUniformDistribution" => int(false),
        "IntLogUniformDistribution" => int(true),
        _ => distribution.clone(),
    }
}

async fn assert_equals(db: &OptunaDatabase, report: &Json, best_may_differ: bool) {
    let studies = db.studies().await.unwrap();
    let reported = report["studies"].as_array().unwrap();
    assert_eq!(studies.len(), reported.len());
    assert_eq!(db.study_count().await.unwrap(), reported.len());
    for (found, reported) in studies.iter().zip(reported) {
        let mut ours = study(found).await;
        if best_may_differ {
            for key in ["best_trial", "best_value", "best_trials"] {
                ours.as_object_mut().unwrap().remove(key);
            }
        }
        for (trial, reported) in ours["trials"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .zip(reported["trials"].as_array().unwrap())
        {
            if reported.get("constraints").is_none() {
                trial.as_object_mut().unwrap().remove("constraints");
            }
        }
        assert_agrees(&ours, reported, found.name());

        let summary = db.study_summary(found.name()).await.unwrap();
        assert_eq!(Json::from(summary.trials.total()), reported["n_trials"]);
        let start = summary
            .datetime_start
            .map(|m| m.format("%Y-%m-%d %H:%M:%S%.6f").to_string());
        let starts: Vec<&str> = reported["trials"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|trial| trial["datetime_start"].as_str())
            .collect();
        assert_eq!(
            start.as_deref(),
            starts.into_iter().min(),
            "{}",
            found.name()
        );
    }
}

#[tokio::test]
async fn optuna_5_on_sqlite() {
    let (_folder, db) = sqlite("optuna-5.0.0.sqlite").await;
    assert_equals(
        &db,
        &adjusted(report("optuna-5.0.0.json"), chrono::TimeDelta::zero()),
        false,
    )
    .await;
}

#[tokio::test]
async fn optuna_5_on_postgresql() {
    let postgres = TestDb::create().await;
    postgres
        .execute(std::fs::read_to_string(path("optuna-5.0.0.pg.sql")).unwrap())
        .await;
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    assert_equals(
        &db,
        &adjusted(report("optuna-5.0.0.pg.json"), chrono::TimeDelta::zero()),
        false,
    )
    .await;
}

#[tokio::test]
async fn optuna_3() {
    let (_folder, db) = sqlite("optuna-3.6.2.sqlite").await;
    assert_equals(
        &db,
        &adjusted(report("optuna-3.6.2.json"), chrono::TimeDelta::zero()),
        false,
    )
    .await;
}

#[tokio::test]
async fn optuna_2_after_its_upgrade() {
    let (_folder, db) = sqlite("optuna-2.10.1-upgraded.sqlite").await;
    let report = adjusted(
        report("optuna-2.10.1-upgraded.json"),
        chrono::TimeDelta::zero(),
    );
    assert_equals(&db, &report, false).await;
}

#[tokio::test]
async fn optuna_2_before_its_upgrade_is_refused() {
    let (folder, db) = sqlite("optuna-2.10.1.sqlite").await;
    let file = folder.path().join("optuna-2.10.1.sqlite");
    let before = std::fs::read(&file).unwrap();
    let error = db.study::<crate::space::Line>("new").await.unwrap_err();
    assert!(
        matches!(&error, Error::Schema { reason: SchemaReason::Older(found), .. } if found == "v2.6.0.a"),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("optuna storage upgrade"),
        "{error}"
    );
    // Loading refuses it with the same advice.
    let error = db.best_params("single-min").await.unwrap_err();
    assert!(
        error.to_string().contains("optuna storage upgrade"),
        "{error}"
    );
    assert_eq!(
        std::fs::read(&file).unwrap(),
        before,
        "nothing may be created"
    );
}

/// Optuna 5 stores UTC, Optuna 4 the local time of its process; what is stored is what we give.
#[tokio::test]
async fn time_zones() {
    let tokyo = chrono::TimeDelta::hours(9);
    let (_folder, db) = sqlite("optuna-5.0.0-tokyo.sqlite").await;
    assert_equals(
        &db,
        &adjusted(report("optuna-5.0.0-tokyo.json"), tokyo),
        false,
    )
    .await;
    let (_folder, db) = sqlite("optuna-4.9.0-tokyo.sqlite").await;
    let report = adjusted(report("optuna-4.9.0-tokyo.json"), chrono::TimeDelta::zero());
    assert_equals(&db, &report, true).await;
}
