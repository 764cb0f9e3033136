//! `harness` checks that programs in different languages that talk over sockets behave the same.
//!
//! Data flows one way; the modules stand in the order of the flow:
//!
//! ```text
//! YAML ── source ── scenario ─┐
//! peer.yaml ── source ── peer ┴─ plan ── exec ── trace ── oracle ── report
//!                                         │
//!                                  host, transport
//! ```
//!
//! `cli` is the only place where the stages are joined, the only reader of the environment and the
//! only opener of result files. `source`, `scenario`, `plan`, `oracle` and `report` do no IO.
//!
//! What must stay true:
//!
//! 1. Nothing waits by sleeping: every wait is for an event, with a deadline that names it. The
//!    only timers are in [`host::deadline`].
//! 2. Every connection keeps a receive log from byte 0, bounded by what the case can still consume
//!    and a little more; beyond that the case fails with `extra`.
//! 3. A connect proves nothing about the server: whoever is to hear a broadcast joins first. The
//!    harness says nothing on a connection that the scenario does not say.
//! 4. What a peer says of itself is no evidence; bytes on sockets of ours are.
//! 5. No probe connections, and no guess-and-release of ports.
//! 6. A verdict is never softened: no retry turns a fail into a pass, and nothing that was not
//!    played counts as passed.
//! 7. Every kind of check is shown to bite by a mutant that it catches.
//! 8. No process outlives the run: each has a guard of its own ([`host::guard`]).
//! 9. What peers write is hostile: bounded, always drained, escaped where it is shown.
//! 10. Same inputs, same order, same output.
//! 11. Results are written as they come; an interrupted run reports what it had.
//! 12. Limits are ours and not the system's; sockets bind to loopback only; manifests run their
//!     commands as lists of words, never through a shell.

pub mod source;

pub mod scenario;

pub mod host;
pub mod peer;

pub mod plan;

pub mod transport;

pub mod exec;
pub mod trace;

pub mod oracle;
pub mod report;

pub mod cli;
