//! Servers that do what is expected and yet differ from one another.

use crate::stage::{Said, Stage};

/// Nothing is asserted of what comes back.
const SCENARIO: &str = "name: observed\nsummary: a word comes back\nserver: echo\nover: [tcp]\n\
    clients: [alice]\nsteps:\n  - alice: connect\n  - alice: { send: \"hi\\n\" }\n\
    \x20 - alice: { observe: { until: line } }\n";

/// Answers each client in this way to what it `$heard`.
fn answering(how: &str) -> String {
    format!(
        "while (my $client = $listener->accept) {{ my $heard;\n\
         $client->syswrite({how}) while $client->sysread($heard, 4096); }}\n"
    )
}

fn stage(how: &str, more: &str) -> Stage {
    let stage = Stage::new().scenario("observed", SCENARIO);
    stage.perl("other", &answering(how), more)
}

fn run(stage: &Stage, words: &[&str]) -> Said {
    stage.run(&[&["scenarios/observed.yaml"], words].concat())
}

fn verdict(said: &Said, server: &str) -> String {
    let id = format!("observed/tcp/{server}/built-in");
    let cases = said.report["cases"].as_array().unwrap();
    let case = cases.iter().find(|case| case["id"] == *id).unwrap();
    case["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn who_does_the_same_agrees() {
    let said = run(&stage("$heard", ""), &[]);
    assert_eq!(said.exit, Some(0), "{}", said.text);
    let told = "all servers agree: rust = other";
    assert!(said.text.contains(told), "{}", said.text);
    assert_eq!(said.report["agreement"][0]["holds"], true);
}

#[test]
fn who_differs_fails_and_both_are_named() {
    let said = run(&stage("uc $heard", ""), &[]);
    assert_eq!(said.exit, Some(1), "{}", said.text);
    assert_eq!(verdict(&said, "other"), "fail");
    assert_eq!(verdict(&said, "rust"), "pass");
    for told in [
        "rust; other differs, alice at step 3: `HI␊`, not `hi␊`",
        "alice at step 3: 48 49 0a, where rust hears 68 69 0a (disagrees)",
        "differs again when played alone on a fresh process",
        "again: harness run scenarios/observed.yaml --over tcp --server rust --server other",
    ] {
        assert!(said.text.contains(told), "{told}\n{}", said.text);
    }
    let clusters = &said.report["agreement"][0]["clusters"];
    assert_eq!(clusters[1]["servers"][0], "other", "{clusters}");
    assert_eq!(clusters[1]["first_difference"]["step"], 3, "{clusters}");
}

#[test]
fn who_differs_from_itself_is_unsteady() {
    let how = "(-e 'seen' ? 'two' : do { open my $mark, '>', 'seen'; 'one' }) . \"\\n\"";
    let said = run(&stage(how, ""), &[]);
    assert_eq!(verdict(&said, "other"), "fail", "{}", said.text);
    let told = "unsteady: does something else when played again, alone";
    assert!(said.text.contains(told), "{}", said.text);
}

fn known(message: &str) -> String {
    format!(
        "known:\n  - {{ scenario: observed, as: server, message: \"{message}\", reason: \"it shouts\" }}\n"
    )
}

#[test]
fn a_known_difference_is_known_and_one_that_is_gone_is_fixed() {
    let entry = known("alice at step 3: 48 49 0a, where * hears 68 69 0a (disagrees)");
    let said = run(&stage("uc $heard", &entry), &[]);
    assert_eq!(said.exit, Some(0), "{}", said.text);
    assert_eq!(verdict(&said, "other"), "known");
    let said = run(&stage("$heard", &entry), &[]);
    assert_eq!(said.exit, Some(1), "{}", said.text);
    assert_eq!(verdict(&said, "other"), "fixed");
    // Where nobody was there to differ from, nothing can be called stale.
    let said = run(&stage("$heard", &entry), &["--server", "other"]);
    assert_eq!(verdict(&said, "other"), "pass");
}

#[test]
fn one_alone_is_not_judged() {
    let stage = stage("uc $heard", "");
    let said = run(&stage, &["--server", "other"]);
    assert_eq!(said.exit, Some(0), "{}", said.text);
    let told = "agreement: not judged, only other was played through";
    assert!(said.text.contains(told), "{}", said.text);
    let said = stage.agree(&["--server", "other"]);
    assert_eq!(said.exit, Some(4), "{}", said.text);
}

#[test]
fn what_two_servers_did_is_shown_side_by_side() {
    let stage = stage("uc $heard", "");
    let said = stage.agree(&[]);
    assert_eq!(said.exit, Some(1), "{}", said.text);
    let row = "  3      alice   observe   `hi␊`   `HI␊`   ← first difference";
    assert!(said.text.contains(row), "{}", said.text);
    let said = stage.agree(&["--between", "other,nobody"]);
    assert_eq!(said.exit, Some(2), "{}", said.text);
    assert!(
        said.text.contains("there are: other, rust"),
        "{}",
        said.text
    );
}
