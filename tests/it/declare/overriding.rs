//! Runs that search something else than what is declared, and what is stored then.

use docktuna::{Error, Key, Overrides, Tunable};

use crate::backend::Backend;
use crate::space::Train;
use crate::support::{Version, python};

const LAYERS: Key<Train, u8> = Key::new("layers");
const OPTIMIZER: Key<Train, &str> = Key::new("optimizer");
const MOMENTUM: Key<Train, f64> = Key::new("optimizer.sgd.momentum");

/// The branch of the tests, with one range narrowed and one widened.
fn sgd() -> Overrides<Train> {
    Overrides::new()
        .widen(LAYERS, 5..=200)
        .fix(OPTIMIZER, "sgd")
        .narrow(MOMENTUM, 0.5..=0.75)
}

#[tokio::test]
async fn python_sees_values_inside_of_what_is_stored() {
    for backend in Backend::shared().await {
        let declared = backend.db.study::<Train>("s").await.unwrap();
        declared.ask().await.unwrap().tell(1.0).await.unwrap();
        let builder = backend.db.study_builder::<Train>("s");
        let study = builder.overrides(sgd()).seed(1).open().await.unwrap();
        for trial in study.ask_many(50).await.unwrap() {
            assert!((5..=200).contains(&trial.config().layers));
            let params = trial.params();
            let stored = |name| params.get(name).unwrap().distribution().to_string();
            assert_eq!(stored("layers"), "5..=200");
            assert_eq!(stored("optimizer.sgd.momentum"), "0.0..=0.99");
            let momentum = params.get("optimizer.sgd.momentum").unwrap().stored();
            assert!((0.5..=0.75).contains(&momentum));
            trial.tell(0.5).await.unwrap();
        }
        for version in Version::ALL {
            // Optuna checks every value against its distribution when it copies a trial.
            let copied = python(version, "values.py", &["--study", "s"], backend.url()).await;
            assert_eq!(copied.as_array().unwrap().len(), 51);
        }
        // The declared ranges still continue the study.
        backend.db.study::<Train>("s").await.unwrap();
    }
}

/// Variants and choices may change places: the study keeps to its order, and labels keep their
/// meaning.
#[tokio::test]
async fn a_study_is_continued_after_variants_changed_places() {
    #[derive(Tunable, Debug, PartialEq)]
    enum Old {
        A,
        B,
        C,
    }
    #[derive(Tunable, Debug, PartialEq)]
    struct Before {
        kind: Old,
        #[tune(choices = ["x", "y", "z"])]
        text: String,
    }
    #[derive(Tunable, Debug, PartialEq)]
    enum New {
        C,
        A,
        B,
    }
    #[derive(Tunable, Debug, PartialEq)]
    struct After {
        #[tune(choices = ["z", "x", "y"])]
        text: String,
        kind: New,
    }
    for backend in Backend::shared().await {
        let before = backend.db.study::<Before>("s").await.unwrap();
        before.ask().await.unwrap().tell(9.0).await.unwrap();
        let builder = backend.db.study_builder::<After>("s");
        let after = builder.set("text=z|y").open().await.unwrap();
        let text = "x".to_owned();
        let kind = New::C;
        let number = after.enqueue(After { text, kind }).await.unwrap();
        for trial in after.ask_many(30).await.unwrap() {
            let params = trial.params();
            let value = |name| params.get(name).unwrap().value();
            let label = |name| value(name).as_str().unwrap().to_owned();
            assert_eq!(label("kind"), format!("{:?}", trial.config().kind));
            assert_eq!(label("text"), trial.config().text);
            assert!(trial.number() == number || trial.config().text != "x");
            let stored = params.get("kind").unwrap().distribution().to_string();
            assert_eq!(stored, r#"["A", "B", "C"]"#);
            let value = f64::from(trial.number() != number);
            trial.tell(value).await.unwrap();
        }
        assert_eq!(after.best().await.unwrap().config.kind, New::C);
        assert_eq!(before.best().await.unwrap().config.kind, Old::C);
        let seen = python(Version::V5, "values.py", &["--study", "s"], backend.url()).await;
        assert_eq!(seen[1], serde_json::json!({"kind": "C", "text": "x"}));
    }
}

#[tokio::test]
async fn a_best_trial_beyond_the_declared_range_is_not_loaded() {
    for backend in Backend::all().await {
        let wide = Overrides::new().widen(LAYERS, 9..=200);
        let builder = backend.db.study_builder::<Train>("s");
        let study = builder.overrides(wide).open().await.unwrap();
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let error = study.best().await.unwrap_err();
        let Error::OutOfRange { param, allowed, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!((param.as_str(), allowed.as_str()), ("layers", "1..=8"));
    }
}

#[tokio::test]
async fn a_wrong_override_is_refused_before_anything_is_made() {
    for backend in Backend::all().await {
        let builder = backend.db.study_builder::<Train>("t");
        let error = builder.set("layer=3").open().await.unwrap_err();
        assert!(
            error.to_string().contains("did you mean \"layers\"?"),
            "{error}"
        );
        let builder = backend.db.study_builder::<Train>("t");
        let wide = Overrides::new().narrow(LAYERS, 1..=9);
        let error = builder.overrides(wide).open().await.unwrap_err();
        assert!(error.to_string().contains("say `widen 1..=9`"), "{error}");
        assert!(
            !backend
                .db
                .contains_study("t")
                .await
                .is_ok_and(|found| found)
        );
    }
}
