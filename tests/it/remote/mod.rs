//! `docktuna serve`, and Python that reaches a database through it.

mod interface;
mod judged;
mod server;
