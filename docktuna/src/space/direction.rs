//! Which way is better, and what is better than what.

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smaller is better.
    Minimize,
    /// Larger is better.
    Maximize,
}

impl std::fmt::Display for Direction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Minimize => "minimize",
            Self::Maximize => "maximize",
        })
    }
}

#[cfg(feature = "storage")]
impl Direction {
    /// The number of which smaller is better; of a loss, the number again.
    pub(crate) fn loss(self, value: f64) -> f64 {
        match self {
            Self::Minimize => value,
            Self::Maximize => -value,
        }
    }

    /// Whether `a` is strictly better than `b`; never, where one is NaN.
    pub(crate) fn is_better(self, a: f64, b: f64) -> bool {
        self.loss(a) < self.loss(b)
    }
}

/// Whether the losses `a` are nowhere worse than `b` and somewhere better.
#[cfg(feature = "storage")]
pub(crate) fn dominates(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b) && a.iter().zip(b).any(|(a, b)| a < b)
}

#[cfg(all(test, feature = "storage"))]
mod tests {
    use super::*;

    #[test]
    fn better_is_smaller_or_larger() {
        let infinity = f64::INFINITY;
        for (a, b) in [(1.0, 2.0), (-infinity, 0.0), (-2.0, infinity)] {
            assert!(Direction::Minimize.is_better(a, b) && Direction::Maximize.is_better(b, a));
            assert!(!Direction::Minimize.is_better(b, a) && !Direction::Maximize.is_better(a, b));
        }
        for direction in [Direction::Minimize, Direction::Maximize] {
            for (a, b) in [(1.0, 1.0), (f64::NAN, 1.0), (1.0, f64::NAN), (0.0, -0.0)] {
                assert!(!direction.is_better(a, b), "{a} and {b}");
            }
        }
    }

    #[test]
    fn what_is_better_somewhere_and_worse_nowhere_dominates() {
        assert!(dominates(&[1.0, 2.0], &[1.0, 3.0]));
        for (a, b) in [([1.0, 2.0], [1.0, 2.0]), ([0.0, 4.0], [1.0, 3.0])] {
            assert!(!dominates(&a, &b));
        }
    }
}
