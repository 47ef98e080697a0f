//! An order in which neighbours in space stand near each other.

/// The place on Morton's space-filling curve of a point whose coordinates are from 0 to 1.
///
/// The bits of all coordinates take turns, the highest first, so that the points of a box are few
/// stretches of the curve.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the bits of a number from 0 to 1"
)]
pub(super) fn place(coordinates: impl Iterator<Item = f64>) -> u64 {
    /// So many coordinates tell enough.
    const MOST: usize = 32;
    let mut bits = [0; MOST];
    let mut count = 0;
    for (bits, coordinate) in bits.iter_mut().zip(coordinates) {
        *bits = (coordinate.clamp(0.0, 1.0) * f64::from(u16::MAX)) as u64;
        count += 1;
    }
    let mut place = 0;
    for bit in 0..(64 / count.max(1)).min(16) {
        for bits in &bits[..count] {
            place = place << 1 | (bits >> (15 - bit) & 1);
        }
    }
    place
}
