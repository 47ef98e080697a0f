#![deny(warnings, missing_docs)]
//! Every type that a field can have.

use std::borrow::Cow;
use std::ffi::OsString;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::num::{NonZero, NonZeroUsize, Wrapping};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use docktuna::{Params, Tunable};

const LOW: f64 = 1e-4;
const FEW: usize = 2;
const SHORT: &str = "a";

type Rate = f64;

/// Around a number.
#[derive(Tunable, Debug, PartialEq)]
struct Lr(f64);

/// Around another one.
#[derive(Tunable, Debug, PartialEq)]
struct Deep(pub Lr);

/// Around an alias.
#[derive(Tunable, Debug, PartialEq)]
struct Alias(Rate);

/// Around a boolean.
#[derive(Tunable, Debug, PartialEq)]
struct Flag(bool);

/// Around anything.
#[derive(Tunable, Debug, PartialEq)]
struct Wrap<T>(T);

/// Around a number, with a tag.
#[derive(Tunable, Debug, PartialEq)]
struct Tagged<'a, T: ?Sized, const N: usize>(f64, PhantomData<&'a T>);

/// With a rule of its own.
#[derive(Tunable, Debug, PartialEq)]
#[tune(rename = "ruled", minimize = "loss")]
struct Ruled(#[tune(range = 1..=8)] u8);

/// Around a group.
#[derive(Tunable, Debug, PartialEq)]
struct Around(Inner);

/// A group.
#[derive(Tunable, Debug, PartialEq)]
struct Inner {
    /// A share.
    #[tune(range = 0.0..=1.0)]
    x: f64,
}

/// Several unnamed fields.
#[derive(Tunable, Debug, PartialEq)]
struct Places(
    /// A share.
    #[tune(range = 0.0..=1.0, rename = "share")]
    f64,
    bool,
    Inner,
    #[tune(skip)] Vec<u8>,
    PhantomData<u8>,
);

/// With a rule of its type.
#[derive(Tunable, Debug, PartialEq)]
#[tune(validate = Self::check)]
struct Even(u32);

impl Even {
    const fn check(&self) -> Result<(), &'static str> {
        if self.0 % 2 == 0 { Ok(()) } else { Err("odd") }
    }
}

/// All kinds of variants.
#[derive(Tunable, Debug, PartialEq)]
#[tune(rename_all = "snake_case", rename_all_fields = "camelCase", rename = "momentum")]
enum Momentum {
    None,
    Value(#[tune(range = 0.0..=0.99)] f64),
    Nesterov(#[tune(range = 0.0..=1.0)] f64, #[tune(range = 0..=9)] u8),
    Bare {
        #[tune(range = 0..=9)]
        a_b: u8,
    },
    Group(Inner),
    Skipped(#[tune(skip)] u8),
    Timed(
        #[tune(range = 1..=60, as = u64, from = Duration::from_secs, into = Duration::as_secs)]
        Duration,
        PhantomData<u8>,
    ),
}

/// All of them.
#[derive(Tunable, Debug, PartialEq)]
struct Train<T: PartialEq + 'static> {
    #[tune(range = 1e-5..=1e-1, log, default = LOW)]
    lr: Lr,
    #[tune(range = LOW..=1e-1, log)]
    deep: Deep,
    #[tune(choices = [0.5, 1.0], ordered)]
    alias: Alias,
    flag: Flag,
    #[tune(default = true)]
    switch: Box<bool>,
    #[tune(range = FEW..=64, log)]
    workers: NonZeroUsize,
    #[tune(choices = [-1, 1])]
    sign: NonZero<i8>,
    #[tune(range = 1..=64)]
    wrapping: Wrapping<u8>,
    #[tune(range = -1..=64)]
    saturating: std::num::Saturating<i8>,
    #[tune(range = 0.5..=1.0)]
    saturated: Box<Saturated>,
    #[tune(range = 1..=60, as = u64, from = Duration::from_secs, into = Duration::as_secs)]
    timeout: Duration,
    #[tune(range = LOW..=2.0, as = f64, from = Duration::try_from_secs_f64, into = |d: &Duration| d.as_secs_f64())]
    pause: Option<Duration>,
    #[tune(choices = ["small.csv", "full.csv"], as = String)]
    data: PathBuf,
    #[tune(choices = ["small.csv", "full.csv"], default = "full.csv")]
    other: PathBuf,
    #[tune(choices = ["a"])]
    system: OsString,
    #[tune(choices = ["::1", "127.0.0.1"], as = String, default = "::1")]
    host: IpAddr,
    #[tune(choices = ['a', 'é'], default = 'é')]
    tag: char,
    #[tune(choices = [SHORT, "b"], default = SHORT)]
    lent: &'static str,
    #[tune(choices = ["a", "b"])]
    texts: (Box<str>, Arc<str>, Rc<str>, Cow<'static, str>),
    #[tune(range = 0.8..=0.999, default = (0.9, Some(0.99)))]
    betas: (f32, Option<f64>),
    #[tune(range = 1..=9)]
    pairs: [Wrap<u8>; 2],
    tuple: (bool, Inner, (Flag,)),
    inner: Arc<Momentum>,
    #[tune(range = 1..=8)]
    number: Rc<u8>,
    marker: PhantomData<T>,
    #[tune(range = 1.0..=8.0)]
    tagged: Tagged<'static, T, 3>,
    ruled: Ruled,
    around: Around,
    places: Places,
    group: Wrap<Inner>,
    boolean: Wrap<bool>,
    #[tune(range = 1..=8)]
    wrapped: Wrap<u8>,
    #[tune(range = 2..=64)]
    even: Even,
    #[tune(default = Momentum::Value)]
    momentum: Momentum,
    #[tune(default = "none")]
    label: Momentum,
    #[tune(default = Some(Momentum::Bare))]
    maybe: Option<Momentum>,
}

/// A float behind a type of the standard library is none; behind one's own it is.
#[derive(Tunable, Debug, PartialEq)]
struct Saturated(f32);

fn main() {
    let names: Vec<String> = Train::<u8>::space()
        .walk()
        .map(|node| node.name().to_owned())
        .collect();
    for name in ["lr", "pause.some", "texts.3", "betas.1.some", "inner.nesterov.1", "inner.bare.aB", "places.share"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    let timed = Momentum::Timed(Duration::from_secs(2), PhantomData);
    let params = Params::of(&timed).expect("whole seconds");
    assert!(params.get("momentum.timed").is_some());
    assert_eq!(params.to_config::<Momentum>().expect("what it was"), timed);
    assert_eq!(Params::of(&Ruled(3)).expect("in the range").get("ruled").map(|p| p.stored()), Some(3.0));
}
