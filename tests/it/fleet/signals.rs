//! Ctrl-C and SIGTERM, sent to real processes: this test program once more, told by a variable to be a worker.

use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use docktuna::{OptunaDatabase, TrialState};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::sleep;

use crate::backend::Backend;
use crate::space::Line;

const CHILD: &str = "DOCKTUNA_TEST_WORKER";
const URL: &str = "DOCKTUNA_TEST_URL";

/// Not a test of its own: the worker of the others. Without the variable it does nothing.
#[test]
fn in_a_worker() {
    let Ok(what) = std::env::var(CHILD) else {
        return;
    };
    let mut runtime = match what.as_str() {
        "busy, one thread" => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.enable_all().build().unwrap();
    for _ in 0..if what == "twice" { 2 } else { 1 } {
        runtime.block_on(work(&what));
    }
    // Waits for threads that run objectives, as at the end of a `main`.
    drop(runtime);
}

async fn work(what: &str) {
    let url = std::env::var(URL).unwrap().replace("+psycopg2", "");
    let db = OptunaDatabase::connect(&url).await.unwrap();
    let study = db.study::<Line>("s").await.unwrap();
    let busy = what.starts_with("busy");
    let (lasts, grace) = match what {
        "patient" | "twice" => (Duration::from_millis(1500), Duration::from_secs(60)),
        "stubborn" => (Duration::from_secs(600), Duration::from_secs(60)),
        // A thread cannot be stopped, so this one ends by itself.
        "blocking" => (Duration::from_secs(5), Duration::from_millis(300)),
        "one" => (Duration::ZERO, Duration::from_secs(60)),
        "busy, blocking" | "busy, many threads" => {
            (Duration::from_secs(600), Duration::from_secs(60))
        }
        _ => (Duration::from_secs(600), Duration::from_millis(300)),
    };
    let summary = if what == "callback" {
        let run = study.optimize(|config, _| async move { Ok(config.x) });
        let run = run.on_trial_end(move |_, _| async move {
            println!("\nWORKER: started");
            sleep(lasts).await;
            Ok(())
        });
        run.interrupt_grace(grace).retry(1).run().await.unwrap()
    } else if what.ends_with("blocking") {
        let run = study.optimize_blocking(move |config, _| {
            println!("\nWORKER: started");
            std::thread::sleep(lasts);
            Ok(config.x)
        });
        run.interrupt_grace(grace).retry(1).run().await.unwrap()
    } else {
        let run = study.optimize(move |config, _| async move {
            println!("\nWORKER: started");
            if busy {
                // What computes without ever awaiting holds its thread just so.
                std::thread::sleep(lasts);
            }
            sleep(lasts).await;
            Ok(config.x)
        });
        let run = if what == "one" { run.trials(1) } else { run };
        run.interrupt_grace(grace).retry(1).run().await.unwrap()
    };
    println!("\nWORKER: ended {}", summary.interrupted);
    if what == "one" {
        sleep(Duration::from_secs(600)).await;
    }
}

struct Worker {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    async fn start(backend: &Backend, what: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "fleet::signals::in_a_worker", "--nocapture"])
            .env(CHILD, what)
            .env(URL, backend.url())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut worker = Self { process, lines };
        worker.says("started").await;
        worker
    }

    async fn says(&mut self, wanted: &str) {
        while let Some(line) = self.lines.next_line().await.unwrap() {
            if line.strip_prefix("WORKER: ") == Some(wanted) {
                return;
            }
        }
        panic!("it never said {wanted:?}");
    }

    async fn signal(&self, name: &str) {
        let id = self.process.id().unwrap();
        let kill = format!("kill -{name} {id}");
        let sent = Command::new("sh").args(["-c", &kill]).status().await;
        assert!(sent.unwrap().success(), "{kill}");
    }

    async fn end(mut self) -> ExitStatus {
        self.process.wait().await.unwrap()
    }
}

async fn states(backend: &Backend) -> Vec<(TrialState, String)> {
    let study = backend.db.dynamic_study("s").await.unwrap();
    let trials = study.trials().await.unwrap();
    let reason = |attr: &docktuna::Attribute| attr.as_json().to_owned();
    trials
        .iter()
        .map(|trial| {
            (
                trial.state,
                trial
                    .user_attrs
                    .get("docktuna:error")
                    .map_or_else(String::new, reason),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_trial_may_finish_after_a_signal_and_none_starts() {
    for signal in ["INT", "TERM"] {
        let backend = Backend::sqlite().await;
        let mut worker = Worker::start(&backend, "patient").await;
        worker.signal(signal).await;
        worker.says("ended true").await;
        assert!(worker.end().await.success());
        assert_eq!(
            states(&backend).await,
            [(TrialState::Complete, String::new())]
        );
    }
}

#[tokio::test]
async fn after_the_grace_period_a_trial_fails_and_is_retried() {
    for what in ["asynchronous", "blocking"] {
        for backend in Backend::shared().await {
            let mut worker = Worker::start(&backend, what).await;
            worker.signal("TERM").await;
            worker.says("ended true").await;
            assert_eq!(states(&backend).await, interrupted_and_waiting(), "{what}");
            assert!(worker.end().await.success());
        }
    }
}

#[tokio::test]
async fn a_second_signal_stops_at_once_and_still_marks_the_trial() {
    let backend = Backend::postgres().await;
    let mut worker = Worker::start(&backend, "stubborn").await;
    worker.signal("INT").await;
    sleep(Duration::from_secs(1)).await;
    let began = Instant::now();
    worker.signal("INT").await;
    worker.says("ended true").await;
    assert!(began.elapsed() < Duration::from_secs(30));
    worker.end().await;
    let states = states(&backend).await;
    assert_eq!(
        (states[0].0, states[1].0),
        (TrialState::Fail, TrialState::Waiting)
    );
}

#[tokio::test]
async fn after_the_grace_period_a_callback_ends_and_its_trial_stands() {
    let backend = Backend::sqlite().await;
    let mut worker = Worker::start(&backend, "callback").await;
    worker.signal("INT").await;
    worker.says("ended true").await;
    assert!(worker.end().await.success());
    let complete = (TrialState::Complete, String::new());
    assert_eq!(states(&backend).await, [complete]);
}

/// The run cannot end, or the process cannot: an objective holds the runtime.
#[tokio::test]
async fn a_second_signal_stops_an_objective_that_never_awaits() {
    let kinds = ["busy, one thread", "busy, many threads", "busy, blocking"];
    for (what, (signal, code)) in kinds
        .into_iter()
        .zip([("INT", 130), ("TERM", 143), ("INT", 130)])
    {
        for backend in Backend::shared().await {
            let worker = Worker::start(&backend, what).await;
            worker.signal(signal).await;
            sleep(Duration::from_millis(200)).await;
            let began = Instant::now();
            worker.signal(signal).await;
            assert_eq!(worker.end().await.code(), Some(code), "{what}");
            assert!(began.elapsed() < Duration::from_secs(30), "{what}");
            assert_eq!(states(&backend).await, interrupted_and_waiting(), "{what}");
        }
    }
}

/// The grace period is over and the runtime does not hear of it.
#[tokio::test]
async fn after_the_grace_period_a_trial_fails_whose_objective_never_awaits() {
    for backend in Backend::shared().await {
        let mut worker = Worker::start(&backend, "busy, one thread").await;
        worker.signal("TERM").await;
        let marked = async {
            while states(&backend).await != interrupted_and_waiting() {
                sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), marked)
            .await
            .unwrap();
        assert!(worker.process.try_wait().unwrap().is_none(), "it goes on");
        worker.signal("TERM").await;
        assert_eq!(worker.end().await.code(), Some(128 + 15));
        assert_eq!(states(&backend).await, interrupted_and_waiting());
    }
}

/// A run that a signal ended does not count against the next one.
#[tokio::test]
async fn the_first_signal_of_a_later_run_is_its_first() {
    let backend = Backend::sqlite().await;
    let mut worker = Worker::start(&backend, "twice").await;
    worker.signal("TERM").await;
    worker.says("started").await;
    worker.signal("TERM").await;
    worker.says("ended true").await;
    assert!(worker.end().await.success());
    let complete = (TrialState::Complete, String::new());
    assert_eq!(states(&backend).await, [complete.clone(), complete]);
}

fn interrupted_and_waiting() -> [(TrialState, String); 2] {
    let interrupted = (TrialState::Fail, "\"interrupted by a signal\"".to_owned());
    [interrupted, (TrialState::Waiting, String::new())]
}

/// The handler outlives the run; it must not swallow what ends the program.
#[tokio::test]
async fn without_a_run_a_signal_ends_the_process() {
    let backend = Backend::sqlite().await;
    let mut worker = Worker::start(&backend, "one").await;
    worker.says("ended false").await;
    worker.signal("TERM").await;
    assert_eq!(worker.end().await.code(), Some(128 + 15));
}
