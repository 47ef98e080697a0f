//! A worker process: this program once more, told by a variable what to do. (`remote_worker.py` does the same for
//! Python.)
//!
//! It asks for trials, works on them, and writes to its output what it did, each time after the call returned, so
//! that whoever reads it knows what was acknowledged, even if the process is killed in the next moment.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use docktuna::sampler::{Random, Tpe};
use docktuna::{Error, OptunaDatabase, Study, Trial, Tunable};
use docktuna_tests::Version;
use rand::rngs::ChaCha12Rng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

/// The variable with the order, as JSON.
const ORDER: &str = "DOCKTUNA_TEST_FAULTS_WORKER";

/// The study of all workers.
pub(crate) const STUDY: &str = "s";

/// One number, by which a trial is recognised: nobody draws it twice.
#[derive(Tunable, Debug, Clone, PartialEq)]
pub(crate) struct Point {
    #[tune(range = 0.0..=1.0)]
    pub(crate) x: f64,
}

/// What a worker is to do. No `Debug`: the URL has the password in it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) url: String,
    /// The file with the password, where the URL has none.
    pub(crate) password_file: Option<PathBuf>,
    /// Marks its results: no two workers of a scenario have the same.
    pub(crate) worker: u32,
    /// Seed of the durations; the samplers draw from the operating system.
    pub(crate) seed: u64,
    /// Trials that it works on at a time, with one handle of the database.
    pub(crate) tasks: u32,
    /// Trials that it asks for; without it goes on until its input ends.
    pub(crate) trials: Option<u32>,
    /// The longest time that a trial takes.
    pub(crate) lasts: Duration,
    /// Reports of each trial.
    pub(crate) reports: u32,
    /// Interval and grace period of heartbeats, where not the default.
    pub(crate) beat: Option<(Duration, Duration)>,
    pub(crate) retries: usize,
    /// Whether its sampler reads the history.
    pub(crate) learns: bool,
    /// Whether it notes its parameter in an attribute, and leaves trials that its pruner gives up.
    pub(crate) prunes: bool,
    /// Makes it a worker of Python's, which does not use the URL.
    pub(crate) remote: Option<Remote>,
}

/// How Python's workers reach the database.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Remote {
    /// The servers, as gRPC names them.
    pub(crate) target: String,
    pub(crate) token_file: Option<String>,
}

impl Remote {
    pub(crate) fn at(target: String) -> Self {
        Self {
            target,
            token_file: None,
        }
    }
}

impl Default for Order {
    fn default() -> Self {
        Self {
            url: String::new(),
            password_file: None,
            worker: 0,
            seed: 0,
            tasks: 1,
            trials: None,
            lasts: Duration::ZERO,
            reports: 0,
            beat: None,
            retries: 0,
            learns: true,
            prunes: false,
            remote: None,
        }
    }
}

/// What a worker did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Event {
    Asked {
        number: i32,
        x: f64,
    },
    Reported {
        number: i32,
        x: f64,
        step: i32,
    },
    /// The result may or may not be recorded from now on.
    Telling {
        number: i32,
        x: f64,
        value: f64,
    },
    /// It was acknowledged.
    Told {
        number: i32,
        x: f64,
        value: f64,
    },
    /// The pruner gave it up.
    Pruned {
        number: i32,
        x: f64,
    },
    /// It was refused, because the trial was over.
    Refused {
        number: i32,
        x: f64,
        value: f64,
    },
    Failed {
        call: String,
        error: String,
    },
}

/// What trial `x` reports at a step.
pub(crate) fn report_of(x: f64, step: i32) -> f64 {
    x + f64::from(step)
}

impl Order {
    /// The order, if this process is a worker.
    pub(crate) fn given() -> Option<Self> {
        let order = std::env::var(ORDER).ok()?;
        Some(serde_json::from_str(&order).expect("an order as `variable` writes it"))
    }

    /// What carries it out: this program once more, or a script of Python's.
    pub(crate) fn program(&self) -> Command {
        let mut command = match &self.remote {
            None => Command::new(std::env::current_exe().expect("this program")),
            // Both Optunas, in turns.
            Some(_) => Version::ALL[usize::from(self.worker % 2 == 1)].command("remote_worker.py"),
        };
        let (name, value) = self.variable();
        command.env(name, value);
        command
    }

    /// The environment variable that makes a process carry it out.
    fn variable(&self) -> (&'static str, String) {
        let json = serde_json::to_string(self).expect("plain data");
        (ORDER, json)
    }

    /// Makes the tables and the study before the workers start.
    pub(crate) async fn set_up(&self) {
        let opened = self.open().await;
        opened.expect("a server that works").0.close().await;
    }

    /// A handle of the study as this worker has it.
    pub(crate) async fn open(&self) -> docktuna::Result<(OptunaDatabase, Study<Point>)> {
        let mut builder = OptunaDatabase::builder().url(&self.url);
        if let Some(file) = &self.password_file {
            builder = builder.password_file(file.display().to_string());
        }
        if let Some((interval, grace)) = self.beat {
            builder = builder.heartbeat_interval(interval).grace_period(grace);
        }
        let db = builder.connect().await?;
        let study = db.study_builder(STUDY).retry(self.retries);
        let study = match self.learns {
            true => study.sampler(Tpe::default()),
            false => study.sampler(Random),
        };
        let study = study.open().await?;
        Ok((db, study))
    }
}

/// Carries the order out.
pub(crate) fn main(order: Order) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(work(order));
    ExitCode::SUCCESS
}

async fn work(order: Order) {
    let (db, study) = loop {
        match order.open().await {
            Ok(opened) => break opened,
            Err(error) => failed("open", &error).await,
        }
    };
    let shared = Arc::new(Shared {
        stop: AtomicBool::new(false),
        left: AtomicU32::new(order.trials.unwrap_or(u32::MAX)),
        told: AtomicU32::new(0),
        order,
    });
    std::thread::spawn({
        let shared = Arc::clone(&shared);
        move || {
            // Ends with whoever started us, too.
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            shared.stop.store(true, Ordering::Relaxed);
        }
    });
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..shared.order.tasks {
        tasks.spawn(run(study.clone(), Arc::clone(&shared), task));
    }
    tasks.join_all().await;
    db.close().await;
}

struct Shared {
    order: Order,
    stop: AtomicBool,
    /// Trials that are still to be asked for.
    left: AtomicU32,
    told: AtomicU32,
}

impl Shared {
    /// Whether one more trial is to be asked for.
    fn goes_on(&self) -> bool {
        let take = |left: u32| left.checked_sub(1);
        !self.stop.load(Ordering::Relaxed)
            && (self.left)
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                .is_ok()
    }

    /// A result that nobody else has.
    fn value(&self) -> f64 {
        let told = self.told.fetch_add(1, Ordering::Relaxed);
        f64::from(self.order.worker) * 1e6 + f64::from(told)
    }
}

async fn run(study: Study<Point>, shared: Arc<Shared>, task: u32) {
    let mut rng = ChaCha12Rng::seed_from_u64(shared.order.seed ^ u64::from(task));
    while shared.goes_on() {
        match study.ask().await {
            Ok(trial) => run_trial(trial, &shared, &mut rng).await,
            Err(error) => failed("ask", &error).await,
        }
    }
}

async fn run_trial(trial: Trial<Point>, shared: &Shared, rng: &mut ChaCha12Rng) {
    let (number, x) = (trial.number().get(), trial.config().x);
    say(&Event::Asked { number, x });
    if shared.order.prunes
        && let Err(error) = trial.set_user_attr("noted", x).await
    {
        failed("note", &error).await;
    }
    let pause =
        shared.order.lasts.mul_f64(rng.random_range(0.0..=1.0)) / (shared.order.reports + 1);
    for step in 0..shared.order.reports {
        rest(pause).await;
        let step = i32::try_from(step).expect("few reports");
        match trial.report(step.unsigned_abs(), report_of(x, step)).await {
            Ok(()) => say(&Event::Reported { number, x, step }),
            // The result will be refused, too.
            Err(Error::TrialClosed { .. }) => break,
            Err(error) => failed("report", &error).await,
        }
        if shared.order.prunes && trial.should_prune().await.is_ok_and(|prune| prune) {
            match trial.prune().await {
                Ok(()) => say(&Event::Pruned { number, x }),
                Err(error) => failed("prune", &error).await,
            }
            return;
        }
    }
    rest(pause).await;
    let value = shared.value();
    say(&Event::Telling { number, x, value });
    match trial.tell(value).await {
        Ok(()) => say(&Event::Told { number, x, value }),
        Err(Error::TrialClosed { .. }) => say(&Event::Refused { number, x, value }),
        Err(error) => failed("tell", &error).await,
    }
}

async fn rest(pause: Duration) {
    if !pause.is_zero() {
        tokio::time::sleep(pause).await;
    }
}

async fn failed(call: &str, error: &Error) {
    say(&Event::Failed {
        call: call.to_owned(),
        error: error.to_string(),
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// One write, which a kill cannot cut in two.
fn say(event: &Event) {
    let mut line = serde_json::to_string(event).expect("plain data");
    line.push('\n');
    let mut output = std::io::stdout().lock();
    let written = output
        .write_all(line.as_bytes())
        .and_then(|()| output.flush());
    if written.is_err() {
        // Nobody reads on: the scenario is over.
        std::process::exit(1);
    }
}
