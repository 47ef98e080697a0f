//! Worker processes, and what they say that they did.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::RngExt;
use rand::rngs::ChaCha12Rng;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::worker::{Event, Order};

/// How long a process may take to end, and a fleet to go on. Long, as other programs may keep the machine busy:
/// whoever needs that long is stuck.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A worker process.
pub(crate) struct Worker {
    process: Child,
    input: Option<ChildStdin>,
    /// What it has said by the time its output ended.
    diary: JoinHandle<Vec<Event>>,
}

impl Worker {
    fn start(order: &Order, told: Arc<AtomicUsize>) -> Self {
        let mut process = order
            .program()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("a program that is there");
        let output = process.stdout.take().expect("a pipe");
        Self {
            input: process.stdin.take(),
            diary: tokio::spawn(read(output, told)),
            process,
        }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let id = self.process.id().expect("it was not waited for");
        let id = Pid::from_raw(id.cast_signed()).expect("not zero");
        kill_process(id, signal).expect("a child of ours");
    }

    /// What it said, and whether it ended well and in time.
    async fn ended(mut self) -> (Vec<Event>, bool) {
        let status = timeout(PATIENCE, self.process.wait()).await;
        let well = status.is_ok_and(|status| status.expect("a child of ours").success());
        // Otherwise its output goes on.
        self.process.kill().await.expect("a child of ours");
        (self.diary.await.expect("a diary that can be read"), well)
    }
}

async fn read(output: ChildStdout, told: Arc<AtomicUsize>) -> Vec<Event> {
    let (mut events, mut lines) = (Vec::new(), BufReader::new(output).lines());
    while let Some(line) = lines.next_line().await.expect("text") {
        let event = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
        if matches!(event, Event::Told { .. }) {
            told.fetch_add(1, Ordering::Relaxed);
        }
        events.push(event);
    }
    events
}

/// Workers with the same order.
pub(crate) struct Fleet {
    pub(crate) order: Order,
    pub(crate) workers: Vec<Worker>,
    /// How many workers there were.
    started: u32,
    /// Results acknowledged so far, by all of them.
    told: Arc<AtomicUsize>,
    /// What workers said that have ended.
    pub(crate) diary: Vec<Event>,
    /// Processes that did not end by themselves.
    pub(crate) stuck: usize,
}

impl Fleet {
    /// Starts so many; `worker` and `seed` of the order are set for each.
    pub(crate) fn start(order: Order, workers: u32) -> Self {
        let mut fleet = Self {
            order,
            workers: Vec::new(),
            started: 0,
            told: Arc::default(),
            diary: Vec::new(),
            stuck: 0,
        };
        for _ in 0..workers {
            fleet.start_one(|_| ());
        }
        fleet
    }

    /// Starts one more, with an order of its own.
    pub(crate) fn start_one(&mut self, change: impl FnOnce(&mut Order)) {
        let mut order = self.order.clone();
        order.worker = self.started;
        order.seed ^= u64::from(self.started) << 32;
        change(&mut order);
        self.started += 1;
        self.workers
            .push(Worker::start(&order, Arc::clone(&self.told)));
    }

    /// Ends the worker at an index at once.
    pub(crate) async fn kill(&mut self, index: usize) {
        let worker = self.workers.remove(index);
        worker.signal(Signal::KILL);
        self.diary.extend(worker.ended().await.0);
    }

    /// Results acknowledged so far.
    pub(crate) fn told(&self) -> usize {
        self.told.load(Ordering::Relaxed)
    }

    /// Waits until the workers have told so many more results.
    ///
    /// # Panics
    /// When they do not: nobody works any more.
    pub(crate) async fn goes_on(&self, results: usize) {
        let (began, before) = (Instant::now(), self.told());
        while self.told() < before + results {
            assert!(began.elapsed() < PATIENCE, "the fleet does not go on");
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits for the workers to end: those without a number of trials are asked to.
    pub(crate) async fn stop(&mut self) {
        for worker in &mut self.workers {
            worker.input = None;
        }
        self.finish().await;
    }

    /// Waits for the workers to end by themselves.
    pub(crate) async fn finish(&mut self) {
        for worker in self.workers.drain(..) {
            let (said, well) = worker.ended().await;
            self.diary.extend(said);
            self.stuck += usize::from(!well);
        }
    }

    /// The calls that failed, for scenarios in which none may.
    pub(crate) fn failures(&self) -> Vec<&Event> {
        let failed = |event: &&Event| matches!(event, Event::Failed { .. });
        self.diary.iter().filter(failed).collect()
    }
}

/// A random duration between two numbers of milliseconds.
pub(crate) fn millis(rng: &mut ChaCha12Rng, range: std::ops::Range<u64>) -> Duration {
    Duration::from_millis(rng.random_range(range))
}
