//! What operations cost, counted.

mod round_trips;
mod scale;
