//! Where a configuration comes from.

use std::fmt;

use crate::id::TrialNumber;
use crate::params::Params;

/// A configuration, and where it comes from.
///
/// ```
/// # async fn example() -> docktuna::Result<()> {
/// use docktuna::{Fallback, Load, LoadedFrom, OptunaDatabase, Tunable};
///
/// #[derive(Tunable)]
/// struct Train {
///     #[tune(range = 1e-5..=1e-1, log, default = 3e-4)]
///     lr: f64,
/// }
///
/// # let db = OptunaDatabase::in_memory();
/// let loader = Train::loader("sentiment").on_missing(Fallback::Defaults);
/// let loaded = loader.load_with_source(&db).await?;
/// assert_eq!((loaded.source, loaded.trial), (LoadedFrom::Defaults, None));
///
/// # db.study::<Train>("sentiment").await?.ask().await?.tell(0.5).await?;
/// // A trial later:
/// let loaded = loader.load_with_source(&db).await?;
/// assert_eq!(loaded.source, LoadedFrom::Database);
/// assert_eq!(loaded.value, Some(0.5));
/// println!("{} from {}", loaded.config.lr, loaded.source);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Loaded<T> {
    /// The configuration.
    pub config: T,
    /// The number of its trial; none for defaults.
    pub trial: Option<TrialNumber>,
    /// What the objective gave for it; none for defaults.
    pub value: Option<f64>,
    /// Where it comes from.
    pub source: LoadedFrom,
}

/// Where a [`Loaded`] configuration comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoadedFrom {
    /// The best trial in the database.
    Database,
    /// The snapshot, because the database was down.
    Snapshot,
    /// The declared defaults, because [`on_missing`](crate::Loader::on_missing) says so.
    Defaults,
}

/// One word in lower case: `database`, `snapshot` or `defaults`.
impl fmt::Display for LoadedFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Database => "database",
            Self::Snapshot => "snapshot",
            Self::Defaults => "defaults",
        })
    }
}

/// The parameters of a best trial, as they are stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) params: Params,
    pub(crate) value: f64,
    pub(crate) number: TrialNumber,
}
