//! Laws of outlines, over generated ones; and what a derived space looks like.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::Tunable;
use crate::space::{Domain, FloatDomain, IntDomain};

fn distributions() -> impl Strategy<Value = Distribution> {
    let float = (-1e300..1e300_f64, 0.0..1e300_f64)
        .prop_map(|(low, width)| FloatDomain::new(low, low + width));
    let log = (1e-300..1e300_f64, 1.0..1e5_f64)
        .prop_map(|(low, factor)| FloatDomain::new(low, low * factor).log());
    let stepped = (-100..100_i32, 1..1000_i32, 1..50_i32).prop_map(|(low, steps, tenths)| {
        let (low, step) = (f64::from(low), f64::from(tenths) / 10.0);
        FloatDomain::new(low, low + step * f64::from(steps)).step(step)
    });
    let floats = prop_oneof![float, log, stepped].prop_map(Domain::Float);
    let int = (-1_i128 << 52..1 << 52, 1..1000_i128, 1..9_i128).prop_map(|(low, steps, step)| {
        Domain::Int(IntDomain::new(low, low + steps * step).step(step))
    });
    let log_int = (1..1_i128 << 40, 0..1_i128 << 40)
        .prop_map(|(low, width)| Domain::Int(IntDomain::new(low, low + width).log()));
    let ranges = prop_oneof![floats, int, log_int].prop_map(Distribution::from);
    let value = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e300..1e300_f64).prop_map(Value::Float),
        any::<String>().prop_map(|text| Value::Str(text.into())),
        Just(Value::Json("1180591620717411303424".into())),
    ];
    let choices = vec(value, 1..6).prop_map(|choices| Distribution::Categorical(choices.into()));
    let labels = vec(any::<String>(), 1..6).prop_map(|labels| {
        Distribution::Categorical(labels.into_iter().map(Value::from).collect())
    });
    prop_oneof![ranges, choices, labels]
}

/// An entry, with the place of the entry before it that it hangs on, if that one has labels.
fn entries() -> impl Strategy<Value = (OutlineEntry, Option<usize>)> {
    let fixed = any::<String>().prop_map(EntryKind::Fixed);
    let param = (distributions(), any::<bool>(), any::<Option<bool>>());
    let param = param.prop_map(|(distribution, ordered, default)| {
        let default = default.and_then(|low| match &distribution {
            Distribution::Categorical(choices) => choices.first().cloned(),
            Distribution::Float(range) => {
                Some(Value::Float(if low { range.low } else { range.high }))
            }
            Distribution::Int(range) => Some(Value::Int(if low { range.low } else { range.high })),
        });
        EntryKind::Param {
            distribution,
            ordered,
            default,
        }
    });
    let kind = prop_oneof![5 => param, 1 => fixed];
    (
        any::<String>(),
        kind,
        any::<String>(),
        any::<Option<usize>>(),
    )
        .prop_map(|(name, kind, doc, hangs_on)| {
            let when = Vec::new();
            let entry = OutlineEntry {
                name,
                kind,
                when,
                doc,
            };
            (entry, hangs_on)
        })
}

fn outlines() -> impl Strategy<Value = SpaceOutline> {
    vec(entries(), 0..12).prop_map(|entries| {
        let mut outline = SpaceOutline::default();
        for (place, (mut entry, hangs_on)) in entries.into_iter().enumerate() {
            entry.name.push_str(&place.to_string());
            let above = hangs_on.map(|at| at % (place + 1));
            let above = above.and_then(|at| outline.entries.get(at));
            if let Some(OutlineEntry { name, kind, .. }) = above
                && let EntryKind::Param { distribution, .. } = kind
                && let Distribution::Categorical(choices) = distribution
                && let Some(label) = choices[place % choices.len()].as_str()
            {
                entry.when.push(Condition {
                    param: name.clone(),
                    test: Test::Is(vec![label.to_owned()]),
                });
            }
            outline.entries.push(entry);
        }
        outline
    })
}

/// The same space, otherwise written.
fn rewritten(outline: &SpaceOutline) -> SpaceOutline {
    let entries = outline.entries.iter().rev().cloned().map(|mut entry| {
        entry.doc.push('!');
        entry.when.reverse();
        if let EntryKind::Param {
            distribution,
            ordered,
            default,
        } = &mut entry.kind
        {
            *default = None;
            *ordered = !*ordered;
            if let Distribution::Categorical(choices) = distribution {
                choices.to_mut().reverse();
            }
        }
        entry
    });
    SpaceOutline {
        entries: entries.collect(),
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(outline in outlines()) {
        let json = outline.to_json();
        let read = SpaceOutline::from_json(&json).unwrap();
        prop_assert_eq!(&read, &outline, "{}", json);
        prop_assert_eq!(read.to_json(), json);
    }

    #[test]
    fn order_descriptions_and_defaults_are_no_difference(outline in outlines()) {
        let other = rewritten(&outline);
        prop_assert_eq!(other.fingerprint(), outline.fingerprint());
        prop_assert!(outline.diff(&other).is_empty(), "{}", outline.diff(&other));
    }

    #[test]
    fn spaces_differ_exactly_where_fingerprints_do(
        outline in outlines(),
        (changed, _) in entries(),
        at: usize,
        how in 0..4,
    ) {
        let mut other = rewritten(&outline);
        if !other.entries.is_empty() {
            let at = at % other.entries.len();
            match how {
                0 => drop(other.entries.remove(at)),
                1 => other.entries[at].kind = changed.kind,
                2 => other.entries[at].when.clear(),
                _ => other.entries[at].name.push_str(&changed.name),
            }
        }
        let diff = outline.diff(&other);
        prop_assert_eq!(diff.is_empty(), outline.fingerprint() == other.fingerprint(), "{}", diff);
    }

    #[test]
    fn broken_json_is_answered(outline in outlines(), at: usize, character: char) {
        let mut text: Vec<char> = outline.to_json().chars().collect();
        let at = at % text.len();
        text[at] = character;
        let text: String = text.into_iter().collect();
        match SpaceOutline::from_json(&text) {
            // Inside of a text, another character is another text.
            Ok(read) => prop_assert_eq!(SpaceOutline::from_json(&read.to_json()).unwrap(), read),
            Err(error) => prop_assert!(error.to_string().contains("cannot be read: "), "{}", error),
        }
        let half: String = text.chars().take(at).collect();
        prop_assert!(SpaceOutline::from_json(&half).is_err());
    }
}

#[test]
fn errors_name_the_entry_and_what_is_wrong() {
    let entry =
        |body: &str| format!("{{\"version\": 1, \"params\": [{{\"name\": \"lr\"{body}}}]}}");
    let float = |attributes: &str| {
        entry(&format!(
            ", \"distribution\": {{\"name\": \"FloatDistribution\", \"attributes\": {{{attributes}}}}}"
        ))
    };
    let cases = [
        ("{}".to_owned(), "it has no `version`"),
        (r#"{"version": 2, "params": []}"#.to_owned(), "use a newer docktuna"),
        (r#"{"version": 1}"#.to_owned(), "`params` are no list"),
        (r#"{"version": 1, "params": [7]}"#.to_owned(), "entry 0 of `params` has no name"),
        (entry(""), "\"lr\": it has neither `distribution` nor `fixed`"),
        (
            float("\"low\": 1.0, \"high\": 2.0").replace("}]", ", \"ordered\": 1}]"),
            "its `ordered` is not true or false",
        ),
        (entry(", \"fixed\": 3"), "its `fixed` is no text"),
        (entry(", \"distribution\": {}"), "it has no name"),
        (float("\"low\": 1.0"), "its `high` is no number"),
        (float("\"low\": 1.0, \"high\": 0.5"), "no value lies in its range 1.0..=0.5"),
        (float("\"low\": 1.0, \"high\": NaN"), "no value lies in its range 1.0..=NaN"),
        (
            float("\"low\": 1.0, \"high\": 2.0").replace("}]", ", \"default\": 3.0}]"),
            "its default 3.0 is not in 1.0..=2.0",
        ),
        (
            entry(", \"fixed\": \"1\", \"when\": [{\"param\": \"a\", \"is\": \"b\"}]"),
            "no entry before it has the choice a=\"b\"",
        ),
        (
            r#"{"version": 1, "params": [{"name": "a", "fixed": "1"}, {"name": "a", "fixed": "1"}]}"#
                .to_owned(),
            "\"a\": it is given twice",
        ),
    ];
    for (text, part) in cases {
        let error = SpaceOutline::from_json(&text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[derive(Tunable)]
struct Train {
    /// Peak learning rate.
    #[tune(range = 1e-5..=1e-1, log, default = 3e-4)]
    #[allow(dead_code, reason = "only its description is looked at")]
    lr: f64,
    #[allow(dead_code, reason = "only its description is looked at")]
    optimizer: Optimizer,
    #[tune(choices = [16, 32], ordered)]
    #[allow(dead_code, reason = "only its description is looked at")]
    batch: u32,
    #[tune(fixed = 40 + 2)]
    #[allow(dead_code, reason = "only its description is looked at")]
    seed: u64,
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Optimizer {
    #[tune(default)]
    Plain,
    Sgd {
        #[tune(range = 1..=9, step = 4)]
        #[allow(dead_code, reason = "only its description is looked at")]
        momentum: u8,
    },
}

#[test]
fn a_derived_space_is_a_table() {
    assert_eq!(
        Train::space().to_string(),
        "\
name                    kind            values            when             default  description
lr                      float           1e-5..=0.1 log                     0.0003   Peak learning rate.
optimizer               choice          [\"plain\", \"sgd\"]                   \"plain\"
optimizer.sgd.momentum  int             1..=9 step 4      optimizer=\"sgd\"
batch                   ordered choice  [16, 32]
seed                    fixed           40 + 2
"
    );
}

#[test]
fn a_derived_space_is_json() {
    assert_eq!(
        Train::space().to_json(),
        concat!(
            r#"{"version": 1, "params": ["#,
            r#"{"name": "lr", "distribution": {"name": "FloatDistribution", "attributes": "#,
            r#"{"step": null, "low": 1e-05, "high": 0.1, "log": true}}, "default": 0.0003, "#,
            r#""doc": "Peak learning rate."}, "#,
            r#"{"name": "optimizer", "distribution": {"name": "CategoricalDistribution", "#,
            r#""attributes": {"choices": ["plain", "sgd"]}}, "default": "plain"}, "#,
            r#"{"name": "optimizer.sgd.momentum", "distribution": {"name": "IntDistribution", "#,
            r#""attributes": {"log": false, "step": 4, "low": 1, "high": 9}}, "#,
            r#""when": [{"param": "optimizer", "is": "sgd"}]}, "#,
            r#"{"name": "batch", "distribution": {"name": "CategoricalDistribution", "#,
            r#""attributes": {"choices": [16, 32]}}, "ordered": true}, "#,
            r#"{"name": "seed", "fixed": "40 + 2"}]}"#,
        )
    );
}

#[test]
fn the_difference_of_two_spaces_reads_like_that_of_a_study() {
    let stored = r#"{"version": 1, "params": [
        {"name": "lr", "distribution": {"type": "float", "low": 0.001, "high": 0.1, "log": true}},
        {"name": "optimizer", "distribution": {"type": "categorical", "choices": ["sgd", "adam"]}},
        {"name": "optimizer.sgd.momentum", "distribution": {"type": "int", "low": 1, "high": 9, "step": 4}},
        {"name": "old", "fixed": "1"},
        {"name": "seed", "fixed": "1"}
    ]}"#;
    let stored = SpaceOutline::from_json(stored).unwrap();
    assert_eq!(
        stored.diff(&Train::space().outline()).to_string(),
        "the spaces differ: lr: stored 0.001..=0.1 log, declared 1e-5..=0.1 log; \
         optimizer: stored choices [\"sgd\", \"adam\"], declared choices [\"plain\", \"sgd\"]; \
         optimizer.sgd.momentum: stored always, declared when optimizer=\"sgd\"; \
         batch: declared, not stored; \
         seed: stored fixed to `1`, declared fixed to `40 + 2`; old: stored, not declared"
    );
    let same = stored.diff(&stored).to_string();
    assert_eq!(same, "the spaces are the same");
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
#[allow(dead_code, reason = "only its space is looked at")]
enum Sharing {
    Sgd {
        /// Peak.
        #[tune(range = 0.25..=0.75, default = 0.5, shared)]
        lr: f64,
        #[tune(range = 1..=9)]
        momentum: u8,
    },
    Plain,
    AdamW {
        #[tune(range = 1..=2, shared)]
        clip: Option<u8>,
        /// Another text.
        #[tune(range = 0.25..=0.75, shared)]
        lr: f64,
    },
}

/// `Sharing` in another order.
#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
#[allow(dead_code, reason = "only its space is looked at")]
enum Reordered {
    AdamW {
        #[tune(range = 0.25..=0.75, shared)]
        lr: f64,
        #[tune(range = 1..=2, shared)]
        clip: Option<u8>,
    },
    Sgd {
        #[tune(range = 1..=9)]
        momentum: u8,
        #[tune(range = 0.25..=0.75, shared)]
        lr: f64,
    },
    Plain,
}

/// `Sharing` before it shared everything.
#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
#[allow(dead_code, reason = "only its space is looked at")]
enum Before {
    Sgd {
        #[tune(range = 0.25..=0.75, shared)]
        lr: f64,
        #[tune(range = 1..=9)]
        momentum: u8,
    },
    Plain,
    AdamW {
        #[tune(range = 1..=2)]
        clip: Option<u8>,
    },
}

#[test]
fn what_branches_share_is_there_once() {
    let space = Sharing::space();
    assert_eq!(
        space.to_string(),
        "\
name                 kind    values                      when                                    default  description
config               choice  [\"sgd\", \"plain\", \"adam_w\"]
config.lr            float   0.25..=0.75                 config=\"sgd\"|\"adam_w\"                   0.5      Peak.
config.sgd.momentum  int     1..=9                       config=\"sgd\"
config.clip          choice  [\"none\", \"some\"]            config=\"adam_w\"
config.clip.some     int     1..=2                       config=\"adam_w\" and config.clip=\"some\"
"
    );
    let json = space.to_json();
    assert!(
        json.contains(r#""when": [{"param": "config", "is": ["sgd", "adam_w"]}]"#),
        "{json}"
    );
    assert_eq!(SpaceOutline::from_json(&json).unwrap(), space.outline());
    for (name, found) in [
        ("config.lr", true),
        ("config.clip.some", true),
        ("config.sgd.momentum", true),
        ("config.sgd.lr", false),
        ("config.adam_w.clip", false),
        ("config.momentum", false),
    ] {
        assert_eq!(space.find(name).is_some(), found, "{name}");
    }
    // In one branch, the condition is still that of the declaration, and the default its own.
    let active = space.active(|label| {
        Some(
            if label.name() == "config" {
                "adam_w"
            } else {
                "none"
            }
            .into(),
        )
    });
    let names: Vec<&str> = active.iter().map(|node| node.name()).collect();
    assert_eq!(names, ["config", "config.clip", "config.lr"]);
    assert_eq!(active[2].when()[0].to_string(), "config=\"sgd\"|\"adam_w\"");
    assert_eq!(active[2].param().unwrap().default(), None);
}

#[test]
fn another_order_of_branches_shares_the_same() {
    let (one, other) = (Sharing::space(), Reordered::space());
    assert_eq!(one.fingerprint(), other.fingerprint());
    assert!(one.outline().diff(&other.outline()).is_empty());
    let before = Before::space();
    assert_ne!(one.fingerprint(), before.fingerprint());
    assert_eq!(
        before.outline().diff(&one.outline()).to_string(),
        "the spaces differ: config.lr: stored when config=\"sgd\", declared when config=\"sgd\"|\"adam_w\"; \
         config.clip: declared, not stored; config.clip.some: declared, not stored; \
         config.adam_w.clip: stored, not declared; \
         config.adam_w.clip.some: stored, not declared"
    );
}
