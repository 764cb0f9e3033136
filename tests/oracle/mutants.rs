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
    let caught = |name: &str| {
        let told = format!("{name} caught by ");
        said.lines().any(|line| line.starts_with(&told))
    };
    let dialogues = harness_mutants::dialogue_mutants().iter();
    let clients = harness_mutants::client_mutants().iter();
    let missed: Vec<&str> = harness_mutants::all()
        .map(|mutant| mutant.name)
        .chain(dialogues.map(|mutant| mutant.name))
        .chain(clients.map(|mutant| mutant.name))
        .filter(|name| !caught(name))
        .collect();
    assert!(missed.is_empty(), "not caught: {missed:?}\n{said}");
    let totals = said.lines().last().unwrap_or_default();
    assert!(totals.contains(" 0 survived; "), "{said}");
}

/// Puts a scenario of a user's own to the test, whose steps these are: what is said of it, but for
/// the time, and the exit code.
fn selftest(steps: &str) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "name: mine\nsummary: a word comes back\nserver: echo\nover: [tcp]\n\
         clients: [alice]\nsteps:\n{steps}"
    );
    std::fs::write(folder.path().join("mine.yaml"), text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .current_dir(folder.path())
        .args(["selftest", "mine.yaml"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let timeless = said
        .rsplit_once(" in ")
        .map(|(before, _)| before.to_owned());
    (timeless.unwrap_or(said), output.status.code())
}

#[test]
fn a_scenario_that_catches_nothing_is_named() {
    let (said, code) = selftest("  - alice: connect\n  - alice: close\n");
    let expected = "mine catches no mutant\n\
                    0 mutants caught, 0 survived; 0 of 1 scenarios proved";
    assert_eq!((said.as_str(), code), (expected, Some(1)));
}

#[test]
fn a_scenario_of_ones_own_shows_what_it_catches_and_calls_nothing_a_survivor() {
    let steps =
        "  - alice: connect\n  - alice: { send: \"hi\\n\" }\n  - alice: { expect: \"hi\\n\" }\n";
    let (said, code) = selftest(steps);
    assert_eq!(code, Some(0), "{said}");
    for name in ["drops-last-byte", "duplicates", "keeps-open"] {
        assert!(said.contains(&format!("{name} caught by mine\n")), "{said}");
    }
    assert!(!said.contains("tells-history"), "{said}");
    let totals = " 0 survived; 1 of 1 scenarios proved";
    assert!(said.ends_with(totals), "{said}");
}

#[test]
fn a_scenario_that_the_flawless_server_fails_proves_nothing() {
    let (said, code) = selftest("  - alice: connect\n  - alice: { expect: \"hi\" }\n");
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.starts_with("the flawless server fails, so nothing is proved:\n"),
        "{said}"
    );
}
