//! The normal distribution, in logarithms, far into its tails.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

/// Below this, ln Φ is taken from its asymptotic series.
const FAR: f64 = -20.0;

/// Φ(−8.5) is below 1e-17.
const BEYOND: f64 = 8.5;

/// ln(√(2π))
pub(in crate::sampler) fn ln_sqrt_tau() -> f64 {
    0.5 * (2.0 * PI).ln()
}

/// The mass above `x`, for `x` of at least 0 right to the last bits.
pub(in crate::sampler) fn upper_tail(x: f64) -> f64 {
    0.5 * libm::erfc(x * FRAC_1_SQRT_2)
}

/// ln Φ(x).
pub(in crate::sampler) fn ln_cdf(x: f64) -> f64 {
    if x > 0.0 {
        (-upper_tail(x)).ln_1p()
    } else if x > FAR {
        upper_tail(-x).ln()
    } else if x == f64::NEG_INFINITY {
        x
    } else {
        let y = 1.0 / (x * x);
        let series =
            1.0 - y * (1.0 - 3.0 * y * (1.0 - 5.0 * y * (1.0 - 7.0 * y * (1.0 - 9.0 * y))));
        -0.5 * x * x - (-x).ln() - ln_sqrt_tau() + series.ln()
    }
}

/// ln(Φ(b) − Φ(a)), for `a` of at most `b`.
pub(in crate::sampler) fn ln_mass(a: f64, b: f64) -> f64 {
    if a >= b {
        f64::NEG_INFINITY
    } else if b <= 0.0 {
        let high = ln_cdf(b);
        high + ln_one_minus_exp(ln_cdf(a) - high)
    } else if a >= 0.0 {
        ln_mass(-b, -a)
    } else {
        (-upper_tail(b) - upper_tail(-a)).ln_1p()
    }
}

/// ln(1 − exp(x)), for negative `x`.
fn ln_one_minus_exp(x: f64) -> f64 {
    if x > -LN_2 {
        (-x.exp_m1()).ln()
    } else {
        (-x.exp()).ln_1p()
    }
}

fn ln_sum(a: f64, b: f64) -> f64 {
    let (high, low) = (a.max(b), a.min(b));
    if high == f64::NEG_INFINITY {
        high
    } else {
        high + (low - high).exp().ln_1p()
    }
}

/// The quantile `q` of the standard normal truncated to [a, b].
///
/// Solves for the logarithm of the smaller of the two tails, so that both ends stay sharp.
pub(in crate::sampler) fn truncated_quantile(a: f64, b: f64, q: f64) -> f64 {
    if q <= 0.0 {
        return a;
    }
    if q >= 1.0 {
        return b;
    }
    // What is cut off is less than a double could tell.
    if a <= -BEYOND && b >= BEYOND {
        let x = if q <= 0.5 {
            inverse_ln_cdf(q.ln())
        } else {
            -inverse_ln_cdf((-q).ln_1p())
        };
        return x.clamp(a, b);
    }
    let mass = ln_mass(a, b);
    if mass == f64::NEG_INFINITY {
        return a + q * (b - a);
    }
    let below = ln_sum(q.ln() + mass, ln_cdf(a));
    let above = ln_sum((-q).ln_1p() + mass, ln_cdf(-b));
    let x = if below <= above {
        inverse_ln_cdf(below)
    } else {
        -inverse_ln_cdf(above)
    };
    x.clamp(a, b)
}

/// The x of at most about 0 with ln Φ(x) = `target`.
///
/// Newton's method: ln Φ is concave and increasing, so that after one step every iterate lies left
/// of the root and comes closer. It starts near the root: at the formula 26.2.23 of Abramowitz and
/// Stegun, which is right to 4.5e-4.
fn inverse_ln_cdf(target: f64) -> f64 {
    let mut x = if target > -LN_2 {
        0.0
    } else {
        let t = (-2.0 * target).sqrt();
        let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
        let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
        above / below - t
    };
    for _ in 0..50 {
        let value = ln_cdf(x);
        let slope = (-0.5 * x * x - ln_sqrt_tau() - value).exp();
        let step = (value - target) / slope;
        x -= step;
        // The error that is left is the square of this one, or less.
        if step.abs() <= 1e-7 * (1.0 + x.abs()) {
            break;
        }
    }
    x
}
