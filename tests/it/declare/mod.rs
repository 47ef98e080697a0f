//! What can be declared: types, names, rules and overrides, and what of it comes to a study.

mod aliases;
mod derive;
mod laws;
mod limits;
mod overriding;
mod rules;
mod sequences;
mod sharing;
mod types;
