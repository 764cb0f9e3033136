//! Interop: programs that know nothing of the harness are servers like any other, with a manifest
//! and without, and the project's own servers play side by side.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod fixed;
mod foreign;
mod plain;
mod strict;
mod together;
mod typed;
