//! A trial from its ask to its end: what it reports, whether it is pruned, and how its result is written.

pub(super) mod asked;
pub(super) mod blocking;
pub(super) mod ending;
pub(super) mod known;
pub(super) mod outcome;
pub(super) mod pruning;
pub(super) mod running;
pub(super) mod watch;

pub use asked::Trial;
pub use blocking::BlockingTrial;
pub(super) use pruning::Pruning;
pub use running::RunningTrial;
