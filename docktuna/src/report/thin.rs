//! Fewer dots than trials, where nobody would see them all.

use std::collections::HashSet;

use super::axis::Axis;
use super::figure::{HEIGHT, WIDTH};

/// Dots, and how many there would be.
pub(super) struct Thinned {
    pub(super) points: Vec<(f64, f64)>,
    of: usize,
}

/// At most `most` of the points that have a place: those that lie on another one go first, then every so many-th.
pub(super) fn thinned(
    points: impl Iterator<Item = (f64, f64)>,
    x: &Axis,
    y: &Axis,
    most: usize,
) -> Thinned {
    let mut seen = HashSet::new();
    let mut of = 0;
    // A dot that is half a pixel away from another one is not seen as one of its own.
    #[allow(clippy::cast_possible_truncation, reason = "a place on a chart")]
    let place = |(px, py): (f64, f64)| {
        let along = |share: f64, length: i32| (share * f64::from(2 * length)).round() as i32;
        (along(x.share(px), WIDTH), along(y.share(py), HEIGHT))
    };
    let mut kept: Vec<(f64, f64)> = points
        .filter(|(px, py)| x.has(*px) && y.has(*py))
        .inspect(|_| of += 1)
        .filter(|point| seen.insert(place(*point)))
        .collect();
    if kept.len() > most {
        let every = kept.len();
        kept = (0..most).map(|i| kept[i * every / most]).collect();
    }
    Thinned { points: kept, of }
}

impl Thinned {
    /// Says how many are drawn, if many are not.
    pub(super) fn note(parts: &[&Self], what: &str) -> Option<String> {
        let drawn: usize = parts.iter().map(|part| part.points.len()).sum();
        let of: usize = parts.iter().map(|part| part.of).sum();
        // A few that lie on others are missed by nobody.
        (of > 100 && drawn * 10 < of * 9).then(|| format!("{drawn} of {of} {what} are drawn."))
    }
}
