//! Through pgbouncer, whose pools hand each transaction another connection to the server.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use docktuna::pruner::Median;
use docktuna::sampler::{Random, Tpe};
use docktuna::{ConnectReason, DatabaseBuilder, Error, Load, OptunaDatabase, Stop, TrialState};
use sqlx::Row;
use sqlx::postgres::PgRow;
use tokio::task::JoinSet;

use crate::backend::Backend;
use crate::space::{Line, Ten};
use crate::support::{Bouncer, Counts, Pooling, PrivateServer, Proxy, TestDb, Version, python};
use crate::texts::Log;

async fn connect(bouncer: &Bouncer, postgres: &TestDb) -> OptunaDatabase {
    let url = bouncer.url(postgres);
    OptunaDatabase::connect(&url).await.unwrap()
}

fn builder(bouncer: &Bouncer, postgres: &TestDb) -> DatabaseBuilder {
    OptunaDatabase::builder()
        .host("127.0.0.1")
        .port(bouncer.port())
        .user(&postgres.user)
        .database(&postgres.database)
        .password(postgres.password.as_str())
}

/// What happens in a process of its own: reports, a pruner, failures that are retried, heartbeats.
async fn work(db: OptunaDatabase) -> BTreeMap<i32, f64> {
    let builder = db.study_builder::<Ten>("s").retry(1);
    let builder = builder.sampler(Tpe::default().n_startup_trials(8));
    let study = builder.pruner(Median::default()).open().await.unwrap();
    let all = Arc::new(Mutex::new(BTreeMap::new()));
    let told = Arc::clone(&all);
    let run = study.optimize(move |config, trial| {
        let told = Arc::clone(&told);
        async move {
            for step in 0..3 {
                trial.report(step, config.a + f64::from(step)).await?;
                if trial.should_prune().await? {
                    return Err(Stop::Pruned);
                }
            }
            if trial.number().get() % 7 == 3 {
                return Err(Stop::failed("this one"));
            }
            trial.set_user_attr("twice", config.a * 2.0).await?;
            let value = config.a + config.b;
            told.lock().unwrap().insert(trial.number().get(), value);
            Ok(value)
        }
    });
    run.concurrency(4).max_total(80).run().await.unwrap();
    all.lock().unwrap().clone()
}

/// Twenty-four trials at once on three connections to the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fleet_shares_few_connections() {
    let backend = Backend::pooled().await;
    let mut workers = JoinSet::new();
    for _ in 0..6 {
        let (interval, grace) = (Duration::from_secs(1), Duration::from_secs(60));
        workers.spawn(work(backend.beating(interval, grace).await));
    }
    let told: BTreeMap<i32, f64> = workers.join_all().await.into_iter().flatten().collect();
    let study = backend.db.study::<Ten>("s").await.unwrap();
    let trials = study.trials().await.unwrap();
    let (run, queued) = trials.split_at(80);
    let numbers = run.iter().map(|trial| trial.number.get());
    assert!(numbers.eq(0..80));
    // What failed last is in the queue again, and must not run any more.
    let waits = |trial: &docktuna::FrozenTrial| trial.state == TrialState::Waiting;
    assert!(queued.iter().all(waits), "{queued:?}");
    for trial in run {
        let param = |name| trial.params.get(name).unwrap().stored();
        let of_told = told.get(&trial.number.get()).copied();
        if trial.state == TrialState::Pruned {
            assert!(trial.value().is_some() && of_told.is_none());
            continue;
        }
        assert_eq!(trial.value(), of_told, "trial {}", trial.number);
        match of_told {
            Some(value) => {
                assert_eq!(value, param("a") + param("b"), "no row has another's");
                let twice = trial.user_attrs["twice"].as_json().parse();
                assert_eq!(twice, Ok(param("a") * 2.0));
            }
            None => assert_eq!(trial.state, TrialState::Fail, "{trial:?}"),
        }
    }
    let is_retry = |trial: &&docktuna::FrozenTrial| trial.system_attrs.contains_key("failed_trial");
    assert!(run.iter().filter(is_retry).count() > 0);
    let best = Ten::load_best(&backend.again().await, "s").await.unwrap();
    let least = told.values().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(best.a + best.b, least);

    // Python reads the same through the proxy and without it.
    let straight = backend.postgres.as_ref().unwrap().url_for_python();
    let args = ["--study", "s"];
    let through = python(Version::V5, "report.py", &args, backend.url()).await;
    let without = python(Version::V5, "report.py", &args, &straight).await;
    assert_eq!(through, without);
    let read = through["studies"][0]["trials"].as_array().unwrap();
    let complete = read.iter().filter(|trial| trial["state"] == "COMPLETE");
    assert_eq!((read.len(), complete.count()), (trials.len(), told.len()));
}

/// Every operation is a transaction: begin, with the lock if it takes one; parse; execute; commit.
#[tokio::test]
async fn an_operation_costs_four_round_trips() {
    for pooling in [Pooling::Transaction, Pooling::Session] {
        let postgres = TestDb::create().await;
        let bouncer = Bouncer::start(&postgres, pooling);
        // Counts between the client and pgbouncer, and so needs clear text.
        let proxy = Proxy::start("127.0.0.1", bouncer.port()).await;
        let url = postgres.url_at("postgresql", proxy.port());
        let url = format!("{url}?sslmode=disable");
        let db = OptunaDatabase::connect(&url).await.unwrap();
        let trips = |counts: Counts| (counts.round_trips, counts.commits, counts.connections);

        let study = db.study_builder::<Ten>("tpe").sampler(Tpe::default());
        let tpe = study.open().await.unwrap();
        let study = db.study_builder::<Ten>("s").sampler(Random);
        let study = study.open().await.unwrap();
        for (study, expected) in [(&tpe, (12, 3, 0)), (&study, (8, 2, 0))] {
            study.ask().await.unwrap().tell(1.0).await.unwrap();
            proxy.reset();
            study.ask().await.unwrap().tell(1.0).await.unwrap();
            assert_eq!(trips(proxy.counts()), expected, "{pooling:?}");
        }
        let trial = study.ask().await.unwrap();
        proxy.reset();
        trial.report(0, 1.0).await.unwrap();
        assert_eq!(trips(proxy.counts()), (4, 1, 0));
        proxy.reset();
        trial.tell(1.0).await.unwrap();
        assert_eq!(trips(proxy.counts()), (4, 1, 0));
        proxy.reset();
        Ten::load_best(&db, "s").await.unwrap();
        assert_eq!(trips(proxy.counts()), (12, 3, 0));
        proxy.reset();
        let trials = study.ask_many(8).await.unwrap();
        // Only parse and execute come eight times.
        assert_eq!(trips(proxy.counts()), (18, 1, 0));
        for trial in trials {
            trial.tell(1.0).await.unwrap();
        }
    }
}

/// The next client of a connection finds it as if nobody had used it; here that is a second schema.
#[tokio::test]
async fn nothing_stays_behind_on_a_connection_to_the_server() {
    let postgres = TestDb::create().await;
    postgres
        .execute("CREATE SCHEMA \"My \"\"Tuning\"; CREATE SCHEMA other")
        .await;
    let bouncer = Bouncer::start(&postgres, Pooling::Transaction);
    let mut studies = Vec::new();
    for schema in ["My \"Tuning", "other"] {
        let db = builder(&bouncer, &postgres).schema(schema);
        let db = db.connect().await.unwrap();
        studies.push(db.study::<Line>(schema).await.unwrap());
        assert_eq!(db.study_count().await.unwrap(), 1, "{schema}");
    }
    let mut workers = JoinSet::new();
    for study in [studies.clone(), studies.clone(), studies].concat() {
        workers.spawn(async move {
            study.enqueue(Line { x: 0.5 }).await.unwrap();
            study.ask().await.unwrap().tell(1.0).await.unwrap();
        });
    }
    workers.join_all().await;
    let sql = "SELECT pg_backend_pid(), current_setting('search_path'), current_setting('synchronous_commit'),
                   current_setting('plan_cache_mode'), (SELECT count(*) FROM pg_prepared_statements),
                   (SELECT count(*) FROM pg_proc WHERE proname LIKE 'docktuna%')";
    let plain = connect(&bouncer, &postgres).await;
    let Some(docktuna::Pool::Postgres(plain)) = plain.pool().await else {
        panic!("PostgreSQL");
    };
    // One client, whose transactions go to all of them in turn; the driver's pool would ask in between.
    let mut plain = plain.acquire().await.unwrap();
    let mut connections = BTreeSet::new();
    for _ in 0..6 {
        let row: PgRow = sqlx::raw_sql(sql).fetch_one(&mut *plain).await.unwrap();
        connections.insert(row.get::<i32, _>(0));
        let settings: Vec<String> = (1..4).map(|column| row.get(column)).collect();
        assert_eq!(settings, ["\"$user\", public", "on", "auto"]);
        assert_eq!((row.get::<i64, _>(4), row.get::<i64, _>(5)), (0, 0));
    }
    assert!(connections.len() >= 2, "all of them were looked at");
    let counts = "SELECT (SELECT count(*) FROM other.trials), (SELECT count(*) FROM \"My \"\"Tuning\".trials)";
    let row = sqlx::raw_sql(counts).fetch_one(&mut *plain).await.unwrap();
    assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1)), (3, 3));
}

/// A proxy that asks the server for exactly what we ask for is not taken for a straight line.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_is_recognised_whatever_it_asks_for_itself() {
    let postgres = TestDb::create().await;
    let same = "timezone=UTC datestyle=ISO client_encoding=UTF8 application_name=docktuna";
    let mode = "pool_mode = transaction\ndefault_pool_size = 2";
    let bouncer = Bouncer::start_with(&postgres, same, mode);
    let mut workers = JoinSet::new();
    for _ in 0..4 {
        let db = connect(&bouncer, &postgres).await;
        workers.spawn(async move {
            let study = db.study::<Line>("s").await.unwrap();
            for _ in 0..5 {
                let trial = study.ask().await.unwrap();
                trial.report(0, 1.0).await.unwrap();
                trial.tell(1.0).await.unwrap();
            }
        });
    }
    workers.join_all().await;
    let study = connect(&bouncer, &postgres).await.dynamic_study("s").await;
    assert_eq!(study.unwrap().trials().await.unwrap().len(), 20);
}

/// Where settings must not be looked at, the careful way is taken.
#[tokio::test]
async fn a_role_that_may_not_look_at_settings_works() {
    let postgres = TestDb::create().await;
    postgres
        .execute_superuser("REVOKE SELECT ON pg_settings FROM PUBLIC")
        .await;
    let db = OptunaDatabase::connect(&postgres.url("postgresql")).await;
    let study = db.unwrap().study::<Line>("s").await.unwrap();
    study.ask().await.unwrap().tell(1.0).await.unwrap();
    assert_eq!(study.best().await.unwrap().number.get(), 0);
}

/// A crash of the server may undo trials, after which their ids are handed out again, to trials that
/// wait as well. The connection to a proxy lives on, and with it what it saw of the queue.
#[tokio::test]
async fn a_trial_that_waits_under_an_id_that_was_lost_is_found() {
    for backend in [Backend::pooled().await, Backend::postgres().await] {
        let study = backend.db.study::<Line>("s").await.unwrap();
        study.ask().await.unwrap().tell(1.0).await.unwrap();
        let lost = study.ask_many(3).await.unwrap();
        assert_eq!(lost[2].number().get(), 3);
        let undo = "DELETE FROM trial_heartbeats WHERE trial_id > 1; DELETE FROM trial_params WHERE trial_id > 1;
                    DELETE FROM trials WHERE trial_id > 1; SELECT setval('trials_trial_id_seq', 1)";
        backend.execute(undo).await;
        let others = backend.again().await.study::<Line>("s").await.unwrap();
        others.enqueue(Line { x: 0.125 }).await.unwrap();
        let trial = study.ask().await.unwrap();
        assert_eq!(trial.config().x, 0.125, "{:?}", backend.kind);
        trial.tell(2.0).await.unwrap();
        let trials = study.trials().await.unwrap();
        let states: Vec<TrialState> = trials.iter().map(|trial| trial.state).collect();
        assert_eq!(states, [TrialState::Complete; 2]);
    }
}

/// Server and proxy are killed in turn under working clients.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn crashes_of_server_and_proxy_lose_no_result() {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let mut bouncer = Bouncer::start(&postgres, Pooling::Transaction);
    connect(&bouncer, &postgres)
        .await
        .study::<Ten>("s")
        .await
        .unwrap();
    let (stop, _) = tokio::sync::watch::channel(false);
    let mut workers = JoinSet::new();
    for _ in 0..4 {
        // Every result is to be told by its value, and no draw of random search comes twice.
        let db = connect(&bouncer, &postgres).await;
        let study = db.study_builder::<Ten>("s").sampler(Random).open().await;
        let (study, stop) = (study.unwrap(), stop.subscribe());
        workers.spawn(async move {
            let mut told = Vec::new();
            while !*stop.borrow() {
                // All may be away for longer than an operation is repeated.
                let Ok(trial) = study.ask().await else {
                    continue;
                };
                let value = trial.config().a + trial.config().b;
                if trial.tell(value).await.is_ok() {
                    told.push(value);
                }
            }
            told
        });
    }
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(400)).await;
        server.kill_immediate().await;
        server.start_again().await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        bouncer.kill();
        bouncer.start_again();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.send_replace(true);
    let told: Vec<f64> = workers.join_all().await.into_iter().flatten().collect();
    let study = connect(&bouncer, &postgres).await.dynamic_study("s").await;
    let trials = study.unwrap().trials().await.unwrap();
    let numbers: Vec<i32> = trials.iter().map(|trial| trial.number.get()).collect();
    assert!(
        numbers
            .into_iter()
            .eq(0..i32::try_from(trials.len()).unwrap())
    );
    let mut stored = BTreeSet::new();
    for trial in trials.iter().filter(|trial| trial.value().is_some()) {
        let param = |name| trial.params.get(name).unwrap().stored();
        assert_eq!(trial.value(), Some(param("a") + param("b")));
        assert!(
            stored.insert(trial.value().unwrap().to_bits()),
            "no result twice"
        );
    }
    assert!(told.len() > 20, "{} results", told.len());
    let lost = told
        .iter()
        .filter(|value| !stored.contains(&value.to_bits()));
    assert_eq!(lost.count(), 0, "of {} results", told.len());
}

/// Old releases of pgbouncer tell refusals apart by their texts alone.
#[tokio::test]
async fn refusals_of_the_proxy_are_told_apart() {
    let postgres = TestDb::create().await;
    let mode = "pool_mode = transaction\nmax_client_conn = 2";
    let bouncer = Bouncer::start_with(&postgres, "", mode);
    let reason = async |builder: DatabaseBuilder| match builder.connect().await {
        Err(Error::Connect { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    let local = || builder(&bouncer, &postgres);
    let wrong = local().password("wrong");
    assert_eq!(reason(wrong).await, ConnectReason::Authentication);
    let nobody = local().user("nobody-here");
    assert_eq!(reason(nobody).await, ConnectReason::Authentication);
    let nowhere = local().database("nowhere");
    assert_eq!(reason(nowhere).await, ConnectReason::MissingDatabase);
    let taken = (
        local().connect().await.unwrap(),
        local().connect().await.unwrap(),
    );
    assert_eq!(reason(local()).await, ConnectReason::TooManyConnections);
    drop(taken);
}

/// Behind a proxy nothing tells whether the line to it is encrypted.
#[tokio::test]
async fn a_line_that_may_be_in_clear_text_is_warned_of() {
    let postgres = TestDb::create().await;
    let bouncer = Bouncer::start(&postgres, Pooling::Transaction);
    let log = Log::start();
    // This machine, in a way of writing that only the resolver understands.
    let other = builder(&bouncer, &postgres).host("127.1");
    other.connect().await.unwrap();
    let warned = log.text().matches("may not be encrypted").count();
    assert_eq!(warned, 1, "{}", log.text());
}
