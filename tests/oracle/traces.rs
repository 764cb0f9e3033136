//! What `run --traces` stores is judged again: by itself with the same report, by another
//! expectation with another verdict, and spoiled not at all.

use std::fs;
use std::path::{Path, PathBuf};

use crate::stage::{Said, Stage};

/// A scenario whose expectations are easy to change.
const TALK: &str = "name: talk\nsummary: alice hears her own words\nserver: echo\nover: [tcp]\n\
                    requires: { half_close: flush_and_end }\nclients: [alice]\nsteps:\n\
                    \x20 - alice: connect\n  - alice: { send: \"hello\" }\n\
                    \x20 - alice: { expect: \"hello\" }\n";

/// A scenario of which a payload is in a file and is heard in one stretch of over 64 KiB.
const LARGE: &str = "name: large\nsummary: alice hears a file\nserver: echo\nover: [tcp, unix]\n\
                     requires: { half_close: flush_and_end }\nclients: [alice]\nsteps:\n\
                     \x20 - alice: connect\n  - alice: { send: { file: large.bin } }\n\
                     \x20 - alice: { expect: { file: large.bin } }\n";

/// A stage on which a run was stored in `traces/`, and what the run said.
fn stored(stage: Stage, words: &[&str]) -> (Stage, Said) {
    let said = stage.run(&[&["--traces", "traces"], words].concat());
    assert!(said.report.is_object(), "{}", said.text);
    (stage, said)
}

fn talk() -> (Stage, Said) {
    let words = ["scenarios/talk.yaml", "--server", "rust"];
    stored(Stage::new().scenario("talk", TALK), &words)
}

fn large() -> (Stage, Said) {
    let stage = Stage::new().scenario("large", LARGE);
    let bytes: Vec<u8> = (0..100_000_u32).map(|it| (it % 251) as u8).collect();
    fs::write(stage.path("scenarios/large.bin"), bytes).unwrap();
    stored(stage, &["scenarios/large.yaml", "--server", "rust"])
}

/// The one payload of a stored run.
fn payload(stage: &Stage) -> PathBuf {
    let mut files = fs::read_dir(stage.path("traces/payloads")).unwrap();
    let only = files.next().unwrap().unwrap().path();
    assert!(
        files.next().is_none(),
        "all heard the same: one file is enough"
    );
    only
}

/// Judges again and compares all that the run reported.
fn check_same(stage: &Stage, said: &Said) {
    let judged = stage.judge(&["traces"]);
    assert_eq!(judged.report, said.report, "{}", judged.text);
    assert_eq!(judged.exit, said.exit, "{}", judged.text);
    // A run tells on stderr of each case that fails, when it does.
    assert!(said.text.starts_with(&judged.text), "{}", judged.text);
}

fn change(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    let changed = text.replacen(from, to, 1);
    assert_ne!(changed, text, "{}", file.display());
    fs::write(file, changed).unwrap();
}

/// Judges a spoiled store, which must not be possible.
fn check_refused(stage: &Stage, words: &[&str], told: &[&str]) {
    let judged = stage.judge(&[&["traces"], words].concat());
    assert_eq!(judged.exit, Some(2), "{}", judged.text);
    assert!(judged.report.is_null(), "{}", judged.text);
    for part in told {
        assert!(judged.text.contains(part), "{part}: {}", judged.text);
    }
}

#[test]
fn a_stored_run_is_judged_as_it_was() {
    let entry = "known:\n  - { scenario: echo, over: tcp, as: server, message: \"* heard nothing *\", \
                 reason: \"it was built so\" }\n";
    let tool = "toolchain:\n  - { program: no-such-program, version: [--version], install: \"apt-get install -y no-such\" }\n";
    let stage = Stage::new()
        .mutant("mute", "never-answers", "")
        .mutant("built-so", "never-answers", entry)
        .mutant("mended", "none", entry)
        .mutant("lacking", "none", tool)
        .peer("quits", "sh, -c, \"exit 3\"", "");
    let (stage, said) = stored(stage, &[]);
    for (peer, verdict) in [
        ("mute", "fail"),
        ("built-so", "known"),
        ("mended", "fixed"),
        ("lacking", "skipped"),
        ("quits", "broken peer"),
        ("rust", "pass"),
    ] {
        assert_eq!(said.verdict(peer), verdict, "{}", said.text);
    }
    // Judging needs nothing of what was played.
    fs::remove_dir_all(stage.path("peers")).unwrap();
    fs::remove_dir_all(stage.path("scenarios")).unwrap();
    check_same(&stage, &said);
}

#[test]
fn repetitions_are_judged_as_they_were() {
    let words = ["scenarios/talk.yaml", "--server", "rust", "--repeat", "3"];
    let (stage, said) = stored(Stage::new().scenario("talk", TALK), &words);
    assert!(
        said.report.to_string().contains("pass 3 of 3"),
        "{}",
        said.text
    );
    check_same(&stage, &said);
}

#[test]
fn what_is_large_is_stored_once() {
    let (stage, said) = large();
    assert_eq!(fs::metadata(payload(&stage)).unwrap().len(), 100_000);
    check_same(&stage, &said);
}

#[test]
fn a_timeline_is_shown_from_what_is_stored() {
    let (stage, _) = talk();
    let judged = stage.judge(&["traces", "--show"]);
    assert!(
        judged.text.contains("alice → hello  5 bytes"),
        "{}",
        judged.text
    );
    assert!(
        judged.text.contains("alice ← hello  5 bytes"),
        "{}",
        judged.text
    );
}

#[test]
fn a_case_that_is_not_stored_was_not_played() {
    let (stage, _) = talk();
    fs::remove_file(stage.path("traces/cases/talk/tcp/rust/built-in.jsonl")).unwrap();
    let judged = stage.judge(&["traces"]);
    assert_eq!(judged.report["not_played"], 1, "{}", judged.text);
    assert_eq!(judged.exit, Some(3), "{}", judged.text);
    // Without its end the run was cut off, and what is missing is no surprise.
    fs::remove_file(stage.path("traces/end.json")).unwrap();
    let judged = stage.judge(&["traces"]);
    assert_eq!(judged.report["ended_by"], "interrupted", "{}", judged.text);
    assert_eq!(judged.exit, Some(130), "{}", judged.text);
}

#[test]
fn what_is_spoiled_is_refused_with_its_place() {
    let case = "traces/cases/talk/tcp/rust/built-in.jsonl";
    let (stage, _) = talk();
    let text = fs::read_to_string(stage.path(case)).unwrap();
    let cut = text.trim_end().rfind('\n').unwrap() + 1;
    fs::write(stage.path(case), &text[..cut]).unwrap();
    let last = format!("{case}:{}: ", text.lines().count() - 1);
    check_refused(&stage, &[], &[&last, "cut off"]);
    fs::write(
        stage.path(case),
        text.replacen("\"outcome\"", "\"outcom\"", 1),
    )
    .unwrap();
    check_refused(
        &stage,
        &[],
        &[&format!("{case}:3: "), "unknown variant `outcom`"],
    );
    fs::write(
        stage.path(case),
        text.replacen("\"version\":1", "\"version\":2", 1),
    )
    .unwrap();
    check_refused(
        &stage,
        &[],
        &[&format!("{case}:1: "), "version 2", "run again"],
    );
    change(
        &stage.path("traces/run.json"),
        "\"version\": 1",
        "\"version\": 2",
    );
    check_refused(&stage, &[], &["traces/run.json:1: ", "version 2"]);
    fs::remove_file(stage.path("traces/run.json")).unwrap();
    check_refused(&stage, &[], &["traces has no `run.json`"]);
}

#[test]
fn names_that_lead_out_are_refused() {
    let (stage, _) = talk();
    let run = stage.path("traces/run.json");
    change(&run, "\"name\": \"talk\"", "\"name\": \"../talk\"");
    check_refused(&stage, &[], &["no name of a scenario"]);
    change(&run, "\"name\": \"../talk\"", "\"name\": \"talk\"");
    change(&run, "talk/tcp/rust/built-in", "talk/tcp/../built-in");
    check_refused(&stage, &[], &["no name of a peer"]);
}

#[test]
fn a_payload_is_compared_with_its_hash() {
    let (stage, _) = large();
    let file = payload(&stage);
    let mut bytes = fs::read(&file).unwrap();
    bytes[50_000] ^= 1;
    fs::write(&file, bytes).unwrap();
    check_refused(&stage, &[], &["does not hold what was stored"]);
    fs::remove_file(file).unwrap();
    check_refused(&stage, &[], &["is not there"]);
}

#[test]
fn a_folder_with_something_in_it_is_not_written_to() {
    let (stage, _) = talk();
    let said = stage.run(&["--traces", "traces"]);
    assert_eq!(said.exit, Some(2), "{}", said.text);
    assert!(
        said.text.contains("`--traces traces` is not empty"),
        "{}",
        said.text
    );
}

#[test]
fn todays_expectation_gives_todays_verdict() {
    let (stage, said) = talk();
    assert_eq!(said.exit, Some(0), "{}", said.text);
    let scenario = stage.path("scenarios/talk.yaml");
    change(&scenario, "expect: \"hello\"", "expect: \"hallo\"");
    let judged = stage.judge(&["traces", "--with", "scenarios"]);
    assert_eq!(judged.exit, Some(1), "{}", judged.text);
    assert_eq!(
        judged.report["cases"][0]["verdict"], "fail",
        "{}",
        judged.text
    );
    assert!(judged.text.contains("expect: \"hallo\""), "{}", judged.text);
    change(&scenario, "expect: \"hallo\"", "expect: { regex: \"h.*\" }");
    // The regex would have waited for the end of a line.
    check_refused(
        &stage,
        &["--with", "scenarios"],
        &["step 3 would have", "run it again"],
    );
    change(
        &scenario,
        "expect: { regex: \"h.*\" }",
        "expect: { length: 5 }",
    );
    let judged = stage.judge(&["traces", "--with", "scenarios"]);
    assert_eq!(judged.exit, Some(0), "{}", judged.text);
}

#[test]
fn another_screenplay_is_to_be_played() {
    let (stage, said) = talk();
    change(
        &stage.path("scenarios/talk.yaml"),
        "send: \"hello\"",
        "send: \"hallo\"",
    );
    let told = [
        "scenarios/talk.yaml: step 2 does something else",
        "run it again",
    ];
    check_refused(&stage, &["--with", "scenarios"], &told);
    check_refused(
        &stage,
        &["--with", "scenarios/echo.yaml"],
        &["no scenario of a stored case"],
    );
    // Without `--with` the stored scenario judges.
    check_same(&stage, &said);
}
