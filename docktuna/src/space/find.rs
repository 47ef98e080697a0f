//! Looking a parameter up by its stored name, in const evaluation too.

use super::{Arm, Param, Sequence, Space};

impl Space {
    /// The parameter that is stored as `name`, if there is one.
    ///
    /// ```
    /// use docktuna::Tunable;
    ///
    /// #[derive(Tunable)]
    /// struct Train {
    ///     #[tune(range = 0.0..=1.0)]
    ///     mixup: Option<f64>,
    /// }
    ///
    /// const _: () = assert!(Train::SPACE.find("mixup.some").is_some());
    /// assert!(Train::space().find("mixup.none").is_none());
    /// ```
    #[must_use]
    pub const fn find(&self, name: &str) -> Option<&Param> {
        let name = name.as_bytes();
        let start = match self.root_name() {
            None => Some(0),
            Some(root) => after(name, 0, root),
        };
        match start {
            Some(start) => self.find_from(name, start),
            None => None,
        }
    }

    /// The parameter whose name is `name`, of which the way here is `at` bytes long.
    const fn find_from(&self, name: &[u8], at: usize) -> Option<&Param> {
        match self {
            Self::Param(param) if at == name.len() => Some(param),
            Self::Switch(switch) if at == name.len() => Some(&switch.label),
            Self::Group(fields) => {
                let mut i = 0;
                while i < fields.len() {
                    let field = &fields[i];
                    if let Some(at) = after(name, at, field.name)
                        && let Some(param) = field.space.find_from(name, at)
                    {
                        return Some(param);
                    }
                    i += 1;
                }
                None
            }
            Self::Switch(switch) => {
                let mut i = 0;
                while i < switch.arms.len() {
                    let found = switch.arms[i].find_from(name, at);
                    if found.is_some() {
                        return found;
                    }
                    i += 1;
                }
                None
            }
            Self::Sequence(sequence) => {
                if let Some(length) = sequence.length()
                    && let Some(at) = after(name, at, Sequence::LEN)
                    && at == name.len()
                {
                    return Some(length);
                }
                match index(name, at) {
                    Some((index, at)) if index < sequence.longest() => {
                        sequence.element().find_from(name, at)
                    }
                    _ => None,
                }
            }
            Self::Param(_) | Self::Fixed(_) => None,
        }
    }
}

impl Arm {
    /// As for a space, where the way to the switch is `at` bytes long.
    const fn find_from(&self, name: &[u8], at: usize) -> Option<&Param> {
        let inside = after(name, at, self.label);
        let Space::Group(fields) = self.space else {
            return match inside {
                Some(at) => self.space.find_from(name, at),
                None => None,
            };
        };
        let mut i = 0;
        while i < fields.len() {
            let field = &fields[i];
            let start = if field.shared { Some(at) } else { inside };
            if let Some(at) = start
                && let Some(at) = after(name, at, field.name)
                && let Some(param) = field.space.find_from(name, at)
            {
                return Some(param);
            }
            i += 1;
        }
        None
    }
}

/// The place in `name` behind `part`, which has to begin at `at`, after a dot if it is not the first
/// one. The empty part leaves no trace.
const fn after(name: &[u8], at: usize, part: &str) -> Option<usize> {
    let part = part.as_bytes();
    if part.is_empty() {
        return Some(at);
    }
    let mut start = at;
    if at > 0 {
        if at >= name.len() || name[at] != b'.' {
            return None;
        }
        start += 1;
    }
    if name.len() - start < part.len() {
        return None;
    }
    let mut i = 0;
    while i < part.len() {
        if name[start + i] != part[i] {
            return None;
        }
        i += 1;
    }
    Some(start + part.len())
}

/// The number of an element that begins at `at`, after a dot if it is not the first part, and the
/// place behind it.
const fn index(name: &[u8], mut at: usize) -> Option<(usize, usize)> {
    if at > 0 {
        if at >= name.len() || name[at] != b'.' {
            return None;
        }
        at += 1;
    }
    let (start, mut index) = (at, 0_usize);
    while at < name.len() && name[at].is_ascii_digit() {
        // No element has a number of more digits.
        if at - start == 9 {
            return None;
        }
        index = index * 10 + (name[at] - b'0') as usize;
        at += 1;
    }
    let padded = at - start > 1 && name[start] == b'0';
    if at == start || padded {
        None
    } else {
        Some((index, at))
    }
}
