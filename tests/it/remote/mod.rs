//! `docktuna serve`, and Python that reaches a database through it.

mod access;
mod interface;
mod judged;
mod server;
