//! How wide the kernel of each observation is.

use super::axis::Interval;

/// The standard deviation of each kernel, from the distances to its neighbours.
///
/// `order` lists the places of `means` from the smallest mean to the largest; see [`narrowest`] for
/// `sharpness`.
#[allow(
    clippy::cast_precision_loss,
    reason = "a count of trials is below 2^31"
)]
pub(super) fn bandwidths(
    interval: &Interval,
    means: &[f64],
    order: &[u32],
    sharpness: u32,
) -> Vec<f64> {
    let n = means.len();
    let widest = interval.width();
    let narrowest = narrowest(interval, n, sharpness);
    let mut sigmas = vec![widest; n];
    let mean = |place: usize| means[order[place] as usize];
    let mut left = interval.start;
    for place in 0..n {
        let here = mean(place);
        let below = here - left;
        let above = if place + 1 < n {
            mean(place + 1) - here
        } else {
            interval.end - here
        };
        let sigma = match place {
            0 if n > 1 => above,
            _ if n > 1 && place + 1 == n => below,
            _ => below.max(above),
        };
        sigmas[order[place] as usize] = sigma.clamp(narrowest, widest);
        left = here;
    }
    sigmas
}

/// The smallest standard deviation with `n` observations. Optuna calls it the magic clip, and has a
/// `sharpness` of 1.
#[allow(
    clippy::cast_precision_loss,
    reason = "a count of trials is below 2^31"
)]
pub(super) fn narrowest(interval: &Interval, n: usize, sharpness: u32) -> f64 {
    interval.width() / (f64::from(sharpness.max(1)) * (n as f64 + 2.0)).min(100.0)
}
