//! Which parameters always come together.

use std::collections::HashSet;

/// The coarsest partition of the parameters in which every trial has all or nothing of each group.
#[derive(Debug, Clone, Default)]
pub(super) struct Partition {
    groups: Vec<Vec<usize>>,
    /// The sets that it was refined by; most trials bring one that is known.
    known: HashSet<Vec<usize>>,
}

impl Partition {
    /// Refines it by the parameters of a trial.
    pub(super) fn add(&mut self, mut set: Vec<usize>) {
        set.sort_unstable();
        if self.known.contains(&set) {
            return;
        }
        let mut new = set.clone();
        let mut refined = Vec::with_capacity(self.groups.len() + 1);
        for group in self.groups.drain(..) {
            new.retain(|column| !group.contains(column));
            let (inside, outside): (Vec<usize>, Vec<usize>) =
                group.into_iter().partition(|column| set.contains(column));
            refined.extend(
                [inside, outside]
                    .into_iter()
                    .filter(|part| !part.is_empty()),
            );
        }
        if !new.is_empty() {
            refined.push(new);
        }
        self.groups = refined;
        self.known.insert(set);
    }

    /// The group that a parameter belongs to.
    pub(super) fn group_of(&self, column: usize) -> Option<&[usize]> {
        let group = self.groups.iter().find(|group| group.contains(&column));
        group.map(Vec::as_slice)
    }

    #[cfg(test)]
    pub(super) fn groups(&self) -> impl Iterator<Item = &[usize]> {
        self.groups.iter().map(Vec::as_slice)
    }
}
