//! `max_total` over a fleet of real processes: this test program several times more, told by a variable to be
//! workers.

use std::process::Stdio;
use std::time::Duration;

use docktuna::{OptunaDatabase, Stop, TrialState};
use tokio::process::Command;
use tokio::task::JoinSet;

use crate::backend::Backend;
use crate::space::Line;

const WORKER: &str = "DOCKTUNA_TEST_BUDGET_WORKER";
const TOTAL: usize = 150;
const PROCESSES: usize = 4;
const HANDLES: usize = 8;

/// Not a test of its own: the worker of the other. Without the variable it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_worker() {
    let Ok(url) = std::env::var(WORKER) else {
        return;
    };
    let mut workers = JoinSet::new();
    for _ in 0..HANDLES {
        // Eight handles as in as many processes: they share nothing.
        let builder = OptunaDatabase::builder().url(url.replace("+psycopg2", ""));
        let db = builder.max_connections(1).connect().await.unwrap();
        let study = db.study::<Line>("s").await.unwrap();
        workers.spawn(async move {
            let run = study.optimize(|config, trial| async move {
                tokio::time::sleep(Duration::from_millis(2)).await;
                match trial.number().get() % 10 {
                    3 => Err(Stop::failed("no data")),
                    5 => Err(Stop::Pruned),
                    _ => Ok(config.x),
                }
            });
            run.max_total(TOTAL).retry(1).run().await.unwrap()
        });
    }
    let ended = workers.join_all().await;
    let ended = ended
        .iter()
        .map(|run| run.complete + run.pruned + run.failed);
    println!("\nWORKER: {}", ended.sum::<usize>());
}

/// Complete, pruned, failed and retried trials count alike; what waits beyond the total is not run.
#[tokio::test]
async fn thirty_two_workers_never_exceed_a_total() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        study.enqueue(Line { x: 0.5 }).await.unwrap();
        let workers = (0..PROCESSES).map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "fleet::budget::in_a_worker", "--nocapture"])
                .env(WORKER, backend.url())
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .kill_on_drop(true)
                .spawn()
                .unwrap()
        });
        let mut ended = 0;
        for worker in workers.collect::<Vec<_>>() {
            let output = worker.wait_with_output().await.unwrap();
            assert!(output.status.success());
            let text = String::from_utf8(output.stdout).unwrap();
            let line = text.lines().find_map(|line| line.strip_prefix("WORKER: "));
            ended += line.unwrap().parse::<usize>().unwrap();
        }
        assert_eq!(ended, TOTAL);
        let trials = study.trials().await.unwrap();
        let numbers: Vec<i32> = trials.iter().map(|trial| trial.number.get()).collect();
        assert_eq!(
            numbers,
            (0..i32::try_from(trials.len()).unwrap()).collect::<Vec<_>>()
        );
        for trial in &trials {
            let beyond = trial.number.get() >= i32::try_from(TOTAL).unwrap();
            assert_eq!(beyond, trial.state == TrialState::Waiting, "{trial:?}");
            assert_ne!(trial.state, TrialState::Running);
        }
        let retried = trials
            .iter()
            .filter(|trial| trial.system_attrs.contains_key("failed_trial"));
        assert!(retried.count() > 5);
    }
}
