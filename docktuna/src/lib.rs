#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! # Modules
//!
//! The [`guide`] has a page for each topic.
//!
//! A type declares what can be searched ([`Tunable`], [`space`]). A [`sampler`] draws values from it, and
//! a [`pruner`] stops trials that are not promising. A study ([`Study`], [`DynamicStudy`]) asks for
//! trials and stores their results in an [`OptunaDatabase`]. [`Load`] reads the best one.

// Generated code names this crate by its own name, here too.
extern crate self as docktuna;

// Hidden only where documentation is made: the compiler would show the full paths of what is hidden.
#[cfg_attr(doc, doc(hidden))]
#[path = "private.rs"]
pub mod __private;
#[cfg(feature = "storage")]
pub mod blocking;
// For the program of the same name and its tests.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "storage")]
mod config;
#[cfg(feature = "storage")]
mod database;
mod error;
#[cfg(all(test, feature = "sqlite"))]
mod fuzz;
#[cfg(all(feature = "derive", feature = "postgres", feature = "sqlite"))]
pub mod guide;
mod id;
#[cfg(feature = "storage")]
pub mod importance;
#[cfg(feature = "storage")]
mod load;
#[cfg(feature = "storage")]
mod lock;
#[cfg(feature = "storage")]
mod near;
mod optuna;
mod outline;
#[cfg(feature = "storage")]
mod overrides;
mod params;
#[cfg(feature = "storage")]
mod progress;
#[cfg(feature = "storage")]
pub mod pruner;
#[cfg(feature = "cli")]
mod report;
#[cfg(feature = "storage")]
pub mod sampler;
#[cfg(feature = "serve")]
mod serve;
mod shown;
pub mod space;
#[cfg(feature = "storage")]
mod storage;
#[cfg(feature = "storage")]
mod study;
#[cfg(feature = "storage")]
mod trial;
mod tunable;
mod words;

#[cfg(feature = "derive")]
#[doc = include_str!("../docs/derive.md")]
pub use docktuna_macros::Tunable;
pub use error::{
    BoxError, ConnectReason, Difference, DifferenceKind, Error, Result, SchemaReason,
    SettingsReport, SpaceDiff, StorageReason,
};
pub use id::{StateCounts, StudyId, TrialId, TrialNumber, TrialState};
pub use outline::{EntryKind, OutlineEntry, SpaceOutline};
pub use params::{Mismatch, Parameter, Params};
pub use space::distribution::Distribution;
pub use space::{Direction, Space, Value};
pub use tunable::{Change, ConfigDiff, Primitive, Scalar, Sink, Source, Tunable};

#[cfg(feature = "storage")]
pub use {
    config::{Secret, SslMode},
    database::{DatabaseBuilder, OptunaDatabase, Pool, StudySummary, optuna_db},
    load::{Best, Fallback, Load, Loaded, LoadedFrom, Loader, ParetoOptimal, WatchError, Watched},
    overrides::{Key, KeyValue, Overrides},
    progress::{EndedTrial, Progress, ProgressDisplay, ProgressWriter},
    study::{
        BlockingTrial, DynamicStudy, Optimize, OptimizeBlocking, RunSummary, RunningTrial, Stop,
        Study, StudyBuilder, StudyStats, Trial, Values,
    },
    trial::{Attribute, Attributes, FrozenTrial},
};
