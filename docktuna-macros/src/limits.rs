//! What the runtime and the database take at most. The runtime has these numbers, too; `tests/it/declare/limits.rs`
//! compares them.

/// Integers beyond this cannot be told apart in the database, which stores doubles.
pub(crate) const EXACT: i128 = 1 << 53;

/// The longest name that the database's column takes, in characters.
pub(crate) const LONGEST_NAME: usize = 512;

/// The most elements of a searched `Vec`, each of which is a parameter of its own.
pub(crate) const MOST_ELEMENTS: u32 = 1 << 16;
