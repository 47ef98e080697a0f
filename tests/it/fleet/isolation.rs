//! Role and database may have any isolation level as default: what is numbered, counted, claimed, retried and failed
//! under a lock does not depend on it.

use std::collections::BTreeMap;
use std::time::Duration;

use docktuna::sampler::Random;
use docktuna::{FrozenTrial, OptunaDatabase, Stop, Study, StudyStats, TrialState};
use sqlx::Row;
use tokio::task::JoinSet;

use crate::space::Line;
use crate::support::{Bouncer, Pooling, TestDb};

const LEVELS: [&str; 3] = ["read committed", "repeatable read", "serializable"];
const WORKERS: i32 = 4;

/// How a trial is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Route {
    /// By a function of the session.
    Function,
    /// By a transaction, as the role may not create a function.
    Transaction,
    /// Through a proxy that pools by transaction.
    Pooled,
}

/// A database with a level of isolation as default, and a way to it.
struct Place {
    url: String,
    /// Those of several processes: no connection is shared.
    handles: Vec<OptunaDatabase>,
    // Before the database, which cannot be removed while the proxy has it open.
    _bouncer: Option<Bouncer>,
    postgres: TestDb,
}

impl Place {
    async fn new(level: &str, route: Route) -> Self {
        let postgres = TestDb::create().await;
        let (role, database) = (&postgres.user, &postgres.database);
        let whose = match route {
            Route::Function => format!("ROLE {role}"),
            Route::Transaction => format!("DATABASE {database}"),
            Route::Pooled => format!("ROLE {role} IN DATABASE {database}"),
        };
        let default = format!("ALTER {whose} SET default_transaction_isolation = '{level}'");
        postgres.execute_superuser(default).await;
        if route == Route::Transaction {
            let revoke = format!("REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}");
            postgres.execute_superuser(revoke).await;
        }
        let bouncer =
            (route == Route::Pooled).then(|| Bouncer::start(&postgres, Pooling::Transaction));
        let url = match &bouncer {
            Some(bouncer) => bouncer.url(&postgres),
            None => postgres.url("postgresql"),
        };
        let mut own = postgres.connect().await;
        let row = sqlx::query("SHOW transaction_isolation").fetch_one(&mut own);
        assert_eq!(row.await.unwrap().get::<String, _>(0), level);
        let mut handles = Vec::new();
        for _ in 0..WORKERS {
            handles.push(handle(&url, Duration::ZERO).await);
        }
        Self {
            url,
            handles,
            _bouncer: bouncer,
            postgres,
        }
    }

    async fn study(&self, name: &str) -> Study<Line> {
        open(&self.handles[0], name).await
    }

    /// What each of several processes brings that do the same at the same time.
    async fn all<T, F>(&self, name: &'static str, work: fn(Study<Line>, i32) -> F) -> Vec<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        all(&self.handles, name, work).await
    }
}

async fn all<T, F>(
    handles: &[OptunaDatabase],
    name: &'static str,
    work: fn(Study<Line>, i32) -> F,
) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut workers = JoinSet::new();
    for (worker, db) in (0..).zip(handles.to_vec()) {
        workers.spawn(async move { work(open(&db, name).await, worker).await });
    }
    workers.join_all().await
}

/// A handle that beats so often, or never.
async fn handle(url: &str, beat: Duration) -> OptunaDatabase {
    let builder = OptunaDatabase::builder().url(url).heartbeat_interval(beat);
    builder.connect().await.unwrap()
}

async fn open(db: &OptunaDatabase, name: &str) -> Study<Line> {
    let study = db.study_builder(name).sampler(Random).retry(1);
    study.open().await.unwrap()
}

fn numbers(trials: &[FrozenTrial]) -> Vec<i32> {
    trials.iter().map(|trial| trial.number.get()).collect()
}

async fn numbering(place: &Place) {
    let told = place.all("numbers", |study, worker| async move {
        let mut told = Vec::new();
        for n in 0..15 {
            let value = f64::from(worker * 1000 + n);
            // Every third one several at once, which is a transaction on every route.
            let mut trials = match n % 3 {
                0 => study.ask_many(2).await.unwrap(),
                _ => vec![study.ask().await.unwrap()],
            };
            let trial = trials.remove(0);
            told.push((trial.number().get(), value));
            trial.tell(value).await.unwrap();
            for trial in trials {
                told.push((trial.number().get(), value + 0.5));
                trial.tell(value + 0.5).await.unwrap();
            }
        }
        told
    });
    let told: BTreeMap<i32, f64> = told.await.into_iter().flatten().collect();
    let expected: Vec<i32> = (0..WORKERS * 20).collect();
    assert_eq!(told.keys().copied().collect::<Vec<_>>(), expected);
    let trials = place.study("numbers").await.trials().await.unwrap();
    assert_eq!(numbers(&trials), expected);
    for trial in trials {
        assert_eq!(trial.value(), told.get(&trial.number.get()).copied());
    }
}

/// Failures are retried, and count.
async fn total(place: &Place) {
    let ended = place.all("total", |study, _| async move {
        let run = study.optimize(|config, trial| async move {
            match trial.number().get() % 5 {
                3 => Err(Stop::failed("this one")),
                _ => Ok(config.x),
            }
        });
        let run = run.max_total(40).concurrency(2).run().await.unwrap();
        run.complete + run.failed
    });
    assert_eq!(ended.await.into_iter().sum::<usize>(), 40);
    let trials = place.study("total").await.trials().await.unwrap();
    let count = i32::try_from(trials.len()).unwrap();
    assert_eq!(numbers(&trials), (0..count).collect::<Vec<_>>());
    let mut retried: BTreeMap<String, usize> = BTreeMap::new();
    for trial in &trials {
        let is_beyond = trial.number.get() >= 40;
        assert_eq!(is_beyond, trial.state == TrialState::Waiting, "{trial:?}");
        if let Some(history) = trial.system_attrs.get("retry_history") {
            *retried.entry(history.as_json().to_owned()).or_default() += 1;
        }
    }
    let failed = |trial: &&FrozenTrial| {
        trial.state == TrialState::Fail && !trial.system_attrs.contains_key("retry_history")
    };
    let failed: Vec<String> = trials
        .iter()
        .filter(failed)
        .map(|trial| format!("[{}]", trial.number))
        .collect();
    assert!(!failed.is_empty());
    assert_eq!(retried.len(), failed.len());
    for history in failed {
        assert_eq!(retried.get(&history), Some(&1), "{history} is retried once");
    }
}

async fn queue(place: &Place) {
    let study = place.study("queue").await;
    for n in 0..WORKERS * 5 {
        let x = f64::from(n) / 64.0;
        study.enqueue(Line { x }).await.unwrap();
    }
    let claimed = place.all("queue", |study, _| async move {
        let mut claimed = Vec::new();
        for _ in 0..5 {
            let trial = study.ask().await.unwrap();
            claimed.push((trial.number().get(), trial.config().x));
            trial.tell(0.0).await.unwrap();
        }
        claimed
    });
    let mut claimed: Vec<(i32, f64)> = claimed.await.into_iter().flatten().collect();
    claimed.sort_by_key(|(number, _)| *number);
    let expected: Vec<(i32, f64)> = (0..WORKERS * 5).map(|n| (n, f64::from(n) / 64.0)).collect();
    assert_eq!(claimed, expected);
    let counts = study.trial_counts().await.unwrap();
    assert_eq!(counts.of(TrialState::Complete), counts.total());
}

/// Many open a study with dead trials at the same moment.
async fn reaping(place: &Place) {
    // Their worker beats for none of them.
    let dead = place.study("dead").await;
    let left = dead.ask_many(5).await.unwrap();
    let silence = "INSERT INTO trial_heartbeats (trial_id, heartbeat)
        SELECT trial_id, now()::timestamp - interval '2 days' FROM trials WHERE state = 'RUNNING'";
    place.postgres.execute(silence).await;
    let mut handles = Vec::new();
    for _ in 0..2 {
        // The server has to be up for longer than two of these.
        handles.push(handle(&place.url, Duration::from_secs(1)).await);
    }
    let stats = all(&handles, "dead", |study, _| async move { study.stats() }).await;
    let sum = |of: fn(&StudyStats) -> usize| stats.iter().map(of).sum::<usize>();
    assert_eq!((sum(|s| s.failed), sum(|s| s.retried)), (5, 5));
    let trials = dead.trials().await.unwrap();
    assert_eq!(numbers(&trials), (0..10).collect::<Vec<_>>());
    for (first, again) in trials[..5].iter().zip(&trials[5..]) {
        assert_eq!(
            (first.state, again.state),
            (TrialState::Fail, TrialState::Waiting)
        );
        assert_eq!(first.params, again.params);
    }
    for trial in left {
        assert!(trial.tell(1.0).await.is_err());
    }
}

async fn contract(route: Route) {
    for level in LEVELS {
        println!("{route:?} under {level}");
        let place = Place::new(level, route).await;
        numbering(&place).await;
        total(&place).await;
        queue(&place).await;
        reaping(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f01_no_level_of_isolation_counts_by_function() {
    contract(Route::Function).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f01_no_level_of_isolation_counts_by_transaction() {
    contract(Route::Transaction).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f01_no_level_of_isolation_counts_through_a_proxy() {
    contract(Route::Pooled).await;
}
