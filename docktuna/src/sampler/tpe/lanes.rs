//! Numbers in blocks and lanes: what the compiler turns into vector instructions.
//!
//! The order in which numbers are combined is fixed, so that every processor gives the same bits.

/// Kernels in a block.
pub(super) const BLOCK: usize = 32;
/// Numbers that are worked on at once.
pub(super) const LANES: usize = 8;

/// The larger of two numbers, neither of which is NaN: one instruction.
#[inline]
pub(super) fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The largest of some numbers, none of which is NaN; −∞ of none.
pub(super) fn largest(numbers: &[f64]) -> f64 {
    let (lanes, rest) = numbers.as_chunks::<LANES>();
    let mut largest = [f64::NEG_INFINITY; LANES];
    for lanes in lanes {
        for (largest, number) in largest.iter_mut().zip(lanes) {
            *largest = larger(*number, *largest);
        }
    }
    largest
        .iter()
        .chain(rest)
        .copied()
        .fold(f64::NEG_INFINITY, larger)
}

/// The smallest of some numbers, none of which is NaN; ∞ of none.
pub(super) fn smallest(numbers: &[f64]) -> f64 {
    let (lanes, rest) = numbers.as_chunks::<LANES>();
    let mut smallest = [f64::INFINITY; LANES];
    for lanes in lanes {
        for (smallest, number) in smallest.iter_mut().zip(lanes) {
            *smallest = if number < smallest {
                *number
            } else {
                *smallest
            };
        }
    }
    smallest
        .iter()
        .chain(rest)
        .copied()
        .fold(f64::INFINITY, f64::min)
}
