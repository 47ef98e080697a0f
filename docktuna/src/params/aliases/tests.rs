//! Laws of aliases: what an older version stored is read as what became of it.

use std::borrow::Cow;

use proptest::prelude::*;

use super::*;
use crate::Tunable;

/// A configuration as an older version had it.
mod old {
    use crate::Tunable;

    #[derive(Tunable, Debug, Clone)]
    pub(super) struct Train {
        #[tune(range = 0.0..=1.0)]
        pub(super) rate: f64,
        pub(super) opt: Opt,
        pub(super) acts: [Activation; 2],
        #[tune(range = 1..=64, len = 1..=3)]
        pub(super) sizes: Vec<u32>,
        #[tune(range = 0.0..=1.0)]
        pub(super) mix: Option<f64>,
    }

    #[derive(Tunable, Debug, Clone)]
    #[tune(rename_all = "lowercase")]
    pub(super) enum Opt {
        Sgd {
            #[tune(range = 0.0..=1.0)]
            mom: f64,
        },
        Adam {
            #[tune(range = 0.0..=1.0)]
            beta: f64,
        },
        AdaMax {
            #[tune(range = 0.0..=1.0)]
            beta: f64,
        },
    }

    #[derive(Tunable, Debug, Clone, Copy)]
    #[tune(rename_all = "lowercase")]
    pub(super) enum Activation {
        Relu,
        Swish,
    }
}

#[derive(Tunable, Debug, PartialEq)]
struct Train {
    #[tune(range = 0.0..=1.0, alias = "learning_rate", alias = "rate")]
    lr: f64,
    #[tune(alias = "opt")]
    optimizer: Optimizer,
    #[tune(alias = "acts")]
    activations: [Activation; 2],
    #[tune(range = 1..=64, len = 1..=3, alias = "sizes")]
    widths: Vec<u32>,
    #[tune(range = 0.0..=1.0, alias = "mix")]
    mixup: Option<f64>,
}

#[derive(Tunable, Debug, PartialEq)]
#[tune(rename_all = "snake_case")]
enum Optimizer {
    Sgd {
        #[tune(range = 0.0..=1.0, alias = "mom")]
        momentum: f64,
    },
    #[tune(alias = "adam", alias = "adamax")]
    AdamW {
        #[tune(range = 0.0..=1.0)]
        beta: f64,
    },
}

#[derive(Tunable, Debug, Clone, Copy, PartialEq)]
#[tune(rename_all = "lowercase")]
enum Activation {
    #[tune(alias = "swish")]
    Silu,
    Relu,
}

fn any_old() -> impl Strategy<Value = old::Train> {
    let number = || 0.0..=1.0;
    let opt = (0..3, number()).prop_map(|(variant, value)| match variant {
        0 => old::Opt::Sgd { mom: value },
        1 => old::Opt::Adam { beta: value },
        _ => old::Opt::AdaMax { beta: value },
    });
    let act = || prop_oneof![Just(old::Activation::Relu), Just(old::Activation::Swish)];
    let sizes = prop::collection::vec(1_u32..=64, 1..=3);
    let mix = prop::option::of(number());
    (number(), opt, [act(), act()], sizes, mix).prop_map(|(rate, opt, acts, sizes, mix)| {
        old::Train {
            rate,
            opt,
            acts,
            sizes,
            mix,
        }
    })
}

/// What became of an old configuration.
fn today(old: old::Train) -> Train {
    Train {
        lr: old.rate,
        optimizer: match old.opt {
            old::Opt::Sgd { mom } => Optimizer::Sgd { momentum: mom },
            old::Opt::Adam { beta } | old::Opt::AdaMax { beta } => Optimizer::AdamW { beta },
        },
        activations: old.acts.map(|activation| match activation {
            old::Activation::Relu => Activation::Relu,
            old::Activation::Swish => Activation::Silu,
        }),
        widths: old.sizes,
        mixup: old.mix,
    }
}

proptest! {
    /// Whatever an older version stored, in whatever order, is read back.
    #[test]
    fn the_old_is_read_as_the_new(config in any_old(), turn in 0_usize..9) {
        let stored = Params::of(&config).unwrap();
        let mut order: Vec<_> = stored.iter().collect();
        let places = order.len();
        order.rotate_left(turn % places);
        let mut turned = Params::default();
        for parameter in order {
            turned.push(parameter.name(), parameter.distribution().clone(), parameter.stored());
        }
        let config = today(config);
        prop_assert_eq!(&turned.to_config::<Train>().unwrap(), &config);
        // What the type itself stores stays as it is.
        let own = Params::of(&config).unwrap();
        prop_assert_eq!(&*Aliases::of(Train::SPACE).translated(&own), &own);
    }

    #[test]
    fn without_aliases_nothing_is_touched(config in any_old(), name in ".{0,20}") {
        let aliases = Aliases::of(old::Train::SPACE);
        prop_assert_eq!(aliases.name(&name), &name);
        let stored = Params::of(&config).unwrap();
        for parameter in &stored {
            prop_assert_eq!(aliases.name(parameter.name()), parameter.name());
        }
        prop_assert!(matches!(aliases.translated(&stored), Cow::Borrowed(_)));
    }
}

#[test]
fn names_below_an_alias_change_with_it() {
    let aliases = Aliases::of(Train::SPACE);
    for (stored, declared) in [
        ("learning_rate", "lr"),
        ("rate", "lr"),
        ("opt", "optimizer"),
        ("opt.sgd.mom", "optimizer.sgd.momentum"),
        ("opt.sgd.momentum", "optimizer.sgd.momentum"),
        ("optimizer.sgd.mom", "optimizer.sgd.momentum"),
        ("opt.adamax.beta", "optimizer.adam_w.beta"),
        ("optimizer.adam.beta", "optimizer.adam_w.beta"),
        ("acts.1", "activations.1"),
        ("sizes.len", "widths.len"),
        ("sizes.2", "widths.2"),
        ("mix.some", "mixup.some"),
        ("sizes.3", "sizes.3"),
        ("mom", "mom"),
    ] {
        assert_eq!(aliases.name(stored), declared);
    }
}

#[test]
fn of_two_names_the_declared_one_counts_and_then_the_first() {
    let aliases = Aliases::of(Train::SPACE);
    let stored = |names: &[&str]| {
        let mut params = Params::default();
        for (i, name) in (0_u32..).zip(names) {
            let distribution = (*Train::SPACE.find("lr").unwrap().domain()).into();
            params.push(name, distribution, f64::from(i) / 10.0);
        }
        let found: Vec<(String, f64)> = aliases
            .translated(&params)
            .iter()
            .map(|p| (p.name().to_owned(), p.stored()))
            .collect();
        found
    };
    let lr = |value| vec![("lr".to_owned(), value)];
    assert_eq!(stored(&["rate", "lr"]), lr(0.1));
    assert_eq!(stored(&["lr", "learning_rate"]), lr(0.0));
    assert_eq!(stored(&["rate", "learning_rate"]), lr(0.0));
}

/// An enum that is tuned by itself has no field to be named by.
#[test]
fn the_root_has_labels_of_older_versions_too() {
    let swish = Params::of(&old::Activation::Swish).unwrap();
    assert_eq!(swish.to_config::<Activation>().unwrap(), Activation::Silu);
}

/// What branches share was below a label before, maybe.
#[test]
fn a_shared_name_is_not_below_a_label() {
    #[derive(Tunable)]
    #[allow(dead_code, reason = "never built")]
    enum Shared {
        #[tune(alias = "Momentum")]
        Sgd {
            #[tune(range = 0.0..=1.0, shared, alias = "rate", alias = "Sgd.lr")]
            lr: f64,
        },
        Adam {
            #[tune(range = 0.0..=1.0, shared, alias = "Adam.lr")]
            lr: f64,
            #[tune(range = 0.0..=1.0, alias = "b")]
            beta: f64,
        },
    }
    let aliases = Aliases::of(Shared::SPACE);
    for (stored, declared) in [
        ("config.rate", "config.lr"),
        ("config.Sgd.lr", "config.lr"),
        ("config.Adam.lr", "config.lr"),
        ("config.Adam.b", "config.Adam.beta"),
        ("config.Momentum.rate", "config.Momentum.rate"),
        ("config.b", "config.b"),
    ] {
        assert_eq!(aliases.name(stored), declared);
    }
    assert_eq!(aliases.clash, None);
}

#[cfg(feature = "storage")]
mod enqueued {
    use super::*;

    #[test]
    fn values_get_declared_names_and_labels() {
        let aliases = Aliases::of(Train::SPACE);
        let given = [
            ("rate", Value::from(0.25)),
            ("learning_rate", 0.75.into()),
            ("opt", "adamax".into()),
            ("opt.adamax.beta", 0.5.into()),
            ("acts.0", "swish".into()),
            ("activations.0", "relu".into()),
            ("unknown", "swish".into()),
        ];
        let given = given.map(|(name, value)| (name.to_owned(), value));
        let wanted = [
            ("lr", Value::from(0.25)),
            ("optimizer", "adam_w".into()),
            ("optimizer.adam_w.beta", 0.5.into()),
            ("activations.0", "relu".into()),
            ("unknown", "swish".into()),
        ];
        let wanted = wanted.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(aliases.values(given), wanted.into());
    }

    #[test]
    fn one_name_cannot_mean_two_parameters() {
        #[derive(Tunable)]
        #[allow(dead_code, reason = "never built")]
        struct Inner {
            #[tune(range = 0.0..=1.0, alias = "rate")]
            lr: f64,
        }
        #[derive(Tunable)]
        #[allow(dead_code, reason = "never built")]
        struct Live {
            #[tune(flatten)]
            inner: Inner,
            #[tune(range = 0.0..=1.0)]
            rate: f64,
        }
        #[derive(Tunable)]
        #[allow(dead_code, reason = "never built")]
        struct Twice {
            #[tune(flatten)]
            inner: Inner,
            #[tune(range = 0.0..=1.0, alias = "rate")]
            dropout: f64,
        }
        assert_eq!(Aliases::of(Live::SPACE).clash(), Some("rate"));
        assert_eq!(Aliases::of(Live::SPACE).name("rate"), "rate");
        assert_eq!(Aliases::of(Twice::SPACE).clash(), Some("rate"));
        assert_eq!(Aliases::of(Train::SPACE).clash(), None);
    }
}
