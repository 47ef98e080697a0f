//! Databases that hold much: no operation grows with what it does not show.
//!
//! What an operation reads is counted by the server, what it sends by a proxy. Nothing is timed, except for the table
//! that the long form prints (DOCKTUNA_TEST_FAULTS=long).

mod counts;
mod fill;
mod operation;
mod table;
