//! Traces as text, so that what was played can be judged again without playing it.
//!
//! A run is kept in a folder. Its files, and nothing else, are read back:
//!
//! ```text
//! run.json               the plan: settings, scenarios, offers with traits, known divergences, cases
//! scenarios/NAME.yaml    the text of each scenario
//! cases/ID.jsonl         how each case went, a JSON object a line; ID#2.jsonl for its repetition
//! payloads/SHA256        bytes that are too many for a line, each stretch once
//! end.json               what the run found besides; missing where it was cut off
//! ```
//!
//! Every JSON file begins with its format and version; another version is refused. Bytes are
//! `{"text": …}` where they are UTF-8 without control characters (but line ends and tabs), else
//! `{"hex": …}`; over [`INLINE`] bytes they are `{"payload": {"sha256": …, "length": …}}`. What a
//! connection heard is cut where steps and tokens begin, so that what several actors heard alike
//! is one file. Times are nanoseconds since the start of the case. Files that payloads of scenarios
//! name lie in `payloads/` too, so that no name out of a scenario becomes a path.
//!
//! Pure: files are opened by `cli`, and scenarios are read there.

mod bytes;
mod end;
mod lines;
mod manifest;
mod read;
mod retold;
mod run;
mod screenplay;
mod write;

#[cfg(test)]
mod sample;

pub use bytes::{Digest, Payload, ReadPayload};
pub use end::{Cut, End};
pub use read::read;
pub use retold::can_retell;
pub use run::{Peer, Run, Terms, Text, files};
pub use screenplay::same_screenplay;
pub use write::{Written, write};

use serde::{Deserialize, Serialize};

/// The version of the format; a reader of one version can read no other.
pub const VERSION: u32 = 1;

/// So many bytes are written into a line; more have a file of their own.
pub const INLINE: usize = 64 << 10;

/// What is wrong with a file of the store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {what}")]
pub struct Flaw {
    /// The line in the file, from 1.
    pub line: usize,
    /// What is wrong, and what to do: a fragment.
    pub what: String,
}

impl Flaw {
    fn at(line: usize, what: impl Into<String>) -> Flaw {
        let what = what.into();
        Flaw { line, what }
    }

    fn of_json(line: usize, error: &serde_json::Error) -> Flaw {
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or_default();
        Flaw::at(line + error.line().saturating_sub(1), what)
    }
}

/// What every JSON file begins with, whatever its version.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u64,
}

/// Sees to it that a JSON object is of a format, and of the version that is read here.
fn check_head(object: &str, format: &str) -> Result<(), Flaw> {
    let head: Head = serde_json::from_str(object).map_err(|error| Flaw::of_json(1, &error))?;
    if head.format != format {
        let what = format!("the format is `{}`, not `{format}`", head.format);
        return Err(Flaw::at(1, what));
    }
    if head.version != u64::from(VERSION) {
        let what = format!(
            "version {} of the format, and this harness reads version {VERSION}: judge it with the harness that wrote it, or run again",
            head.version
        );
        return Err(Flaw::at(1, what));
    }
    Ok(())
}

/// A whole file of JSON, with a line end.
fn pretty(file: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(file);
    let mut json = json.expect("every map of a file has text as its keys");
    json.push('\n');
    json
}

/// A duration as its nanoseconds.
mod nanoseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        // 584 years fit.
        to.serialize_u64(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(object: &str, expected: Result<(), &str>) {
        let found = check_head(object, "a trace");
        match (found, expected) {
            (Ok(()), Ok(())) => {}
            (Err(flaw), Err(part)) => assert!(flaw.to_string().contains(part), "{flaw}"),
            (found, _) => panic!("{object}: {found:?}"),
        }
    }

    #[test]
    fn another_format_or_version_is_refused() {
        check(r#"{"format":"a trace","version":1,"more":[1]}"#, Ok(()));
        check(
            r#"{"format":"a trace","version":2}"#,
            Err("reads version 1"),
        );
        check(r#"{"format":"a song","version":1}"#, Err("`a song`"));
        check(r#"{"version":1}"#, Err("missing field `format`"));
        check("{", Err("1: EOF"));
    }
}
