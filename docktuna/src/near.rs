//! Names that a user may have meant.

use crate::space::{Node, Space};

/// The `candidates` that look like `name`, best first, three at most.
pub(crate) fn near_names<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Vec<String> {
    let limit = name.chars().count() / 3 + 1;
    let mut near: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit || is_part(name, candidate))
        .collect();
    near.sort_unstable();
    near.into_iter()
        .take(3)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

/// The declared names that look like `name`, or whose last part does.
pub(crate) fn near_params(space: &Space, name: &str) -> Vec<String> {
    let nodes: Vec<Node> = space.walk().filter(|node| node.param().is_some()).collect();
    let names = || nodes.iter().map(|node| node.name.as_str());
    let near = near_names(name, names());
    if !near.is_empty() {
        return near;
    }
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let parts: Vec<String> = names().map(last).collect();
    let near = near_names(&last(name), parts.iter().map(String::as_str));
    let found = names().filter(|name| near.contains(&last(name)));
    found.take(3).map(str::to_owned).collect()
}

/// Whether one of the names is the beginning of the other: `breast` of `breast-cancer`.
fn is_part(name: &str, candidate: &str) -> bool {
    let shorter = name.chars().count().min(candidate.chars().count());
    shorter >= 3 && (candidate.starts_with(name) || name.starts_with(candidate))
}

/// The number of characters to insert, drop, change or swap with a neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (
        a.to_lowercase().chars().collect(),
        b.to_lowercase().chars().collect(),
    );
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_near() {
        let names = ["sentiment", "sentimant", "vision", ""];
        assert_eq!(near_names("setniment", names), ["sentiment", "sentimant"]);
        assert_eq!(near_names("sent", names), ["sentimant", "sentiment"]);
        assert!(near_names("xyz", names).is_empty());
    }
}
