//! Heartbeats: who is alive is left alone, who is not is failed, here and in Python, in any time zone.

use std::time::{Duration, Instant};

use docktuna::{Error, OptunaDatabase, TrialState};
use tokio::time::sleep;

use crate::backend::{Backend, Proxied};
use crate::space::{Line, Ten};
use crate::support::{Proxy, TestDb, Version, python};

const SPACE: &str = r#"{"x": {"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}}"#;

/// Short, and yet several missed beats long, for a machine under load.
const INTERVAL: Duration = Duration::from_secs(1);
const GRACE: Duration = Duration::from_secs(4);

/// So rare that a trial sends nothing after its start, as if its worker had died.
const NEVER: Duration = Duration::from_secs(3600);

async fn state_of(db: &OptunaDatabase, study: &str, number: usize) -> TrialState {
    let study = db.dynamic_study(study).await.unwrap();
    study.trials().await.unwrap()[number].state
}

/// Servers whose sessions are in the zone of the server, of the database, or of the role. (The server
/// of the tests is in Tokyo, this process and Python's are in UTC.)
#[tokio::test]
async fn the_living_are_left_alone_in_any_time_zone() {
    let zones = [
        "",
        "ALTER DATABASE {database} SET TimeZone = 'America/St_Johns'",
        "ALTER ROLE {user} IN DATABASE {database} SET TimeZone = '<+1345>-13:45'",
    ];
    for (round, zone) in zones.into_iter().enumerate() {
        let backend = Backend::postgres().await;
        let postgres = backend.postgres.as_ref().unwrap();
        let zone = zone
            .replace("{database}", &postgres.database)
            .replace("{user}", &postgres.user);
        postgres.execute_superuser(zone).await;
        let version = Version::ALL[round % 2];
        both_live(&backend, version).await;
    }
}

#[tokio::test]
async fn the_living_are_left_alone_in_a_file() {
    both_live(&Backend::sqlite().await, Version::V5).await;
    both_live(&Backend::sqlite().await, Version::V4).await;
}

async fn both_live(backend: &Backend, version: Version) {
    let db = backend.beating(INTERVAL, GRACE).await;
    let study = db.study::<Line>("s").await.unwrap();
    let ours = study.ask().await.unwrap();
    // It runs longer than the grace period, so that each side would have failed the other's trial.
    let args = [
        "--study",
        "s",
        "--trials",
        "2",
        "--space",
        SPACE,
        "--heartbeat",
        "1",
        "--grace",
        "4",
        "--sleep",
        "6",
    ];
    let python = python(version, "optimize.py", &args, backend.url());
    let rust = async {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(10) {
            // A new handle looks for stale trials at once.
            let other = backend.beating(INTERVAL, GRACE).await;
            let study = other.study::<Line>("s").await.unwrap();
            study.ask().await.unwrap().tell(0.5).await.unwrap();
            sleep(Duration::from_millis(500)).await;
        }
    };
    let (report, ()) = tokio::join!(python, rust);
    for trial in report["trials"].as_array().unwrap() {
        assert_eq!(trial["state"], "COMPLETE", "{version}: {report}");
    }
    ours.tell(1.0).await.unwrap();
    let counts = study.trial_counts().await.unwrap();
    assert_eq!(counts.of(TrialState::Fail), 0, "{version}: {counts}");
}

/// A trial that a dead worker left is failed by whoever comes first.
#[tokio::test]
async fn the_dead_are_failed_by_either_side() {
    for backend in Backend::shared().await {
        for version in Version::ALL {
            let name = version.to_string();
            let dead = backend.beating(NEVER, NEVER).await;
            let dead = dead.study::<Line>(&name).await.unwrap();
            let (first, second) = (dead.ask().await.unwrap(), dead.ask().await.unwrap());
            sleep(Duration::from_millis(2500)).await;
            // Rust fails both of them.
            let alive = backend.beating(INTERVAL, Duration::from_secs(2)).await;
            alive.study::<Line>(&name).await.unwrap();
            for number in 0..2 {
                assert_eq!(state_of(&backend.db, &name, number).await, TrialState::Fail);
            }
            for trial in [first, second] {
                let error = trial.tell(0.91).await.unwrap_err();
                assert!(matches!(error, Error::TrialClosed { .. }), "{error:?}");
            }

            // Python fails the next one.
            let third = dead.ask().await.unwrap();
            sleep(Duration::from_millis(3500)).await;
            let args = ["--study", &name, "--grace", "2"];
            python(version, "fail_stale.py", &args, backend.url()).await;
            assert_eq!(state_of(&backend.db, &name, 2).await, TrialState::Fail);
            assert!(third.tell(0.5).await.is_err());
        }
    }
}

/// A worker is cut off for longer than the grace period and comes back: it reads why nobody waited for it.
#[tokio::test]
async fn a_result_that_comes_too_late_is_refused() {
    let proxied = Proxied::new().await;
    let url = proxied.postgres.url_at("postgresql", proxied.proxy.port());
    let lost = beating(&format!("{url}?sslmode=disable"), Duration::from_secs(2)).await;
    let lost = lost
        .study_builder::<Line>("s")
        .retry(1)
        .open()
        .await
        .unwrap();
    let (told, reported) = (lost.ask().await.unwrap(), lost.ask().await.unwrap());
    proxied.proxy.freeze();
    sleep(Duration::from_millis(3500)).await;
    let alive = beating(&proxied.postgres.url("postgresql"), Duration::from_secs(2)).await;
    let alive = alive
        .study_builder::<Line>("s")
        .retry(1)
        .open()
        .await
        .unwrap();
    assert_eq!(alive.stats().failed, 2);
    proxied.proxy.thaw();
    let error = told.tell(0.91).await.unwrap_err().to_string();
    let rest = error
        .strip_prefix("trial 0 was marked FAIL after ")
        .unwrap_or_else(|| panic!("{error}"));
    assert!(
        rest.ends_with(" s without a heartbeat; result 0.91 not recorded"),
        "{error}"
    );
    let error = reported.report(0, 1.0).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::TrialClosed {
                silence: Some(_),
                ..
            }
        ),
        "{error:?}"
    );
    drop(reported);
    // The retries stand, and dropping the late trial makes no further one.
    lost.database().close().await;
    let counts = alive.trial_counts().await.unwrap();
    assert_eq!(
        (counts.of(TrialState::Fail), counts.of(TrialState::Waiting)),
        (2, 2),
        "{counts}"
    );
}

/// A server that hangs lets everybody through at the same moment: those that look for silent trials, and the
/// heartbeats that make them alive.
#[tokio::test]
async fn a_server_that_hung_does_not_make_the_living_look_dead() {
    let postgres = TestDb::create().await;
    let (mine, theirs) = (
        Proxy::start(&postgres.host, postgres.port).await,
        Proxy::start(&postgres.host, postgres.port).await,
    );
    let url = |proxy: &Proxy| {
        let url = postgres.url_at("postgresql", proxy.port());
        format!("{url}?sslmode=disable")
    };
    let study = beating(&url(&mine), GRACE).await;
    let study = study.study::<Line>("s").await.unwrap();
    let trial = study.ask().await.unwrap();
    let other = beating(&url(&theirs), GRACE).await;
    mine.freeze();
    theirs.freeze();
    let opening = tokio::spawn(async move { other.study::<Line>("s").await.unwrap() });
    sleep(GRACE + INTERVAL).await;
    theirs.thaw();
    // Who looks finds the trial silent, and only then can it be heard.
    let mut looker = postgres.connect_superuser().await;
    let looked = "SELECT EXISTS (SELECT FROM pg_stat_activity
                  WHERE datname = current_database() AND query LIKE '%trials of a study that run or wait%'
                      AND state = 'idle' AND pid <> pg_backend_pid())";
    while !sqlx::query_scalar::<_, bool>(looked)
        .fetch_one(&mut looker)
        .await
        .unwrap()
    {
        assert!(!opening.is_finished(), "nobody looked for silent trials");
        sleep(Duration::from_millis(10)).await;
    }
    mine.thaw();
    assert_eq!(opening.await.unwrap().stats().failed, 0);
    trial.tell(1.0).await.unwrap();
}

async fn beating(url: &str, grace: Duration) -> OptunaDatabase {
    let builder = OptunaDatabase::builder()
        .url(url)
        .heartbeat_interval(INTERVAL);
    builder.grace_period(grace).connect().await.unwrap()
}

/// The runtime has one thread, and the objective never gives it back.
#[tokio::test]
async fn an_objective_that_never_awaits_stays_alive() {
    for backend in Backend::shared().await {
        let db = backend
            .beating(Duration::from_millis(300), Duration::from_secs(2))
            .await;
        let study = db.study::<Line>("s").await.unwrap();
        let url = backend.url().to_owned();
        let run = study.optimize(move |config, _| {
            let url = url.clone();
            async move {
                // Another process, as it were: a thread with a runtime of its own.
                let other = std::thread::spawn(move || {
                    docktuna::blocking::block_on(async move {
                        sleep(Duration::from_secs(4)).await;
                        let db = OptunaDatabase::builder()
                            .url(url.replace("+psycopg2", ""))
                            .heartbeat_interval(Duration::from_millis(300))
                            .grace_period(Duration::from_secs(2))
                            .connect()
                            .await?;
                        db.study::<Line>("s").await.map(drop)
                    })
                });
                other.join().unwrap().unwrap();
                Ok(config.x)
            }
        });
        let summary = run.trials(1).run().await.unwrap();
        assert_eq!((summary.complete, summary.failed), (1, 0));
    }
}

/// All trials of a handle in one statement, on one connection, however many there are; and none when
/// nothing runs.
#[tokio::test]
async fn one_statement_beats_for_all_trials() {
    let proxied = Proxied::new().await;
    let url = proxied.postgres.url_at("postgresql", proxied.proxy.port());
    let db = beating(&format!("{url}?sslmode=disable"), GRACE).await;
    let study = db.study::<Ten>("s").await.unwrap();
    let trials = study.ask_many(50).await.unwrap();
    let mut connection = proxied.postgres.connect().await;
    // The first one opens the connection.
    let first = newest_beat(&mut connection).await;
    beat_after(first, &mut connection).await;
    let began = Instant::now();
    proxied.proxy.reset();
    // Only now: on a slow machine others may have come meanwhile. Of four, one may be under way already.
    let mut last = newest_beat(&mut connection).await;
    for _ in 0..4 {
        last = beat_after(last, &mut connection).await;
    }
    let (counts, seconds) = (proxied.proxy.counts(), began.elapsed().as_secs());
    // A round is a beat and a look for silent trials, and comes an interval after the one before. The first look may
    // be missed, or be that of the round before.
    let rounds = 3..=seconds + 2;
    let statements = rounds.start() * 2 - 1..=rounds.end() * 2;
    assert!(
        statements.contains(&counts.statements),
        "{counts:?} in {seconds} s"
    );
    assert_eq!((counts.connections, counts.commits), (0, 0), "{counts:?}");
    for trial in trials {
        trial.tell(1.0).await.unwrap();
    }
    sleep(INTERVAL * 2).await;
    proxied.proxy.reset();
    sleep(INTERVAL * 2).await;
    assert_eq!(proxied.proxy.counts().statements, 0);
}

/// The next heartbeat, which has to be one moment for all fifty trials.
async fn beat_after(
    last: chrono::NaiveDateTime,
    connection: &mut sqlx::PgConnection,
) -> chrono::NaiveDateTime {
    loop {
        let newest = newest_beat(connection).await;
        if newest > last {
            let sql = "SELECT count(*) FROM trial_heartbeats WHERE heartbeat >= $1";
            let together: i64 = sqlx::query_scalar(sql)
                .bind(newest)
                .fetch_one(&mut *connection)
                .await
                .unwrap();
            assert_eq!(together, 50);
            return newest;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

async fn newest_beat(connection: &mut sqlx::PgConnection) -> chrono::NaiveDateTime {
    sqlx::query_scalar("SELECT max(heartbeat) FROM trial_heartbeats")
        .fetch_one(connection)
        .await
        .unwrap()
}

/// The line is cut under a beat: it comes back by itself, well within the grace period.
#[tokio::test]
async fn a_heart_survives_a_cut_line() {
    let proxied = Proxied::new().await;
    let url = proxied.postgres.url_at("postgresql", proxied.proxy.port());
    let url = format!("{url}?sslmode=disable");
    let db = beating(&url, GRACE).await;
    let study = db.study::<Line>("s").await.unwrap();
    let trial = study.ask().await.unwrap();
    for _ in 0..4 {
        sleep(Duration::from_millis(1300)).await;
        proxied.proxy.refuse(true);
        proxied.proxy.cut();
        sleep(Duration::from_millis(500)).await;
        proxied.proxy.refuse(false);
    }
    sleep(Duration::from_millis(2500)).await;
    beating(&url, GRACE).await.study::<Line>("s").await.unwrap();
    trial.tell(1.0).await.unwrap();
    assert!(study.stats().reconnects > 0, "{:?}", study.stats());
}

/// Off is off: nothing is written, and nobody is failed.
#[tokio::test]
async fn heartbeats_can_be_turned_off() {
    for backend in Backend::shared().await {
        let db = backend.beating(Duration::ZERO, Duration::ZERO).await;
        let study = db.study::<Line>("s").await.unwrap();
        let trial = study.ask().await.unwrap();
        sleep(Duration::from_millis(1500)).await;
        let other = backend.beating(INTERVAL, Duration::from_secs(1)).await;
        other.study::<Line>("s").await.unwrap();
        trial.tell(1.0).await.unwrap();
    }
}
