//! Nothing but tests; see `it/` and `ui/`.
