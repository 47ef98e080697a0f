//! Contracts, interop and faults, each module one topic.
//!
//! The tests need servers and Python; `tests/run` provides them.

#![allow(
    clippy::float_cmp,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that fails panics, and what is stored has to come back to the bit"
)]

use docktuna_tests as support;

mod aliases;
mod application;
mod backend;
mod bad_input;
mod budget;
mod callbacks;
mod cancellation;
mod child;
mod command;
mod concurrency;
mod contract;
mod crash;
mod dashboard;
mod derive;
mod dropping;
mod exclusive;
mod expected;
mod files;
mod fixtures;
mod heartbeat;
mod interop;
mod isolation;
mod laws;
mod load;
mod mixed_pruning;
mod objectives;
mod observability;
mod opening;
mod overriding;
mod pooling;
mod pruning;
mod reconnect;
mod retry;
mod rights;
mod round_trips;
mod rules;
mod sampling;
mod scale;
mod schema;
mod secrets;
mod sequences;
mod settings;
mod sharing;
mod signals;
mod space;
mod sqlite_urls;
mod start_up;
mod stored;
mod stored_texts;
mod study;
mod trouble;
mod urls;
