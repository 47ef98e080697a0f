//! Arrays and vectors.

use super::path::ROOT;
use super::{Domain, Param, Space, Value};

/// A number of equal elements, which are stored as `0`, `1`, …. If the number is searched, it is stored
/// as `len`, and only that many elements are stored.
#[derive(Debug, Clone, Copy)]
pub struct Sequence {
    length: Length,
    element: &'static Space,
    pub(super) root: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Length {
    Given(usize),
    Searched(Param),
}

impl Sequence {
    /// The name below which the length of a vector is stored.
    pub(crate) const LEN: &'static str = "len";

    const LONGEST: usize = 1 << 16;

    /// An array of `length` elements.
    #[must_use]
    pub const fn array(length: usize, element: &'static Space) -> Self {
        Self {
            length: Length::Given(length),
            element,
            root: ROOT,
        }
    }

    /// A vector with as many elements as `length` says.
    ///
    /// # Panics
    ///
    /// If the length is not drawn from a range of integers from 0 to 65536.
    #[must_use]
    #[track_caller]
    pub const fn vector(length: Param, element: &'static Space) -> Self {
        let natural = match length.domain() {
            Domain::Int(range) => range.low() >= 0,
            Domain::Float(_) | Domain::Choice(_) => false,
        };
        assert!(natural, "a length is an integer of at least 0");
        let sequence = Self {
            length: Length::Searched(length),
            element,
            root: ROOT,
        };
        assert!(
            sequence.longest() <= Self::LONGEST,
            "a searched Vec has at most 65536 elements, each a parameter of its own"
        );
        sequence
    }

    /// The parameter that says how many elements there are, if that is searched.
    #[must_use]
    pub const fn length(&self) -> Option<&Param> {
        match &self.length {
            Length::Given(_) => None,
            Length::Searched(length) => Some(length),
        }
    }

    /// What each element is drawn from.
    #[must_use]
    pub const fn element(&self) -> &'static Space {
        self.element
    }

    /// The smallest number of elements.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be at least 0"
    )]
    pub const fn shortest(&self) -> usize {
        match &self.length {
            Length::Given(length) => *length,
            Length::Searched(length) => match length.domain() {
                Domain::Int(range) => range.low() as usize,
                Domain::Float(_) | Domain::Choice(_) => 0,
            },
        }
    }

    /// The largest number of elements.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be at least 0"
    )]
    pub const fn longest(&self) -> usize {
        match &self.length {
            Length::Given(length) => *length,
            Length::Searched(length) => match length.domain() {
                Domain::Int(range) => range.high() as usize,
                Domain::Float(_) | Domain::Choice(_) => 0,
            },
        }
    }

    /// Whether the defaults say how many elements there are, and what they are.
    pub(super) const fn has_defaults(&self) -> bool {
        match &self.length {
            Length::Given(0) => true,
            Length::Given(_) => self.element.has_defaults(),
            Length::Searched(length) => match length.default() {
                Some(Value::Int(0)) => true,
                Some(_) => self.element.has_defaults(),
                None => false,
            },
        }
    }
}
