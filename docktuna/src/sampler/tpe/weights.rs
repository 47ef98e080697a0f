//! How many trials count as good, and how much each trial weighs.

/// So many of the newest trials have full weight.
const RECENT: usize = 25;

/// How many of `finished` trials are good: a tenth, with one objective at most 25.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a count of trials is below 2^31"
)]
pub(super) fn good(finished: usize, objectives: usize) -> usize {
    let tenth = (0.1 * finished as f64).ceil() as usize;
    if objectives == 1 {
        tenth.min(25)
    } else {
        tenth
    }
}

/// The weights of `n` trials, oldest first: the newest 25 count fully, those before rise in a line.
#[allow(
    clippy::cast_precision_loss,
    reason = "a count of trials is below 2^31"
)]
pub(super) fn by_age(n: usize) -> Vec<f64> {
    let rising = n.saturating_sub(RECENT);
    let first = 1.0 / n as f64;
    let slope = if rising > 1 {
        (1.0 - first) / (rising - 1) as f64
    } else {
        0.0
    };
    (0..n)
        .map(|i| {
            if i < rising {
                first + i as f64 * slope
            } else {
                1.0
            }
        })
        .collect()
}
