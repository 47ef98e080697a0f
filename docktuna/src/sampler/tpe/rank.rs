//! Ranks by domination.

use crate::space::dominates;

/// The places of `losses` in ranks: first those that nothing dominates, then those that nothing but
/// the first rank does, and so on, until at least `count` are ranked.
pub(super) fn ranks(losses: &[&[f64]], count: usize) -> Vec<Vec<usize>> {
    // Whatever dominates a point comes before it in lexicographic order, so that one look back is
    // enough, and only at the points of the same rank.
    let mut left: Vec<usize> = (0..losses.len()).collect();
    left.sort_by(|a, b| lexicographic(losses[*a], losses[*b]));
    let (mut ranks, mut ranked) = (Vec::new(), 0);
    while ranked < count && !left.is_empty() {
        let mut front: Vec<usize> = Vec::new();
        let mut behind = Vec::new();
        for place in left {
            // Of two objectives, the last of the front has the smallest second loss so far.
            let rivals = if losses[place].len() == 2 {
                &front[front.len().saturating_sub(1)..]
            } else {
                &front[..]
            };
            if rivals
                .iter()
                .any(|rival| dominates(losses[*rival], losses[place]))
            {
                behind.push(place);
            } else {
                front.push(place);
            }
        }
        ranked += front.len();
        front.sort_unstable();
        ranks.push(front);
        left = behind;
    }
    ranks
}

pub(super) fn lexicographic(a: &[f64], b: &[f64]) -> std::cmp::Ordering {
    let different = a.iter().zip(b).map(|(a, b)| compare(*a, *b));
    different.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

/// −0 and 0 are one number here.
fn compare(a: f64, b: f64) -> std::cmp::Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.total_cmp(&b))
}
