//! What a sampler keeps beside a history.

use std::any::Any;
use std::sync::{Mutex, PoisonError};

/// A place where a sampler keeps what it computed from a history, so that the next suggestion only has to
/// process new trials. It belongs to the history; a copy of the history starts without it.
#[derive(Debug, Default)]
pub(crate) struct Memo(Mutex<Option<Box<dyn Any + Send>>>);

impl Memo {
    /// Works with what is kept, or with a new one if there is none of its type.
    pub(crate) fn with<T: Default + Send + 'static, R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        // What was left behind by a panic may be half done.
        let mut kept = self.0.lock().unwrap_or_else(|poisoned| {
            let mut kept = PoisonError::into_inner(poisoned);
            *kept = None;
            self.0.clear_poison();
            kept
        });
        if let Some(known) = kept.as_mut().and_then(|kept| kept.downcast_mut()) {
            return work(known);
        }
        let mut new = T::default();
        let result = work(&mut new);
        *kept = Some(Box::new(new));
        result
    }
}

impl Clone for Memo {
    fn clone(&self) -> Self {
        Self::default()
    }
}
