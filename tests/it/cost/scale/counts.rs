//! What each operation reads and sends.

use std::time::Duration;

use docktuna::sampler::Random;
use docktuna::{Load, OptunaDatabase};

use super::fill::{Size, execute, fill};
use super::operation::Operation::{self, *};
use crate::backend::Backend;
use crate::space::Line;
use crate::support::{Counts, Proxy, TestDb};

/// What one of several equal calls costs.
#[derive(Debug, Clone, Copy)]
struct Cost {
    /// Rows of all tables, and entries of all indexes.
    read: i64,
    round_trips: u64,
    /// What the server sent.
    bytes: u64,
}

/// What it may cost at most, in a database of this size.
fn limit(operation: Operation, name: &str, size: Size) -> Cost {
    let number = |many: usize| i64::try_from(many).unwrap();
    // The study asked about, with what was added meanwhile; and all of them.
    let own = 200
        + if name == "large" {
            number(size.trials)
        } else {
            0
        };
    let (all, studies) = (number(size.all_trials()) + 1000, number(size.studies) + 10);
    let (read, round_trips, bytes) = match operation {
        // A new process looks once through the study's trials for silent ones, which the server may find to be the
        // best part of all.
        Connect if name == "large" => (all + 400, 20, 5000),
        Connect => (own + 400, 20, 5000),
        Open => (300, 5, 2000),
        AskAndTell => (50, 2, 1000),
        AskAndTellWithHistory => (100, 3, 2000),
        // A look at the trial for each parameter, by the database's own checks.
        AskAndTellWide => (1000, 2, 1000),
        // A transaction to add it, one to claim it and one to read it, which takes six statements.
        Claim => (100, 14, 2000),
        Report | SetAttribute => (20, 1, 500),
        // The trials and their values are compared.
        Load => (2 * own, 3, 1000),
        BestTrial => (2 * own, 9, 2000),
        // They are counted, too.
        StudySummary => (3 * own, 2, 1000),
        StudySummaries => (3 * all + 4 * studies, 1, 200 * size.studies as u64 + 2000),
        LatestStudy => (all, 1, 500),
        TrialCounts | LastUpdate => (own, 1, 500),
        Studies => (3 * studies, 1, 100 * size.studies as u64 + 2000),
    };
    Cost {
        read,
        round_trips,
        bytes,
    }
}

#[tokio::test]
async fn no_operation_grows_with_what_it_does_not_show() {
    let (backend, size) = (Backend::postgres().await, Size::of_this_run());
    fill(&backend, size).await;
    let postgres = backend.postgres.as_ref().unwrap();
    let proxy = Proxy::start(&postgres.host, postgres.port).await;
    let in_large = Operation::ALL.map(|operation| ("large", operation));
    // The same beside a large study, in one that ended before it.
    let in_old = [Connect, Open, AskAndTell, Claim, Load, StudySummary];
    let in_old = in_old.map(|operation| ("old", operation));
    let mut wrong = Vec::new();
    for (name, operation) in in_large.into_iter().chain(in_old) {
        let most = limit(operation, name, size);
        let is_more = |cost: &Cost| {
            cost.read > most.read || cost.round_trips > most.round_trips || cost.bytes > most.bytes
        };
        let mut found = cost(&backend, postgres, &proxy, operation, name).await;
        // The server has work of its own, which reads as well. What an operation reads, it reads each time.
        for _ in 0..2 {
            if is_more(&found) {
                found = cost(&backend, postgres, &proxy, operation, name).await;
            }
        }
        println!("{name}: {operation:?}: {found:?}");
        if is_more(&found) {
            wrong.push(format!(
                "{name}: {operation:?}: {found:?} is more than {most:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Only the first look for silent trials, or for a better one, goes through all of a study, also while a trial runs that
/// nobody ends.
#[tokio::test]
async fn looks_go_on_where_the_last_one_ended() {
    const LOOKS: u32 = 8;
    let (backend, size) = (Backend::postgres().await, Size::of_this_run());
    fill(&backend, size).await;
    let forgotten = "UPDATE trials SET state = 'RUNNING', datetime_complete = NULL
                     WHERE number = 1 AND study_id = (SELECT study_id FROM studies WHERE study_name = 'large');
                     DELETE FROM trial_heartbeats";
    execute(&backend, forgotten.to_owned()).await;
    let postgres = backend.postgres.as_ref().unwrap();
    let whole = i64::try_from(size.trials).unwrap();
    for watches in [false, true] {
        // What others did before is in the first.
        let mut read = [0; 3];
        for (looks, read) in [0, 0, LOOKS].into_iter().zip(&mut read) {
            let before = rows_read(postgres).await;
            if watches {
                watch(postgres, looks).await;
            } else {
                look(postgres, looks).await;
            }
            *read = rows_read(postgres).await - before;
        }
        let [_, none, many] = read;
        assert!(
            none > whole,
            "{none} rows are less than the first look reads"
        );
        // Each of them would read all, and on a slow machine the first ones may.
        assert!(
            many - none < whole * i64::from(LOOKS) / 2,
            "{LOOKS} looks read {} rows in a study of {whole} trials",
            many - none
        );
    }
}

/// Watches the best trial of the large study, while trials end in it.
async fn watch(postgres: &TestDb, looks: u32) {
    const EVERY: Duration = Duration::from_millis(200);
    let url = postgres.url("postgresql");
    let db = OptunaDatabase::connect(&url).await.unwrap();
    let study = db.study_builder::<Line>("large").sampler(Random);
    let study = study.open().await.unwrap();
    // A connection looks for waiting trials once.
    let trials = study.ask_many(2).await.unwrap();
    for trial in trials {
        trial.tell(1e6).await.unwrap();
    }
    let watched = Line::loader("large").watch(&db, EVERY).await.unwrap();
    let look = async || {
        tokio::time::sleep(EVERY).await;
        while watched.last_success().is_none_or(|age| age > EVERY) {
            tokio::time::sleep(EVERY / 10).await;
        }
    };
    look().await;
    for _ in 0..looks {
        study.ask().await.unwrap().tell(1e6).await.unwrap();
        look().await;
    }
    drop(watched);
    db.close().await;
}

/// Opens the large study, asks for a trial, and then for others so slowly that each ask looks for silent trials.
async fn look(postgres: &TestDb, looks: u32) {
    const INTERVAL: Duration = Duration::from_millis(400);
    let proxy = Proxy::start(&postgres.host, postgres.port).await;
    let url = postgres.url_at("postgresql", proxy.port());
    let db = OptunaDatabase::builder()
        .url(format!("{url}?sslmode=disable"))
        .grace_period(INTERVAL * 2)
        .heartbeat_interval(INTERVAL);
    let db = db.connect().await.unwrap();
    let study = db.study_builder::<Line>("large").sampler(Random);
    let study = study.open().await.unwrap();
    study.ask().await.unwrap().tell(1e6).await.unwrap();
    proxy.reset();
    for _ in 0..looks {
        tokio::time::sleep(INTERVAL).await;
        study.ask().await.unwrap().tell(1e6).await.unwrap();
    }
    // An ask and a tell are a round trip each, and a look is at least one more.
    let round_trips = proxy.counts().round_trips;
    assert!(round_trips >= 3 * u64::from(looks), "{round_trips}");
    db.close().await;
}

/// The difference of fewer and of more calls, each by a handle of its own: what a handle reads at its first call is
/// in both.
async fn cost(
    backend: &Backend,
    postgres: &TestDb,
    proxy: &Proxy,
    operation: Operation,
    name: &str,
) -> Cost {
    // The server may plan a statement for good after five calls.
    const FEWER: u32 = 6;
    const MORE: u32 = 8;
    let url = postgres.url_at("postgresql", proxy.port());
    let url = format!("{url}?sslmode=disable");
    let calls = async |times| -> Counts {
        let begin = || proxy.reset();
        operation.run(backend, &url, name, times, begin).await;
        proxy.counts()
    };
    // What others did since this study's last trial is read once.
    calls(1).await;
    let before = rows_read(postgres).await;
    let fewer = calls(FEWER).await;
    let between = rows_read(postgres).await;
    let more = calls(MORE).await;
    let after = rows_read(postgres).await;
    let times = MORE - FEWER;
    Cost {
        read: ((after - between) - (between - before)) / i64::from(times),
        round_trips: (more.round_trips - fewer.round_trips) / u64::from(times),
        bytes: more.bytes_answered.saturating_sub(fewer.bytes_answered) / u64::from(times),
    }
}

/// What scans have read since the database was made. A session gives its counters when it ends.
async fn rows_read(postgres: &TestDb) -> i64 {
    let mut connection = postgres.connect_superuser().await;
    let sessions = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'docktuna'";
    while sqlx::query_scalar::<_, i64>(sessions)
        .fetch_one(&mut connection)
        .await
        .unwrap()
        > 0
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let has_collector = "SELECT current_setting('server_version_num')::int < 150000";
    if sqlx::query_scalar(has_collector)
        .fetch_one(&mut connection)
        .await
        .unwrap()
    {
        // A process of its own counts, and publishes twice a second.
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }
    let sql = "SELECT ((SELECT sum(seq_tup_read) FROM pg_stat_user_tables)
                + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes))::bigint";
    sqlx::query_scalar(sql)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}
