//! Branches that share parameters: scalars, options, sequences, groups and generic parts, in types
//! that differ as long as what they are drawn from does not.
#![deny(warnings, missing_docs, clippy::all, clippy::pedantic)]

use docktuna::{Params, Tunable};

/// A highest rate.
const HIGHEST: f64 = 1e-1;

/// Aliased.
type Rate = f64;

/// Branches.
#[derive(Tunable, Debug, PartialEq)]
#[tune(rename_all = "snake_case")]
enum Optimizer<T> {
    /// The first.
    Sgd {
        /// In a narrow type.
        #[tune(range = 1..=8, shared)]
        steps: u8,
        /// Its own.
        #[tune(range = 0.0..=0.99)]
        momentum: f64,
        /// As a literal.
        #[tune(range = 1e-5..=1e-1, log, default = 1e-2, shared)]
        lr: f64,
        /// May be left out.
        #[tune(range = 0.0..=1.0, shared)]
        clip: Option<f32>,
        /// Several.
        #[tune(range = 1..=3, len = 0..=2, shared)]
        widths: Vec<u8>,
        /// A group.
        #[tune(shared)]
        inner: T,
    },
    /// The second, in another order.
    AdamW {
        /// A group.
        #[tune(shared)]
        inner: T,
        /// As a constant.
        #[tune(range = 1e-5..=HIGHEST, log, default = 1e-3, shared)]
        lr: Rate,
        /// In a wide type, under another name.
        #[tune(range = 1..=8, shared, rename = "steps")]
        iterations: i64,
        /// May be left out.
        #[tune(range = 0.0..=1.0, shared)]
        clip: Option<f32>,
        /// Several.
        #[tune(range = 1..=3, len = 0..=2, shared)]
        widths: Vec<u8>,
    },
    /// Shares one of them only.
    Lion {
        /// As a literal.
        #[tune(range = 1e-5..=1e-1, log, shared)]
        lr: f64,
        /// Shared with nobody.
        #[tune(range = 1..=2, shared)]
        alone: u8,
    },
    /// Nothing.
    Plain,
}

/// A group.
#[derive(Tunable, Debug, PartialEq)]
struct Inner {
    /// A switch.
    on: bool,
}

/// Around it.
#[derive(Tunable, Debug, PartialEq)]
struct Train {
    /// The optimizer.
    optimizer: Optimizer<Inner>,
}

fn main() {
    let names: Vec<String> = Train::space()
        .walk()
        .map(|node| node.name().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "optimizer",
            "optimizer.steps",
            "optimizer.sgd.momentum",
            "optimizer.lr",
            "optimizer.clip",
            "optimizer.clip.some",
            "optimizer.widths.len",
            "optimizer.widths.0",
            "optimizer.widths.1",
            "optimizer.inner.on",
            "optimizer.alone",
        ]
    );
    let config = Train {
        optimizer: Optimizer::AdamW {
            inner: Inner { on: true },
            lr: 1e-3,
            iterations: 4,
            clip: Some(0.5),
            widths: vec![1, 2],
        },
    };
    let params = Params::of(&config).unwrap();
    assert_eq!(params.get("optimizer.steps").unwrap().stored().to_bits(), 4_f64.to_bits());
    assert_eq!(params.to_config::<Train>().unwrap(), config);
    let root = Params::of(&config.optimizer).unwrap();
    assert!(root.get("config.lr").is_some());
}
