//! Several objectives: declared, told, and judged as Optuna judges them.

use docktuna::{Direction, Error, Tunable};
use serde_json::json;

use crate::backend::Backend;
use crate::expected::{assert_agrees, study};
use crate::space::Line;
use crate::support::{Version, python};

#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(
    objectives(minimize = "loss", maximize = "accuracy"),
    constraint(memory = Self::memory)
)]
struct Two {
    #[tune(range = 0.0..=1.0)]
    x: f64,
}

impl Two {
    /// Infeasible above a half.
    fn memory(&self) -> f64 {
        self.x - 0.5
    }
}

/// (x, loss, accuracy) of each trial.
const TRIALS: [(f64, f64, f64); 7] = [
    (0.1, 1.0, 0.5),
    // Beaten by the first.
    (0.2, 1.0, 0.4),
    (0.3, 2.0, 0.9),
    // Best of all, and infeasible.
    (0.9, 0.0, 1.0),
    // Equal to the third.
    (0.4, 2.0, 0.9),
    (0.5, 0.5, 0.1),
    (0.05, f64::INFINITY, 0.95),
];

#[tokio::test]
async fn the_front_is_that_of_python() {
    for backend in Backend::all().await {
        let two = backend.db.study::<Two>("two").await.unwrap();
        assert_eq!(two.directions(), [Direction::Minimize, Direction::Maximize]);
        for (x, loss, accuracy) in TRIALS {
            two.enqueue(Two { x }).await.unwrap();
            let trial = two.ask().await.unwrap();
            trial.tell([loss, accuracy]).await.unwrap();
        }
        let front = two.pareto_front().await.unwrap();
        let numbers: Vec<i32> = front.iter().map(|trial| trial.number.get()).collect();
        assert_eq!(numbers, [0, 2, 4, 5, 6]);
        assert_eq!(front[1].config, Two { x: 0.3 });
        assert_eq!(front[1].values, [2.0, 0.9]);
        let error = two.best().await.unwrap_err();
        assert!(
            matches!(error, Error::SeveralObjectives { objectives: 2, .. }),
            "{error}"
        );

        let Some(url) = &backend.url else { continue };
        for version in Version::ALL {
            let report = python(version, "report.py", &[], url).await;
            let report = &report["studies"][0];
            assert_eq!(report["metric_names"], json!(["loss", "accuracy"]));
            let mut ours = study(&two).await;
            for (ours, theirs) in ours["trials"]
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .zip(report["trials"].as_array().unwrap())
            {
                // Optuna 5 numbers the items, Optuna 4 has no such property.
                let named = ours.as_object_mut().unwrap().remove("constraints").unwrap();
                if version == Version::V5 {
                    assert_eq!(theirs["constraints"], json!({"0": named["memory"]}));
                }
            }
            assert_agrees(&ours, report, "two");
        }
    }
}

#[tokio::test]
async fn an_objective_gives_as_many_numbers() {
    for backend in Backend::all().await {
        let two = backend.db.study::<Two>("two").await.unwrap();
        let summary = two
            .optimize(|config, trial| async move {
                match trial.number().get() {
                    0 => Ok(vec![config.x]),
                    1 => Ok(vec![config.x, f64::NAN]),
                    _ => Ok(vec![config.x, -config.x]),
                }
            })
            .trials(4)
            .run()
            .await
            .unwrap();
        assert_eq!((summary.complete, summary.failed), (2, 2));
        let trials = two.trials().await.unwrap();
        let reason = trials[0].user_attrs["docktuna:error"].as_json();
        assert!(reason.contains("one number for each objective"), "{reason}");
        let trial = two.ask().await.unwrap();
        let error = trial.report(0, 1.0).await.unwrap_err();
        assert!(matches!(error, Error::SeveralObjectives { .. }), "{error}");
    }
}

#[tokio::test]
async fn other_directions_are_refused() {
    for backend in Backend::all().await {
        let db = &backend.db;
        db.study::<Two>("two").await.unwrap();
        db.study::<Line>("line").await.unwrap();
        for opened in [
            db.study::<Line>("two").await.map(drop),
            db.study::<Two>("line").await.map(drop),
            db.study_builder::<Two>("two")
                .maximize("accuracy")
                .minimize("loss")
                .open()
                .await
                .map(drop),
        ] {
            let error = opened.unwrap_err();
            assert!(matches!(error, Error::DirectionMismatch { .. }), "{error}");
        }
    }
}
