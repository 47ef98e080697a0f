//! Least privilege: what each user's role needs, and what it reads when a right is missing.

use std::fmt::Write;
use std::time::Duration;

use docktuna::{Error, Load, OptunaDatabase, TrialState};

use crate::space::{Line, Train};
use crate::support::TestDb;

/// A role that may do what `grants` say, in a database where a study has been tuned.
async fn with_role(grants: &str) -> (TestDb, OptunaDatabase) {
    let postgres = TestDb::create().await;
    let owner = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    let study = owner.study::<Train>("s").await.unwrap();
    study.ask().await.unwrap().tell(1.0).await.unwrap();
    let role = format!("{}_role", postgres.user);
    postgres
        .execute_superuser(format!("CREATE ROLE \"{role}\" LOGIN PASSWORD 'reader'"))
        .await;
    let grants = format!(
        "GRANT CONNECT ON DATABASE {} TO ROLE; {grants}",
        postgres.database
    );
    postgres
        .execute(grants.replace("ROLE", &format!("\"{role}\"")))
        .await;
    let db = connect(&postgres).await;
    (postgres, db)
}

/// A handle of the role, as another process has it.
async fn connect(postgres: &TestDb) -> OptunaDatabase {
    OptunaDatabase::builder()
        .host(&postgres.host)
        .port(postgres.port)
        .user(format!("{}_role", postgres.user))
        .database(&postgres.database)
        .password("reader")
        .heartbeat_interval(Duration::from_secs(1))
        .connect()
        .await
        .unwrap()
}

/// Makes all that runs look silent for an hour.
async fn silence(postgres: &TestDb) {
    let sql = "UPDATE trial_heartbeats SET heartbeat = heartbeat - interval '1 hour'";
    postgres.execute(sql).await;
}

async fn drop_role(postgres: &TestDb) {
    let role = format!("{}_role", postgres.user);
    postgres
        .execute_superuser(format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\""))
        .await;
}

/// The tables that the guide documents as the minimum for loading.
const LOADING: &str = "studies, study_directions, trials, trial_values, trial_params, trial_system_attributes, \
                       alembic_version";

#[tokio::test]
async fn loading_needs_select_and_nothing_else() {
    let (postgres, db) = with_role(&format!("GRANT SELECT ON {LOADING} TO ROLE")).await;
    Train::load_best(&db, "s").await.unwrap();
    assert!(db.best_params("s").await.unwrap().len() >= 12);
    for table in LOADING.split(", ") {
        change(&postgres, &format!("REVOKE SELECT ON {table} FROM ROLE")).await;
        let less = Train::load_best(&connect(&postgres).await, "s").await;
        assert!(
            matches!(less, Err(Error::Privilege { .. })),
            "without {table}: {:?}",
            less.err()
        );
        change(&postgres, &format!("GRANT SELECT ON {table} TO ROLE")).await;
    }
    let error = db.study::<Train>("new").await.unwrap_err();
    assert!(matches!(error, Error::Privilege { .. }), "{error:?}");
    assert!(error.to_string().contains("permission denied"), "{error}");
    assert_eq!(db.study_count().await.unwrap(), 1, "nothing was created");
    drop(db);
    drop_role(&postgres).await;
}

/// What the guide documents as the minimum for tuning, heartbeats included: table and rights.
const TUNING: &[(&str, &str)] = &[
    ("alembic_version", "SELECT"),
    ("studies", "SELECT, INSERT, UPDATE"),
    ("study_directions", "SELECT, INSERT"),
    ("study_user_attributes", "SELECT, INSERT, UPDATE"),
    ("study_system_attributes", "SELECT, INSERT, UPDATE"),
    ("trials", "SELECT, INSERT, UPDATE"),
    ("trial_params", "SELECT, INSERT"),
    ("trial_values", "SELECT, INSERT, UPDATE"),
    ("trial_intermediate_values", "SELECT, INSERT"),
    ("trial_user_attributes", "SELECT, INSERT, UPDATE"),
    ("trial_system_attributes", "SELECT, INSERT, UPDATE"),
    ("trial_heartbeats", "SELECT, INSERT, UPDATE"),
];

/// The tables that tuning inserts into, with the sequences that number their rows.
fn sequences() -> impl Iterator<Item = (&'static str, String)> {
    let inserted = TUNING
        .iter()
        .filter(|(_, rights)| rights.contains("INSERT"));
    inserted.map(|(table, _)| {
        let key = match *table {
            "studies" => "study_id",
            "study_directions" => "study_direction_id",
            "study_user_attributes" => "study_user_attribute_id",
            "study_system_attributes" => "study_system_attribute_id",
            "trials" => "trial_id",
            "trial_params" => "param_id",
            "trial_values" => "trial_value_id",
            "trial_intermediate_values" => "trial_intermediate_value_id",
            "trial_user_attributes" => "trial_user_attribute_id",
            "trial_system_attributes" => "trial_system_attribute_id",
            "trial_heartbeats" => "trial_heartbeat_id",
            other => panic!("{other} has no sequence"),
        };
        (*table, format!("{table}_{key}_seq"))
    })
}

/// Grants for tuning, with the sequences of the tables that it inserts into.
fn tuning() -> String {
    let mut grants = String::new();
    for (table, rights) in TUNING {
        write!(grants, "GRANT {rights} ON {table} TO ROLE;").unwrap();
    }
    for (_, sequence) in sequences() {
        write!(grants, "GRANT USAGE ON {sequence} TO ROLE;").unwrap();
    }
    grants
}

/// Everything that tuning does: creating a study, the queue, reports, pruning, attributes, heartbeats, stale
/// trials, retries.
async fn tune(db: &OptunaDatabase, postgres: &TestDb, name: &str) -> Result<(), Error> {
    let study = db
        .study_builder::<Line>(name)
        .minimize("loss")
        .retry(1)
        .open()
        .await?;
    study.enqueue(Line { x: 0.5 }).await?;
    study.set_user_attr("k", "v").await?;
    let trial = study.ask().await?;
    trial.report(0, 1.0).await?;
    trial.should_prune().await?;
    trial.set_user_attr("k", "v").await?;
    trial.set_user_attr("k", "w").await?;
    trial.tell(1.0).await?;
    study.ask().await?.fail("no data").await?;
    for trial in study.ask_many(2).await? {
        trial.tell(0.5).await?;
    }
    study.ask().await?.prune().await?;
    let silent = study.ask().await?;
    let number = silent.number();
    let other = connect(postgres).await;
    let other = other
        .study_builder::<Line>(name)
        .minimize("loss")
        .retry(1)
        .open()
        .await?;
    while study
        .trials()
        .await?
        .iter()
        .any(|trial| trial.number == number && trial.state == TrialState::Running)
    {
        silence(postgres).await;
        other.ask().await?.tell(0.5).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(matches!(
        silent.tell(1.0).await,
        Err(Error::TrialClosed { .. })
    ));
    study.best().await?;
    Line::load_best(db, name).await.map(drop)
}

#[tokio::test]
async fn tuning_needs_the_documented_rights_and_each_of_them() {
    let (postgres, db) = with_role(&tuning()).await;
    tune(&db, &postgres, "new").await.unwrap();
    for (table, rights) in TUNING {
        for right in rights.split(", ") {
            change(&postgres, &format!("REVOKE {right} ON {table} FROM ROLE")).await;
            let less = tune(&db, &postgres, &format!("without {right} on {table}")).await;
            assert!(
                matches!(&less, Err(Error::Privilege { source, .. }) if source.to_string().contains(table)),
                "without {right} on {table}: {less:?}"
            );
            change(&postgres, &format!("GRANT {right} ON {table} TO ROLE")).await;
        }
    }
    for (table, sequence) in sequences() {
        change(&postgres, &format!("REVOKE USAGE ON {sequence} FROM ROLE")).await;
        let less = tune(&db, &postgres, &format!("without the sequence of {table}")).await;
        assert!(
            matches!(&less, Err(Error::Privilege { source, .. }) if source.to_string().contains(&sequence)),
            "without {sequence}: {less:?}"
        );
        change(&postgres, &format!("GRANT USAGE ON {sequence} TO ROLE")).await;
    }
    tune(&db, &postgres, "with all of them again")
        .await
        .unwrap();
    db.close().await;
    drop_role(&postgres).await;
}

#[tokio::test]
async fn a_missing_right_is_named_and_leaves_nothing_half_done() {
    let (postgres, db) = with_role(
        "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO ROLE;
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ROLE;
         REVOKE INSERT ON trial_params FROM ROLE",
    )
    .await;
    let study = db.study::<Line>("new").await.unwrap();
    let error = study.ask().await.err().unwrap();
    assert!(matches!(error, Error::Privilege { .. }), "{error:?}");
    assert!(error.to_string().contains("trial_params"), "{error}");
    assert_eq!(study.trial_counts().await.unwrap().total(), 0);
    drop((db, study));
    drop_role(&postgres).await;
}

/// Takes a right away, or gives it back.
async fn change(postgres: &TestDb, sql: &str) {
    let role = format!("\"{}_role\"", postgres.user);
    postgres.execute(sql.replace("ROLE", &role)).await;
}

#[tokio::test]
async fn a_right_revoked_while_a_trial_runs_is_named_and_costs_no_result() {
    let rights = [("trials", "UPDATE"), ("trial_values", "INSERT")];
    for (table, right) in rights {
        let (postgres, db) = with_role(&tuning()).await;
        let study = db.study::<Line>("new").await.unwrap();
        let trial = study.ask().await.unwrap();
        change(&postgres, &format!("REVOKE {right} ON {table} FROM ROLE")).await;
        let error = trial.tell(0.25).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Privilege {
                    op: "finish_trial",
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(error.to_string().contains(table), "{error}");
        db.close().await;
        let [left] = study.trials().await.unwrap().try_into().unwrap();
        assert_eq!(left.state, TrialState::Running, "nothing is half written");
        assert!(left.values.is_empty());

        // With the right back, the next worker's sweep ends it for its silence.
        change(&postgres, &format!("GRANT {right} ON {table} TO ROLE")).await;
        silence(&postgres).await;
        let db = connect(&postgres).await;
        let reopened = db
            .study_builder::<Line>("new")
            .retry(1)
            .open()
            .await
            .unwrap();
        let [failed, again] = reopened.trials().await.unwrap().try_into().unwrap();
        assert_eq!(failed.state, TrialState::Fail);
        assert_eq!(again.state, TrialState::Waiting);
        assert_eq!(again.params, failed.params);
        drop((study, reopened, db));
        drop_role(&postgres).await;
    }
}

#[tokio::test]
async fn no_trial_comes_of_an_ask_without_the_right_to_make_one() {
    let (postgres, db) = with_role(&tuning()).await;
    let study = db.study::<Line>("new").await.unwrap();
    let running = study.ask().await.unwrap();
    change(&postgres, "REVOKE INSERT ON trials FROM ROLE").await;
    let error = study.ask().await.err().unwrap();
    assert!(
        matches!(error, Error::Privilege { op: "ask", .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("table trials"), "{error}");
    let run = study.optimize(|config, _| async move { Ok(config.x) });
    let error = run.trials(3).run().await.unwrap_err();
    assert!(matches!(error, Error::Privilege { .. }), "{error:?}");
    // What runs is not disturbed.
    running.tell(0.5).await.unwrap();
    assert_eq!(study.trial_counts().await.unwrap().total(), 1);
    change(&postgres, "GRANT INSERT ON trials TO ROLE").await;
    study.ask().await.unwrap().tell(0.5).await.unwrap();
    drop((study, db));
    drop_role(&postgres).await;
}

#[tokio::test]
async fn an_empty_database_without_the_right_to_create_says_so() {
    let postgres = TestDb::create().await;
    postgres
        .execute_superuser("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        .await;
    let sql = format!(
        "ALTER SCHEMA public OWNER TO docktuna_super; GRANT USAGE ON SCHEMA public TO \"{}\"",
        postgres.user
    );
    postgres.execute_superuser(sql).await;
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    let error = db.study::<Line>("s").await.unwrap_err();
    assert!(matches!(error, Error::Privilege { .. }), "{error:?}");
    let error = Line::load_best(&db, "s").await.unwrap_err();
    assert!(matches!(error, Error::NoTables { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("the tuner creates them on its first run"),
        "{error}"
    );
}
