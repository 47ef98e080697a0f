//! How wide the kernel of an observation is.

use super::axis::Interval;

/// The standard deviation of the kernel at `here`, from the distances to the observations on both
/// sides, where there are any; not less than `narrowest`.
pub(super) fn bandwidth(
    interval: &Interval,
    left: Option<f64>,
    here: f64,
    right: Option<f64>,
    narrowest: f64,
) -> f64 {
    let below = here - left.unwrap_or(interval.start);
    let above = right.unwrap_or(interval.end) - here;
    let sigma = match (left, right) {
        (None, Some(_)) => above,
        (Some(_), None) => below,
        _ => below.max(above),
    };
    sigma.clamp(narrowest, interval.width())
}

/// The smallest standard deviation with `n` observations. Optuna calls it the magic clip, and has a
/// `sharpness` of 1.
pub(super) fn narrowest(interval: &Interval, n: usize, sharpness: u32) -> f64 {
    interval.width() / parts(n, sharpness)
}

/// How many of the narrowest kernels are as wide as the interval; above a hundred observations
/// always 100.
#[allow(
    clippy::cast_precision_loss,
    reason = "a count of trials is below 2^31"
)]
pub(super) fn parts(n: usize, sharpness: u32) -> f64 {
    (f64::from(sharpness.max(1)) * (n as f64 + 2.0)).min(100.0)
}
