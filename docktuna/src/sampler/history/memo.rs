//! What samplers keep beside a history.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A place where samplers keep what they computed from a history, so that the next suggestion only has to process new
/// trials: one value of each type. It belongs to the history; a copy of the history starts without it.
#[derive(Debug, Default)]
pub(crate) struct Memo(Mutex<HashMap<TypeId, Box<dyn Any + Send>>>);

impl Memo {
    /// Works with what is kept, or with a new one if there is none of its type.
    pub(crate) fn with<T: Default + Send + 'static, R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        // What was left behind by a panic may be half done.
        let mut kept = self.0.lock().unwrap_or_else(|poisoned| {
            let mut kept = PoisonError::into_inner(poisoned);
            kept.clear();
            self.0.clear_poison();
            kept
        });
        let of_type = kept.entry(TypeId::of::<T>());
        let known = of_type.or_insert_with(|| Box::new(T::default()));
        match known.downcast_mut() {
            Some(known) => work(known),
            None => work(&mut T::default()),
        }
    }
}

impl Clone for Memo {
    fn clone(&self) -> Self {
        Self::default()
    }
}
