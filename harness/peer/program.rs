//! A program that is typed in place of a manifest's name: `cmd:nc -l {port}`. What it is taken to
//! offer is the plan's to say, since that depends on what is played.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::command_line::{SplitError, split};
use super::manifest::Port;
use super::words;
use crate::scenario::words::Transport;
use crate::source::closest;

/// A program and the words that it is started with; words in braces are not yet filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    typed: String,
    env: BTreeMap<String, String>,
    words: Vec<String>,
}

/// Why what was typed is no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// It cannot be split into words.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// Nothing would be run.
    #[error("no program is named: write its name and its words, as in `cmd:nc -l {{port}}`")]
    Nothing,
    /// Braces around something that nothing fills in.
    #[error("nothing fills in `{{{word}}}`; {help}")]
    Braces {
        /// What stands in the braces.
        word: String,
        /// What was meant, or what there is.
        help: String,
    },
}

/// What comes before the command where a peer's name could stand.
pub const PREFIX: &str = "cmd:";

/// The words in braces that a program can be told: nothing of it is built.
const FILLED_IN: [&str; 5] = ["port", "address", "transport", "behaviour", "harness"];

impl FromStr for Program {
    type Err = ProgramError;

    /// Reads a command line, without the prefix. Words such as `PORT={port}` before the program
    /// are variables of its environment, as they are to a shell.
    fn from_str(typed: &str) -> Result<Program, ProgramError> {
        let mut words = split(typed)?;
        let unknown = words
            .iter()
            .flat_map(|word| words::in_braces(word))
            .find(|word| !FILLED_IN.contains(word));
        if let Some(word) = unknown {
            let help = match closest(word, FILLED_IN) {
                Some(meant) => format!("did you mean `{{{meant}}}`?"),
                None => format!("there is {{{}}}", FILLED_IN.join("}, {")),
            };
            let word = word.to_owned();
            return Err(ProgramError::Braces { word, help });
        }
        let variables = words.iter().take_while(|word| variable(word).is_some());
        let rest = words.split_off(variables.count());
        let variables = words.iter().filter_map(|word| variable(word));
        let env = variables
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        match rest.is_empty() {
            true => Err(ProgramError::Nothing),
            false => Ok(Program {
                typed: typed.to_owned(),
                env,
                words: rest,
            }),
        }
    }
}

/// The name and the value, where a word sets a variable.
fn variable(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (is_name && name.chars().all(allowed)).then_some((name, value))
}

impl Program {
    /// The words of the command, the program's own first.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Variables added to the environment.
    pub fn env(&self) -> &BTreeMap<String, String> {
        &self.env
    }

    /// The program as it was typed: a name on the `PATH`, or a path.
    pub fn file(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// The file's name as part of a case's id, which takes no blanks, braces or slashes.
    pub fn name(&self) -> String {
        let file = Path::new(self.file()).file_name().unwrap_or_default();
        let file = file.to_string_lossy();
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let name: String = file
            .trim_matches(|c: char| !c.is_ascii_alphanumeric())
            .chars()
            .map(|c| if allowed(c) { c } else { '-' })
            .collect();
        match name.is_empty() {
            true => String::from("program"),
            false => name,
        }
    }

    /// How it comes by its port: told a free one where it asks, else by its own choice.
    pub fn port(&self) -> Port {
        match self.asks_for("port") || self.asks_for("address") {
            true => Port::Leased,
            false => Port::Any,
        }
    }

    /// Whether the command makes sense over a transport: a number means nothing over unix.
    pub fn goes_over(&self, transport: Transport) -> bool {
        transport != Transport::Unix || !self.asks_for("port")
    }

    fn asks_for(&self, wanted: &str) -> bool {
        let texts = self.words.iter().chain(self.env.values());
        texts
            .flat_map(|text| words::in_braces(text))
            .any(|word| word == wanted)
    }
}

/// As it is typed where a peer's name could stand.
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(typed: &str) -> Program {
        typed.parse().unwrap()
    }

    #[test]
    fn words_before_the_program_are_variables() {
        let found = program("PORT={port} _x='a b' ./server PORT=1");
        assert_eq!(found.words(), ["./server", "PORT=1"]);
        let expected = [("PORT", "{port}"), ("_x", "a b")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(found.env(), &BTreeMap::from(expected));
        assert_eq!(program("1a=b").words(), ["1a=b"]);
    }

    #[test]
    fn what_is_no_command_is_told() {
        let check = |typed: &str, expected: &str| {
            let error = typed.parse::<Program>().unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        let nothing = "no program is named: write its name and its words, as in `cmd:nc -l {port}`";
        check(" ", nothing);
        check("A=b", nothing);
        check(
            "nc {prot}",
            "nothing fills in `{prot}`; did you mean `{port}`?",
        );
        check(
            "nc {build}",
            "nothing fills in `{build}`; there is {port}, {address}, {transport}, {behaviour}, {harness}",
        );
        check("nc 'a", "the quote ' is opened and never closed");
    }

    #[test]
    fn the_name_is_part_of_an_id() {
        let check = |typed: &str, expected: &str| assert_eq!(program(typed).name(), expected);
        check("nc -l", "nc");
        check("/usr/bin/socat", "socat");
        check("../my\\ server.sh", "my-server.sh");
        check("{harness} serve", "harness");
        check("./_", "program");
        check("..", "program");
        check("你好", "program");
    }

    #[test]
    fn a_program_that_asks_for_a_port_is_told_one() {
        let check = |typed: &str, port, unix| {
            assert_eq!(program(typed).port(), port, "{typed}");
            assert_eq!(program(typed).goes_over(Transport::Unix), unix, "{typed}");
            assert!(program(typed).goes_over(Transport::Udp));
        };
        check("nc -l {port}", Port::Leased, false);
        check("P={port} nc", Port::Leased, false);
        check("nc -l {address}", Port::Leased, true);
        check("nc -l 0", Port::Any, true);
    }
}
