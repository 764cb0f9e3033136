//! YAML text to nodes with byte spans, nodes to serde types, and mistakes shown under their line.
//!
//! What a file means is the business of `scenario` and `peer`: they name the types, this module
//! fills them in and tells every mistake at once. The only user of `serde_yaml`. Pure: whoever
//! calls has read the file.
//!
//! ```text
//! bytes --Source::from_bytes--> Source --parse--> Node --read--> At<T>, Tried<T>, ...
//!                                        \__________________\______ Vec<Mistake> --render--> text
//! ```

mod absent;
mod at;
mod choice;
mod fields;
mod mistake;
mod no_yaml;
mod node;
mod parts;
mod place;
mod read;
mod render;
mod reported;
mod yaml;

pub use absent::forbid_null;
pub use at::{At, AtWord, Form, Given, Tried};
pub use mistake::{Mistake, closest};
pub use node::{Node, Value};
pub use place::{Place, Source, Span, Unreadable};
pub use read::read;
pub use render::render;
pub use yaml::parse;
