//! Opening studies: direction, shape, name, and what is recorded with them.

use docktuna::{Direction, EntryKind, Error, SpaceOutline, Tunable};

use crate::backend::Backend;
use crate::space::{Line, Train};

#[tokio::test]
async fn the_direction_comes_from_the_type_or_the_caller() {
    #[derive(Tunable, Debug)]
    #[tune(study = "declared", maximize = "accuracy")]
    struct Declared {
        #[tune(range = 0.0..=1.0)]
        x: f64,
    }
    for backend in Backend::all().await {
        let study = backend.db.study::<Declared>("s").await.unwrap();
        assert_eq!(study.directions(), [Direction::Maximize]);
        let trial = study.ask().await.unwrap();
        let x = trial.config().x;
        trial.tell(x).await.unwrap();
        let error = backend
            .db
            .study_builder::<Declared>("s")
            .minimize("loss")
            .open()
            .await
            .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("created to maximize, not to minimize"),
            "{text}"
        );
        assert_eq!(study.trial_counts().await.unwrap().total(), 1);
    }
}

mod before {
    use docktuna::Tunable;

    #[derive(Tunable)]
    pub(super) struct Model {
        #[tune(range = 1..=8)]
        pub(super) layers: u8,
        #[tune(choices = ["cosine", "step"])]
        pub(super) schedule: String,
        #[tune(range = 0.1..=1.0)]
        pub(super) lr: f64,
    }
}

#[tokio::test]
async fn another_shape_is_refused_with_a_diff_and_moved_ranges_are_not() {
    #[derive(Tunable, Debug)]
    struct Moved {
        #[tune(range = 1..=16)]
        layers: u8,
        #[tune(range = 0.5..=2.0)]
        lr: f64,
        #[tune(range = 0.0..=1.0)]
        new: f64,
    }
    #[derive(Tunable, Debug)]
    #[allow(dead_code, reason = "never built")]
    struct Changed {
        #[tune(range = 1.0..=8.0)]
        layers: f64,
        #[tune(choices = ["cosine", "linear"])]
        schedule: String,
        #[tune(range = 0.1..=1.0, log)]
        lr: f64,
    }
    for backend in Backend::all().await {
        let study = backend.db.study::<before::Model>("s").await.unwrap();
        let trial = study.ask().await.unwrap();
        let config = trial.config();
        assert!(config.layers >= 1 && !config.schedule.is_empty() && config.lr >= 0.1);
        trial.tell(1.0).await.unwrap();

        let moved = backend.db.study::<Moved>("s").await.unwrap();
        let trial = moved.ask().await.unwrap();
        let config = trial.config();
        assert!(config.layers > 0 && config.lr >= 0.5 && config.new >= 0.0);
        trial.tell(1.0).await.unwrap();

        let error = backend.db.study::<Changed>("s").await.unwrap_err();
        let text = error.to_string();
        for part in [
            "study \"s\" does not match `Changed`: ",
            "layers: stored int 1..=",
            "declared float 1.0..=8.0",
            "schedule: stored choices [\"cosine\", \"step\"], declared choices [\"cosine\", \"linear\"]",
            "lr: stored float",
            "declared float 0.1..=1.0 log",
            "help: ",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(study.trial_counts().await.unwrap().total(), 2);
    }
}

#[tokio::test]
async fn the_space_is_recorded_with_the_study() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Train>("s").await.unwrap();
        let attributes = study.user_attrs().await.unwrap();
        let fingerprint: String = attributes["docktuna:fingerprint"].parse().unwrap();
        assert_eq!(fingerprint.len(), 16);
        assert_eq!(fingerprint, Train::space().fingerprint());
        // Not where the dashboard shows it.
        assert!(!attributes.contains_key("docktuna:space"));
        let system = study.system_attrs().await.unwrap();
        let space = SpaceOutline::from_json(system["docktuna:space"].as_json()).unwrap();
        assert_eq!(space, Train::space().outline());
        assert_eq!(space.get("lr").unwrap().doc(), "Peak learning rate.");
        let momentum = space.get("optimizer.sgd.momentum").unwrap();
        assert_eq!(momentum.when()[0].to_string(), "optimizer=\"sgd\"");
        assert_eq!(
            space.get("seed").unwrap().kind(),
            &EntryKind::Fixed("42".to_owned())
        );
        assert_eq!(attributes["docktuna:sampler"].as_json(), "\"auto\"");
        assert!(space.get("cache").is_none());
    }
}

#[tokio::test]
async fn a_run_may_narrow_the_search() {
    for backend in Backend::all().await {
        let study = backend
            .db
            .study_builder::<Train>("s")
            .set("lr=1e-4..=1e-3")
            .set("optimizer=sgd|plain")
            .set("layers=3")
            .open()
            .await
            .unwrap();
        for trial in study.ask_many(20).await.unwrap() {
            let config = trial.config();
            assert!((1e-4..=1e-3).contains(&config.lr) && config.layers == 3);
            let label = trial.params().get("optimizer").unwrap().value();
            assert!(["sgd", "plain"].contains(&label.as_str().unwrap()));
            // Other readers see the declared space, so that nothing falls apart for them.
            let lr = trial.params().get("lr").unwrap().distribution().to_string();
            assert_eq!(lr, "1e-5..=0.1 log");
            trial.tell(config_value(&label)).await.unwrap();
        }
        assert!(study.best().await.is_ok());
        let error = backend
            .db
            .study_builder::<Train>("t")
            .set("lr=1e-9..=1.0")
            .open()
            .await
            .unwrap_err();
        assert!(error.to_string().contains("goes beyond"), "{error}");
        let error = backend
            .db
            .study_builder::<Train>("t")
            .set("lrr=1")
            .open()
            .await
            .unwrap_err();
        assert!(error.to_string().contains("did you mean \"lr\""), "{error}");
        assert!(
            !backend.db.contains_study("t").await.unwrap(),
            "nothing was created"
        );
    }
}

fn config_value(label: &docktuna::Value) -> f64 {
    if label.as_str() == Some("sgd") {
        1.0
    } else {
        2.0
    }
}

#[tokio::test]
async fn names_of_any_kind() {
    for backend in Backend::all().await {
        let long = "é".repeat(512);
        for name in [
            "",
            "名前 😀",
            "it's \"100 %\"; DROP TABLE studies",
            long.as_str(),
        ] {
            backend.db.study::<Line>(name).await.unwrap();
            assert!(backend.db.contains_study(name).await.unwrap());
        }
        let error = backend
            .db
            .study::<Line>(&"x".repeat(513))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::StudyName { .. }), "{error}");
        assert_eq!(backend.db.study_count().await.unwrap(), 4);
    }
}
