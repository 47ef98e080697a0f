//! Single-precision numbers as the decimals that their authors wrote.

/// The largest power of ten of which it and all smaller ones are doubles to the bit.
const EXACT_POWER: i32 = 22;

/// No `f32` needs more significant digits.
const MOST_DIGITS: i32 = 9;

/// The number as a double that reads like it: for `1e-5_f32` it is 1e-5, not 9.99999974e-6.
///
/// It is the shortest decimal that rounds to `single`, as printing has it. Where the power of ten
/// behind its digits is no double (below about 1e-14, or above 1e22), it may be `single` itself.
#[allow(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "asks which decimal rounds to this very number"
)]
pub(crate) const fn decimal(single: f32) -> f64 {
    let exact = single as f64;
    let size = exact.abs();
    if !(size >= 1e-22 && size < 1e22) {
        return exact;
    }
    let magnitude = magnitude(size);
    let mut digits = 1;
    while digits <= MOST_DIGITS {
        let power = magnitude - digits + 1;
        if power < -EXACT_POWER {
            return exact;
        }
        let rounded = rounded(size, power);
        if rounded as f32 == single.abs() {
            return if exact < 0.0 { -rounded } else { rounded };
        }
        digits += 1;
    }
    exact
}

/// The power of ten of the first digit.
const fn magnitude(size: f64) -> i32 {
    let mut magnitude = -EXACT_POWER;
    while magnitude < EXACT_POWER && scaled(size, magnitude + 1) >= 1.0 {
        magnitude += 1;
    }
    magnitude
}

/// `size` in units of `10^power`.
const fn scaled(size: f64, power: i32) -> f64 {
    if power < 0 {
        size * ten_to(-power)
    } else {
        size / ten_to(power)
    }
}

/// The nearest multiple of `10^power`: both operands are exact, so the result is the double that the
/// decimal text stands for.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "an integer of at most ten digits"
)]
const fn rounded(size: f64, power: i32) -> f64 {
    let units = (scaled(size, power) + 0.5) as i64 as f64;
    if power < 0 {
        units / ten_to(-power)
    } else {
        units * ten_to(power)
    }
}

const fn ten_to(power: i32) -> f64 {
    let mut result = 1.0;
    let mut i = 0;
    while i < power {
        result *= 10.0;
        i += 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::decimal;

    fn printed(single: f32) -> f64 {
        single.to_string().parse().unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        const LEARNING_RATE: f64 = decimal(1e-5);
        assert_eq!(LEARNING_RATE.to_bits(), 1e-5_f64.to_bits());
        for single in [
            0.1,
            -0.3,
            0.05,
            3e-4,
            16_777_216.0,
            1.5e20,
            1e-14,
            0.999,
            123_456.79,
            8.0,
            1e10,
        ] {
            assert_eq!(
                decimal(single).to_bits(),
                printed(single).to_bits(),
                "{single}"
            );
        }
        for single in [0.0, -0.0, f32::MAX, f32::MIN_POSITIVE, f32::INFINITY, 1e-40] {
            assert_eq!(
                decimal(single).to_bits(),
                f64::from(single).to_bits(),
                "{single}"
            );
        }
        assert!(decimal(f32::NAN).is_nan());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        #[allow(clippy::cast_possible_truncation, reason = "that is the law")]
        fn the_same_number_comes_back(bits in any::<u32>()) {
            let single = f32::from_bits(bits);
            prop_assume!(!single.is_nan());
            prop_assert_eq!((decimal(single) as f32).to_bits(), single.to_bits());
        }

        #[test]
        #[allow(clippy::cast_possible_truncation, reason = "makes the number to read")]
        fn it_reads_as_it_prints(digits in 1_u32..100_000, power in -18_i32..10) {
            let single = format!("{digits}e{power}").parse::<f32>().unwrap();
            prop_assert_eq!(decimal(single).to_bits(), printed(single).to_bits());
        }
    }
}
