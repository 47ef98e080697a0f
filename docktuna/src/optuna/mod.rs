//! What Optuna stores, and how it spells it: JSON as Python writes it, distributions, attributes, labels,
//! tables. Beside each stand texts that Optuna wrote.

#[cfg(feature = "storage")]
mod announced;
mod constraints;
mod distribution;
mod json;
pub(crate) mod keys;
mod labels;
#[cfg(feature = "storage")]
pub(crate) mod moment;
#[cfg(feature = "storage")]
mod note;
#[cfg(feature = "storage")]
mod number;
#[cfg(feature = "storage")]
mod queue;
#[cfg(feature = "storage")]
mod retries;
#[cfg(feature = "storage")]
pub(crate) mod revision;
#[cfg(feature = "storage")]
mod rungs;
#[cfg(feature = "storage")]
mod serialize;

#[cfg(feature = "storage")]
pub(crate) use announced::read_announced;
pub(crate) use constraints::write_constraints;
#[cfg(feature = "storage")]
pub(crate) use constraints::{is_feasible, read_constraints};
pub(crate) use distribution::{read_distribution, write_distribution};
pub(crate) use json::{Json, read_json, write_json_text, write_value};
#[cfg(feature = "storage")]
pub(crate) use labels::{read_direction, write_direction};
#[cfg(feature = "storage")]
pub(crate) use note::{write_failure_note, write_note};
#[cfg(feature = "storage")]
pub(crate) use number::{read_intermediate, read_value, write_intermediate, write_objective};
#[cfg(feature = "storage")]
pub(crate) use queue::{read_fixed_params, write_fixed_params};
#[cfg(feature = "storage")]
pub(crate) use retries::retry_attributes;
#[cfg(feature = "storage")]
pub(crate) use rungs::{read_rung, write_rung};
#[cfg(feature = "storage")]
pub(crate) use serialize::to_json;
