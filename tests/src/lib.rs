//! What the tests stand on: servers and databases, pgbouncer, a proxy that counts and breaks, and
//! Python's Optuna.
//!
//! The tests themselves are in `it/`, `faults/` and `ui/`. Everything here panics with a message instead of
//! returning errors: a test can do nothing else with them.

#![allow(
    clippy::panic,
    reason = "a failed set-up is a failed test; clippy exempts only functions marked as tests"
)]

mod bouncer;
mod browser;
mod catalogue;
mod closed_port;
mod dashboard;
mod private_server;
mod proxy;
mod python;
mod server;
mod small_disk;
mod standby;

pub use bouncer::{Bouncer, Pooling};
pub use browser::{Browser, Screen, Seen};
pub use catalogue::{postgres_catalogue, sqlite_catalogue};
pub use closed_port::ClosedPort;
pub use dashboard::Dashboard;
pub use private_server::PrivateServer;
pub use proxy::{Counts, Proxy};
pub use python::{Judged, Version, Worker, optunas_tests, pytest, python, python_in_zone};
pub use server::{Server, TestDb, not_applicable};
pub use small_disk::SmallDisk;
pub use standby::Replication;
