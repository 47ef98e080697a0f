//! Texts: as they are stored for Python, and as a person sees them.

use docktuna::{Error, Load, OptunaDatabase, Stop, TrialState, Tunable};
use serde_json::{Value as Json, json};

use crate::backend::Backend;
use crate::space::{Line, Train};
use crate::support::{TestDb, Version, python};

const HOSTILE: &str = "a\u{1b}[2Jb\nc\u{202e}d";

/// What a terminal must never get.
fn is_harmless(shown: &str) -> bool {
    !shown.contains(|c: char| c.is_control() || c == '\u{202e}')
}

#[tokio::test]
async fn f16_texts_of_others_are_shown_without_control_characters() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let run = study.optimize(|_, _| async { Err::<f64, _>(Stop::failed(HOSTILE)) });
        let error = run.trials(3).max_failures(1).run().await.unwrap_err();
        assert!(is_harmless(&error.to_string()), "{error}");
        assert!(error.to_string().contains(r"b\nc\u{202e}d"), "{error}");
        // What is stored stays as it is.
        let trials = study.trials().await.unwrap();
        let reason: String = trials[0].user_attrs["docktuna:error"].parse().unwrap();
        assert_eq!(reason, HOSTILE);

        let sql = format!("UPDATE trial_params SET param_name = '{HOSTILE}'");
        backend.execute(sql).await;
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        backend
            .execute(format!("UPDATE trial_params SET param_name = '{HOSTILE}'"))
            .await;
        let error = Line::load_best(&backend.db, "s").await.unwrap_err();
        assert!(matches!(error, Error::SpaceMismatch(_)), "{error:?}");
        assert!(is_harmless(&error.to_string()), "{error}");
        assert!(
            error
                .to_string()
                .contains(r"c\u{202e}d: stored, not declared"),
            "{error}"
        );

        let kind = r#"{"name": "x\u001b[2J\u202e", "attributes": {}}"#;
        backend
            .execute(format!(
                "UPDATE trial_params SET distribution_json = '{kind}'"
            ))
            .await;
        let error = study.trials().await.unwrap_err().to_string();
        assert!(is_harmless(&error), "{error}");
        assert!(
            error.contains(r"its kind `x\u{1b}[2J\u{202e}` is unknown"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn f36_a_text_is_told_from_the_number_it_looks_like() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let args = ["--study", "s", "--params", r#"{"x": "0.5"}"#];
        python(Version::V5, "enqueue.py", &args, backend.url()).await;
        assert_eq!(study.ask().await.unwrap().number().get(), 1);
        let trials = study.trials().await.unwrap();
        assert_eq!(trials[0].state, TrialState::Fail);
        let reason: String = trials[0].user_attrs["docktuna:error"].parse().unwrap();
        assert!(
            reason.contains("`x`: \"0.5\" is not in 0.0..=1.0"),
            "{reason}"
        );
        let error = study.enqueue_partial([("x", "0.5")]).await.unwrap_err();
        assert!(
            error.to_string().contains("`x`: \"0.5\" is not in"),
            "{error}"
        );
    }
}

#[derive(Tunable)]
#[allow(dead_code, reason = "only what is stored is looked at")]
struct Numbers {
    #[tune(choices = [16, 32])]
    batch: u32,
}

#[derive(Tunable)]
#[allow(dead_code, reason = "only what is stored is looked at")]
struct Texts {
    #[tune(choices = ["16", "32"])]
    batch: String,
}

#[derive(Tunable)]
#[allow(dead_code, reason = "only its table is looked at")]
struct Blank {
    #[tune(choices = ["", " ", "a\tb"], default = " ")]
    mark: String,
}

#[tokio::test]
async fn f41_texts_stand_in_quotes_wherever_values_are_shown() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Texts>("s").await.unwrap();
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let expected = r#"batch: stored choices ["16", "32"], declared choices [16, 32]"#;
        let error = backend
            .db
            .study::<Numbers>("s")
            .await
            .map(drop)
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        let error = Numbers::load_best(&backend.db, "s")
            .await
            .map(drop)
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        let diff = Texts::space().outline().diff(&Numbers::space().outline());
        assert!(diff.to_string().contains(expected), "{diff}");
    }
    let table = Blank::space().to_string();
    assert!(table.contains(r#"["", " ", "a\tb"]"#), "{table}");
    assert!(
        table.lines().nth(1).unwrap().contains(r#"  " ""#),
        "{table}"
    );
}

/// What the reports say of one trial's user attributes.
fn user_attrs(report: &Json, trial: usize) -> &Json {
    &report["studies"][0]["trials"][trial]["user_attrs"]
}

#[tokio::test]
async fn f39_numbers_that_are_not_finite_are_attributes_as_python_writes_them() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let trial = study.ask().await.unwrap();
        trial.set_user_attr("loss", f64::NAN).await.unwrap();
        trial
            .set_user_attr("nested", json!({"a": [1, 2.5, null, "é"]}))
            .await
            .unwrap();
        let curve = [(1_u8, f64::INFINITY), (2, f64::NEG_INFINITY), (3, f64::NAN)];
        trial
            .set_user_attr("curve", std::collections::BTreeMap::from(curve))
            .await
            .unwrap();
        trial.set_user_attr("big", u64::MAX).await.unwrap();
        trial.tell(1.0).await.unwrap();
        study
            .set_user_attr("worst", [f64::INFINITY, 1.0])
            .await
            .unwrap();
        for version in Version::ALL {
            let report = python(version, "report.py", &["--study", "s"], backend.url()).await;
            let expected = json!({
                "loss": {"$float": "nan"},
                "nested": {"a": [1, 2.5, null, "é"]},
                "curve": {"1": {"$float": "inf"}, "2": {"$float": "-inf"}, "3": {"$float": "nan"}},
                "big": {"$int": "18446744073709551615"},
            });
            assert_eq!(*user_attrs(&report, 0), expected);
            let worst = &report["studies"][0]["user_attrs"]["worst"];
            assert_eq!(*worst, json!([{"$float": "inf"}, 1.0]));
        }
        let stored = study.trials().await.unwrap();
        assert_eq!(stored[0].user_attrs["loss"].as_json(), "NaN");
    }
}

#[tokio::test]
async fn f40_a_database_in_another_encoding_takes_every_text() {
    let text = "é 名前 😀 \u{202e}\n";
    for encoding in ["LATIN1", "EUC_JP", "SQL_ASCII"] {
        let postgres = TestDb::create_in(encoding).await;
        let db = OptunaDatabase::connect(&postgres.url("postgresql"))
            .await
            .unwrap();
        let study = db.study::<Train>("s").await.unwrap();
        study.set_user_attr("note", text).await.unwrap();
        let run = study.optimize(move |_, trial| async move {
            trial.set_user_attr("note", json!({"é": [text]})).await?;
            match trial.number().get() {
                0 => Err(Stop::failed(text)),
                _ => Ok(1.0),
            }
        });
        assert_eq!(run.trials(2).run().await.unwrap().complete, 1);
        let trials = study.trials().await.unwrap();
        let reason: String = trials[0].user_attrs["docktuna:error"].parse().unwrap();
        assert_eq!(reason, text);
        let url = postgres.url_for_python();
        for version in Version::ALL {
            let report = python(version, "report.py", &["--study", "s"], &url).await;
            assert_eq!(
                report["studies"][0]["user_attrs"]["note"], text,
                "{encoding}"
            );
            let note = json!({"é": [text]});
            assert_eq!(user_attrs(&report, 1)["note"], note, "{encoding}");
            assert_eq!(user_attrs(&report, 0)["docktuna:error"], text, "{encoding}");
        }
    }
}
