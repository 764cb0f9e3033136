//! Client programs as the subject of a scenario: right ones, and one for each way to be wrong.

use crate::stage::{Said, Stage};

/// The talker says `hi` to whoever told it a line, and goes with its stdin.
const SCENARIO: &str = "name: talker\nsummary: a talker answers each line and goes with its stdin\n\
    server: echo\nclient: talker\nover: [tcp]\nclients: [alice, {bob: built-in}]\nsteps:\n\
    \x20 - bob: join\n  - alice: connect\n  - alice: { send: \"hello\" }\n\
    \x20 - alice: { expect: { line: \"hi\" } }\n  - alice: finish\n\
    \x20 - alice: { expect_exit: { code: 0, stderr: \"bye\" } }\n";

const RIGHT: &str = "while read -r line; do echo hi; done\necho bye >&2\n";

fn run(stage: Stage, words: &[&str]) -> Said {
    let path = ["scenarios/talker.yaml", "--server", "rust"];
    stage.run(&[&path[..], words].concat())
}

fn check(script: &str, verdict: &str, told: &str) {
    let stage = Stage::new().scenario("talker", SCENARIO);
    let said = run(stage.client("talks", script, ""), &[]);
    let case = &said.report["cases"][0];
    assert_eq!(case["id"], "talker/tcp/rust/talks", "{}", said.text);
    assert_eq!(case["verdict"], verdict, "{}", said.text);
    assert!(said.text.contains(told), "{}", said.text);
}

#[test]
fn a_right_one_passes() {
    check(RIGHT, "pass", "1 passed");
}

#[test]
fn a_wrong_one_fails_with_what_it_does() {
    check("cat", "fail", "alice heard something else from byte 1 on");
    check("sleep 60", "fail", "alice heard nothing");
    check(
        "read -r line; echo hi; echo more; echo bye >&2",
        "fail",
        "alice heard 5 bytes where it should exit",
    );
    check(
        "read -r line; echo hi; echo bye >&2; exit 3",
        "fail",
        "did not exit as expected: exit 3",
    );
    check(
        "read -r line; echo hi",
        "fail",
        "stderr does not have what is expected",
    );
    check(
        "read -r line; echo hi; exec sleep 60",
        "fail",
        "alice did not exit",
    );
    check("exit 3", "fail", "alice met the end");
    check("yes hi", "fail", "alice heard");
}

#[test]
fn a_crash_that_no_step_asks_for_is_no_pass() {
    let unasked = SCENARIO.replace("  - alice: finish\n", "");
    let unasked: Vec<&str> = unasked
        .lines()
        .filter(|line| !line.contains("expect_exit"))
        .collect();
    let stage = Stage::new().scenario("talker", &(unasked.join("\n") + "\n"));
    let stage = stage.client("talks", "read -r line; echo hi; exit 3", "");
    let said = run(stage, &[]);
    assert_eq!(said.report["cases"][0]["verdict"], "fail", "{}", said.text);
    assert!(said.text.contains("ended: exit 3"), "{}", said.text);
}

#[test]
fn a_divergence_of_a_client_is_known_by_its_own_manifest() {
    let known = "known:\n  - { scenario: talker, as: client, message: \"alice heard nothing *\", reason: \"it was built so\" }\n";
    let stage = Stage::new().scenario("talker", SCENARIO);
    let said = run(stage.client("talks", "exec sleep 60", known), &[]);
    assert_eq!(said.report["cases"][0]["verdict"], "known", "{}", said.text);
}

#[test]
fn without_a_client_of_the_behaviour_nothing_is_played() {
    let said = run(Stage::new().scenario("talker", SCENARIO), &[]);
    assert_eq!(said.exit, Some(4), "{}", said.text);
    assert!(
        said.text.contains("no client with the behaviour talker"),
        "{}",
        said.text
    );
}

#[test]
fn clients_are_chosen_by_name() {
    let stage = Stage::new().scenario("talker", SCENARIO);
    let stage = stage
        .client("talks", RIGHT, "")
        .client("sleeps", "exec sleep 60", "");
    let said = run(stage, &["--client", "talks"]);
    assert_eq!(said.report["totals"]["pass"], 1, "{}", said.text);
    assert_eq!(said.exit, Some(0), "{}", said.text);
}

#[test]
fn a_client_that_is_missing_is_no_fault_of_the_server() {
    let tool =
        "toolchain:\n  - { program: no-such-program, install: \"apt-get install -y no-such\" }\n";
    let stage = Stage::new().scenario("talker", SCENARIO);
    let said = run(stage.client("talks", RIGHT, tool), &[]);
    let case = &said.report["cases"][0];
    assert_eq!(case["verdict"], "skipped", "{}", said.text);
    let told = "the client talks: no no-such-program on the PATH";
    assert!(said.text.contains(told), "{}", said.text);
}
