//! Ctrl-C and SIGTERM while a run goes on.
//!
//! A handler of the process cannot be taken back, so one thread listens from the first run on. It tells
//! the runs that go on; when there is none, it ends the process as the signal would have done.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;

/// How long runs may take after the second signal to note what became of their trials.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What every run of the process shares.
#[derive(Debug)]
struct Signals {
    count: watch::Sender<u32>,
    runs: AtomicUsize,
}

/// A run that is told of signals.
#[derive(Debug)]
pub(super) struct Listener {
    signals: &'static Signals,
    count: watch::Receiver<u32>,
    /// How many there were before the run.
    before: u32,
}

impl Listener {
    /// Starts to listen; `None` where the system has no signals to listen to.
    pub(super) fn new() -> Option<Self> {
        static STARTED: OnceLock<Option<&'static Signals>> = OnceLock::new();
        let signals = (*STARTED.get_or_init(start))?;
        signals.runs.fetch_add(1, Ordering::SeqCst);
        let count = signals.count.subscribe();
        let before = *count.borrow();
        Some(Self {
            signals,
            count,
            before,
        })
    }

    /// Whether there was a signal.
    pub(super) fn is_interrupted(&self) -> bool {
        *self.count.borrow() > self.before
    }

    /// Ends when running trials have to: `grace` after the first signal, or at the second.
    pub(super) async fn cutoff(&self, grace: Duration) {
        let mut count = self.count.clone();
        let before = self.before;
        // The sender is never dropped.
        let _ = count.wait_for(|count| *count > before).await;
        let second = count.wait_for(|count| *count > before + 1);
        let _ = tokio::time::timeout(grace, second).await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.signals.runs.fetch_sub(1, Ordering::SeqCst);
    }
}

fn start() -> Option<&'static Signals> {
    static SIGNALS: OnceLock<Signals> = OnceLock::new();
    let signals: &'static Signals = SIGNALS.get_or_init(|| Signals {
        count: watch::Sender::new(0),
        runs: AtomicUsize::new(0),
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
    let mut last: Option<u32> = None;
    loop {
        let signal = source.next().await;
        if signals.runs.load(Ordering::SeqCst) == 0 {
            std::process::exit(128 + signal);
        }
        signals.count.send_modify(|count| *count += 1);
        let count = *signals.count.borrow();
        if last.is_some_and(|last| last + 1 == count) {
            tracing::warn!("stopping at once");
            // An objective that never awaits keeps its run from ending.
            tokio::time::sleep(LAST_WORDS).await;
            if signals.runs.load(Ordering::SeqCst) > 0 {
                std::process::exit(128 + signal);
            }
            last = None;
        } else {
            tracing::warn!("no further trial starts; a second signal stops those that run");
            last = Some(count);
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
