//! Loading for a service that has no asynchronous runtime.
//!
//! Every function here creates a small runtime, uses it and drops it. Inside an asynchronous runtime the
//! functions return [`Error::InsideRuntime`] instead of blocking it.

use crate::database::DatabaseBuilder;
#[cfg(doc)]
use crate::database::OptunaDatabase;
use crate::error::{Error, Result};
use crate::load::{Load, Loader};
use crate::tunable::Tunable;

/// The best configuration of a study in the database that the environment names.
///
/// # Errors
///
/// As [`OptunaDatabase::from_env`] and [`Load::load_best`].
///
/// ```no_run
/// # use docktuna::Tunable;
/// # #[derive(Tunable)]
/// # struct Train { #[tune(range = 0.0..=1.0)] dropout: f64 }
/// # fn main() -> docktuna::Result<()> {
/// let config: Train = docktuna::blocking::load_best("sentiment")?;
/// # Ok(())
/// # }
/// ```
pub fn load_best<T: Tunable>(study: &str) -> Result<T> {
    load(&T::loader(study))
}

/// The same for the study that the type names by `#[tune(study = "x")]`. Without that option it does not
/// compile.
///
/// # Errors
///
/// As [`load_best`].
pub fn load_best_of<T: Tunable>() -> Result<T> {
    load(&T::loader_of())
}

/// The same with policies: a fall-back, an allowed mismatch, and a snapshot that is read when the
/// database is down.
///
/// # Errors
///
/// As [`Loader::load_from_env`].
///
/// ```no_run
/// # use docktuna::{Load, Tunable};
/// # #[derive(Tunable)]
/// # struct Train { #[tune(range = 0.0..=1.0)] dropout: f64 }
/// # fn main() -> docktuna::Result<()> {
/// let config = docktuna::blocking::load(&Train::loader("sentiment").snapshot("best.json"))?;
/// # Ok(())
/// # }
/// ```
pub fn load<T: Tunable>(loader: &Loader<T>) -> Result<T> {
    block_on(loader.load_from_env())
}

/// The same from the database that `builder` describes.
///
/// # Errors
///
/// As [`Loader::load_from`].
pub fn load_from<T: Tunable>(loader: &Loader<T>, builder: DatabaseBuilder) -> Result<T> {
    block_on(loader.load_from(builder))
}

/// Runs `future` to its end on a runtime of its own.
///
/// # Errors
///
/// [`Error::InsideRuntime`] inside an asynchronous runtime; otherwise those of the future.
pub fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    if tokio::runtime::Handle::try_current().is_ok() {
        return Err(Error::InsideRuntime);
    }
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::System {
            what: "no runtime can be made",
            source,
        })?
        .block_on(future)
}
