//! A user's crate under the strictest lints: generated code must not add a finding of its own.
//!
//! The tests are in `ui.rs` and `cases/`.

#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    single_use_lifetimes,
    let_underscore_drop,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    unsafe_code,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::restriction
)]
#![allow(
    clippy::arbitrary_source_item_ordering,
    clippy::blanket_clippy_restriction_lints,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::implicit_return,
    clippy::single_call_fn,
    reason = "about the taste of whoever writes the types"
)]

use core::fmt::Debug;
use core::marker::PhantomData;
use core::num::NonZeroU8;
use core::time::Duration;
use std::path::PathBuf;

use docktuna::Tunable;

/// The smallest width.
const LOW: usize = 16;
/// The largest share.
const SHARE: f32 = 0.5;

/// A number under another name.
pub type Rate = f32;

/// Every kind of field.
#[derive(Tunable, Debug, Clone)]
#[tune(
    study = "strict",
    objectives(minimize = "loss", maximize = "accuracy"),
    validate = Self::check,
    constraint(width = width)
)]
pub struct Strict<T: Debug> {
    /// A float.
    #[tune(range = 1e-5..=1e-1, log, default = 3e-4)]
    pub lr: f64,
    /// A stepped float, with constants.
    #[tune(range = 0.0..=SHARE, step = 0.05)]
    pub dropout: Rate,
    /// An integer.
    #[tune(range = -8..=8, default = 3)]
    pub layers: i8,
    /// An integer with a constant.
    #[tune(range = LOW..=1024, log)]
    pub hidden: usize,
    /// Choices.
    #[tune(choices = [16, 32], default = 32)]
    pub batch: u32,
    /// Texts.
    #[tune(choices = ["cosine", "linear"])]
    pub schedule: String,
    /// A switch.
    pub nesterov: bool,
    /// An enum.
    pub kind: Kind,
    /// A group.
    #[tune(flatten)]
    pub group: Group,
    /// One that may be left out.
    #[tune(range = 0.0..=1.0, default = Some(0.5))]
    pub mixup: Option<f64>,
    /// A group that may be left out.
    pub maybe: Option<Group>,
    /// Fixed.
    #[tune(fixed = 42)]
    pub seed: u64,
    /// Left out.
    #[tune(skip)]
    pub cache: Vec<u8>,
    /// Left out, and of a parameter's type.
    #[tune(skip)]
    pub last: Option<T>,
    /// Whatever the user has.
    pub generic: T,
}

impl<T: Debug> Strict<T> {
    /// Every configuration is fine.
    const fn check(&self) -> Result<(), &'static str> {
        if self.nesterov { Ok(()) } else { Err("no") }
    }
}

/// Nothing is too wide.
const fn width<T: Debug>(_strict: &Strict<T>) -> f64 {
    0.0
}

/// A group.
#[derive(Tunable, Debug, Clone, Copy)]
pub struct Group {
    /// A share.
    #[tune(range = 0.0..=1.0)]
    pub flip: f64,
    /// A depth.
    #[tune(range = 1..=3)]
    pub depth: u8,
    #[doc = concat!("A share under another name, ", "with a constant.")]
    #[tune(range = 0.0..=SHARE, step = SHARE, default = SHARE)]
    pub share: Rate,
}

/// An enum of all kinds of variants.
#[derive(Tunable, Debug, Clone)]
#[tune(rename_all = "snake_case")]
pub enum Kind {
    /// Nothing.
    #[tune(default)]
    Unit,
    /// One.
    Newtype(Group),
    /// Named.
    Named {
        /// A number.
        #[tune(range = 1..=8)]
        heads: u8,
        /// A constant.
        #[tune(range = LOW..=64)]
        width: usize,
        /// Shared.
        #[tune(range = 0.0..=1.0, shared)]
        rate: f64,
        /// Shared, and maybe nothing.
        #[tune(range = 0.0..=SHARE, shared)]
        share: Option<f32>,
        /// A shared group.
        #[tune(shared)]
        group: Group,
    },
    /// Named, with the same parameters.
    Alike {
        /// Shared.
        #[tune(range = 0.0..=1.0, shared)]
        rate: Rate,
        /// Shared, and maybe nothing.
        #[tune(range = 0.0..=SHARE, shared)]
        share: Option<f32>,
        /// A shared group.
        #[tune(shared)]
        group: Group,
    },
    /// Never drawn.
    #[tune(skip)]
    Skipped(u8, u8),
}

/// Around a number.
#[derive(Tunable, Debug, Clone, Copy, PartialEq)]
pub struct Share(pub f64);

/// Around whatever the user has.
#[derive(Tunable, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrap<T>(pub T, pub PhantomData<T>);

/// Fields of other types.
#[derive(Tunable, Debug, Clone)]
pub struct Types {
    /// Around a number.
    #[tune(range = 0.0..=1.0, default = 0.5)]
    pub share: Share,
    /// Around another one.
    #[tune(range = LOW..=64)]
    pub wrapped: Wrap<usize>,
    /// Around a group.
    pub group: Wrap<Group>,
    /// Without 0.
    #[tune(range = 1..=8)]
    pub workers: Option<NonZeroU8>,
    /// Converted.
    #[tune(range = 1..=60, as = u64, from = Duration::from_secs, into = Duration::as_secs)]
    pub timeout: Duration,
    /// Converted by traits.
    #[tune(choices = ["a", "b"], as = String)]
    pub path: PathBuf,
    /// A text.
    #[tune(choices = ['a', 'b'])]
    pub tag: char,
    /// Two numbers.
    #[tune(range = 0.8..=0.999, default = (0.9, 0.999))]
    pub betas: (f64, f32),
    /// With a default of the field's own.
    #[tune(default = Kind::Unit)]
    pub kind: Box<Kind>,
    /// With places for names.
    pub places: Places,
    /// Nothing.
    pub marker: PhantomData<u8>,
}

/// Unnamed fields.
#[derive(Tunable, Debug, Clone)]
#[tune(validate = Self::check)]
pub struct Places(
    /// A share.
    #[tune(range = 0.0..=1.0)]
    pub f64,
    /// A number.
    #[tune(range = 0..=9, as = u8, from = Wrap::<u8>::new, into = Wrap::<u8>::get)]
    pub Wrap<u8>,
);

impl Places {
    /// Everything is fine.
    const fn check(&self) -> Result<(), &'static str> {
        if self.1.0 < 10 { Ok(()) } else { Err("no") }
    }
}

impl Wrap<u8> {
    /// Around a number.
    const fn new(inner: u8) -> Self {
        Self(inner, PhantomData)
    }

    /// What it is around.
    const fn get(self) -> u8 {
        self.0
    }
}
