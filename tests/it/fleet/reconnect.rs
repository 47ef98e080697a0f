//! Servers that go away, read only, or are replaced by others: a worker waits and goes on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use docktuna::sampler::Random;
use docktuna::{OptunaDatabase, Study, TrialState};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::space::{Line, Ten};
use crate::support::{PrivateServer, Replication, TestDb, not_applicable};

/// Results by trial: what the workers were told is there.
type Acknowledged = Arc<Mutex<BTreeMap<i32, f64>>>;

async fn open(url: &str) -> Study<Ten> {
    let db = OptunaDatabase::connect(url).await.unwrap();
    let study = db.study_builder::<Ten>("s").sampler(Random);
    study.open().await.unwrap()
}

/// Runs trials until the study is stopped.
async fn work(study: Study<Ten>, acknowledged: Acknowledged) {
    let run = study.optimize(|config, trial| async move {
        trial.report(0, config.a).await?;
        trial.set_user_attr("twice", config.a * 2.0).await?;
        Ok(config.a + config.b)
    });
    let run = run.on_trial_end(move |_, trial| {
        let acknowledged = Arc::clone(&acknowledged);
        async move {
            let mut acknowledged = acknowledged.lock().unwrap();
            acknowledged.extend(trial.value().map(|value| (trial.number.get(), value)));
            Ok(())
        }
    });
    let summary = run.concurrency(2).run().await.unwrap();
    // A row that was created just before the end may be lost, and with it what runs; nothing else fails.
    assert!(summary.failed <= 2, "{summary:?}");
}

/// The primary dies in mid-run, and its standby takes over under the same address.
async fn fail_over(replication: Replication) -> (BTreeMap<i32, f64>, Vec<docktuna::FrozenTrial>) {
    let primary = PrivateServer::start().await;
    let postgres = TestDb::create_on(primary.server()).await;
    let url = postgres.url("postgresql");
    open(&url).await;
    let mut standby = primary.standby(replication).await;
    let acknowledged = Acknowledged::default();
    let (mut studies, mut workers) = (Vec::new(), JoinSet::new());
    for _ in 0..3 {
        let study = open(&url).await;
        workers.spawn(work(study.clone(), Arc::clone(&acknowledged)));
        studies.push(study);
    }
    let count = || acknowledged.lock().unwrap().len();
    let until = async |least: usize| {
        while count() < least {
            sleep(Duration::from_millis(20)).await;
        }
    };
    until(30).await;
    standby.take_over(primary).await;
    until(count() + 30).await;
    for study in &studies {
        study.stop();
    }
    workers.join_all().await;
    let trials = open(&url).await.trials().await.unwrap();
    let acknowledged = acknowledged.lock().unwrap().clone();
    (acknowledged, trials)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failover_loses_no_result_that_was_replicated() {
    let (acknowledged, trials) = fail_over(Replication::Synchronous).await;
    let numbers = trials.iter().map(|trial| trial.number.get());
    assert!(numbers.eq(0..i32::try_from(trials.len()).unwrap()));
    let mut stored = BTreeMap::new();
    for trial in &trials {
        let Some(value) = trial.value() else { continue };
        let param = |name| trial.params.get(name).unwrap().stored();
        assert_eq!(value, param("a") + param("b"), "trial {}", trial.number);
        stored.insert(trial.number.get(), value);
    }
    for (number, value) in acknowledged {
        assert_eq!(stored.get(&number), Some(&value), "trial {number}");
    }
}

/// A server that only reads is not the one to write to: the connections that were opened to it are given up, and
/// what cannot be written waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_a_server_that_only_reads_are_given_up() {
    let postgres = TestDb::create().await;
    let url = postgres.url("postgresql");
    OptunaDatabase::connect(&url)
        .await
        .unwrap()
        .study::<Line>("s")
        .await
        .unwrap();
    let role = format!("ALTER ROLE {} ", postgres.user);
    let only_read = format!("{role} SET default_transaction_read_only = on");
    let write = format!("{role} RESET default_transaction_read_only");

    // Connected to what was a standby then, as its sessions go on to say.
    postgres.execute_superuser(&only_read).await;
    let db = OptunaDatabase::connect(&url).await.unwrap();
    postgres.execute_superuser(&write).await;
    let study = db.study::<Line>("s").await.unwrap();
    let first = study.ask().await.unwrap();

    // Every new connection leads to a standby for longer than an operation is repeated.
    let second = study.ask().await.unwrap();
    postgres.execute_superuser(&only_read).await;
    postgres
        .execute_superuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'docktuna' AND datname = current_database()")
        .await;
    let telling = tokio::spawn(async move {
        first.report(0, 0.5).await?;
        first.tell(0.25).await
    });
    sleep(Duration::from_secs(5)).await;
    assert!(!telling.is_finished());
    postgres.execute_superuser(&write).await;
    telling.await.unwrap().unwrap();
    second.tell(0.75).await.unwrap();
    let values: Vec<_> = study.trials().await.unwrap();
    let values: Vec<_> = values.iter().map(|trial| trial.value()).collect();
    assert_eq!(values, [Some(0.25), Some(0.75)]);
}

/// A limit of the server on idle sessions ends connections that we keep: that is not an error of anybody.
#[tokio::test]
async fn sessions_that_were_ended_for_idling_are_opened_again() {
    let postgres = TestDb::create().await;
    let (version, major) = postgres.version().await;
    let limit = Duration::from_millis(300);
    let ending = if major >= 14 {
        let (role, limit) = (&postgres.user, limit.as_millis());
        let set = format!("ALTER ROLE {role} SET idle_session_timeout = {limit}");
        postgres.execute_superuser(set).await;
        None
    } else {
        not_applicable(&format!(
            "PostgreSQL {version} has no idle_session_timeout: idle sessions were ended by pg_terminate_backend instead"
        ));
        let connection = postgres.connect_superuser().await;
        Some(tokio::spawn(end_idle_sessions(connection, limit)))
    };
    let db = OptunaDatabase::connect(&postgres.url("postgresql")).await;
    let study = db.unwrap().study::<Line>("s").await.unwrap();
    for _ in 0..2 {
        let trial = study.ask().await.unwrap();
        sleep(limit * 2).await;
        trial.report(0, 1.0).await.unwrap();
        sleep(limit * 2).await;
        trial.tell(1.0).await.unwrap();
        sleep(limit * 2).await;
    }
    assert_eq!(study.trials().await.unwrap().len(), 2);
    assert!(study.stats().reconnects > 2, "{:?}", study.stats());
    if let Some(ending) = ending {
        ending.abort();
    }
}

/// As a server with `idle_session_timeout` does.
async fn end_idle_sessions(mut connection: sqlx::PgConnection, limit: Duration) {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'docktuna' AND state = 'idle'
                   AND clock_timestamp() - state_change > make_interval(secs => $1)";
    loop {
        sqlx::query(sql)
            .bind(limit.as_secs_f64())
            .execute(&mut connection)
            .await
            .unwrap();
        sleep(Duration::from_millis(50)).await;
    }
}

/// After an outage longer than the grace period everybody has been silent; nobody is failed for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_longer_than_the_grace_period_fails_no_trial() {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let beating = async || {
        OptunaDatabase::builder()
            .url(postgres.url("postgresql"))
            .heartbeat_interval(Duration::from_secs(2))
            .grace_period(Duration::from_secs(5))
            .connect()
            .await
            .unwrap()
    };
    let study = beating().await.study::<Line>("s").await.unwrap();
    let busy = study.ask().await.unwrap();
    // Has nothing to beat for, and asks all the time.
    let idle = beating().await.study::<Line>("s").await.unwrap();
    sleep(Duration::from_secs(1)).await;
    server.kill_immediate().await;
    let asking = tokio::spawn(async move {
        loop {
            if let Ok(trial) = idle.ask().await {
                return trial.tell(0.5).await.map(|()| idle);
            }
        }
    });
    sleep(Duration::from_secs(12)).await;
    server.start_again().await;
    let idle = asking.await.unwrap().unwrap();
    for _ in 0..10 {
        idle.ask().await.unwrap().tell(1.0).await.unwrap();
        sleep(Duration::from_millis(300)).await;
    }
    busy.tell(0.25).await.unwrap();
    let trials = study.trials().await.unwrap();
    let complete = |trial: &docktuna::FrozenTrial| trial.state == TrialState::Complete;
    assert!(trials.iter().all(complete), "{trials:?}");
}
