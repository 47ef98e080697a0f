//! Rules across fields: which configurations are refused, and how far others are from feasible.

use crate::optuna::{self, Json, keys};
use crate::tunable::Tunable;
use crate::tunable::named::{Named, NamedSink};

/// The numbers of a configuration's constraints by name, in field order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Constraints(Vec<(String, f64)>);

#[cfg_attr(
    not(feature = "storage"),
    allow(dead_code, reason = "nothing is stored")
)]
impl Constraints {
    /// The system attribute with the numbers.
    pub(crate) fn system_attr(&self) -> Option<(String, String)> {
        let numbers = self.0.iter().map(|(_, number)| *number);
        (!self.0.is_empty()).then(|| optuna::write_constraints(numbers))
    }

    /// Whether none is broken.
    pub(crate) fn are_met(&self) -> bool {
        self.0.iter().all(|(_, number)| *number <= 0.0)
    }

    /// The user attribute with the names, in the same order.
    pub(crate) fn user_attr(&self) -> Option<(String, String)> {
        let names = self.0.iter().map(|(name, _)| name.clone().into());
        let list = Json::Array(names.map(Json::Scalar).collect());
        (!self.0.is_empty()).then(|| (keys::CONSTRAINT_NAMES.to_owned(), list.to_text()))
    }
}

/// The constraints of `config`, or why it is refused.
#[cfg_attr(
    not(feature = "storage"),
    allow(dead_code, reason = "nothing is stored")
)]
pub(crate) fn constraints<T: Tunable>(config: &T) -> Result<Constraints, String> {
    let mut judge = Named::new(T::SPACE, Judge(Some(Constraints::default())));
    config.record(&mut judge)?;
    Ok(judge.inner.0.unwrap_or_default())
}

/// Whether no part of `config` is refused, and if so, why.
pub(crate) fn validate<T: Tunable>(config: &T) -> Result<(), String> {
    config.record(&mut Named::new(T::SPACE, Judge(None)))
}

/// Looks at the rules alone, and keeps what constraints came to where that is asked for. An error is the
/// reason why a configuration is refused.
struct Judge(Option<Constraints>);

impl NamedSink for Judge {
    type Error = String;

    fn validate(
        &mut self,
        part: Option<&str>,
        rule: &dyn Fn() -> Result<(), String>,
    ) -> Result<(), String> {
        rule().map_err(|reason| match part {
            Some(part) => format!("`{part}`: {reason}"),
            None => reason,
        })
    }

    fn constraint(
        &mut self,
        part: Option<&str>,
        name: &'static str,
        number: &dyn Fn() -> f64,
    ) -> Result<(), String> {
        let name = match part {
            Some(part) => format!("{part}.{name}"),
            None => name.to_owned(),
        };
        let Some(constraints) = &mut self.0 else {
            return Ok(());
        };
        let number = number();
        // Optuna refuses it too: no number says how far the configuration is from feasible.
        if number.is_nan() {
            return Err(format!("constraint `{name}` is NaN"));
        }
        constraints.0.push((name, number));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tunable;

    #[derive(Tunable)]
    #[tune(validate = Self::check, constraint(memory = Self::memory))]
    struct Model {
        #[tune(range = 0.0..=9.0)]
        width: f64,
        part: Part,
        other: Option<Part>,
    }

    impl Model {
        fn check(&self) -> Result<(), &'static str> {
            if self.width > 5.0 {
                return Err("too wide");
            }
            Ok(())
        }

        fn memory(&self) -> f64 {
            self.width - 3.0
        }
    }

    #[derive(Tunable)]
    #[tune(validate = even, constraint(a = number), constraint(b = number))]
    enum Part {
        One {
            #[tune(range = 0..=9)]
            x: u8,
        },
        Two,
    }

    fn even(part: &Part) -> Result<(), String> {
        match part {
            Part::One { x } if x % 2 == 1 => Err(format!("{x} is odd")),
            _ => Ok(()),
        }
    }

    fn number(part: &Part) -> f64 {
        match part {
            Part::One { x: 0 } => f64::NAN,
            Part::One { x } => f64::from(*x),
            Part::Two => 0.0,
        }
    }

    fn model(width: f64, x: u8, other: Option<Part>) -> Model {
        let part = Part::One { x };
        Model { width, part, other }
    }

    #[test]
    fn every_part_has_its_say() {
        let judged = constraints(&model(4.0, 2, None)).unwrap();
        let expected = [("part.a", 2.0), ("part.b", 2.0), ("memory", 1.0)];
        assert_eq!(
            judged,
            Constraints(expected.map(|(n, v)| (n.to_owned(), v)).into())
        );
        let judged = constraints(&model(4.0, 2, Some(Part::Two))).unwrap();
        assert_eq!(judged.system_attr().unwrap().1, "[2.0, 2.0, 0.0, 0.0, 1.0]");
        assert_eq!(
            judged.user_attr().unwrap().1,
            r#"["part.a", "part.b", "other.some.a", "other.some.b", "memory"]"#
        );
    }

    #[test]
    fn a_refusal_says_which_part_refuses() {
        assert_eq!(validate(&model(6.0, 2, None)).unwrap_err(), "too wide");
        assert_eq!(
            validate(&model(4.0, 2, Some(Part::One { x: 3 }))).unwrap_err(),
            "`other.some`: 3 is odd"
        );
        assert_eq!(validate(&Part::One { x: 3 }).unwrap_err(), "3 is odd");
    }

    #[test]
    fn a_constraint_that_is_no_number_refuses() {
        let config = model(4.0, 0, None);
        assert_eq!(
            constraints(&config).unwrap_err(),
            "constraint `part.a` is NaN"
        );
        assert_eq!(validate(&config), Ok(()));
    }

    #[test]
    fn without_rules_nothing_is_written() {
        let none = constraints(&true).unwrap();
        assert_eq!((none.system_attr(), none.user_attr()), (None, None));
    }

    #[derive(Tunable)]
    #[tune(rename = "kind", validate = refuse, constraint(a = one))]
    enum Kind {
        One,
    }

    fn refuse(_: &Kind) -> Result<(), &'static str> {
        Err("never")
    }

    fn one(_: &Kind) -> f64 {
        1.0
    }

    #[test]
    fn a_rule_of_the_whole_names_no_part_whatever_the_whole_is_called() {
        assert_eq!(validate(&Kind::One), Err("never".to_owned()));
        assert_eq!(constraints(&Kind::One), Err("never".to_owned()));
    }
}
