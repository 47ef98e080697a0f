//! `docktuna serve`: Python workers that reach the database through it, and what happens to it, to them and to what is
//! between.

mod crowd;
mod cut;
mod fleet;
mod fuzz;
mod kill;
mod relay;
mod restart;
mod server;

pub(crate) use crowd::run as crowd;
pub(crate) use cut::run as cut;
pub(crate) use fuzz::run as fuzz;
pub(crate) use kill::run as kill;
pub(crate) use restart::run as restart;
pub(crate) use server::Served;
