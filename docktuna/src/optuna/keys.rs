//! The keys of attributes: Optuna's own, and ours beside them.

/// A system attribute of a queued trial: the parameters that it brings, as a JSON object.
#[cfg(feature = "storage")]
pub(crate) const FIXED_PARAMS: &str = "fixed_params";
/// A system attribute of a trial: the list of its constraints, which every release of Optuna reads.
pub(crate) const CONSTRAINTS: &str = "constraints";
/// What Optuna 5 puts before the name or place of a single constraint.
#[cfg(feature = "storage")]
pub(crate) const CONSTRAINT: &str = "constraints:";
/// What stands before the number of a rung that a trial has completed.
#[cfg(feature = "storage")]
pub(crate) const RUNG: &str = "completed_rung_";
/// A system attribute of a retried trial: the number of the first one that failed.
#[cfg(feature = "storage")]
pub(crate) const FAILED_TRIAL: &str = "failed_trial";
/// A system attribute of a retried trial: the numbers of all that failed before it.
#[cfg(feature = "storage")]
pub(crate) const RETRY_HISTORY: &str = "retry_history";
/// A system attribute of a study: the names of its objectives.
#[cfg(feature = "storage")]
pub(crate) const METRIC_NAMES: &str = "study:metric_names";
/// What stands before the place of a piece of what a running trial of Optuna's TPE announces.
#[cfg(feature = "storage")]
pub(crate) const RELATIVE_PARAMS: &str = "tpe:relative_params:";
/// A system attribute of a study: how often the note that optuna-dashboard shows was written.
#[cfg(feature = "storage")]
pub(crate) const NOTE_VERSION: &str = "dashboard:note_ver";
/// What stands before the place of a piece of that note.
#[cfg(feature = "storage")]
pub(crate) const NOTE_PIECE: &str = "dashboard:note_str:";

/// A user attribute of a failed trial: the reason.
#[cfg(feature = "storage")]
pub(crate) const ERROR: &str = "docktuna:error";
/// A user attribute of a trial: the names of its constraints, in the order of the list.
pub(crate) const CONSTRAINT_NAMES: &str = "docktuna:constraints";
/// Attributes of a study: its space, and how it is searched.
#[cfg(feature = "storage")]
pub(crate) mod study {
    /// A user attribute: the fingerprint of the space.
    pub(crate) const FINGERPRINT: &str = "docktuna:fingerprint";
    /// A system attribute, which optuna-dashboard does not show: the space as JSON. Earlier releases made it a user
    /// attribute.
    pub(crate) const SPACE: &str = "docktuna:space";
    /// A user attribute: the name of the sampler.
    pub(crate) const SAMPLER: &str = "docktuna:sampler";
    /// A user attribute: the seed, where there is one.
    pub(crate) const SEED: &str = "docktuna:seed";
}

/// The most characters of a key, a study's name or a parameter's.
#[cfg(feature = "storage")]
pub(crate) const LONGEST: usize = 512;
