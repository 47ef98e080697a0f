//! Whether two spaces are equal, asked while compiling.

use std::borrow::Cow;

use super::{Domain, Field, Space, Value};

/// Whether both are drawn from the same; defaults and descriptions do not count.
pub(crate) const fn same_space(a: &Space, b: &Space) -> bool {
    match (a, b) {
        (Space::Param(a), Space::Param(b)) => same_domain(a.domain(), b.domain()),
        (Space::Group(a), Space::Group(b)) => same_fields(a, b),
        (Space::Switch(a), Space::Switch(b)) => {
            if !same_domain(a.label().domain(), b.label().domain()) {
                return false;
            }
            let mut i = 0;
            while i < a.arms().len() {
                if !same_space(a.arms()[i].space(), b.arms()[i].space()) {
                    return false;
                }
                i += 1;
            }
            true
        }
        (Space::Sequence(a), Space::Sequence(b)) => {
            let lengths = match (a.length(), b.length()) {
                (Some(a), Some(b)) => same_domain(a.domain(), b.domain()),
                (None, None) => a.longest() == b.longest(),
                _ => false,
            };
            lengths && same_space(a.element(), b.element())
        }
        (Space::Fixed(a), Space::Fixed(b)) => same_text(a, b),
        _ => false,
    }
}

const fn same_fields(a: &[Field], b: &[Field]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        let (a, b) = (&a[i], &b[i]);
        let same = a.is_shared() == b.is_shared() && same_text(a.name(), b.name());
        if !same || !same_space(a.space(), b.space()) {
            return false;
        }
        i += 1;
    }
    true
}

#[allow(clippy::float_cmp, reason = "bounds are compared as declared")]
const fn same_domain(a: &Domain, b: &Domain) -> bool {
    match (a, b) {
        (Domain::Float(a), Domain::Float(b)) => {
            let steps = match (a.step, b.step) {
                (Some(a), Some(b)) => a == b,
                (None, None) => true,
                _ => false,
            };
            steps && a.low == b.low && a.high == b.high && a.log == b.log
        }
        (Domain::Int(a), Domain::Int(b)) => {
            a.low == b.low && a.high == b.high && a.step == b.step && a.log == b.log
        }
        (Domain::Choice(a), Domain::Choice(b)) => {
            if a.choices.len() != b.choices.len() || a.ordered != b.ordered {
                return false;
            }
            let mut i = 0;
            while i < a.choices.len() {
                if !same_value(&a.choices[i], &b.choices[i]) {
                    return false;
                }
                i += 1;
            }
            true
        }
        _ => false,
    }
}

/// Whether two values of one type are equal; `==` is not const.
#[allow(clippy::float_cmp, reason = "choices are compared exactly")]
pub(crate) const fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => *a == *b,
        (Value::Int(a), Value::Int(b)) => *a == *b,
        (Value::Float(a), Value::Float(b)) => *a == *b,
        (Value::Str(Cow::Borrowed(a)), Value::Str(Cow::Borrowed(b))) => same_text(a, b),
        _ => false,
    }
}

/// Whether two texts are equal.
pub(super) const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tunable;
    use crate::space::{
        Arm, Bound, ChoiceDomain, FloatDomain, IntDomain, Kind, Param, Sequence, Switch,
    };

    const NUMBERS: &[Value] = &[Value::Int(1), Value::Int(2)];
    const FLOATS: &[Value] = &[Value::Float(1.0), Value::Float(2.0)];
    const MORE: &[Value] = &[Value::Int(1), Value::Int(2), Value::Int(3)];
    const OTHERS: &[Value] = &[Value::Int(2), Value::Int(1)];
    const LABELS: &[Value] = &[text("a"), text("b")];
    const TEXTS: &[Value] = &[text("a"), text("bc")];
    const BOOLS: &[Value] = &[Value::Bool(false), Value::Bool(true)];

    const FLOAT: &Space = &param(Domain::Float(FloatDomain::new(1.0, 9.0)));
    const INT: &Space = &param(Domain::Int(IntDomain::new(1, 9)));
    const X: &[Field] = &[Field::new("x", "", INT)];
    const Y: &[Field] = &[Field::new("y", "", INT)];
    const XY: &[Field] = &[X[0], Y[0]];
    const YX: &[Field] = &[Y[0], X[0]];
    const SHARED: &[Field] = &[X[0].shared()];
    const OTHER: &[Field] = &[Field::new("x", "", FLOAT)];

    const fn text(text: &'static str) -> Value {
        Value::Str(Cow::Borrowed(text))
    }

    const fn param(domain: Domain) -> Space {
        Space::Param(Param::new(domain))
    }

    const fn int(low: i128, high: i128) -> Param {
        Param::new(Domain::Int(IntDomain::new(low, high)))
    }

    fn domains() -> Vec<Domain> {
        let (float, int) = (FloatDomain::new(1.0, 9.0), IntDomain::new(1, 9));
        let mut domains = vec![
            Domain::Float(float),
            Domain::Float(FloatDomain::new(2.0, 9.0)),
            Domain::Float(FloatDomain::new(1.0, 8.0)),
            Domain::Float(float.log()),
            Domain::Float(float.step(1.0)),
            Domain::Float(float.step(2.0)),
            Domain::Int(int),
            Domain::Int(IntDomain::new(2, 9)),
            Domain::Int(IntDomain::new(1, 8)),
            Domain::Int(int.log()),
            Domain::Int(int.step(2)),
            Domain::Choice(ChoiceDomain::new(NUMBERS).ordered()),
        ];
        let choices = [NUMBERS, FLOATS, MORE, OTHERS, TEXTS, LABELS, BOOLS];
        domains.extend(choices.map(|values| Domain::Choice(ChoiceDomain::new(values))));
        domains
    }

    fn trees() -> Vec<Space> {
        const ONE: &[Arm] = &[
            Arm::new("a", "", &Space::Group(X)),
            Arm::new("b", "", Space::EMPTY),
        ];
        const TWO: &[Arm] = &[
            Arm::new("a", "", &Space::Group(SHARED)),
            Arm::new("b", "", Space::EMPTY),
        ];
        const THREE: &[Arm] = &[
            Arm::new("a", "", Space::EMPTY),
            Arm::new("bc", "", Space::EMPTY),
        ];
        let mut trees = vec![
            *Space::EMPTY,
            Space::Switch(Switch::new(LABELS, ONE)),
            Space::Switch(Switch::new(LABELS, TWO)),
            Space::Switch(Switch::new(TEXTS, THREE)),
            Space::Sequence(Sequence::array(2, INT)),
            Space::Sequence(Sequence::array(3, INT)),
            Space::Sequence(Sequence::array(2, FLOAT)),
            Space::Sequence(Sequence::vector(int(0, 2), INT)),
            Space::Sequence(Sequence::vector(int(1, 2), INT)),
            Space::Fixed("1"),
            Space::Fixed("2"),
        ];
        trees.extend([X, Y, XY, YX, SHARED, OTHER].map(Space::Group));
        trees
    }

    #[test]
    fn a_space_is_the_same_as_itself_alone() {
        let spaces: Vec<Space> = domains().into_iter().map(param).chain(trees()).collect();
        let again: Vec<Space> = domains().into_iter().map(param).chain(trees()).collect();
        for (i, a) in spaces.iter().enumerate() {
            for (j, b) in again.iter().enumerate() {
                assert_eq!(same_space(a, b), i == j, "{a:?} and {b:?}");
            }
        }
    }

    #[test]
    fn types_defaults_and_descriptions_do_not_count() {
        const DEFAULT: &Value = &Value::Int(3);
        assert!(same_fields(X, &[Field::new("x", "Described.", INT)]));
        assert!(same_space(
            &Space::Param(int(1, 9).default_value(DEFAULT)),
            INT
        ));
        assert!(same_space(Option::<bool>::SPACE, Option::<bool>::SPACE));
        let bound = |single: f32| Bound::constant(Kind::F32, single.into(), 0);
        let single = Domain::range(Kind::F32, bound(0.1), bound(0.5));
        let double = Domain::Float(FloatDomain::new(0.1, 0.5));
        assert!(same_domain(&single, &double), "they are stored alike");
    }

    /// The derive refuses them; of a space written by hand, opening a study does, as they clash.
    #[test]
    fn shared_parts_that_differ_stay_apart() {
        const DIFFERENT: &[Field] = &[OTHER[0].shared()];
        const ARMS: &[Arm] = &[
            Arm::new("a", "", &Space::Group(SHARED)),
            Arm::new("b", "", &Space::Group(DIFFERENT)),
        ];
        let space = Space::Switch(Switch::new(LABELS, ARMS));
        let conditions = space.walk().skip(1).map(|node| {
            assert_eq!(node.name(), "config.x");
            node.when()[0].to_string()
        });
        assert_eq!(
            conditions.collect::<Vec<_>>(),
            ["config=\"a\"", "config=\"b\""]
        );
    }
}
