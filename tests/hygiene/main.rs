//! Hygiene: whatever peers do, and however a run ends, nothing of it is left running, and what it
//! had found is on disk.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod awaited;
mod long_run;
mod marked;

mod broken;
mod interrupted;
mod killed;
mod limits;
mod stubborn;
