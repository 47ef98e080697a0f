//! Ctrl-C and SIGTERM while a run goes on.
//!
//! A handler of the process cannot be taken back, so one thread listens from the first run on. It tells
//! the runs that go on, which fail their trials when the time is up; when there is none, it ends the process
//! as the signal would have done. An objective that never awaits may keep a run from that, and a process
//! from its end. The thread therefore has a runtime of its own, fails such trials through a connection of
//! its own, and after a second signal ends the process.

mod watched;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::lock::lock;
use crate::study::RunningTrial;
pub(in crate::study) use watched::{INTERRUPTED, Watched};

/// How long an objective may go on after its run has given it up; one that awaits ends at once.
const BUSY: Duration = Duration::from_secs(1);

/// How long runs may take after a second signal to note what became of their trials.
pub(in crate::study) const LAST_WORDS: Duration = Duration::from_secs(5);

/// What every run of the process shares.
#[derive(Debug)]
struct Signals {
    count: watch::Sender<u32>,
    runs: Mutex<Vec<Arc<Watched>>>,
    /// Objectives that have not ended; some may be of runs that have.
    objectives: AtomicUsize,
}

/// A run that is told of signals.
#[derive(Debug)]
pub(in crate::study) struct Listener {
    signals: &'static Signals,
    count: watch::Receiver<u32>,
    run: Arc<Watched>,
}

/// An objective that has not ended.
#[derive(Debug)]
pub(in crate::study) struct Executing(&'static AtomicUsize);

impl Drop for Executing {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Listener {
    /// Starts to listen for a run whose trials may go on for `grace`; `None` where the system has no signals
    /// to listen to.
    pub(in crate::study) fn new(grace: Duration) -> Option<Self> {
        static STARTED: OnceLock<Option<&'static Signals>> = OnceLock::new();
        let signals = (*STARTED.get_or_init(start))?;
        let mut runs = signals.runs();
        let count = signals.count.subscribe();
        let run = Arc::new(Watched::new(*count.borrow(), grace));
        runs.push(Arc::clone(&run));
        drop(runs);
        Some(Self {
            signals,
            count,
            run,
        })
    }

    /// Whether there was a signal.
    pub(in crate::study) fn is_interrupted(&self) -> bool {
        *self.count.borrow() > self.run.before
    }

    /// Ends when running trials have to: `grace` after the first signal, or at the second.
    pub(in crate::study) async fn cutoff(&self) {
        let mut count = self.count.clone();
        let before = self.run.before;
        // The sender is never dropped.
        let _ = count.wait_for(|count| *count > before).await;
        let second = count.wait_for(|count| *count > before + 1);
        let _ = tokio::time::timeout(self.run.grace, second).await;
    }

    /// Makes a trial known until it has ended.
    pub(in crate::study) fn watch(&self, trial: RunningTrial) -> watched::Known<'_> {
        self.run.watch(trial)
    }

    /// To be held by an objective until it ends.
    pub(in crate::study) fn executing(&self) -> Executing {
        self.signals.objectives.fetch_add(1, Ordering::SeqCst);
        Executing(&self.signals.objectives)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut runs = self.signals.runs();
        runs.retain(|run| !Arc::ptr_eq(run, &self.run));
    }
}

impl Signals {
    fn runs(&self) -> MutexGuard<'_, Vec<Arc<Watched>>> {
        lock(&self.runs)
    }

    /// Tells the runs of a signal; whether all that is theirs ends by itself.
    async fn deliver(&self) -> bool {
        self.count.send_modify(|count| *count += 1);
        let count = *self.count.borrow();
        let runs = self.runs().clone();
        if runs.iter().all(|run| count <= run.before + 1) {
            tracing::warn!("no further trial starts; a second signal stops those that run");
            for run in runs {
                tokio::spawn(async move {
                    tokio::time::sleep(run.grace + BUSY).await;
                    run.end_trials().await;
                });
            }
            return true;
        }
        tracing::warn!("stopping at once");
        if self.is_quiet_in_time().await {
            return true;
        }
        let end = async {
            for run in runs {
                run.end_trials().await;
            }
        };
        if tokio::time::timeout(LAST_WORDS, end).await.is_err() {
            tracing::warn!("the database does not answer; trials stay RUNNING");
        }
        false
    }

    /// Whether runs and objectives come to an end.
    async fn is_quiet_in_time(&self) -> bool {
        let began = Instant::now();
        loop {
            let busy = self.objectives.load(Ordering::SeqCst) > 0;
            if !busy && self.runs().is_empty() {
                return true;
            }
            if began.elapsed() > if busy { BUSY } else { LAST_WORDS } {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn start() -> Option<&'static Signals> {
    static SIGNALS: OnceLock<Signals> = OnceLock::new();
    let signals: &'static Signals = SIGNALS.get_or_init(|| Signals {
        count: watch::Sender::new(0),
        runs: Mutex::default(),
        objectives: AtomicUsize::new(0),
    });
    let (ready, listening) = std::sync::mpsc::channel();
    let spawned = std::thread::Builder::new()
        .name("docktuna-signals".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            match runtime {
                Ok(runtime) => runtime.block_on(listen(signals, &ready)),
                Err(error) => tracing::warn!(%error, "signals are not handled"),
            }
        });
    // Ends early if the thread cannot listen.
    (spawned.is_ok() && listening.recv().is_ok()).then_some(signals)
}

async fn listen(signals: &Signals, ready: &std::sync::mpsc::Sender<()>) {
    let mut source = match Source::new() {
        Ok(source) => source,
        Err(error) => {
            tracing::warn!(%error, "signals are not handled");
            return;
        }
    };
    // The run that waits for this cannot have given up.
    let _ = ready.send(());
    loop {
        let signal = source.next().await;
        let idle = signals.runs().is_empty();
        if idle || !signals.deliver().await {
            std::process::exit(128 + signal);
        }
    }
}

#[cfg(unix)]
struct Source {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Source {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The next signal's number.
    async fn next(&mut self) -> i32 {
        std::future::poll_fn(|context| {
            if self.interrupt.poll_recv(context).is_ready() {
                return std::task::Poll::Ready(2);
            }
            self.terminate.poll_recv(context).map(|_| 15)
        })
        .await
    }
}

#[cfg(not(unix))]
struct Source;

#[cfg(not(unix))]
impl Source {
    #[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> i32 {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        2
    }
}
