//! A password reaches no error, no Debug text and no log line.

use docktuna::{Load, OptunaDatabase, Secret};

use crate::space::{Line, Train};
use crate::support::{Proxy, TestDb};
use crate::texts::{Log, every_text};

#[tokio::test]
async fn a_password_is_nowhere_to_be_read() {
    let postgres = TestDb::create().await;
    let secret = postgres.password.as_str();
    // One thread runs all tasks of this test, so it sees what they log.
    let log = Log::start();
    let texts = every_text_of(&postgres).await;
    let log = log.text();
    assert!(
        log.contains("trial ended") && log.contains("trying again"),
        "something was logged: {log}"
    );
    let encoded = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
    for hidden in [secret.to_owned(), encoded.to_string(), "hunter2".to_owned()] {
        assert!(!log.contains(&hidden), "the log holds a password");
        for text in &texts {
            assert!(!text.contains(&hidden), "{text}");
        }
    }
    assert!(texts.len() > 20);
}

/// Debug texts of everything that has seen the password, and every text of errors of every kind.
async fn every_text_of(postgres: &TestDb) -> Vec<String> {
    let secret = postgres.password.clone();
    let mut texts = vec![format!(
        "{:?} {:?}",
        Secret::from("hunter2"),
        Secret::from(secret.clone())
    )];
    let builder = || {
        OptunaDatabase::builder()
            .host(&postgres.host)
            .port(postgres.port)
            .user(&postgres.user)
            .database(&postgres.database)
            .password(secret.clone())
    };
    texts.push(format!("{:?} {:#?}", builder(), builder()));
    let url = postgres.url("postgresql");
    texts.push(format!("{:?}", OptunaDatabase::builder().url(&url)));
    texts.push(format!(
        "{:?}",
        OptunaDatabase::builder().url("postgresql://me:hunter2@h/x")
    ));

    let db = builder().connect().await.unwrap();
    let study = db.study::<Line>("s").await.unwrap();
    study
        .optimize(|config, _| async move { Ok(config.x) })
        .trials(2)
        .run()
        .await
        .unwrap();
    let trial = study.ask().await.unwrap();
    let builder_debug = format!("{:?}", db.study_builder::<Line>("s").set("x=0.5"));
    texts.extend([
        format!("{db:?} {db:#?} {:?}", db.pool().await),
        format!("{study:?} {trial:?} {builder_debug}"),
        db.description(),
        db.optuna_url().unwrap(),
        format!("{:?}", Line::loader("s")),
    ]);
    trial.tell(1.0).await.unwrap();

    let mut errors = Vec::new();
    errors.push(builder().password("hunter2").connect().await.unwrap_err());
    errors.push(builder().database("nowhere").connect().await.unwrap_err());
    errors.push(builder().port(1).connect().await.unwrap_err());
    errors.push(builder().host("host.invalid").connect().await.unwrap_err());
    errors.push(
        OptunaDatabase::connect("postgresql://me:hunter2@h:x/y")
            .await
            .unwrap_err(),
    );
    errors.push(
        OptunaDatabase::connect("mysql://me:hunter2@h/y")
            .await
            .unwrap_err(),
    );
    errors.push(
        OptunaDatabase::connect(&url.replace("127.0.0.1", "host.invalid"))
            .await
            .unwrap_err(),
    );
    errors.push(
        OptunaDatabase::builder()
            .url("nonsense:hunter2")
            .connect()
            .await
            .unwrap_err(),
    );
    errors.push(
        OptunaDatabase::builder()
            .host("h")
            .password("hunter2")
            .connect()
            .await
            .unwrap_err(),
    );
    errors.push(
        OptunaDatabase::builder()
            .url("postgresql://me:hunter2@h/x")
            .host("h")
            .connect()
            .await
            .unwrap_err(),
    );
    errors.push(Line::load_best(&db, "none").await.unwrap_err());
    errors.push(Train::load_best(&db, "s").await.unwrap_err());
    errors.push(
        db.study_builder::<Line>("s")
            .maximize("")
            .open()
            .await
            .unwrap_err(),
    );
    postgres
        .execute("UPDATE alembic_version SET version_num = 'v9.9.9.a'")
        .await;
    errors.push(db.study::<Line>("s").await.unwrap_err());
    postgres
        .execute("UPDATE alembic_version SET version_num = 'v3.2.0.a'")
        .await;
    postgres
        .execute("ALTER TABLE trial_params DROP COLUMN param_value")
        .await;
    errors.push(study.ask().await.err().unwrap());
    postgres.execute("DROP TABLE trial_params").await;
    errors.push(study.ask().await.err().unwrap());

    let proxy = Proxy::start(&postgres.host, postgres.port).await;
    let behind = format!(
        "{}?sslmode=disable",
        postgres.url_at("postgresql", proxy.port())
    );
    let behind = OptunaDatabase::connect(&behind).await.unwrap();
    proxy.refuse(true);
    proxy.cut();
    errors.push(behind.study_count().await.unwrap_err());
    texts.extend(errors.iter().map(every_text));
    texts
}
