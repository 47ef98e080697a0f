#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! # Modules
//!
//! A type says what can be searched ([`Tunable`], [`space`]); a [`sampler`] draws from it and a
//! [`pruner`] stops what is not promising; a study
//! ([`Study`], [`DynamicStudy`]) asks for trials and tells their results to an [`OptunaDatabase`];
//! [`Load`] brings the best one back. Data flows in that one direction.

// Generated code names this crate by its own name, here too.
extern crate self as docktuna;

// Hidden only where documentation is made: the compiler would show the full paths of what is hidden.
#[cfg_attr(doc, doc(hidden))]
#[path = "private.rs"]
pub mod __private;
mod aliases;
#[cfg(feature = "storage")]
pub mod blocking;
mod codec;
#[cfg(feature = "storage")]
mod config;
#[cfg(feature = "storage")]
mod database;
mod diff;
mod distribution;
mod error;
#[cfg(all(test, feature = "sqlite"))]
mod fuzz;
mod id;
#[cfg(feature = "storage")]
mod load;
#[cfg(feature = "storage")]
mod near;
mod outline;
#[cfg(feature = "storage")]
mod overrides;
mod params;
mod path;
#[cfg(feature = "storage")]
pub mod pruner;
mod rules;
#[cfg(feature = "storage")]
pub mod sampler;
mod shown;
#[cfg(feature = "storage")]
mod snapshot;
pub mod space;
#[cfg(feature = "storage")]
mod storage;
#[cfg(feature = "storage")]
mod study;
#[cfg(feature = "storage")]
mod trial;
mod tunable;
mod words;

pub use diff::{Difference, DifferenceKind, Mismatch, SpaceDiff};
pub use distribution::Distribution;
#[cfg(feature = "derive")]
#[doc = include_str!("../docs/derive.md")]
pub use docktuna_macros::Tunable;
pub use error::{BoxError, ConnectReason, Error, Result, SchemaReason, SettingsReport};
pub use id::{StateCounts, StudyId, TrialId, TrialNumber, TrialState};
pub use outline::{EntryKind, OutlineEntry, SpaceOutline};
pub use params::{Parameter, Params};
pub use space::{Direction, Space, Value};
pub use tunable::{Sink, Source, Tunable};

#[cfg(feature = "storage")]
pub use {
    config::{Secret, SslMode},
    database::{DatabaseBuilder, OptunaDatabase, Pool, StudySummary, optuna_db},
    load::{Best, Fallback, Load, Loader, ParetoOptimal},
    overrides::{Key, KeyValue, Overrides},
    study::{
        BlockingTrial, DynamicStudy, Optimize, OptimizeBlocking, RunSummary, RunningTrial, Stop,
        Study, StudyBuilder, StudyStats, Trial, Values,
    },
    trial::{Attribute, Attributes, FrozenTrial},
};
