//! Trouble of a server that somebody has to see to: a running trial waits for that, and a call that loses nothing says
//! at once what it is.

use std::collections::BTreeSet;
use std::time::Duration;

use docktuna::sampler::Random;
use docktuna::{ConnectReason, Error, Load, OptunaDatabase, Pool, Study, TrialState};
use tokio::time::sleep;

use crate::space::{Line, Train};
use crate::support::{PrivateServer, Replication, TestDb};

async fn open(postgres: &TestDb) -> Study<Line> {
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    let study = db.study_builder::<Line>("s").sampler(Random);
    study.open().await.unwrap()
}

/// Ends the sessions of all handles.
async fn cut(postgres: &TestDb) {
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    postgres.execute_superuser(cut).await;
}

/// The processes that serve handles.
async fn sessions(postgres: &TestDb) -> BTreeSet<i32> {
    let served = "SELECT pid FROM pg_stat_activity
                  WHERE datname = current_database() AND application_name = 'docktuna'";
    let mut reader = postgres.connect_superuser().await;
    let served: Vec<i32> = sqlx::query_scalar(served)
        .fetch_all(&mut reader)
        .await
        .unwrap();
    served.into_iter().collect()
}

/// What a table says to each row that is written, while a code is set.
async fn troubled(postgres: &TestDb, tables: &[&str]) {
    let trigger = "CREATE TABLE trouble (code text);
        CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE code text;
        BEGIN
            FOR code IN SELECT t.code FROM trouble t LOOP
                RAISE EXCEPTION 'trouble' USING ERRCODE = code;
            END LOOP;
            RETURN NEW;
        END $$;";
    postgres.execute(trigger).await;
    for table in tables {
        let on = format!(
            "CREATE TRIGGER trouble BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION trouble()"
        );
        postgres.execute(on).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f02_a_run_outlasts_trouble_of_the_server() {
    let postgres = TestDb::create().await;
    let study = open(&postgres).await;
    troubled(
        &postgres,
        &["trials", "trial_values", "trial_user_attributes"],
    )
    .await;
    let running = study.clone();
    let run = tokio::spawn(async move {
        let run = running.optimize(|config, trial| async move {
            trial.report(0, config.x).await?;
            trial.set_user_attr("twice", config.x * 2.0).await?;
            sleep(Duration::from_millis(20)).await;
            Ok(config.x)
        });
        run.concurrency(3).run().await
    });
    let told = async || {
        let counts = study.trial_counts().await.unwrap();
        counts.of(TrialState::Complete)
    };
    let until = async |least: usize| {
        while told().await < least {
            assert!(!run.is_finished());
            sleep(Duration::from_millis(20)).await;
        }
    };
    for code in ["53100", "53200", "57014", "58030", "XX000"] {
        until(told().await + 5).await;
        let before = sessions(&postgres).await;
        postgres
            .execute(format!("INSERT INTO trouble VALUES ('{code}')"))
            .await;
        sleep(Duration::from_millis(300)).await;
        postgres.execute("DELETE FROM trouble").await;
        // A server without memory or disk has better things to do than to open connections.
        if code != "XX000" {
            assert!(sessions(&postgres).await.is_superset(&before), "{code}");
        }
    }
    until(told().await + 5).await;
    study.stop();
    let summary = run.await.unwrap().unwrap();
    assert_eq!((summary.failed, summary.pruned), (0, 0));
    let trials = study.trials().await.unwrap();
    assert_eq!(trials.len(), summary.complete);
    for trial in trials {
        let x = trial.params.get("x").unwrap().stored();
        assert_eq!(trial.value(), Some(x));
        assert_eq!(trial.user_attrs.len(), 1);
        assert_eq!(trial.intermediate_values.len(), 1);
    }
    // By hand, an ask loses nothing.
    postgres
        .execute("INSERT INTO trouble VALUES ('53100')")
        .await;
    let error = study.ask().await.unwrap_err();
    assert!(
        matches!(&error, Error::Storage { attempts: 1, .. }),
        "{error:?}"
    );
    assert!(error.is_transient());
    let text = error.to_string();
    assert!(
        text.contains("help: the database's disk is full: free space on it"),
        "{text}"
    );
}

/// A server whose default is to read only, or a standby, lets nobody write, and says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f17_a_server_that_only_reads_says_so() {
    let postgres = TestDb::create().await;
    let study = open(&postgres).await;
    study.ask().await.unwrap().tell(1.0).await.unwrap();
    let db = study.database().clone();
    db.study::<Train>("t")
        .await
        .unwrap()
        .ask()
        .await
        .unwrap()
        .tell(0.5)
        .await
        .unwrap();
    let role = format!("ALTER ROLE {} ", postgres.user);
    let only_read = format!("{role} SET default_transaction_read_only = on");
    postgres.execute_superuser(&only_read).await;
    cut(&postgres).await;

    let op = |error: Error| match error {
        Error::ReadOnly { op, ref target, .. } => {
            let text = error.to_string();
            assert!(
                text.starts_with(&format!("{target} is read-only")),
                "{text}"
            );
            assert!(text.contains("default_transaction_read_only"), "{text}");
            assert!(target.starts_with("PostgreSQL 127.0.0.1:"));
            op
        }
        other => panic!("{other:?}"),
    };
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    assert_eq!(
        op(db.study::<Line>("new").await.unwrap_err()),
        "create_study"
    );
    let study = db
        .study_builder::<Line>("s")
        .sampler(Random)
        .open()
        .await
        .unwrap();
    assert_eq!(op(study.ask().await.unwrap_err()), "ask");
    assert_eq!(op(study.ask_many(2).await.unwrap_err()), "ask");
    assert_eq!(
        op(study.enqueue(Line { x: 0.5 }).await.unwrap_err()),
        "add_trial"
    );
    let run = study.optimize(|config, _| async move { Ok(config.x) });
    assert_eq!(op(run.trials(1).run().await.unwrap_err()), "ask");
    // What reads works.
    assert_eq!(study.trials().await.unwrap().len(), 1);
    assert_eq!(study.best().await.unwrap().value, 1.0);
    Train::load_best(&db, "t").await.unwrap();

    let write = format!("{role} RESET default_transaction_read_only");
    postgres.execute_superuser(&write).await;
    postgres.execute("DROP OWNED BY CURRENT_USER").await;
    postgres.execute_superuser(&only_read).await;
    cut(&postgres).await;
    assert_eq!(op(db.study::<Line>("s").await.unwrap_err()), "tables");
    let error = Train::load_best(&db, "t").await.unwrap_err();
    assert!(matches!(error, Error::NoTables { .. }), "{error:?}");
}

/// A secret is rotated while trials run: the server has the new password before the file has it, or after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f03_a_rotated_password_costs_no_result() {
    let postgres = TestDb::create().await;
    let secrets = tempfile::tempdir().unwrap();
    let file = secrets.path().join("the_secret");
    std::fs::write(&file, &postgres.password).unwrap();
    let builder = || {
        OptunaDatabase::builder()
            .host(&postgres.host)
            .port(postgres.port)
            .user(&postgres.user)
            .database(&postgres.database)
            .secrets_dir(secrets.path().display().to_string())
            .password_secret("the_secret")
            .heartbeat_interval(Duration::from_millis(300))
            .grace_period(Duration::from_secs(30))
    };
    let db = builder().connect().await.unwrap();
    let study = db.study::<Line>("s").await.unwrap();
    let rotate = async |password: &str| {
        let sql = format!("ALTER ROLE {} PASSWORD '{password}'", postgres.user);
        postgres.execute_superuser(sql).await;
        cut(&postgres).await;
    };
    // The file first, then the server.
    let trial = study.ask().await.unwrap();
    std::fs::write(&file, "second\n").unwrap();
    trial.report(0, 0.5).await.unwrap();
    rotate("second").await;
    trial.report(1, 0.5).await.unwrap();
    trial.tell(0.5).await.unwrap();
    sqlx::query("SELECT 1")
        .execute(own_pool(&db).await)
        .await
        .unwrap();

    // The server first, then the file.
    let trial = study.ask().await.unwrap();
    rotate("third").await;
    let telling = tokio::spawn(async move {
        trial.report(0, 0.25).await?;
        trial.tell(0.25).await
    });
    sleep(Duration::from_millis(1500)).await;
    assert!(!telling.is_finished());
    // Nobody waits for a call that loses nothing.
    let error = study.ask().await.unwrap_err();
    let refused = |error: &Error| {
        matches!(
            error,
            Error::Connect {
                reason: ConnectReason::Authentication,
                ..
            }
        )
    };
    assert!(refused(&error) && !error.is_transient(), "{error:?}");
    let error = builder().connect().await.unwrap_err();
    assert!(refused(&error), "{error:?}");
    std::fs::write(&file, "third\n").unwrap();
    telling.await.unwrap().unwrap();
    sqlx::query("SELECT 1")
        .execute(own_pool(&db).await)
        .await
        .unwrap();

    // A role that may not log in for a while has the same password as before.
    let trial = study.ask().await.unwrap();
    let login = |what: &str| format!("ALTER ROLE {} {what}", postgres.user);
    postgres.execute_superuser(login("NOLOGIN")).await;
    cut(&postgres).await;
    let telling = tokio::spawn(trial.tell(0.125));
    sleep(Duration::from_millis(500)).await;
    assert!(!telling.is_finished());
    postgres.execute_superuser(login("LOGIN")).await;
    telling.await.unwrap().unwrap();
    let trials = study.trials().await.unwrap();
    let values: Vec<_> = trials.iter().map(|trial| trial.value()).collect();
    assert_eq!(values, [Some(0.5), Some(0.25), Some(0.125)]);
}

async fn own_pool(db: &OptunaDatabase) -> &sqlx::PgPool {
    match db.pool().await {
        Some(Pool::Postgres(pool)) => pool,
        other => panic!("{other:?}"),
    }
}

/// A standby is read from, also where its default is a level of isolation that no standby has.
#[tokio::test]
async fn f17_a_standby_says_that_it_only_reads() {
    let primary = PrivateServer::start().await;
    let postgres = TestDb::create_on(primary.server()).await;
    let study = open(&postgres).await;
    study.ask().await.unwrap().tell(1.0).await.unwrap();
    let level = format!(
        "ALTER ROLE {} SET default_transaction_isolation = 'serializable'",
        postgres.user
    );
    postgres.execute_superuser(level).await;
    let standby = primary.standby(Replication::Synchronous).await;
    let url = postgres.url_at("postgresql", standby.server().port);
    let db = OptunaDatabase::connect(&url).await.unwrap();
    let study = db.study_builder::<Line>("s").sampler(Random).open().await;
    let study = study.unwrap();
    assert_eq!(study.best().await.unwrap().value, 1.0);
    assert_eq!(study.trials().await.unwrap().len(), 1);
    for error in [
        study.ask().await.unwrap_err(),
        db.study::<Line>("new").await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::ReadOnly { .. }), "{error:?}");
    }
}
