//! Best parameters back in the struct.

use docktuna::{Error, Fallback, Load, Mismatch, OptunaDatabase, Tunable};

use crate::backend::Backend;
use crate::space::{Line, Train};
use crate::support::{ClosedPort, TestDb};

#[tokio::test]
async fn the_best_configuration_comes_back_as_it_was() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Train>("s").await.unwrap();
        let mut best: Option<(f64, Train)> = None;
        for trial in study.ask_many(30).await.unwrap() {
            let config = trial.config().clone();
            let value = config.lr;
            if best.as_ref().is_none_or(|(least, _)| value < *least) {
                best = Some((value, config));
            }
            trial.tell(value).await.unwrap();
        }
        let loaded = Train::load_best(&backend.db, "s").await.unwrap();
        assert_eq!(Some(loaded), best.map(|(_, config)| config));
    }
}

#[tokio::test]
async fn infeasible_trials_never_win() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        // (value, constraints in either encoding): only the fourth and fifth are feasible.
        let rows: [(f64, &[(&str, &str)]); 6] = [
            (0.0, &[("constraints", "[0.5, -1.0]")]),
            (1.0, &[("constraints:memory", "1e-05")]),
            (2.0, &[("constraints", "[-1.0, Infinity]")]),
            (
                3.0,
                &[
                    ("constraints", "[0.0, -Infinity, -0.5]"),
                    ("constraints:x", "-1"),
                ],
            ),
            (4.0, &[]),
            // The named one overrides the item of the list.
            (2.5, &[("constraints", "[5.0]"), ("constraints:0", "-1.0")]),
        ];
        for (value, constraints) in rows {
            let trial = study.ask().await.unwrap();
            for (key, json) in constraints {
                let number = trial.number().get();
                let sql = format!(
                    "INSERT INTO trial_system_attributes (trial_id, key, value_json)
                     SELECT trial_id, '{key}', '{json}' FROM trials WHERE number = {number}"
                );
                backend.execute(sql).await;
            }
            trial.tell(value).await.unwrap();
        }
        let best = study.best().await.unwrap();
        assert_eq!(
            (best.number.get(), best.value),
            (5, 2.5),
            "{:?}",
            backend.kind
        );
        let feasible: Vec<bool> = study
            .trials()
            .await
            .unwrap()
            .iter()
            .map(docktuna::FrozenTrial::is_feasible)
            .collect();
        assert_eq!(feasible, [false, false, false, true, true, true]);
    }
}

#[tokio::test]
async fn what_is_missing_is_said_or_replaced_by_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("none.db");
    let none = OptunaDatabase::sqlite(&file).await.unwrap();
    let error = Line::load_best(&none, "s").await.unwrap_err();
    assert!(matches!(error, Error::NoTables { .. }), "{error}");
    assert!(!file.exists(), "loading creates nothing");

    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("sentiment").await.unwrap();
        let error = Line::load_best(&backend.db, "sentimant").await.unwrap_err();
        assert!(
            error.to_string().contains("did you mean \"sentiment\""),
            "{error}"
        );
        study.ask().await.unwrap().fail("no data").await.unwrap();
        let running = study.ask().await.unwrap();
        let error = Line::load_best(&backend.db, "sentiment").await.unwrap_err();
        assert!(error.to_string().contains("(1 RUNNING, 1 FAIL)"), "{error}");

        let loader = Line::loader("sentiment").on_missing(Fallback::Defaults);
        assert_eq!(loader.load(&backend.db).await.unwrap(), Line::defaults());
        let error = Train::loader("none").on_missing(Fallback::Defaults);
        assert_eq!(error.load(&backend.db).await.unwrap(), Train::defaults());
        running.tell(1.0).await.unwrap();
        assert!(loader.load(&backend.db).await.is_ok());
    }

    #[derive(Tunable, Debug)]
    struct NoDefault {
        #[tune(range = 0.0..=1.0)]
        rate: f64,
    }
    let loader = NoDefault::loader("s").on_missing(Fallback::Defaults);
    let error = loader
        .load(&none)
        .await
        .map(|config| config.rate)
        .unwrap_err();
    assert!(error.to_string().contains("no default for rate"), "{error}");
}

mod stored {
    use docktuna::Tunable;

    #[derive(Tunable, Debug)]
    pub(super) struct Model {
        #[tune(range = 1..=12)]
        pub(super) layers: u16,
        #[tune(choices = ["cosine", "step"])]
        pub(super) schedule: String,
        #[tune(range = 0.0..=1.0)]
        pub(super) old_lr: f64,
    }
}

#[tokio::test]
async fn a_mismatch_is_a_diff_and_policies_overlook_some() {
    #[derive(Tunable, Debug)]
    #[allow(dead_code, reason = "never built")]
    struct Renamed {
        #[tune(range = 1..=12)]
        layers: u16,
        #[tune(choices = ["cosine", "linear"])]
        schedule: String,
        #[tune(range = 0.0..=1.0)]
        warmup: f64,
    }
    #[derive(Tunable, Debug)]
    struct Moved {
        #[tune(range = 1..=100)]
        layers: u16,
        #[tune(choices = ["cosine", "step"])]
        schedule: String,
        #[tune(range = -1.0..=1.0)]
        old_lr: f64,
    }
    #[derive(Tunable, Debug)]
    struct Narrow {
        #[tune(range = 1..=8)]
        layers: u8,
        #[tune(choices = ["cosine", "step"])]
        schedule: String,
        #[tune(range = 0.0..=1.0)]
        old_lr: f64,
    }
    #[derive(Tunable, Debug)]
    struct Fewer {
        #[tune(range = 1..=12)]
        layers: u8,
        #[tune(choices = ["linear", "step", "cosine"])]
        schedule: String,
    }
    for backend in Backend::all().await {
        let study = backend
            .db
            .study::<stored::Model>("sentiment")
            .await
            .unwrap();
        study
            .enqueue(stored::Model {
                layers: 12,
                schedule: "step".to_owned(),
                old_lr: 0.25,
            })
            .await
            .unwrap();
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let db = &backend.db;

        let text = Renamed::load_best(db, "sentiment")
            .await
            .unwrap_err()
            .to_string();
        assert_eq!(
            text,
            "study \"sentiment\" (trial 0) does not match `Renamed`: schedule: stored choices \
             [\"cosine\", \"step\"], declared choices [\"cosine\", \"linear\"]; warmup: declared, not stored; \
             old_lr: stored, not declared. help: if `warmup` was called \"old_lr\" before, add \
             alias = \"old_lr\" to it; use another study name, or on_mismatch"
        );

        let error = Moved::load_best(db, "sentiment").await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("stored 1..=12, declared 1..=100"),
            "{error}"
        );
        let loader = Moved::loader("sentiment").on_mismatch(Mismatch::AllowMovedRange);
        let moved = loader.load(db).await.unwrap();
        assert_eq!(
            (moved.layers, moved.schedule.as_str(), moved.old_lr),
            (12, "step", 0.25)
        );

        let error = Narrow::load_best(db, "sentiment").await.unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("best trial 0 has layers = 12, `Narrow` allows 1..=8"),
            "{text}"
        );
        let narrow = Narrow::loader("sentiment").on_mismatch(Mismatch::AllowChanged);
        let error = narrow
            .load(db)
            .await
            .map(|n| (n.layers, n.schedule, n.old_lr))
            .unwrap_err();
        assert!(matches!(error, Error::OutOfRange { .. }), "{error}");

        assert!(Fewer::load_best(db, "sentiment").await.is_err());
        let loader = Fewer::loader("sentiment").on_mismatch(Mismatch::AllowChanged);
        let fewer = loader.load(db).await.unwrap();
        assert_eq!((fewer.layers, fewer.schedule.as_str()), (12, "step"));

        let best = db.best_params("sentiment").await.unwrap();
        assert_eq!(
            format!("{best:?}"),
            r#"{"layers": Int(12), "old_lr": Float(0.25), "schedule": Str("step")}"#
        );
    }
}

#[tokio::test]
async fn a_snapshot_serves_when_the_database_is_down() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("best.json");
    let loader = Train::loader("s").snapshot(&file);
    let best = {
        let postgres = TestDb::create().await;
        let db = OptunaDatabase::connect(&postgres.url("postgresql"))
            .await
            .unwrap();
        let study = db.study::<Train>("s").await.unwrap();
        study
            .ask()
            .await
            .unwrap()
            .tell(f64::NEG_INFINITY)
            .await
            .unwrap();
        loader.load(&db).await.unwrap()
    };
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no part of it stays behind"
    );

    let closed = ClosedPort::new();
    let url = format!("postgresql://me:secret@127.0.0.1:{}/x", closed.port());
    let error = OptunaDatabase::connect(&url).await.unwrap_err();
    assert!(error.is_transient(), "{error}");

    // A database that is there answers, whatever the snapshot says.
    let other = Backend::sqlite().await;
    other.db.study::<Train>("s").await.unwrap();
    assert!(matches!(
        loader.load(&other.db).await,
        Err(Error::NoTrial { .. })
    ));
    // One that went away while it was open does not.
    let crate::backend::Proxied {
        postgres: _postgres,
        proxy,
        db,
    } = crate::backend::Proxied::new().await;
    proxy.refuse(true);
    proxy.cut();
    assert_eq!(loader.load(&db).await.unwrap(), best);
    std::fs::write(&file, "{}").unwrap();
    assert!(matches!(
        loader.load(&db).await,
        Err(Error::Snapshot { .. })
    ));
    let error = Line::load_best(&db, "s").await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

#[tokio::test]
async fn a_blocking_call_inside_a_runtime_is_an_error() {
    let error = docktuna::blocking::load_best::<Line>("s").unwrap_err();
    assert!(matches!(error, Error::InsideRuntime), "{error}");
}
