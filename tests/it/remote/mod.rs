//! `docktuna serve`, and Python that reaches a database through it.

mod access;
mod cost;
mod interface;
mod judged;
mod lost;
mod missing;
mod server;
mod through;
mod zone;
