//! Those of which a field's type had to change, and why.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use docktuna::Tunable;

super::corpus! {
    a_grammar Grammar,
    weights_by_name Weights,
    an_interval Interval,
    a_slice Slice,
}

/// It was `enum Grammar { Leaf, Pair(Box<Grammar>, Box<Grammar>) }`: a type that contains itself has an endless space.
/// Two levels are written out.
#[derive(Tunable)]
enum Grammar {
    Leaf(#[tune(range = 0.0..=1.0)] f64),
    Pair(Box<Leaf>, Box<Leaf>),
}

#[derive(Tunable)]
struct Leaf(#[tune(range = 0.0..=1.0)] f64);

/// It was `weights: BTreeMap<String, f64>`: a space has fixed names. They are the fields of a struct, of which the map
/// is made.
#[derive(Tunable)]
struct Weights {
    weights: Named,
    #[tune(skip)]
    extra: BTreeMap<String, f64>,
}

#[derive(Tunable)]
struct Named {
    #[tune(range = 0.0..=1.0)]
    title: f64,
    #[tune(range = 0.0..=1.0)]
    body: f64,
}

/// It was `temperature: RangeInclusive<f64>`: two parameters, of which `as` makes one. A pair is two.
#[derive(Tunable)]
struct Interval {
    #[tune(range = 0.0..=2.0)]
    temperature: (f64, f64),
    #[tune(fixed = 0.0..=1.0)]
    shown: RangeInclusive<f64>,
}

/// It was `layers: Box<[u32]>`: only a `Vec` has a searched length.
#[derive(Tunable)]
struct Slice {
    #[tune(range = 8..=256, log, len = 1..=4)]
    layers: Vec<u32>,
}
