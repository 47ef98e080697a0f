//! The way to a parameter, and so its stored name.

use crate::space::Space;

/// The stored name of a parameter that has no way to it, because the tuned type itself is one.
pub(crate) const ROOT: &str = "config";

/// The names entered so far, joined by dots.
#[derive(Debug, Clone, Default)]
pub(crate) struct Path {
    joined: String,
    lengths: Vec<usize>,
}

impl Path {
    /// The path at which a traversal of `space` starts.
    pub(crate) fn start(space: &Space) -> Self {
        let mut path = Self::default();
        if let Some(root) = space.root_name() {
            path.enter(root);
        }
        path
    }

    /// Goes one name down; the empty name leads nowhere but has to be left all the same.
    pub(crate) fn enter(&mut self, name: &str) {
        self.lengths.push(self.joined.len());
        if name.is_empty() {
            return;
        }
        if !self.joined.is_empty() {
            self.joined.push('.');
        }
        self.joined.push_str(name);
    }

    /// Undoes the latest [`enter`](Self::enter).
    pub(crate) fn leave(&mut self) {
        if let Some(length) = self.lengths.pop() {
            self.joined.truncate(length);
        }
    }

    /// The stored name of a parameter that is here.
    pub(crate) fn name(&self) -> &str {
        if self.joined.is_empty() {
            ROOT
        } else {
            &self.joined
        }
    }
}

/// The way to what is called `name` at `place`; the empty name leads nowhere.
pub(crate) fn below(place: &str, name: &str) -> String {
    match (place, name) {
        ("", way) | (way, "") => way.to_owned(),
        _ => format!("{place}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_by_dots() {
        let mut path = Path::default();
        assert_eq!(path.name(), "config");
        path.enter("optimizer");
        path.enter("");
        path.enter("sgd");
        assert_eq!(path.name(), "optimizer.sgd");
        path.leave();
        path.leave();
        assert_eq!(path.name(), "optimizer");
        path.leave();
        assert_eq!(path.name(), "config");
    }
}
