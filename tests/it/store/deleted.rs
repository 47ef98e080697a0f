//! Studies that are deleted, and made again: nothing lands in the successor.

use docktuna::Error;

use crate::backend::Backend;
use crate::space::Line;

#[tokio::test]
async fn a_deleted_study_is_an_error_and_not_a_new_one() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let trial = study.ask().await.unwrap();
        for table in [
            "trial_heartbeats",
            "trial_params",
            "trials",
            "study_directions",
            "study_user_attributes",
            "study_system_attributes",
            "studies",
        ] {
            backend.execute(&format!("DELETE FROM {table}")).await;
        }
        let error = trial.tell(1.0).await.unwrap_err();
        assert!(matches!(error, Error::StudyDeleted { .. }), "{error:?}");
        let error = study.ask().await.unwrap_err();
        assert!(matches!(error, Error::StudyDeleted { .. }), "{error:?}");
    }
}

/// SQLite hands ids of deleted studies out again; a handle must not write into another study.
#[tokio::test]
async fn a_handle_of_a_deleted_study_does_not_write_into_its_successor() {
    let backend = Backend::sqlite().await;
    let old = backend.db.study::<Line>("old").await.unwrap();
    old.ask().await.unwrap().tell(1.0).await.unwrap();
    for table in [
        "trial_heartbeats",
        "trial_params",
        "trial_values",
        "trials",
        "study_directions",
        "study_system_attributes",
        "study_user_attributes",
        "studies",
    ] {
        backend.execute(format!("DELETE FROM {table}")).await;
    }
    let new = backend.db.study::<Line>("new").await.unwrap();
    assert_eq!(old.id(), new.id());
    let error = old.ask().await.map(|trial| trial.number()).unwrap_err();
    assert!(matches!(error, Error::StudyDeleted { .. }), "{error:?}");
    assert!(old.enqueue(Line { x: 0.5 }).await.is_err());
    assert_eq!(new.trial_counts().await.unwrap().total(), 0);
}

/// SQLite hands out the ids of studies and trials again, so that a study that was deleted and made again may be
/// taken for the one that was.
#[tokio::test]
async fn a_result_does_not_land_in_a_study_that_was_made_again() {
    for backend in Backend::shared().await {
        let make = async || {
            backend.db.study::<Line>("other").await.unwrap();
            backend.db.study::<Line>("s").await.unwrap()
        };
        let study = make().await;
        let other = backend.db.study::<Line>("other").await.unwrap();
        other.ask().await.unwrap().tell(0.0).await.unwrap();
        let old = study.ask_many(3).await.unwrap();
        let tables = "trial_heartbeats trial_params trial_values trials study_directions study_user_attributes \
                      study_system_attributes studies";
        let delete = tables
            .split(' ')
            .map(|table| format!("DELETE FROM {table};"));
        backend.execute(delete.collect::<String>()).await;
        // In SQLite the first old trial's id is that of number 1 now, and the others' are nobody's.
        let study = make().await;
        let new = study.ask_many(2).await.unwrap();
        for trial in old {
            let error = trial.tell(1.0).await.unwrap_err();
            assert!(
                matches!(error, Error::TrialGone { .. } | Error::StudyDeleted { .. }),
                "{:?}: {error:?}",
                backend.kind
            );
        }
        for trial in new {
            trial.tell(2.0).await.unwrap();
        }
        let trials = study.trials().await.unwrap();
        let values = trials.iter().map(|trial| trial.value());
        assert_eq!(
            values.collect::<Vec<_>>(),
            [Some(2.0); 2],
            "{:?}",
            backend.kind
        );
    }
}
