//! How lists grow that follow a study.

/// Makes room for `more` elements, and an eighth beyond: a list that is kept for days and grows by
/// twice would be half empty.
pub(super) fn make_room<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more + list.len() / 8);
    }
}
