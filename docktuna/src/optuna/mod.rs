//! Optuna's text forms: JSON as Python writes it, distributions, and the two columns of a value.

mod distribution;
mod json;
pub(crate) mod keys;
#[cfg(feature = "storage")]
pub(crate) mod moment;
#[cfg(feature = "storage")]
mod number;
#[cfg(feature = "storage")]
mod serialize;

pub(crate) use distribution::{read_distribution, write_distribution};
pub(crate) use json::{Json, read_json, write_json_text, write_value};
#[cfg(feature = "storage")]
pub(crate) use number::{read_intermediate, read_value, write_intermediate, write_objective};
#[cfg(feature = "storage")]
pub(crate) use serialize::to_json;
