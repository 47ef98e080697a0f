//! What the decoders are given: noise, JSON in pieces, and JSON that is almost right.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value as Tree;

use crate::optuna::write_distribution;
use crate::space::distribution::Distribution;
use crate::space::{FloatDomain, IntDomain, Value};

/// Any text.
pub(super) fn soup() -> impl Strategy<Value = String> {
    prop_oneof![".{0,30}", "[\\PC\\x00-\\x1f]{0,30}"]
}

/// Every double, the odd ones often.
pub(super) fn numbers() -> impl Strategy<Value = f64> {
    let odd = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        1e-5,
        9_007_199_254_740_993.0,
        1e300,
        5e-324,
        f64::MAX,
        f64::MIN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    prop_oneof![
        2 => (0..odd.len()).prop_map(move |at| odd[at]),
        2 => (-3..40_i32).prop_map(f64::from),
        1 => any::<f64>(),
    ]
}

/// Pieces of JSON, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\n",
            "null",
            "true",
            "NaN",
            "-Infinity",
            "Infinity",
            "-",
            "--1",
            "0",
            "-0",
            "01",
            "1e5",
            "1e999",
            "1.5",
            "9223372036854775808",
            "-9223372036854775809",
            "018446744073709551616",
            "\"",
            "\"\"",
            "\"\\ud800\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ufdd0NaN\"",
            "\"\u{fdd0}1\"",
            "\\",
            "\\u",
            "/**/",
            "\"name\":",
            "\"attributes\":",
            "\"choices\":",
            "\"low\":",
            "\"high\":",
            "\"step\":",
            "\"log\":",
            "\"params\":",
            "\"version\":1,",
            "\"when\":",
            "\"is\":",
            "\"study\":\"s\",",
            "\"trial\":1,",
            "\"IntDistribution\"",
            "\"lr\":",
        ])
        .prop_map(str::to_owned),
        soup(),
    ];
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// JSON of serde's own.
pub(super) fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        Just(Tree::Null),
        any::<bool>().prop_map(Tree::from),
        any::<i64>().prop_map(Tree::from),
        any::<u64>().prop_map(Tree::from),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Tree::from),
        soup().prop_map(Tree::from),
        "\u{fdd0}?(NaN|12345678901234567890)?".prop_map(Tree::from),
    ];
    leaf.prop_recursive(4, 32, 6, |tree| {
        prop_oneof![
            vec(tree.clone(), 0..6).prop_map(Tree::from),
            vec(
                (
                    prop_oneof![soup(), Just("lr".to_owned()), Just("kind".to_owned())],
                    tree
                ),
                0..6
            )
            .prop_map(|members| Tree::from(serde_json::Map::from_iter(members))),
        ]
    })
}

/// Distributions as this crate and Python's can have them.
pub(super) fn distributions() -> impl Strategy<Value = Distribution> {
    let float = (
        -1e6..1e6_f64,
        0.0..1e6_f64,
        proptest::option::of(1e-3..10.0_f64),
    )
        .prop_map(|(low, width, step)| {
            let (high, log) = (low + width, false);
            Distribution::Float(
                FloatDomain {
                    low,
                    high,
                    step,
                    log,
                }
                .on_grid(),
            )
        });
    let log = (1e-9..1.0_f64, 1.0..1e9_f64).prop_map(|(low, factor)| {
        let (high, step, log) = (low * factor, None, true);
        Distribution::Float(FloatDomain {
            low,
            high,
            step,
            log,
        })
    });
    let int = (any::<i32>(), 0..1000_i64, 1..50_i64, any::<bool>()).prop_map(
        |(low, steps, step, log)| {
            let (low, step) = if log {
                (i64::from(low).max(1), 1)
            } else {
                (i64::from(low), step)
            };
            let high = low + steps * step;
            Distribution::Int(IntDomain {
                low,
                high,
                step,
                log,
            })
        },
    );
    let choice = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>()
            .prop_filter("equal to itself", |number| !number.is_nan())
            .prop_map(Value::Float),
        prop_oneof![soup(), "[ab]?", "\u{fdd0}(NaN)?"].prop_map(Value::from),
        Just(Value::Json("[1, {\"a\": 2.0}]".into())),
        Just(Value::Json("1180591620717411303424".into())),
    ];
    let choices = vec(choice, 1..6).prop_map(|choices| Distribution::Categorical(choices.into()));
    prop_oneof![float, log, int, choices]
}

/// JSON that is right but for one place.
pub(super) fn broken() -> impl Strategy<Value = String> {
    let whole = prop_oneof![
        distributions().prop_map(|distribution| write_distribution(&distribution)),
        trees().prop_map(|tree| tree.to_string()),
        (distributions(), soup()).prop_map(|(distribution, name)| {
            let (distribution, name) = (write_distribution(&distribution), Tree::from(name));
            format!(r#"{{"version": 1, "study": "s", "trial": 3, "params": [{{"name": {name}, "distribution": {distribution}}}]}}"#)
        }),
        (distributions(), numbers()).prop_map(|(distribution, stored)| {
            let (distribution, stored) = (write_distribution(&distribution), Value::Float(stored));
            let stored = crate::optuna::write_value(&stored);
            format!(r#"{{"study": "s", "trial": 3, "params": {{"lr": {{"stored": {stored}, "distribution": {distribution}}}}}}}"#)
        }),
    ];
    (whole, any::<prop::sample::Index>(), 0..4, pieces()).prop_map(|(whole, at, how, piece)| {
        let mut characters: Vec<char> = whole.chars().collect();
        let at = at.index(characters.len());
        match how {
            0 => characters.truncate(at),
            1 => drop(characters.remove(at)),
            2 => drop(characters.splice(at..=at, piece.chars())),
            _ => {}
        }
        characters.into_iter().collect()
    })
}

/// JSON, or what looks like it.
pub(super) fn json() -> impl Strategy<Value = String> {
    let deep = (
        prop::sample::select(vec!["[", "{\"a\":", "[[", "\"", "-"]),
        0..3000_usize,
    )
        .prop_map(|(piece, times)| piece.repeat(times));
    prop_oneof![4 => broken(), 3 => pieces(), 1 => soup(), 1 => deep]
}

/// Moments, or what looks like them.
pub(super) fn moments() -> impl Strategy<Value = String> {
    prop_oneof![
        soup(),
        "[0-9]{4}-?[0-9]{2}-?[0-9]{2}.?([0-9]{2}:?){0,3}[.,]?[0-9]{0,9}(Z|[+-][0-9:.]{0,9})?",
        "[0-9]{4}-?W[0-9]{2}-?[0-9]?.?[0-9:.+Z-]{0,12}",
        "[0-9:.,+ZTW -]{0,30}",
    ]
}
