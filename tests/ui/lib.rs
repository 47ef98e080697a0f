//! Nothing but tests; see `ui.rs` and `cases/`.
