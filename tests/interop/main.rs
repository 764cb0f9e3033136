//! Interop: programs that know nothing of the harness are servers like any other, and the
//! project's own servers play side by side.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod fixed;
mod plain;
mod together;
