//! The queue, on every database, and what many asks at once get.

use docktuna::{Error, Tunable, Value};

use crate::backend::Backend;
use crate::space::{Activation, Line, Optimizer, Train};

#[tokio::test]
async fn the_queue_is_served_first_and_in_order() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Train>("s").await.unwrap();
        // A connection that has looked at the queue before finds what came later all the same.
        study.ask().await.unwrap().tell(0.0).await.unwrap();
        let wanted = Train {
            lr: 1e-3,
            dropout: 0.15,
            optimizer: Optimizer::AdamW {
                weight_decay: 1e-4,
                beta1: 0.9,
            },
            activation: Activation::Silu,
            mixup: Some(0.25),
            schedule: "café".to_owned(),
            ..Train::defaults()
        };
        assert_eq!(study.enqueue(wanted.clone()).await.unwrap().get(), 1);
        study
            .enqueue_partial([("optimizer", "lion"), ("schedule", "linear")])
            .await
            .unwrap();
        study.enqueue_default().await.unwrap();

        let first = study.ask().await.unwrap();
        assert_eq!(
            (first.number().get(), first.config()),
            (1, &wanted),
            "{:?}",
            backend.kind
        );
        let second = study.ask().await.unwrap();
        assert!(matches!(second.config().optimizer, Optimizer::Lion(_)));
        assert_eq!(second.config().schedule, "linear");
        let third = study.ask().await.unwrap();
        assert_eq!(
            (third.number().get(), third.config()),
            (3, &Train::defaults())
        );
        assert_eq!(study.ask().await.unwrap().number().get(), 4);

        let (_, first) = first.into_parts();
        first.tell(1.0).await.unwrap();
        let stored = &study.trials().await.unwrap()[1];
        let names: Vec<&str> = stored.params.iter().map(|p| p.name()).collect();
        let expected = [
            "lr",
            "dropout",
            "layers",
            "hidden",
            "shift",
            "batch",
            "schedule",
            "nesterov",
            "activation",
            "optimizer",
            "optimizer.adam_w.weight_decay",
            "optimizer.adam_w.beta1",
            "augment.flip",
            "mixup",
            "mixup.some",
        ];
        assert_eq!(names, expected);
        assert_eq!(
            stored.params.get("dropout").unwrap().value(),
            Value::Float(0.15)
        );
        assert_eq!(
            stored.params.get("activation").unwrap().value(),
            Value::from("swish")
        );
        let fixed = stored.system_attrs["fixed_params"].as_json();
        assert!(fixed.contains(r#""schedule": "caf\u00e9""#), "{fixed}");
    }
}

#[tokio::test]
async fn what_cannot_be_enqueued_is_refused() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Train>("s").await.unwrap();
        let error = study
            .enqueue(Train {
                layers: 9,
                ..Train::defaults()
            })
            .await
            .unwrap_err();
        assert!(
            matches!(&error, Error::InvalidValue { param, .. } if param == "layers"),
            "{error}"
        );
        let error = study.enqueue_partial([("lrr", 1e-3)]).await.unwrap_err();
        assert!(error.to_string().contains("did you mean \"lr\""), "{error}");
        let error = study.enqueue_partial([("lr", 1.0)]).await.unwrap_err();
        assert!(matches!(error, Error::InvalidValue { .. }), "{error}");
        assert_eq!(study.trial_counts().await.unwrap().total(), 0);
    }
}

#[tokio::test]
async fn many_trials_are_asked_for_at_once() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        study.enqueue(Line { x: 0.125 }).await.unwrap();
        let trials = study.ask_many(5).await.unwrap();
        let numbers: Vec<i32> = trials.iter().map(|trial| trial.number().get()).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
        assert_eq!(trials[0].config().x, 0.125);
        for trial in trials {
            trial.tell(1.0).await.unwrap();
        }
    }
}
