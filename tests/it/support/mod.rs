//! What the integration tests stand on: servers and databases, a proxy that counts and breaks, and Python's Optuna.
//!
//! Everything here panics with a message instead of returning errors: a test can do nothing else with them.

#![allow(
    dead_code,
    unused_imports,
    reason = "a kit: which part of it is in use changes with the tests"
)]
#![allow(
    clippy::panic,
    reason = "a failed set-up is a failed test; clippy exempts only functions marked as tests"
)]

mod proxy;
mod python;
mod server;
mod throwaway;

pub(crate) use proxy::{Counts, Proxy};
pub(crate) use python::{Version, Worker, python, python_in_zone};
pub(crate) use server::{Server, TestDb};
pub(crate) use throwaway::{PrivateServer, free_port};
