//! What has to be written of a trial when no runtime of the caller's can do it.
//!
//! A trial may be dropped on a thread without a runtime, or after its runtime has ended, or on one of a
//! single thread that does something else from then on. So its end is written from a thread of ours, with
//! a runtime and a connection of its own. Both are made at the first such end; the connection is closed
//! whenever nothing is left to write.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::lock::lock;
use crate::storage::Storage;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;
type Write = Box<dyn FnOnce(Arc<Storage>) -> Work + Send>;
type Sender = mpsc::UnboundedSender<(Write, Unwritten)>;

#[derive(Debug, Default)]
pub(super) struct LastWords {
    /// To the thread, once there is one; it ends when this is dropped.
    thread: Mutex<Option<Sender>>,
    /// How much is not written yet.
    unwritten: Arc<watch::Sender<usize>>,
}

/// Counts something that is not written, until it is or cannot be.
struct Unwritten(Arc<watch::Sender<usize>>);

impl Unwritten {
    fn new(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|unwritten| *unwritten += 1);
        Self(Arc::clone(count))
    }

    fn is_the_last(&self) -> bool {
        *self.0.borrow() == 1
    }
}

impl Drop for Unwritten {
    fn drop(&mut self) {
        self.0.send_modify(|unwritten| *unwritten -= 1);
    }
}

impl LastWords {
    pub(super) fn write<F>(
        &self,
        storage: &Arc<Storage>,
        write: impl FnOnce(Arc<Storage>) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let unwritten = Unwritten::new(&self.unwritten);
        let write: Write = Box::new(|storage| Box::pin(write(storage)));
        let mut thread = lock(&self.thread);
        if thread.is_none() {
            *thread = start(storage);
        }
        // Without a thread, which has been said, the trial stays as it is.
        let _ = thread
            .as_ref()
            .map(|thread| thread.send((write, unwritten)));
    }

    /// Waits until all is written.
    pub(super) async fn written(&self) {
        let mut unwritten = self.unwritten.subscribe();
        // An error would mean that the sender is gone, which is ours.
        let _ = unwritten.wait_for(|unwritten| *unwritten == 0).await;
    }
}

fn start(storage: &Arc<Storage>) -> Option<Sender> {
    // A database in memory has one connection, which any thread may use. It ends with its handles.
    let (beside, only) = (storage.sibling().map(Arc::new), Arc::downgrade(storage));
    let (sender, mut orders) = mpsc::unbounded_channel::<(Write, Unwritten)>();
    let pump = async move {
        let mut writing = JoinSet::new();
        while let Some((write, unwritten)) = orders.recv().await {
            while writing.try_join_next().is_some() {}
            let Some(storage) = beside.clone().or_else(|| only.upgrade()) else {
                continue;
            };
            let beside = beside.clone();
            writing.spawn(async move {
                write(storage).await;
                if let Some(beside) = beside.filter(|_| unwritten.is_the_last()) {
                    beside.close().await;
                }
            });
        }
        writing.join_all().await;
    };
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => runtime.block_on(pump),
            Err(error) => tracing::error!(%error, "trials stay RUNNING: no runtime can be made"),
        }
    };
    let thread = std::thread::Builder::new().name("docktuna-last-words".to_owned());
    match thread.spawn(run) {
        Ok(_) => Some(sender),
        Err(error) => {
            tracing::error!(%error, "trials stay RUNNING: no thread can be started");
            None
        }
    }
}
