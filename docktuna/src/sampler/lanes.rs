//! Numbers in blocks and lanes: what the compiler turns into vector instructions.
//!
//! The order in which numbers are combined is fixed, so that every processor gives the same bits.

/// Kernels in a block.
pub(in crate::sampler) const BLOCK: usize = 32;
/// Numbers that are worked on at once.
pub(in crate::sampler) const LANES: usize = 8;

/// The larger of two numbers, neither of which is NaN: one instruction.
#[inline]
pub(in crate::sampler) fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The largest of some numbers, none of which is NaN; −∞ of none.
pub(in crate::sampler) fn largest(numbers: &[f64]) -> f64 {
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
pub(in crate::sampler) fn smallest(numbers: &[f64]) -> f64 {
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

/// The sum of the products of two lists that are equally long.
#[inline]
pub(in crate::sampler) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let mut sum = ((a + e) + (c + g)) + ((b + f) + (d + h));
    for (x, y) in a_rest.iter().zip(b_rest) {
        sum += x * y;
    }
    sum
}

/// Adds a multiple of one list to another.
#[inline]
pub(in crate::sampler) fn add_scaled(sums: &mut [f64], factor: f64, numbers: &[f64]) {
    for (sum, number) in sums.iter_mut().zip(numbers) {
        *sum += factor * number;
    }
}

/// The exponential of a number from −700 to 0, right to a few units in the last place.
///
/// The library's own is a call for each number, which the compiler cannot vectorize.
#[inline]
pub(in crate::sampler) fn exp(x: f64) -> f64 {
    /// 1.5 · 2⁵²: adding it leaves the rounded number in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    // The Taylor series: |r| is at most ln(2)/2, so the next term is below 1e-16.
    let mut p = 1.0 / 6_227_020_800.0;
    for factorial in [
        479_001_600.0,
        39_916_800.0,
        3_628_800.0,
        362_880.0,
        40_320.0,
        5_040.0,
        720.0,
        120.0,
        24.0,
        6.0,
        2.0,
        1.0,
        1.0,
    ] {
        p = p * r + 1.0 / factorial;
    }
    // The exponent of 2ⁿ, from the lowest bits.
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    p * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_exact_to_the_last_places() {
        for i in 0..70_000 {
            let x = -f64::from(i) / 100.0 + 1e-9;
            let x = x.min(0.0);
            let relative = (exp(x) - x.exp()).abs() / x.exp();
            assert!(relative < 1e-15, "{x}: {relative:e}");
        }
    }
}
