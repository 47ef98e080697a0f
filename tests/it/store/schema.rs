//! The tables: exactly Optuna's, created once, and anything else refused.

use docktuna::{Error, OptunaDatabase, SchemaReason};

use crate::backend::Backend;
use crate::space::Line;
use crate::support::{TestDb, Version, postgres_catalogue, python, sqlite_catalogue};

#[tokio::test]
async fn the_tables_on_postgresql_are_those_that_optuna_makes() {
    let (ours, theirs) = (TestDb::create().await, TestDb::create().await);
    let db = OptunaDatabase::connect(&ours.url("postgresql"))
        .await
        .unwrap();
    db.study::<Line>("s").await.unwrap();
    python(Version::V5, "write.py", &[], &theirs.url_for_python()).await;
    assert_eq!(
        postgres_catalogue(&ours).await,
        postgres_catalogue(&theirs).await
    );
}

#[tokio::test]
async fn the_tables_in_sqlite_are_those_that_optuna_makes() {
    let (ours, theirs) = (Backend::sqlite().await, Backend::sqlite().await);
    ours.db.study::<Line>("s").await.unwrap();
    python(Version::V5, "write.py", &[], theirs.url()).await;
    let mut definitions = Vec::new();
    for backend in [&ours, &theirs] {
        let Some(docktuna::Pool::Sqlite(pool)) = backend.db.pool().await else {
            panic!("SQLite")
        };
        definitions.push(sqlite_catalogue(pool).await);
    }
    assert_eq!(definitions[0], definitions[1]);
    assert!(definitions[0].len() > 60);
}

async fn refused(backend: &Backend, sql: &str) -> SchemaReason {
    backend.execute(sql).await;
    match backend.db.study::<Line>("new").await {
        Err(Error::Schema { reason, .. }) => reason,
        other => panic!("{sql}: {other:?}"),
    }
}

#[tokio::test]
async fn other_revisions_are_refused_with_the_right_advice() {
    for backend in Backend::shared().await {
        backend.db.study::<Line>("s").await.unwrap();
        for (revision, expected) in [
            ("v3.0.0.d", SchemaReason::Older("v3.0.0.d".to_owned())),
            ("v9.9.9.a", SchemaReason::Newer("v9.9.9.a".to_owned())),
            (
                "1975ea83b712",
                SchemaReason::Foreign("1975ea83b712".to_owned()),
            ),
        ] {
            let sql = format!("UPDATE alembic_version SET version_num = '{revision}'");
            assert_eq!(refused(&backend, &sql).await, expected);
        }
        let two = "INSERT INTO alembic_version VALUES ('v3.2.0.a')";
        assert!(matches!(
            refused(&backend, two).await,
            SchemaReason::Foreign(_)
        ));
        let reason = refused(
            &backend,
            "DELETE FROM alembic_version; DROP TABLE trial_heartbeats",
        )
        .await;
        assert_eq!(
            reason,
            SchemaReason::Incomplete(vec!["trial_heartbeats".to_owned()])
        );
        let text = reason.to_string();
        assert!(text.contains("Python's Optuna"), "{text}");
        assert_eq!(
            backend.db.study_count().await.unwrap(),
            1,
            "nothing was created"
        );
    }
}

/// A database of another program with alembic, MLflow's say.
#[tokio::test]
async fn a_foreign_database_is_left_alone() {
    let postgres = TestDb::create().await;
    postgres
        .execute(
            "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL);
             INSERT INTO alembic_version VALUES ('acf3f17fdcc7')",
        )
        .await;
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    let error = db.study::<Line>("s").await.unwrap_err();
    assert!(
        matches!(
            &error,
            Error::Schema {
                reason: SchemaReason::Foreign(_),
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.to_string().contains("OPTUNA_DB_SCHEMA"), "{error}");
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            .fetch_one(&mut postgres.connect().await)
            .await
            .unwrap();
    assert_eq!(tables, 1);

    // A schema of its own makes it work, whatever its name.
    let builder = OptunaDatabase::builder()
        .host(&postgres.host)
        .port(postgres.port);
    let builder = builder.user(&postgres.user).database(&postgres.database);
    let builder = builder
        .password(postgres.password.clone())
        .schema("My \"Tuning");
    let db = builder.connect().await.unwrap();
    let error = db.study::<Line>("s").await.unwrap_err();
    let missing = matches!(
        &error,
        Error::Schema {
            reason: SchemaReason::MissingSchema,
            ..
        }
    );
    assert!(missing, "{error:?}");
    postgres.execute("CREATE SCHEMA \"My \"\"Tuning\"").await;
    db.study::<Line>("s")
        .await
        .unwrap()
        .ask()
        .await
        .unwrap()
        .tell(1.0)
        .await
        .unwrap();
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'My \"Tuning'")
            .fetch_one(&mut postgres.connect().await)
            .await
            .unwrap();
    assert_eq!(tables, 13);
}
