//! What is stored: Optuna's tables and rows, written by us, read by Python, and the other way round.

mod bad_input;
mod contract;
mod deleted;
mod fixtures;
mod interop;
mod opening;
mod queue;
mod schema;
mod stored;
mod stored_texts;
