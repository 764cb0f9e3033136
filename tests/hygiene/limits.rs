//! What peers and scenarios take is bounded by us: memory, and open files.

use std::fs;
use std::process::Stdio;

use crate::awaited::until;
use crate::marked::{Mark, Running};
use crate::support::{HARNESS, PATIENCE, Place, run};

/// More than the program and a few full receive logs take, and far less than what a server says
/// that is never stopped.
const MOST_MEMORY: u64 = 128 << 20;

/// The most memory that a living process has ever had, in bytes.
fn peak_memory(pid: harness::host::Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.map_or(0, |kibibytes| kibibytes << 10)
}

#[test]
fn a_server_that_never_stops_talking_fails_in_bounded_memory() {
    let scenarios = [
        "scenarios/echo.yaml",
        "tests/fixtures/hygiene/overheard.yaml",
    ];
    let place = Place::with(&["tests/fixtures/peers/talker"], &scenarios);
    let mark = Mark::new();
    let mut command = mark.harness(&place, &["--over", "tcp", "--server", "talker"]);
    let mut running = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
    let mut peak = 0;
    let status = until("the run to end", || {
        peak = peak.max(peak_memory(running.pid()));
        running.ended()
    });
    mark.assert_gone();
    assert_eq!(status.code(), Some(1));
    assert!(
        (1 << 20..MOST_MEMORY).contains(&peak),
        "{peak} bytes of memory"
    );
    let report = fs::read_to_string(place.path("report.json")).unwrap();
    let verdicts = place.verdicts();
    assert_eq!(verdicts.len(), 2);
    assert!(
        verdicts.values().all(|verdict| verdict == "fail"),
        "{verdicts:?}"
    );
    for kind in ["\"corrupt\"", "\"extra\""] {
        assert!(report.contains(kind), "no {kind} in {report}");
    }
}

/// Eight cases of 202 actors each have 1,616 connections, more than the limit that is found.
fn play_crowds(limit: &str) {
    let place = Place::with(&[], &["scenarios/broadcast/many-clients.yaml"]);
    let mark = Mark::new();
    let script = format!("ulimit {limit} && exec \"$@\"");
    let words = ["--over", "tcp", "--jobs", "8", "--repeat", "8"];
    let run_with = [
        "sh",
        "-c",
        &script,
        "sh",
        HARNESS,
        "run",
        "--json",
        "report.json",
    ];
    let mut command = mark.on(place.command(&[&run_with, &words[..]].concat()));
    // The steps wait behind one another, on a machine that does other things as well.
    command
        .arg("--timeout")
        .arg(format!("{}s", PATIENCE.as_secs()));
    let (exit, written) = run(command);
    mark.assert_gone();
    assert_eq!(exit, Some(0), "{written}");
    let id = String::from("many-clients/tcp/rust/built-in");
    assert_eq!(
        place.verdicts().get(&id).map(String::as_str),
        Some("pass"),
        "{written}"
    );
}

#[test]
fn more_connections_than_the_soft_limit_of_open_files() {
    play_crowds("-Sn 1024");
}

#[test]
fn more_connections_than_the_hard_limit_of_open_files() {
    play_crowds("-n 1024");
}
