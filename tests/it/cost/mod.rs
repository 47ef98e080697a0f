//! What operations cost, counted.

mod news;
mod round_trips;
mod scale;
