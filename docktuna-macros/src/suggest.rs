//! What someone who mistyped a word may have meant.

/// The fewest letters that stand for a word that starts with them.
const PREFIX: usize = 3;

/// The candidate nearest to `word`, if one is near enough to be meant, or the first that starts with
/// it.
pub(crate) fn near<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let nearest = candidates
        .iter()
        .copied()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate);
    nearest.or_else(|| {
        let long_enough = word.chars().count() >= PREFIX;
        let mut candidates = candidates.into_iter();
        candidates.find(|candidate| long_enough && candidate.starts_with(word))
    })
}

/// How many letters have to be added, removed, replaced or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (
        a.to_lowercase().chars().collect(),
        b.to_lowercase().chars().collect(),
    );
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                let swap = if swapped {
                    rows[i - 2][j - 2] + 1
                } else {
                    usize::MAX
                };
                replaced
                    .min(rows[i - 1][j] + 1)
                    .min(rows[i][j - 1] + 1)
                    .min(swap)
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_words_are_suggested() {
        let options = ["range", "log", "choices", "rename"];
        assert_eq!(near("rnage", options), Some("range"));
        assert_eq!(near("Log", options), Some("log"));
        assert_eq!(near("choice", options), Some("choices"));
        assert_eq!(near("renam", options), Some("rename"));
        assert_eq!(near("cho", options), Some("choices"));
        assert_eq!(near("ch", options), None);
        assert_eq!(near("minimum", options), None);
        assert_eq!(near("", options), None);
    }
}
