//! Contracts, interop and faults: a folder for each room, a module for each topic.
//!
//! The tests need servers and Python; `tests/run` provides them.

#![allow(
    clippy::float_cmp,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that fails panics, and what is stored has to come back to the bit"
)]

use docktuna_tests as support;

// What all rooms use.
mod backend;
mod child;
mod expected;
mod python;
mod space;
mod texts;

// The rooms.
mod command;
mod connect;
mod corpus;
mod cost;
mod declare;
mod fleet;
mod remote;
mod search;
mod serve;
mod store;
