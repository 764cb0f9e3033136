//! Nodes -> validated scenarios: the language, its payloads and matchers, its words.
//!
//! Pure: what a scenario reads from a file is handed in. Playing one is `exec`'s business,
//! judging what was played `oracle`'s.

pub mod words;

pub mod flood;
pub mod matcher;
pub mod model;
pub mod payload;

mod header;
mod literal;
mod syntax;
mod units;

mod bytes;
mod cast;
mod check;
mod facts;
mod flooding;
mod ground;
mod objections;
mod perform;
mod read;
mod schema;
mod serving;
mod stage;

#[cfg(test)]
mod reading_tests;

pub use bytes::{MOST_PAYLOAD, ReadFile};
pub use model::{Action, Actor, ActorId, Doing, Scenario, ServerAction, Step};
pub use read::read;
pub use schema::schema;
pub use units::duration;
