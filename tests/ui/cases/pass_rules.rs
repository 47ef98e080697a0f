//! Rules across fields, in every form that names a function.

#![deny(warnings, missing_docs)]

use docktuna::{Direction, Tunable};

/// A struct with methods, free functions and a constant.
#[derive(Tunable)]
#[tune(
    objectives(minimize = "loss", maximize, minimize = "time"),
    validate = Self::check,
    constraint(size = size, r#type = rules::number::<Model>)
)]
#[tune(constraint(constant = CONSTANT))]
pub struct Model {
    on: bool,
    kind: Kind,
    part: Option<Part<bool>>,
}

impl Model {
    fn check(&self) -> Result<(), String> {
        if self.on { Ok(()) } else { Err("off".to_owned()) }
    }
}

fn size(_: &Model) -> f64 {
    1.0
}

const CONSTANT: fn(&Model) -> f64 = |model| if model.on { 0.0 } else { 1.0 };

mod rules {
    pub(crate) fn number<T>(_: &T) -> f64 {
        0.0
    }

    pub(crate) trait Check {
        fn check(&self) -> Result<(), std::fmt::Error>;
    }

    impl<T> Check for T {
        fn check(&self) -> Result<(), std::fmt::Error> {
            Ok(())
        }
    }
}

#[derive(Tunable)]
#[tune(validate = kind, maximize = "accuracy")]
enum Kind {
    Small,
    Large,
}

const fn kind(_: &Kind) -> Result<(), std::convert::Infallible> {
    Ok(())
}

#[derive(Tunable)]
#[tune(validate = <Self as rules::Check>::check, constraint(a = Part::<T>::a))]
struct Part<T> {
    value: T,
}

impl<T> Part<T> {
    fn a(&self) -> f64 {
        0.0
    }
}

#[derive(Tunable)]
#[tune(validate = Empty::check)]
struct Empty {}

impl Empty {
    fn check(&self) -> Result<(), &'static str> {
        Ok(())
    }
}

fn main() {
    let directions: Vec<Direction> =
        Model::STUDY.objectives.iter().map(|objective| objective.direction).collect();
    assert_eq!(directions, [Direction::Minimize, Direction::Maximize, Direction::Minimize]);
    assert_eq!(Model::STUDY.objectives[2].name, Some("time"));
    let _ = (Kind::SPACE, Empty::SPACE);
}
