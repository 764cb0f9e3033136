//! `end.json`: what a run told at its end and no trace holds.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Flaw, VERSION, check_head, nanoseconds, pretty};

/// What `end.json` is.
const FORMAT: &str = "harness end";

/// What a run told at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// What playing cases again showed, by their ids.
    pub beside: BTreeMap<String, String>,
    /// What was worth saying and was no verdict.
    pub findings: Vec<String>,
    /// How many cases were to be played and were not.
    pub not_played: usize,
    /// What ended it before its time.
    pub cut: Option<Cut>,
    /// From the first case to the last.
    #[serde(with = "nanoseconds")]
    pub wall: Duration,
}

/// What ended a run before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// A signal.
    Interrupt,
    /// A fault of the harness or the machine.
    Fault(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    end: End,
}

impl End {
    /// The text of `end.json`.
    pub fn to_json(&self) -> String {
        pretty(&File {
            format: FORMAT.to_owned(),
            version: VERSION,
            end: self.clone(),
        })
    }

    /// Reads `end.json`.
    ///
    /// # Errors
    /// With what is wrong in it.
    pub fn of_json(text: &str) -> Result<End, Flaw> {
        check_head(text, FORMAT)?;
        let file: File = serde_json::from_str(text).map_err(|error| Flaw::of_json(1, &error))?;
        Ok(file.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_read_as_it_was_written() {
        let end = End {
            beside: BTreeMap::from([(String::from("a/tcp/b/built-in"), String::from("again"))]),
            findings: vec![String::from("b kept sockets")],
            not_played: 3,
            cut: Some(Cut::Fault(String::from("no room"))),
            wall: Duration::from_nanos(1_234_567_891),
        };
        assert_eq!(End::of_json(&end.to_json()), Ok(end.clone()));
        let more = end.to_json().replace("\"findings\"", "\"finds\"");
        let flaw = End::of_json(&more).expect_err("a field that no end has");
        assert!(flaw.what.contains("unknown field `finds`"), "{flaw}");
    }
}
