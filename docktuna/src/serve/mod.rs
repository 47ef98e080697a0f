//! Optuna's storage service on a database of ours, for Python programs that reach it through
//! `optuna.storages.GrpcStorageProxy`.
//!
//! `storage.proto` is the interface, and `wire` what is generated from it. `service` answers, with the steps of the
//! storage. `trial` and `fields` turn messages into what is stored and back, and refuse what Python could not read
//! again. `status` says which error is which to Python. `server` listens, `access` asks for the token, `reading`
//! ends messages that do not come, and `metrics` counts.

mod access;
mod fields;
mod metrics;
mod reading;
mod server;
mod service;
mod status;
mod trial;
mod wire;

pub(crate) use server::{Options, ServeError, Server, Tls};
