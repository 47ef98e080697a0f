//! Every form of an override, in code and as a text, and every refusal.

use super::*;
use crate::Tunable;
use crate::space::distribution::Distribution;

#[derive(Tunable)]
#[allow(dead_code, reason = "only its space is looked at")]
struct Train {
    #[tune(range = 0.0..=1.0, step = 0.25)]
    x: f64,
    #[tune(range = 1e-4..=1e-1, log)]
    lr: f32,
    #[tune(range = 1..=9, step = 2)]
    n: u8,
    #[tune(choices = ["a", "b", "c", "0..=1"])]
    c: String,
    #[tune(choices = [0.5, 2.0])]
    factor: f64,
    flag: bool,
    optimizer: Optimizer,
    #[tune(range = 0.0..=1.0, len = 1..=3)]
    rates: Vec<f32>,
    #[tune(range = 8..=200)]
    widths: [u8; 2],
    #[tune(fixed = 42)]
    seed: u64,
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
#[allow(dead_code, reason = "only its space is looked at")]
enum Optimizer {
    Plain,
    Sgd {
        #[tune(range = 1..=9)]
        momentum: i32,
    },
}

const X: Key<Train, f64> = Key::new("x");
const LR: Key<Train, f32> = Key::new("lr");
const N: Key<Train, u8> = Key::new("n");
const C: Key<Train, &str> = Key::new("c");
const FLAG: Key<Train, bool> = Key::new("flag");
const OPTIMIZER: Key<Train, &str> = Key::new("optimizer");
const RATES: Key<Train, u8> = Key::new("rates.len");
const LAST_RATE: Key<Train, f32> = Key::new("rates.2");
const WIDTH: Key<Train, u8> = Key::new("widths.1");
const MOMENTUM: Key<Train, i32> = Key::new("optimizer.sgd.momentum");

fn new() -> Overrides<Train> {
    Overrides::new()
}

/// What is stored for the parameter, what the sampler sees, and what the sampler's 0 becomes.
fn drawn(overrides: &Overrides<Train>, name: &str) -> (String, String, f64) {
    let resolved = overrides.resolve().unwrap();
    let domain = Train::SPACE.find(name).unwrap().domain();
    let stored = resolved.distribution(name, domain);
    let mut seen = None;
    let value = resolved.sample(name, &stored, |distribution| {
        seen = Some(distribution.clone());
        0.0
    });
    let seen = seen.map_or("nothing".to_owned(), |seen| seen.to_string());
    (stored.to_string(), seen, value)
}

fn refused(text: &str) -> String {
    new().set(text).check().unwrap_err().to_string()
}

#[test]
fn a_text_and_a_key_say_the_same() {
    let pairs = [
        (new().narrow(X, 0.1..=0.8), "x=0.1..=0.8", "x"),
        (new().narrow(LR, 0.01..=0.1), "lr = 0.01 ..= 0.1", "lr"),
        (new().narrow(N, 2..=8), "n=2..=8", "n"),
        (new().widen(N, 1..=255), "n=widen 1..=255", "n"),
        (new().widen(X, -0.5..=1.0), "x=widen -0.5 ..=1", "x"),
        (new().fix(N, 5), "n=5", "n"),
        (new().fix(X, 0.5), "x=5e-1", "x"),
        (new().fix(C, "0..=1"), "c=0..=1", "c"),
        (new().fix(C, "a"), "c=\"a\"", "c"),
        (new().keep(C, ["c", "a", "c"]), "c=c | a", "c"),
        (new().keep(FLAG, [true]), "flag=true", "flag"),
        (new().fix(OPTIMIZER, "sgd"), "optimizer=sgd", "optimizer"),
        (
            new().narrow(MOMENTUM, 2..=3),
            "optimizer.sgd.momentum=2..=3",
            "optimizer.sgd.momentum",
        ),
    ];
    for (typed, text, name) in pairs {
        assert_eq!(drawn(&typed, name), drawn(&new().set(text), name), "{text}");
    }
}

#[test]
fn narrowed_ranges_are_drawn_on_their_grid_and_stored_as_declared() {
    let expected = |stored: &str, seen: &str| (stored.to_owned(), seen.to_owned(), 0.0);
    assert_eq!(
        drawn(&new().narrow(X, 0.1..=0.8), "x"),
        expected("0.0..=1.0 step 0.25", "0.25..=0.75 step 0.25")
    );
    assert_eq!(
        drawn(&new().narrow(N, 2..=8), "n"),
        expected("1..=9 step 2", "3..=7 step 2")
    );
    // The declared bound is 0.1, and so is the nearest f32.
    assert_eq!(
        drawn(&new().narrow(LR, 0.01..=0.1), "lr"),
        expected("0.0001..=0.1 log", "0.01..=0.1 log")
    );
}

#[test]
fn widened_ranges_are_stored_as_they_are_drawn() {
    let widened = "1..=255 step 2".to_owned();
    assert_eq!(
        drawn(&new().widen(N, 1..=255), "n"),
        (widened.clone(), widened, 0.0)
    );
}

#[test]
#[allow(clippy::float_cmp, reason = "indices and fixed values are exact")]
fn fixed_values_and_kept_choices_are_stored_as_declared() {
    let (stored, seen, value) = drawn(&new().keep(C, ["c", "a"]), "c");
    assert_eq!(
        (stored.as_str(), seen.as_str()),
        (r#"["a", "b", "c", "0..=1"]"#, r#"["c", "a"]"#)
    );
    assert!(
        value == 2.0,
        "the sampler's first choice is the declared third one"
    );
    let (stored, seen, value) = drawn(&new().fix(N, 5), "n");
    assert_eq!(
        (stored.as_str(), seen.as_str()),
        ("1..=9 step 2", "nothing")
    );
    assert!(value == 5.0);
    let (_, seen, _) = drawn(&new().set("factor=2"), "factor");
    assert_eq!(seen, "[2.0]");
}

#[test]
fn a_later_rule_replaces_an_earlier_one() {
    let both = new().fix(N, 5).and(new().set("n=3..=7"));
    assert_eq!(drawn(&both, "n").1, "3..=7 step 2");
    assert_eq!(format!("{both:?}"), r#"["n=5", "n=3..=7"]"#);
}

#[test]
fn what_cannot_be_drawn_is_refused_with_what_to_write() {
    let cases = [
        (
            "x=-1..=0.5",
            "beyond the declared 0.0..=1.0 step 0.25; help: stay inside, or say `widen -1.0..=0.5`",
        ),
        ("x=0.5..=0.4", "no value is left"),
        ("x=0.3..=0.4", "no value is left"),
        ("x=nan..=1", "beyond the declared"),
        ("x=0.3", "0.3 is not in the declared 0.0..=1.0 step 0.25"),
        ("x=0..1", "bounds are inclusive; help: write 0..=1"),
        ("x=", "help: write name=low..=high"),
        ("x", "help: write name=low..=high"),
        ("n=2", "2 is not in the declared"),
        ("n=a..=b", "`a` is no integer"),
        ("n=1.5", "`1.5` is no integer"),
        ("n=1|3", "`1|3` is no integer"),
        (
            "c=d",
            r#"`d` is not in the declared ["a", "b", "c", "0..=1"]"#,
        ),
        ("c=a..=b", "choices have no range"),
        ("c=widen a..=b", "choices have no range"),
        ("n=widen 3..=5", "leave out `widen`"),
        (
            "n=widen 1..=10",
            "not on the grid of the declared 1..=9 step 2",
        ),
        ("n=widen 1..=257", "257 does not fit in the field's type"),
        ("n=widen -1..=9", "-1 does not fit in the field's type"),
        ("n=widen 9..=1", "write the smaller one first"),
        ("n=widen", "help: write name=widen low..=high"),
        ("x=widen 0..=inf", "its bounds are no range"),
        ("x=widen 0..=1.1", "not on the grid"),
        ("lr=widen 0..=1", "a log scale needs a lower bound above 0"),
        (
            "lr=widen 1e-60..=1",
            "1e-60 does not fit in the field's type",
        ),
        (
            "lr=widen 1e-4..=1e60",
            "1e60 does not fit in the field's type",
        ),
        (
            "optimizer.sgd.momentum=widen 1..=9007199254740993",
            "beyond 2^53",
        ),
        (
            "optimizer.sgd.momentum=widen 1..=3000000000",
            "does not fit",
        ),
        ("seed=1", "it is fixed to `42` and not searched"),
        ("m=1..=2", "did you mean"),
        ("momentum=1", "did you mean \"optimizer.sgd.momentum\"?"),
    ];
    for (text, part) in cases {
        let error = refused(text);
        assert!(error.contains(part), "{text}: {error}");
    }
    let none: [&str; 0] = [];
    let error = new().keep(C, none).check().unwrap_err().to_string();
    assert!(error.contains("no value is left"), "{error}");
}

#[test]
fn elements_and_lengths_are_parameters_like_others() {
    let pairs = [
        (new().fix(RATES, 2), "rates.len=2", "rates.len"),
        (
            new().narrow(LAST_RATE, 0.5..=1.0),
            "rates.2=0.5..=1",
            "rates.2",
        ),
        (
            new().widen(WIDTH, 1..=255),
            "widths.1=widen 1..=255",
            "widths.1",
        ),
    ];
    for (typed, text, name) in pairs {
        assert_eq!(drawn(&typed, name), drawn(&new().set(text), name), "{text}");
    }
    let cases = [
        ("rates.3=0.5", "or \"rates.2\"?"),
        ("rates=1", "did you mean"),
        ("rates.len=4", "4 is not in the declared 1..=3"),
        (
            "rates.len=widen 1..=4",
            "a longer Vec has parameters that nothing declares",
        ),
        ("rates.2=widen 0..=1e60", "1e60 does not fit"),
        ("widths.0=widen 8..=256", "does not fit"),
    ];
    for (text, part) in cases {
        let error = refused(text);
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn a_settings_file_says_the_same_as_code() {
    let file: Overrides<Train> = toml::from_str(
        r#"
        x = 1
        n = "3..=7"
        c = ["a", "b"]
        flag = false
        optimizer.sgd.momentum = 2.0
        "#,
    )
    .unwrap();
    let code = new()
        .fix(X, 1.0)
        .narrow(N, 3..=7)
        .keep(C, ["a", "b"])
        .fix(FLAG, false)
        .fix(MOMENTUM, 2);
    for name in ["x", "n", "c", "flag", "optimizer.sgd.momentum"] {
        assert_eq!(drawn(&file, name), drawn(&code, name), "{name}");
    }
    let error = toml::from_str::<Overrides<Train>>("x = [[1]]").unwrap_err();
    assert!(
        error.to_string().contains("an override is a number"),
        "{error}"
    );
    let unknown: Overrides<Train> = toml::from_str("nn = 3").unwrap();
    let error = unknown.check().unwrap_err().to_string();
    assert!(error.contains("did you mean \"n\""), "{error}");
}

#[test]
fn keys_know_their_place() {
    assert_eq!(MOMENTUM.name(), "optimizer.sgd.momentum");
    let found = Train::SPACE.walk().filter(|node| node.param().is_some());
    let mut names = 0;
    for node in found {
        let domain = Train::SPACE.find(&node.name).map(|param| *param.domain());
        assert_eq!(
            domain,
            node.param().map(|param| *param.domain()),
            "{}",
            node.name
        );
        assert!(Train::SPACE.find(&format!("{}.", node.name)).is_none());
        assert!(Train::SPACE.find(&node.name[1..]).is_none());
        names += 1;
    }
    assert_eq!(names, 14);
    assert!(Train::SPACE.find("").is_none() && Train::SPACE.find("seed").is_none());
    assert!(bool::SPACE.find("config").is_some() && bool::SPACE.find("").is_none());
    let distribution = Distribution::from(*bool::SPACE.param().domain());
    assert_eq!(distribution.to_string(), "[false, true]");
}
