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
/// `resolution` of 0.
pub(super) fn narrowest(interval: &Interval, n: usize, resolution: usize) -> f64 {
    interval.width() / parts(n, resolution)
}

/// How many of the narrowest kernels are as wide as the interval: `resolution`, if it is more than one
/// for each observation; above a hundred always 100.
#[allow(
    clippy::cast_precision_loss,
    reason = "a count of trials is below 2^31"
)]
pub(super) fn parts(n: usize, resolution: usize) -> f64 {
    (n + 2).max(resolution).min(100) as f64
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these numbers are exact")]
mod tests {
    use super::*;

    #[test]
    fn a_resolution_narrows_kernels_and_never_widens_them() {
        assert_eq!([parts(10, 0), parts(10, 12), parts(10, 11)], [12.0; 3]);
        assert_eq!(parts(10, 50), 50.0);
        assert_eq!([parts(10, 5000), parts(5000, 0)], [100.0; 2]);
    }
}
