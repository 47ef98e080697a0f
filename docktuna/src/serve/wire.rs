//! The messages and the service of `storage.proto`.
//!
//! What is included is generated; a test holds it to the interface file.

#![allow(
    clippy::pedantic,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    reason = "this is generated"
)]

include!("generated.rs");

/// The interface as it is told to those who ask for it.
pub(super) const DESCRIPTORS: &[u8] = include_bytes!("storage.bin");
