//! Runs: objectives, samplers, pruners, callbacks, and what they report.

mod application;
mod callbacks;
mod exclusive;
mod mixed_pruning;
mod objectives;
mod observability;
mod progress;
mod pruning;
mod rehearsal;
mod sampling;
mod study;
