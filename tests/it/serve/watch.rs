//! A configuration that follows the best trial, and keeps the last good one whatever happens.

use std::time::Duration;

use docktuna::{
    DynamicStudy, Error, Fallback, Load, LoadedFrom, OptunaDatabase, Study, Tunable, Watched,
};
use tokio::time::{sleep, timeout};

use crate::backend::{Backend, Kind};
use crate::space::Line;
use crate::support::{Proxy, TestDb};

const OFTEN: Duration = Duration::from_millis(100);

/// Far more than any look takes.
const LONG: Duration = Duration::from_secs(60);

async fn tell(study: &Study<Line>, value: f64) {
    study.ask().await.unwrap().tell(value).await.unwrap();
}

/// The value of the next better configuration.
async fn next<T>(watched: &mut Watched<T>) -> f64 {
    let better = timeout(LONG, watched.changed()).await.unwrap().unwrap();
    assert_eq!(better.source, LoadedFrom::Database);
    better.value.unwrap()
}

/// Waits until a look has failed, and gives its error.
async fn failure<T>(watched: &Watched<T>) -> std::sync::Arc<Error> {
    let failure = async {
        loop {
            if let Some(failure) = watched.error() {
                return failure.error;
            }
            sleep(OFTEN / 4).await;
        }
    };
    timeout(LONG, failure).await.unwrap()
}

/// Waits until a look has succeeded that began after this call.
async fn look<T>(watched: &Watched<T>) {
    sleep(OFTEN * 2).await;
    let success = async {
        while watched.error().is_some() || watched.last_success().is_none_or(|age| age > OFTEN) {
            sleep(OFTEN / 4).await;
        }
    };
    timeout(LONG, success).await.unwrap();
}

#[tokio::test]
async fn better_trials_are_followed() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let early = study.ask().await.unwrap();
        tell(&study, 5.0).await;
        let loader = Line::loader("s");
        let mut watched = loader.watch(&backend.db, OFTEN).await.unwrap();
        let mut second = watched.clone();
        assert_eq!(watched.current().value, Some(5.0));
        look(&watched).await;

        // A worse one, an equal one and an infeasible one are passed over.
        tell(&study, 6.0).await;
        tell(&study, 5.0).await;
        let infeasible = study.ask().await.unwrap();
        let sql = format!(
            "INSERT INTO trial_system_attributes (trial_id, key, value_json)
             SELECT trial_id, 'constraints', '[1.0]' FROM trials WHERE number = {}",
            infeasible.number()
        );
        backend.execute(sql).await;
        infeasible.tell(0.0).await.unwrap();
        look(&watched).await;
        assert!(timeout(OFTEN, watched.changed()).await.is_err());

        tell(&study, 4.0).await;
        assert_eq!(next(&mut watched).await, 4.0, "{:?}", backend.kind);
        // One that was running all the time.
        let x = early.config().x;
        early.tell(3.0).await.unwrap();
        assert_eq!(next(&mut watched).await, 3.0, "{:?}", backend.kind);
        assert_eq!(watched.current().config.x, x);
        assert_eq!(watched.current().trial.unwrap().get(), 0);
        assert_eq!(next(&mut second).await, 3.0);
    }
}

#[tokio::test]
async fn the_larger_one_is_better_where_the_study_maximizes() {
    let backend = Backend::sqlite().await;
    let builder = backend.db.study_builder::<Line>("s").maximize("accuracy");
    let study = builder.open().await.unwrap();
    tell(&study, f64::NEG_INFINITY).await;
    let mut watched = Line::loader("s").watch(&backend.db, OFTEN).await.unwrap();
    look(&watched).await;
    tell(&study, -1.0).await;
    assert_eq!(next(&mut watched).await, -1.0);
    tell(&study, f64::INFINITY).await;
    assert_eq!(next(&mut watched).await, f64::INFINITY);
}

/// The parameters of a `Line`, of another range.
#[derive(Tunable, Debug, Clone)]
struct Moved {
    #[tune(range = 2.0..=3.0)]
    x: f64,
}

#[tokio::test]
async fn a_better_trial_that_does_not_fit_is_an_error_until_one_fits() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        tell(&study, 5.0).await;
        let mut watched = Line::loader("s").watch(&backend.db, OFTEN).await.unwrap();
        look(&watched).await;
        let moved = backend.db.study::<Moved>("s").await.unwrap();
        let trial = moved.ask().await.unwrap();
        assert!(trial.config().x >= 2.0);
        trial.tell(4.0).await.unwrap();
        let error = failure(&watched).await;
        assert!(
            matches!(*error, Error::OutOfRange { .. } | Error::SpaceMismatch(_)),
            "{error}"
        );
        assert_eq!(watched.current().value, Some(5.0));
        // It is still there at the next looks.
        sleep(OFTEN * 3).await;
        assert!(watched.error().unwrap().age >= OFTEN * 3);
        tell(&study, 3.0).await;
        assert_eq!(next(&mut watched).await, 3.0, "{:?}", backend.kind);
        look(&watched).await;
    }
}

async fn delete(backend: &Backend) {
    for table in ["values", "params", "heartbeats", "user_attributes"] {
        backend.execute(format!("DELETE FROM trial_{table}")).await;
    }
    backend.execute("DELETE FROM trials").await;
    for table in ["directions", "user_attributes", "system_attributes"] {
        backend.execute(format!("DELETE FROM study_{table}")).await;
    }
    backend.execute("DELETE FROM studies").await;
}

#[tokio::test]
async fn a_study_that_is_deleted_and_made_again_is_followed() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        tell(&study, 5.0).await;
        tell(&study, 6.0).await;
        let mut watched = Line::loader("s").watch(&backend.db, OFTEN).await.unwrap();
        look(&watched).await;
        delete(&backend).await;
        let gone = async {
            // The trials go first.
            while !matches!(
                *failure(&watched).await,
                Error::StudyDeleted { .. } | Error::StudyNotFound { .. }
            ) {
                sleep(OFTEN / 4).await;
            }
        };
        timeout(LONG, gone).await.unwrap();
        assert_eq!(watched.current().value, Some(5.0));
        let study = backend.db.study::<Line>("s").await.unwrap();
        // Worse, and yet the best that there is now.
        tell(&study, 8.0).await;
        assert_eq!(next(&mut watched).await, 8.0, "{:?}", backend.kind);
        look(&watched).await;
    }
}

/// A study with a trial of 5, and the URL of its database through a proxy.
async fn behind_proxy() -> (TestDb, Proxy, Study<Line>, String) {
    let postgres = TestDb::create().await;
    let proxy = Proxy::start(&postgres.host, postgres.port).await;
    let direct = OptunaDatabase::connect(&postgres.url("postgresql")).await;
    let study = direct.unwrap().study::<Line>("s").await.unwrap();
    tell(&study, 5.0).await;
    let url = format!(
        "{}?sslmode=disable",
        postgres.url_at("postgresql", proxy.port())
    );
    (postgres, proxy, study, url)
}

#[tokio::test]
async fn the_last_good_configuration_outlives_the_database() {
    let (_postgres, proxy, study, url) = behind_proxy().await;
    let db = OptunaDatabase::connect(&url).await.unwrap();
    let mut watched = Line::loader("s").watch(&db, OFTEN).await.unwrap();
    look(&watched).await;

    proxy.refuse(true);
    proxy.cut();
    tell(&study, 4.0).await;
    let error = failure(&watched).await;
    assert!(error.is_transient(), "{error}");
    assert_eq!(watched.current().value, Some(5.0));
    proxy.refuse(false);
    assert_eq!(next(&mut watched).await, 4.0);
    look(&watched).await;
}

#[tokio::test]
async fn a_service_starts_from_its_snapshot_and_follows_when_the_database_is_back() {
    let (_postgres, proxy, study, url) = behind_proxy().await;
    let folder = tempfile::tempdir().unwrap();
    let loader = Line::loader("s")
        .snapshot(folder.path().join("best.json"))
        .on_missing(Fallback::Error);
    let builder = || OptunaDatabase::builder().url(&url);
    let loaded = loader.load_with_source_from(builder()).await.unwrap();
    assert_eq!(loaded.source, LoadedFrom::Database);

    proxy.refuse(true);
    let loaded = loader.load_with_source_from(builder()).await.unwrap();
    assert_eq!(
        (loaded.source, loaded.value),
        (LoadedFrom::Snapshot, Some(5.0))
    );
    let mut watched = loader.watch_from(builder(), OFTEN).await.unwrap();
    assert_eq!(watched.current().source, LoadedFrom::Snapshot);
    assert!(failure(&watched).await.is_transient());
    assert!(watched.last_success().is_none());

    proxy.refuse(false);
    assert_eq!(next(&mut watched).await, 5.0);
    tell(&study, 4.0).await;
    assert_eq!(next(&mut watched).await, 4.0);
    proxy.refuse(true);
    proxy.cut();
    // A better one has gone to the snapshot.
    let loaded = loader.load_with_source_from(builder()).await.unwrap();
    assert_eq!(
        (loaded.source, loaded.value),
        (LoadedFrom::Snapshot, Some(4.0))
    );
}

/// A look in which nothing ended is one statement.
#[tokio::test]
async fn a_look_is_one_round_trip() {
    let (_postgres, proxy, _study, url) = behind_proxy().await;
    let db = OptunaDatabase::connect(&url).await.unwrap();
    let watched = Line::loader("s").watch(&db, OFTEN).await.unwrap();
    look(&watched).await;
    proxy.reset();
    let queries = |counts: crate::support::Counts| counts.round_trips;
    sleep(OFTEN * 10).await;
    // A statement that is not kept is prepared and run.
    let round_trips = queries(proxy.counts());
    assert!((2..=22).contains(&round_trips), "{round_trips}");
    drop(watched);
    sleep(OFTEN * 2).await;
    proxy.reset();
    sleep(OFTEN * 5).await;
    assert_eq!(queries(proxy.counts()), 0, "it looks on");
}

#[tokio::test]
async fn several_objectives_cannot_be_watched() {
    let backend = Backend::memory().await;
    assert_eq!(backend.kind, Kind::SqliteMemory);
    let builder = backend.db.study_builder::<Line>("two");
    let two = builder.minimize("loss").maximize("accuracy");
    let two: &DynamicStudy = &two.open().await.unwrap();
    assert_eq!(two.directions().len(), 2);
    let error = Line::loader("two").watch(&backend.db, OFTEN).await;
    assert!(matches!(error, Err(Error::SeveralObjectives { .. })));
    let error = Line::loader("none").watch(&backend.db, OFTEN).await;
    assert!(matches!(error, Err(Error::StudyNotFound { .. })));
}
