//! Tests.
mod support;
