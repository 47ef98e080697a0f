//! Least privilege: what each user's role needs, and what it reads when a right is missing.

use docktuna::{Error, Load, OptunaDatabase};

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
    let db = OptunaDatabase::builder()
        .host(&postgres.host)
        .port(postgres.port)
        .user(&role)
        .database(&postgres.database)
        .password("reader")
        .connect()
        .await
        .unwrap();
    (postgres, db)
}

async fn drop_role(postgres: &TestDb) {
    let role = format!("{}_role", postgres.user);
    postgres
        .execute_superuser(format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\""))
        .await;
}

#[tokio::test]
async fn loading_needs_select_and_nothing_else() {
    let (postgres, db) = with_role(
        "GRANT SELECT ON studies, study_directions, trials, trial_values, trial_params,
         trial_system_attributes, alembic_version TO ROLE",
    )
    .await;
    Train::load_best(&db, "s").await.unwrap();
    assert!(db.best_params("s").await.unwrap().len() >= 12);
    let error = db.study::<Train>("new").await.unwrap_err();
    assert!(matches!(error, Error::Privilege { .. }), "{error:?}");
    assert!(error.to_string().contains("permission denied"), "{error}");
    assert_eq!(db.study_count().await.unwrap(), 1, "nothing was created");
    drop(db);
    drop_role(&postgres).await;
}

#[tokio::test]
async fn tuning_needs_no_right_to_create_or_delete() {
    let (postgres, db) = with_role(
        "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO ROLE;
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ROLE",
    )
    .await;
    let study = db.study::<Line>("new").await.unwrap();
    study.enqueue(Line { x: 0.5 }).await.unwrap();
    let trial = study.ask().await.unwrap();
    trial.report(0, 1.0).await.unwrap();
    trial.set_user_attr("k", "v").await.unwrap();
    trial.tell(1.0).await.unwrap();
    study.ask().await.unwrap().tell(0.5).await.unwrap();
    Line::load_best(&db, "new").await.unwrap();
    drop(db);
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
