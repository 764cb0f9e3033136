//! The oracle: every verdict and exit code has a run that leads to it, and every scenario is proved
//! by servers with one flaw each.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agreement;
mod clients;
mod hostile;
mod mutants;
mod stage;
mod traces;
mod verdicts;
