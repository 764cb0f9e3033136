//! Programs that tests start themselves.

use std::process::Command;

/// A program to start, with its arguments.
#[expect(
    clippy::disallowed_methods,
    reason = "a test stands outside of what it tests"
)]
pub fn program(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}
