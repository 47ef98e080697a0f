//! What holds for every configuration: it survives the way into the database and back, and Python
//! sees the same values.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::num::{NonZero, NonZeroUsize, Saturating, Wrapping};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use docktuna::space::{Domain, Param};
use docktuna::{Error, FrozenTrial, OptunaDatabase, Params, Source, TrialState, Tunable};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::backend::Backend;
use crate::expected::value;
use crate::support::{Version, python};

/// Configurations of one run without a database.
const CASES: u32 = 5_000;
/// Configurations of one run that go into each database by the queue, and that are drawn there.
const ENQUEUED: usize = 150;
const SAMPLED: usize = 150;

/// Every kind of parameter.
#[derive(Tunable, Debug, PartialEq)]
struct Rich {
    #[tune(range = 1e-300..=1e300, log)]
    wide: f64,
    #[tune(range = -1e308..=1e308)]
    linear: f64,
    #[tune(range = 0.1..=1.0, step = 0.1)]
    tenths: f64,
    #[tune(range = -3.4e38..=3.4e38)]
    single: f32,
    #[tune(range = 0.0..=0.5, step = 0.05)]
    stepped: f32,
    #[tune(range = -9007199254740992..=9007199254740992)]
    signed: i64,
    #[tune(range = 0..=9007199254740992)]
    unsigned: u64,
    #[tune(range = 1..=9007199254740992, log)]
    log: u64,
    #[tune(range = -128..=127, step = 5)]
    byte: i8,
    #[tune(range = 0..=65535)]
    size: usize,
    #[tune(choices = [-0.5, 0.1, 1e-7, 3.0])]
    factor: f32,
    #[tune(choices = [9007199254740992, -1, 7])]
    number: i64,
    #[tune(choices = ["", "café", "it's", "a\nb", "\u{1f600}", "none"])]
    text: String,
    #[tune(choices = [16, 32, 64], ordered)]
    batch: u16,
    flag: bool,
    kind: Kind,
    body: Body,
    branch: Branch,
    part: Part,
    #[tune(flatten)]
    flat: Flat,
    #[tune(range = -1.0..=1.0)]
    maybe: Option<f32>,
    maybe_body: Option<Body>,
    #[tune(range = 8..=256, log)]
    widths: [u32; 3],
    #[tune(range = 0.0..=1.0, len = 0..=3)]
    rates: Vec<f32>,
    parts: [Part; 2],
    #[tune(len = 1..=2)]
    bodies: Vec<Body>,
    #[tune(fixed = 7)]
    fixed: u8,
    #[tune(range = 1e-5..=1e-1, log)]
    rate: Rate,
    #[tune(choices = ["l1", "l2"])]
    penalty: Penalty,
    #[tune(range = 1..=9007199254740992, log)]
    workers: NonZeroUsize,
    #[tune(range = -128..=-1)]
    offset: NonZero<i8>,
    #[tune(range = 0..=255)]
    counter: Wrapping<u8>,
    #[tune(range = -9..=9)]
    level: Saturating<i16>,
    #[tune(range = 0..=60, as = u64, from = Duration::from_secs, into = Duration::as_secs)]
    timeout: Duration,
    #[tune(range = 1e-9..=1e6, log, as = f64, from = Duration::try_from_secs_f64, into = Duration::as_secs_f64)]
    pause: Option<Duration>,
    #[tune(choices = ["127.0.0.1", "::1"], as = String)]
    host: IpAddr,
    #[tune(choices = ["small.csv", "größer.csv"])]
    data: PathBuf,
    #[tune(choices = ["small.csv", "full.csv"], as = String)]
    other_data: PathBuf,
    #[tune(choices = ['a', 'é', '\u{1f600}'])]
    tag: char,
    #[tune(choices = ["it's", ""])]
    lent: &'static str,
    #[tune(choices = ["a", "b"])]
    pointed: (Box<str>, Arc<str>, Cow<'static, str>),
    #[tune(range = 0.8..=0.999)]
    betas: (f64, f32),
    pair: (bool, Part),
    #[tune(len = 0..=2)]
    pairs: Vec<(Kind, Part)>,
    boxed: Box<Body>,
    shared: Arc<Part>,
    around: Around,
    whole: Whole,
    places: Places,
    momentum: Momentum,
    #[tune(range = 1..=8)]
    generic: Generic<u8>,
    marker: PhantomData<u8>,
}

/// A number behind a type.
#[derive(Tunable, Debug, PartialEq)]
struct Rate(f64);

/// A text behind a type.
#[derive(Tunable, Debug, PartialEq)]
struct Penalty(String);

/// A group behind a type.
#[derive(Tunable, Debug, PartialEq)]
struct Around(Part);

/// What it holds depends on where it is.
#[derive(Tunable, Debug, PartialEq)]
struct Generic<T>(T, PhantomData<T>);

/// A parameter with a rule of its own.
#[derive(Tunable, Debug, PartialEq)]
struct Whole(#[tune(range = 0.25..=0.75)] f32);

#[derive(Tunable, Debug, PartialEq)]
struct Places(
    #[tune(range = 0.25..=0.75)] f32,
    Kind,
    #[tune(range = 1..=3, rename = "n")] u8,
);

#[derive(Tunable, Debug, PartialEq)]
#[tune(rename_all = "snake_case", rename_all_fields = "SCREAMING_SNAKE_CASE")]
enum Momentum {
    None,
    Value(#[tune(range = 0.0..=0.99)] f64),
    Nesterov(#[tune(range = 0.0..=0.99)] f64, #[tune(range = 0..=9)] u8),
    Decaying {
        #[tune(range = 0.0..=0.5)]
        half_life: f64,
    },
}

#[derive(Tunable, Debug, PartialEq)]
#[tune(rename_all = "kebab-case")]
enum Kind {
    FirstOne,
    Second,
    Third,
}

#[derive(Tunable, Debug, PartialEq)]
enum Body {
    Named {
        #[tune(range = 0.25..=0.75)]
        x: f64,
        inner: Option<Kind>,
    },
    New(Part),
    Unit,
}

#[derive(Tunable, Debug, PartialEq)]
struct Part {
    #[tune(range = 1..=3)]
    n: u32,
    kind: Kind,
}

/// Branches that share parameters.
#[derive(Tunable, Debug, PartialEq)]
enum Branch {
    First {
        #[tune(range = 1e-5..=1e-1, log, shared)]
        lr: f64,
        #[tune(range = 0.0..=0.99)]
        own: f64,
        #[tune(shared)]
        part: Part,
        #[tune(range = 0.0..=1.0, len = 0..=2, shared)]
        rates: Vec<f32>,
    },
    Second {
        #[tune(range = 0.0..=1.0, len = 0..=2, shared)]
        rates: Vec<f64>,
        #[tune(shared)]
        part: Part,
        #[tune(range = 0.0..=0.5)]
        own: f64,
        #[tune(range = 1e-5..=1e-1, log, shared)]
        lr: f64,
        #[tune(range = 1..=4, shared)]
        depth: Option<u8>,
    },
    Third {
        #[tune(range = 1..=4, shared)]
        depth: Option<u32>,
    },
}

#[derive(Tunable, Debug, PartialEq)]
struct Flat {
    #[tune(range = 5..=5)]
    only: i32,
}

/// Gives every parameter what the next number picks from its domain, its ends above all.
struct Picked<'a> {
    numbers: std::iter::Cycle<std::slice::Iter<'a, u64>>,
}

impl Source for Picked<'_> {
    type Error = String;

    fn enter(&mut self, _: &str) {}

    fn leave(&mut self) {}

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "numbers below 2^53"
    )]
    fn param(&mut self, param: &'static Param) -> Result<f64, String> {
        let number = *self.numbers.next().unwrap();
        let share = match number % 4 {
            0 => 0.0,
            1 => 1.0,
            _ => (number >> 11) as f64 / (1_u64 << 53) as f64,
        };
        let between = |low: f64, high: f64| (low * (1.0 - share) + high * share).clamp(low, high);
        Ok(match param.domain() {
            Domain::Float(range) => match range.grid_step() {
                Some(step) => {
                    let steps = ((range.high() - range.low()) / step).round();
                    (range.low() + (share * steps).round() * step).min(range.high())
                }
                None if range.is_log() => between(range.low().ln(), range.high().ln())
                    .exp()
                    .clamp(range.low(), range.high()),
                None => between(range.low(), range.high()),
            },
            Domain::Int(range) => {
                let (low, step) = (range.low(), range.grid_step());
                let steps = (range.high() - low) / step;
                (low + (share * steps as f64).round() as i64 * step) as f64
            }
            Domain::Choice(list) => ((number >> 8) as usize % list.choices().len()) as f64,
            other => panic!("{other:?}"),
        })
    }

    fn refused(&mut self, reason: String) -> String {
        reason
    }
}

fn picked<T: Tunable>(numbers: &[u64]) -> T {
    let numbers = numbers.iter().cycle();
    T::build(&mut Picked { numbers }).unwrap()
}

fn numbers() -> impl Strategy<Value = Vec<u64>> {
    vec(any::<u64>(), 80)
}

/// A text that shows every bit of a number, the sign of zero too.
fn shown(config: &impl std::fmt::Debug) -> String {
    format!("{config:?}")
}

fn bits(params: &Params) -> Vec<(String, u64, String)> {
    let of = |p: &docktuna::Parameter| {
        let distribution = format!("{:?}", p.distribution());
        (p.name().to_owned(), p.stored().to_bits(), distribution)
    };
    params.iter().map(of).collect()
}

fn sorted(params: &Params) -> Vec<(String, String)> {
    let mut values: Vec<_> = params
        .iter()
        .map(|p| (p.name().to_owned(), format!("{:?}", p.value())))
        .collect();
    values.sort_unstable();
    values
}

/// `Rich` in another order of fields, variants and choices.
#[derive(Tunable, Debug, PartialEq)]
struct Shuffled {
    text: Text,
    body: ShuffledBody,
    #[tune(range = 0.25..=0.75, default = 0.5)]
    rate: f64,
}

#[derive(Tunable, Debug, PartialEq)]
struct Sorted {
    /// Described.
    #[tune(range = 0.25..=0.75)]
    rate: f64,
    text: Text,
    body: SortedBody,
}

#[derive(Tunable, Debug, PartialEq)]
struct Text {
    #[tune(choices = ["a", "b", "c"])]
    label: String,
}

#[derive(Tunable, Debug, PartialEq)]
enum SortedBody {
    A {
        #[tune(range = 1..=9)]
        x: u8,
        kind: Kind,
    },
    B(Part),
    C,
}

#[derive(Tunable, Debug, PartialEq)]
enum ShuffledBody {
    C,
    #[tune(default)]
    A {
        kind: Kind,
        #[tune(range = 1..=9)]
        x: u8,
    },
    B(Part),
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn what_is_encoded_is_decoded(numbers in numbers()) {
        let config: Rich = picked(&numbers);
        let params = Params::of(&config).unwrap();
        let decoded: Rich = params.to_config().unwrap();
        prop_assert_eq!(shown(&decoded), shown(&config));
        prop_assert_eq!(bits(&Params::of(&decoded).unwrap()), bits(&params));
    }

    #[test]
    fn exactly_the_active_parameters_are_stored_and_lie_in_the_space(numbers in numbers()) {
        let params = Params::of(&picked::<Rich>(&numbers)).unwrap();
        let active = Rich::space().active(|label| Some(params.get(label.name())?.value()));
        let active: Vec<&str> = active.iter().map(|node| node.name()).collect();
        let stored: Vec<&str> = params.iter().map(|p| p.name()).collect();
        prop_assert_eq!(active, stored);
        for parameter in &params {
            let declared = *Rich::space().find(parameter.name()).unwrap().domain();
            prop_assert_eq!(parameter.distribution(), &declared.into());
            prop_assert!(parameter.distribution().contains(parameter.stored()));
        }
    }

    #[test]
    fn another_order_reads_the_same_trials(numbers in numbers()) {
        let params = Params::of(&picked::<Sorted>(&numbers)).unwrap();
        let shuffled: Shuffled = params.to_config().unwrap();
        prop_assert_eq!(sorted(&Params::of(&shuffled).unwrap()), sorted(&params));
    }
}

#[test]
fn another_order_has_the_same_names_and_fingerprint() {
    let names = |space: &docktuna::Space| {
        let mut names: Vec<String> = space.walk().map(|node| node.name().to_owned()).collect();
        names.sort_unstable();
        names
    };
    let (sorted, shuffled) = (Sorted::space(), Shuffled::space());
    assert_eq!(names(sorted), names(shuffled));
    assert_eq!(sorted.fingerprint(), shuffled.fingerprint());
    assert!(sorted.outline().diff(&shuffled.outline()).is_empty());
}

#[test]
fn a_written_outline_is_read_as_it_was() {
    let outline = Rich::space().outline();
    let read = docktuna::SpaceOutline::from_json(&outline.to_json()).unwrap();
    assert_eq!(read, outline);
    assert_eq!(read.fingerprint(), outline.fingerprint());
    assert!(read.diff(&outline).is_empty());
    let names: std::collections::HashSet<&str> = outline.iter().map(|e| e.name()).collect();
    assert_eq!(
        names.len(),
        outline.iter().count(),
        "every name is there once"
    );
}

#[test]
fn what_cannot_be_stored_exactly_is_refused() {
    let config = || picked::<Rich>(&[0]);
    for (name, config) in [
        (
            "signed",
            Rich {
                signed: i64::MIN,
                ..config()
            },
        ),
        (
            "signed",
            Rich {
                signed: i64::MAX,
                ..config()
            },
        ),
        (
            "signed",
            Rich {
                signed: (1 << 53) + 1,
                ..config()
            },
        ),
        (
            "unsigned",
            Rich {
                unsigned: u64::MAX,
                ..config()
            },
        ),
        (
            "unsigned",
            Rich {
                unsigned: (1 << 53) + 1,
                ..config()
            },
        ),
        ("log", Rich { log: 0, ..config() }),
        (
            "single",
            Rich {
                single: f32::MAX,
                ..config()
            },
        ),
        (
            "single",
            Rich {
                single: f32::NAN,
                ..config()
            },
        ),
        (
            "linear",
            Rich {
                linear: f64::INFINITY,
                ..config()
            },
        ),
        (
            "wide",
            Rich {
                wide: 0.0,
                ..config()
            },
        ),
        (
            "size",
            Rich {
                size: usize::MAX,
                ..config()
            },
        ),
    ] {
        match Params::of(&config) {
            Err(Error::InvalidValue { param, .. }) => assert_eq!(param, name),
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// Trials of `Rich` in a database: from the queue, then drawn. Returns each as it was handed out.
async fn trials(db: &OptunaDatabase) -> Vec<(Rich, Params)> {
    let study = db.study::<Rich>("laws").await.unwrap();
    let mut runner = TestRunner::deterministic();
    let mut enqueued = Vec::new();
    for _ in 0..ENQUEUED {
        let config: Rich = picked(&numbers().new_tree(&mut runner).unwrap().current());
        enqueued.push(shown(&config));
        study.enqueue(config).await.unwrap();
    }
    let asked = study.ask_many(ENQUEUED + SAMPLED).await.unwrap();
    let mut handed_out = Vec::new();
    for trial in asked {
        let config = picked_again(trial.config());
        handed_out.push((trial.number(), config, trial.params().clone()));
        trial.tell(0.0).await.unwrap();
    }
    handed_out.sort_by_key(|(number, ..)| number.get());
    for ((_, config, _), enqueued) in handed_out.iter().zip(enqueued) {
        assert_eq!(shown(config), enqueued, "what was enqueued is run");
    }
    handed_out.into_iter().map(|(_, c, p)| (c, p)).collect()
}

/// A copy by the way of its parameters.
fn picked_again(config: &Rich) -> Rich {
    let copy: Rich = Params::of(config).unwrap().to_config().unwrap();
    assert_eq!(shown(&copy), shown(config));
    copy
}

#[tokio::test]
async fn every_trial_survives_both_databases_and_python_sees_its_values() {
    for backend in Backend::shared().await {
        let handed_out = trials(&backend.db).await;
        assert_eq!(handed_out.len(), ENQUEUED + SAMPLED);
        let again = backend.again().await;
        let stored = again
            .study::<Rich>("laws")
            .await
            .unwrap()
            .trials()
            .await
            .unwrap();
        assert_eq!(stored.len(), handed_out.len());
        for (FrozenTrial { params, state, .. }, (config, drawn)) in stored.iter().zip(&handed_out) {
            assert_eq!(*state, TrialState::Complete);
            assert_eq!(bits(params), bits(drawn));
            assert_eq!(shown(&params.to_config::<Rich>().unwrap()), shown(config));
        }
        for version in Version::ALL {
            let seen = python(version, "values.py", &["--study", "laws"], backend.url()).await;
            let seen = seen.as_array().unwrap();
            assert_eq!(seen.len(), stored.len());
            for (seen, (_, drawn)) in seen.iter().zip(&handed_out) {
                let seen = seen.as_object().unwrap();
                assert_eq!(seen.len(), drawn.len());
                for parameter in drawn {
                    // JSON keeps an integer and a float apart.
                    assert_eq!(seen[parameter.name()], value(&parameter.value()));
                }
            }
        }
    }
}
