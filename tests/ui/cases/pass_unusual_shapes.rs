#![deny(warnings)]

use docktuna::{Space, Tunable};

#[derive(Tunable)]
pub struct Empty {}

#[derive(Tunable)]
pub struct OnlyGiven {
    #[tune(fixed = "x")]
    pub fixed: &'static str,
    #[tune(skip = 1 + 2)]
    pub skipped: u8,
}

#[derive(Tunable)]
pub enum Shapes {
    Unit,
    Braces {},
    Parentheses(),
    OnlyGiven {
        #[tune(fixed)]
        fixed: u8,
        #[tune(skip)]
        skipped: u8,
    },
    Newtype(OnlyGiven),
    #[tune(skip)]
    Skipped(std::cell::Cell<u8>, u8),
}

#[derive(Tunable)]
pub enum Single {
    One = 7,
}

#[derive(Tunable)]
#[deprecated]
pub struct Old {
    #[deprecated]
    pub on: bool,
}

#[derive(Tunable)]
struct Private {
    #[tune(range = 1..=8)]
    _unread: u8,
    _inner: Inner,
}

#[derive(Tunable)]
struct Inner {
    _maybe: Option<Option<bool>>,
}

fn local() -> &'static Space {
    const HIGH: i16 = 5;
    type Local = i16;

    #[derive(Tunable)]
    struct InFunction {
        #[tune(range = -HIGH..=HIGH, step = { HIGH * 2 }, default = -HIGH)]
        _x: Local,
    }

    InFunction::SPACE
}

fn main() {
    let _ = (Empty::SPACE, OnlyGiven::SPACE, Shapes::SPACE, Single::SPACE, Private::SPACE);
    let given = OnlyGiven::defaults();
    assert_eq!((given.fixed, given.skipped), ("x", 3));
    assert!(local().has_defaults());
}
