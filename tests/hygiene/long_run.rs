//! A run that goes on for seconds, each of its cases on fresh processes: the Rust server's, one that
//! forks, and one that leaves its session. It can be ended in its middle.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;

use crate::marked::{Mark, Running};
use crate::support::Place;

/// A folder with what is played: so many scenarios, and three servers for each.
pub fn place(scenarios: usize) -> Place {
    let peers = [
        "tests/fixtures/peers/detaches",
        "tests/fixtures/peers/forks",
    ];
    let place = Place::with(&peers, &["scenarios/echo.yaml"]);
    let echo = place.path("scenarios/echo.yaml");
    let text = fs::read_to_string(&echo).unwrap();
    fs::remove_file(echo).unwrap();
    for number in 0..scenarios {
        let name = format!("echo-{number:03}");
        let text = text.replace("name: echo", &format!("name: {name}"));
        fs::write(place.path(&format!("scenarios/{name}.yaml")), text).unwrap();
    }
    place
}

/// Starts it as the leader of a group, as a shell does.
pub fn start(mark: &Mark, place: &Place, words: &[&str]) -> Running {
    let mut command = mark.harness(place, &[&["--fresh", "--over", "tcp"], words].concat());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Running::start(command.process_group(0))
}

/// How many cases are in the journal of a run that goes on, once it has begun.
pub fn played(place: &Place) -> Option<usize> {
    Some(read_journal(place)?.lines().count())
}

/// The cases in the journal of a run that has ended; every line must be whole.
pub fn journal(place: &Place) -> BTreeSet<String> {
    let journal = read_journal(place).unwrap();
    assert!(
        journal.is_empty() || journal.ends_with('\n'),
        "half a line: {journal}"
    );
    let id = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["id"].as_str().unwrap().to_owned()
    };
    journal.lines().map(id).collect()
}

fn read_journal(place: &Place) -> Option<String> {
    let runs = fs::read_dir(place.path(".harness/logs")).ok()?;
    let run = runs.flatten().next()?.path();
    fs::read_to_string(run.join("cases.jsonl")).ok()
}
