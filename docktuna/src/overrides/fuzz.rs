//! Laws of overrides, and texts of any kind.

use proptest::prelude::*;

use super::*;
use crate::Tunable;
use crate::space::distribution::Distribution;

#[derive(Tunable)]
#[allow(dead_code, reason = "only its space is looked at")]
struct Train {
    #[tune(range = -1.0..=1.0)]
    x: f64,
    #[tune(range = 0.0..=0.9, step = 0.3)]
    stepped: f64,
    #[tune(range = 1e-4..=1e-1, log)]
    lr: f32,
    #[tune(range = 1..=9, step = 2)]
    n: u8,
    #[tune(range = -9007199254740992..=9007199254740992)]
    wide: i64,
    #[tune(choices = ["a", "b", "a|b", "0..=1", "widen 1..=2", ""])]
    text: String,
    #[tune(choices = [0.5, 2.0])]
    factor: f64,
    flag: bool,
    #[tune(range = 0.0..=1.0, len = 1..=3)]
    rates: Vec<f32>,
}

const X: Key<Train, f64> = Key::new("x");
const STEPPED: Key<Train, f64> = Key::new("stepped");
const N: Key<Train, u8> = Key::new("n");
const WIDE: Key<Train, i64> = Key::new("wide");
const TEXT: Key<Train, &str> = Key::new("text");

/// What is stored and what is drawn with the sampler at each end, or what is wrong.
type Meaning = Result<Vec<(String, String, f64)>, String>;

fn meaning(overrides: &Overrides<Train>) -> Meaning {
    let resolved = overrides.resolve().map_err(|error| error.to_string())?;
    let mut drawn = Vec::new();
    for node in Train::SPACE.walk() {
        let name = node.name.as_str();
        let Some(param) = Train::SPACE.find(name) else {
            continue;
        };
        let domain = param.domain();
        let stored = resolved.distribution(name, domain);
        for end in [lowest, highest] {
            let value = resolved.sample(name, &stored, end);
            assert!(stored.contains(value), "{overrides:?}: {name} = {value}");
            drawn.push((name.to_owned(), stored.to_string(), value));
        }
    }
    Ok(drawn)
}

fn lowest(distribution: &Distribution) -> f64 {
    match distribution {
        Distribution::Float(range) => range.low(),
        Distribution::Int(range) => range.low() as f64,
        Distribution::Categorical(_) => 0.0,
    }
}

fn highest(distribution: &Distribution) -> f64 {
    match distribution {
        Distribution::Float(range) => range.high(),
        Distribution::Int(range) => range.high() as f64,
        Distribution::Categorical(choices) => (choices.len() - 1) as f64,
    }
}

/// The same from the text that is shown of it.
fn from_text(overrides: &Overrides<Train>) -> Meaning {
    let shown = |(name, rule)| Overrides::new().set(&format!("{name}={rule}"));
    let rules = overrides.rules.iter().map(|(name, rule)| (name, rule));
    meaning(&rules.map(shown).fold(Overrides::new(), Overrides::and))
}

fn float() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -1.5..1.5,
        (-4..8).prop_map(|n| 0.3 * f64::from(n))
    ]
}

fn int() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), -20_i64..20]
}

#[test]
fn an_end_beyond_all_integers_of_the_range_is_refused() {
    for text in [
        "n=9007199254740993..=-9223372036854775808",
        "wide=9214364837600034817..=0",
        "n=9223372036854775807..=1",
    ] {
        let error = Overrides::<Train>::new().set(text).check().unwrap_err();
        assert!(
            error.to_string().contains("the smaller bound first"),
            "{error}"
        );
    }
}

#[test]
fn a_grid_of_more_steps_than_doubles_can_count_is_refused() {
    let text = "stepped=widen -1323244762440516.0..=-0.3";
    let error = Overrides::<Train>::new().set(text).check().unwrap_err();
    assert!(error.to_string().contains("not on the grid"), "{error}");
}

proptest! {
    #[test]
    fn an_override_means_what_its_text_means(
        (a, b) in (float(), float()),
        (i, j) in (any::<u8>(), 0_u8..12),
        (k, l) in (int(), int()),
        choice in proptest::sample::select(vec!["a", "b", "a|b", "0..=1", "widen 1..=2", "", "c"]),
    ) {
        for overrides in [
            Overrides::new().narrow(X, a..=b),
            Overrides::new().widen(X, a..=b),
            Overrides::new().fix(X, a),
            Overrides::new().narrow(STEPPED, a..=b),
            Overrides::new().widen(STEPPED, a..=b),
            Overrides::new().narrow(N, j..=i),
            Overrides::new().widen(N, i..=j),
            Overrides::new().fix(N, i),
            Overrides::new().narrow(WIDE, k..=l),
            Overrides::new().widen(WIDE, k..=l),
            Overrides::new().fix(WIDE, k),
            Overrides::new().fix(TEXT, choice),
        ] {
            let (typed, text) = (meaning(&overrides), from_text(&overrides));
            // What is refused may be refused for another reason: a text says no type.
            prop_assert_eq!(typed.is_ok(), text.is_ok(), "{:?}: {:?} {:?}", overrides, typed, text);
            if typed.is_ok() {
                prop_assert_eq!(typed, text, "{:?}", overrides);
            }
        }
    }

    #[test]
    fn any_text_is_an_override_or_refused(
        text in "(?s).{0,60}",
        near in "(x|stepped|lr|n|wide|text|factor|flag|rates\\.len|rates\\.[0-3]) ?= ?((widen)? ?[-+.0-9eE_]{0,24} ?(\\.\\.=?|\\|)?){1,3}[a-zNn∞]{0,3}",
        number in "(x|lr|n|wide|factor)=(widen ?)?-?(0|9223372036854775807|9223372036854775808|1e400|-1e-400|nan|inf|9007199254740993)(\\.\\.=(nan|inf|-9223372036854775808|9223372036854775807))?",
    ) {
        for text in [text, near, number] {
            if let Err(error) = meaning(&Overrides::new().set(&text)) {
                prop_assert!(error.len() <= 2 * text.len() + 400, "{}", error);
            }
        }
    }

    #[test]
    fn any_settings_file_is_overrides_or_refused(
        text in "((x|n|text|rates|flag|\"rates\\.0\") ?= ?([-.0-9e_]{0,6}|\"[^\"\\\\\n]{0,8}\"|true|nan|\\[(1, )?(\"a\")?\\]|\\{ ?len = [0-4] ?\\})\n){0,5}",
    ) {
        if let Ok(overrides) = toml::from_str::<Overrides<Train>>(&text) {
            drop(meaning(&overrides));
        }
    }
}
