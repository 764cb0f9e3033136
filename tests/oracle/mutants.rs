//! Servers with one flaw each: the flawless one passes every scenario, and each flaw is caught by
//! all the scenarios that were made for it.

use assert_cmd::Command;

#[test]
fn every_mutant_is_caught_and_every_scenario_is_proved() {
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("selftest")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let mutants = harness_mutants::all();
    let caught = |name: &str| {
        said.lines()
            .any(|line| line.starts_with(name) && line.contains(" caught by "))
    };
    let missed: Vec<&str> = mutants
        .iter()
        .map(|mutant| mutant.name)
        .filter(|name| !caught(name))
        .collect();
    assert!(missed.is_empty(), "not caught: {missed:?}\n{said}");
    assert_eq!(said.lines().count(), mutants.len(), "{said}");
}

#[test]
fn a_scenario_that_catches_nothing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("lenient.yaml");
    let text = "name: lenient\nsummary: nobody says anything\nserver: echo\nover: [tcp]\n\
                clients: [alice]\nsteps:\n  - alice: connect\n";
    std::fs::write(&scenario, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .current_dir(folder.path())
        .args(["selftest", "lenient.yaml"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said, "lenient is proved by no mutant of its own\n");
}
