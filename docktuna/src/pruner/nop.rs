//! No pruning.

use super::{Decision, Peers, Progress, Pruner, Reads};

/// Never prunes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nop;

impl Pruner for Nop {
    fn name(&self) -> &'static str {
        "nop"
    }

    fn reads(&self) -> Reads {
        Reads::NOTHING
    }

    fn decide(&self, _: &Progress<'_>, _: &Peers) -> Decision {
        Decision::default()
    }
}
