//! One run for each verdict and for each exit code that needs no signal.

use crate::stage::{Said, Stage};

fn check(stage: &Stage, words: &[&str], peer: &str, verdict: &str, exit: i32) -> Said {
    let said = stage.run(words);
    assert_eq!(said.verdict(peer), verdict, "{}", said.text);
    assert_eq!(said.exit, Some(exit), "{}", said.text);
    said
}

/// An entry for the failure of a server that never answers an echo.
fn known(message: &str) -> String {
    format!(
        "known:\n  - {{ scenario: echo, over: tcp, as: server, message: \"{message}\", reason: \"it was built so\" }}\n"
    )
}

#[test]
fn pass_is_0() {
    check(
        &Stage::new().mutant("good", "none", ""),
        &["--over", "tcp"],
        "good",
        "pass",
        0,
    );
}

#[test]
fn fail_is_1_and_played_again() {
    let stage = Stage::new().mutant("mute", "never-answers", "");
    let said = check(&stage, &["--over", "tcp"], "mute", "fail", 1);
    assert!(
        said.text.contains("fails again when played alone"),
        "{}",
        said.text
    );
    assert!(
        said.text.contains("again: harness run scenarios/echo.yaml"),
        "{}",
        said.text
    );
}

#[test]
fn a_known_divergence_is_known_only_if_it_is_the_one() {
    let stage = Stage::new().mutant("mute", "never-answers", &known("* heard nothing *"));
    let said = check(&stage, &["--over", "tcp"], "mute", "known", 0);
    assert!(said.text.contains("it was built so"), "{}", said.text);
    let stage = Stage::new().mutant("mute", "never-answers", &known("alice was reset *"));
    check(&stage, &["--over", "tcp"], "mute", "fail", 1);
}

#[test]
fn a_known_divergence_that_does_not_occur_is_fixed_and_1() {
    let stage = Stage::new().mutant("good", "none", &known("* heard nothing *"));
    let said = check(&stage, &[], "good", "fixed", 1);
    assert!(said.text.contains("delete its entry"), "{}", said.text);
    // A narrower run never calls an entry stale.
    check(&stage, &["--server", "good"], "good", "pass", 0);
}

#[test]
fn unsupported_is_shown_and_counts_for_nothing() {
    let stage = Stage::new().mutant("good", "none", "");
    let said = stage.run(&["--over", "unix"]);
    assert_eq!(said.report["totals"]["unsupported"], 1, "{}", said.text);
    assert_eq!(said.exit, Some(0), "rust played it: {}", said.text);
    assert!(said.text.contains("no unix transport"), "{}", said.text);
    let said = stage.run(&["--over", "unix", "--server", "good"]);
    assert_eq!(said.exit, Some(4), "nothing was played: {}", said.text);
}

#[test]
fn skipped_is_0_and_under_strict_1() {
    let tool = "toolchain:\n  - { program: no-such-program, version: [--version], install: \"apt-get install -y no-such\" }\n";
    let stage = Stage::new().mutant("lacking", "none", tool);
    let said = check(&stage, &["--over", "tcp"], "lacking", "skipped", 0);
    assert!(
        said.text.contains("apt-get install -y no-such"),
        "{}",
        said.text
    );
    check(
        &stage,
        &["--over", "tcp", "--strict"],
        "lacking",
        "skipped",
        1,
    );
}

#[test]
fn a_peer_that_does_not_build_is_broken_and_1() {
    let stage = Stage::new().mutant(
        "unbuilt",
        "none",
        "build: [[sh, -c, \"echo no compiler; exit 7\"]]\n",
    );
    let said = check(&stage, &["--over", "tcp"], "unbuilt", "broken peer", 1);
    assert!(said.text.contains("no compiler"), "{}", said.text);
}

#[test]
fn a_failure_of_one_peer_stops_no_other() {
    let stage = Stage::new()
        .mutant("good", "none", "")
        .mutant("mute", "never-answers", "")
        .peer("quits", "sh, -c, \"exit 3\"", "");
    let said = check(&stage, &["--over", "tcp"], "good", "pass", 1);
    assert_eq!(said.verdict("mute"), "fail", "{}", said.text);
    assert_eq!(said.verdict("quits"), "broken peer", "{}", said.text);
    assert_eq!(said.verdict("rust"), "pass", "{}", said.text);
}

#[test]
fn usage_is_2_and_starts_nothing() {
    let stage = Stage::new().mutant("good", "none", "");
    for (words, told) in [
        (&["--only", "nothing/**"][..], "matches no case"),
        (&["--server", "gud"], "no peer is called `gud`"),
        (&["--client", "telnet"], "no client is called `telnet`"),
        (&["no-such.yaml"], "no-such.yaml"),
        (&["--jobs", "0"], "--jobs"),
        (&["--repeat", "no"], "--repeat"),
    ] {
        let said = stage.run(words);
        assert_eq!(said.exit, Some(2), "{words:?}: {}", said.text);
        assert!(said.text.contains(told), "{words:?}: {}", said.text);
    }
}

#[test]
fn repetitions_are_counted_for_each_case() {
    let stage = Stage::new().mutant("good", "none", "");
    let said = check(
        &stage,
        &["--over", "tcp", "--repeat", "7"],
        "good",
        "pass",
        0,
    );
    assert!(
        said.report.to_string().contains("pass 7 of 7"),
        "{}",
        said.report
    );
}

/// An answer within microseconds is heard as surely as a slow one: who may answer is listened to
/// before the first byte goes out.
#[test]
fn a_thousand_quick_answers_are_heard() {
    let text = "name: quick\nsummary: an answer at once\nserver: echo\nover: [tcp, udp, unix]\n\
                clients: [alice]\nsteps:\n  - alice: connect\n  - alice: { send: \"x\" }\n\
                \x20 - alice: { expect: \"x\" }\n";
    let stage = Stage::new().scenario("quick", text);
    let words = [
        "scenarios/quick.yaml",
        "--server",
        "rust",
        "--repeat",
        "1000",
    ];
    let said = stage.run(&words);
    let report = said.report.to_string();
    assert_eq!(said.exit, Some(0), "{}", said.text);
    assert_eq!(report.matches("pass 1000 of 1000").count(), 3, "{report}");
}

/// What alice says begins like a token that she might still pass over; it is hers all the same, and
/// the steps behind it are played and judged.
#[test]
fn words_like_a_token_hide_no_later_step() {
    let text = "name: like-a-token\nsummary: wrong at its end\nserver: echo\nover: [tcp]\n\
                requires: { half_close: flush_and_end }\nclients: [alice]\nsteps:\n\
                \x20 - alice: join\n  - alice: finish\n  - alice: expect_end\n\
                \x20 - alice: connect\n  - alice: { send: \"j\" }\n  - alice: { expect: \"j\" }\n\
                \x20 - alice: { send: \"hello\" }\n  - alice: { expect: \"goodbye\" }\n";
    let stage = Stage::new().scenario("like-a-token", text);
    let said = stage.run(&["scenarios/like-a-token.yaml", "--server", "rust"]);
    assert_eq!(said.report["cases"][0]["verdict"], "fail", "{}", said.text);
    assert!(said.text.contains("expect: \"goodbye\""), "{}", said.text);
}
