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
        if !matches!(space, Space::Group(_)) {
            path.enter(ROOT);
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

    /// Undoes the latest [`enter`](Self::enter) for a while, and tells the name to enter again.
    #[cfg(feature = "storage")]
    pub(crate) fn step_out(&mut self) -> String {
        let start = self.lengths.last().copied().unwrap_or(0);
        let name = &self.joined[start..];
        let name = if start > 0 {
            name.strip_prefix('.').unwrap_or(name)
        } else {
            name
        };
        let name = name.to_owned();
        self.leave();
        name
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

    #[cfg(feature = "storage")]
    #[test]
    fn a_name_is_entered_again() {
        for label in ["sgd", ".dotted", "a.b"] {
            for above in ["optimizer", ""] {
                let mut path = Path::default();
                path.enter(above);
                path.enter(label);
                let inside = path.name().to_owned();
                let name = path.step_out();
                assert_eq!(name, label);
                path.enter(&name);
                assert_eq!(path.name(), inside);
            }
        }
    }
}
