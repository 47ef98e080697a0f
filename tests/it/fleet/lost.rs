//! Asks whose answers were lost: each finds the trial that it was given, and none of anybody else's.

use std::time::Duration;

use docktuna::sampler::Random;
use docktuna::{OptunaDatabase, Study, Trial, TrialState, Tunable};
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::time::sleep;

use crate::space::Line;
use crate::support::TestDb;

/// Every trial has the same parameter.
#[derive(Tunable, Debug, PartialEq)]
struct Single {
    #[tune(range = 3..=3)]
    n: i32,
}

/// Breaks the line at each ask. A sequence keeps the moment of the ask, as no rollback undoes it.
const BREAK: &str = "CREATE SEQUENCE moment; CREATE TABLE broken ();
    INSERT INTO broken DEFAULT VALUES;
    CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM setval('moment', round(extract(epoch FROM NEW.datetime_start) * 1000000)::bigint);
        IF EXISTS (SELECT FROM broken) THEN
            RAISE EXCEPTION 'broken' USING ERRCODE = 'connection_failure';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER break BEFORE INSERT OR UPDATE ON trials FOR EACH ROW
    WHEN (current_setting('application_name') = 'docktuna') EXECUTE FUNCTION break()";

/// The moment, in the statements below.
const MOMENT: &str =
    "(SELECT timestamp '1970-01-01' + last_value * interval '1 microsecond' FROM moment)";

/// What `happens` while an ask's line is broken, and the trial that the ask ends with.
async fn ask<T: Tunable + Send + 'static>(
    study: &Study<T>,
    postgres: &TestDb,
    happens: &str,
) -> Trial<T> {
    postgres.execute(BREAK).await;
    let mut other = postgres.connect().await;
    let study = study.clone();
    let asking = tokio::spawn(async move { study.ask().await });
    while !is_asked(&mut other).await {
        sleep(Duration::from_millis(1)).await;
    }
    let happens = happens.replace("{moment}", MOMENT);
    let happens = sqlx::raw_sql(AssertSqlSafe(format!("{happens}; DELETE FROM broken")));
    happens.execute(&mut other).await.unwrap();
    asking.await.unwrap().unwrap()
}

/// Whether the ask has come as far as to write.
async fn is_asked(other: &mut PgConnection) -> bool {
    let asked = sqlx::query_scalar("SELECT is_called FROM moment");
    asked.fetch_one(other).await.unwrap()
}

async fn open<T: Tunable>(postgres: &TestDb) -> Study<T> {
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    let study = db.study_builder("s").sampler(Random);
    study.open().await.unwrap()
}

const X: &str = r#"'x', 0.125, '{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}'"#;
const N: &str = r#"'n', 3, '{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 3, "high": 3}}'"#;

/// Adds a new trial of the moment with a parameter.
fn made(parameter: &str) -> String {
    format!(
        "INSERT INTO trials (number, study_id, state, datetime_start) VALUES (0, 1, 'RUNNING', {{moment}}); {}",
        with(parameter)
    )
}

/// Adds a parameter to the newest trial.
fn with(parameter: &str) -> String {
    format!(
        "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
         SELECT max(trial_id), {parameter} FROM trials"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_trial_is_found() {
    let postgres = TestDb::create().await;
    let study = open::<Single>(&postgres).await;
    let trial = ask(&study, &postgres, &made(N)).await;
    assert_eq!(trial.number().get(), 0);
    trial.tell(1.0).await.unwrap();
    assert_eq!(study.trials().await.unwrap().len(), 1);
}

/// Whether it brings its parameters as such, or as values that are fixed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_of_the_queue_is_found() {
    for brings in ["", &with(X)] {
        let postgres = TestDb::create().await;
        let study = open::<Line>(&postgres).await;
        study.enqueue(Line { x: 0.125 }).await.unwrap();
        postgres.execute(brings).await;
        let claim = "UPDATE trials SET state = 'RUNNING', datetime_start = {moment}";
        let trial = ask(&study, &postgres, claim).await;
        assert_eq!((trial.number().get(), trial.config().x), (0, 0.125));
        trial.tell(1.0).await.unwrap();
        assert_eq!(study.trials().await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_that_another_worker_made_in_the_same_moment_stays_its_own() {
    let postgres = TestDb::create().await;
    let study = open::<Line>(&postgres).await;
    let trial = ask(&study, &postgres, &made(X)).await;
    assert_eq!(trial.number().get(), 1);
    trial.tell(1.0).await.unwrap();
    let trials = study.trials().await.unwrap();
    let states: Vec<TrialState> = trials.iter().map(|trial| trial.state).collect();
    assert_eq!(states, [TrialState::Running, TrialState::Complete]);
}
