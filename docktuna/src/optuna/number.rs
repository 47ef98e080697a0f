//! The two columns in which Optuna keeps a number: the number, and what kind of number it is.

/// A number of an objective as (value, kind). NaN has no form of its own: the caller has refused it.
pub(crate) fn write_objective(value: f64) -> (Option<f64>, &'static str) {
    match value {
        f64::INFINITY => (None, "INF_POS"),
        f64::NEG_INFINITY => (None, "INF_NEG"),
        finite => (Some(finite), "FINITE"),
    }
}

/// A reported number as (value, kind).
pub(crate) fn write_intermediate(value: f64) -> (Option<f64>, &'static str) {
    if value.is_nan() {
        (None, "NAN")
    } else {
        write_objective(value)
    }
}

/// The number of an objective; `None` if the columns contradict each other.
pub(crate) fn read_value(value: Option<f64>, kind: &str) -> Option<f64> {
    match (kind, value) {
        ("FINITE", Some(value)) => Some(value),
        ("INF_POS", None) => Some(f64::INFINITY),
        ("INF_NEG", None) => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// A reported number; `None` if the columns contradict each other.
pub(crate) fn read_intermediate(value: Option<f64>, kind: &str) -> Option<f64> {
    match (kind, value) {
        ("NAN", None) => Some(f64::NAN),
        _ => read_value(value, kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_survives() {
        for value in [0.0, -1.5, f64::MAX, f64::INFINITY, f64::NEG_INFINITY] {
            let (column, kind) = write_objective(value);
            assert_eq!(read_value(column, kind), Some(value));
        }
        let (column, kind) = write_intermediate(f64::NAN);
        assert_eq!((column, kind), (None, "NAN"));
        assert!(read_intermediate(column, kind).is_some_and(f64::is_nan));
    }

    #[test]
    fn contradictions_are_seen() {
        assert_eq!(read_value(None, "FINITE"), None);
        assert_eq!(read_value(Some(1.0), "INF_POS"), None);
        assert_eq!(read_value(None, "NAN"), None);
    }
}
