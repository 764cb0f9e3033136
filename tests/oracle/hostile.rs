//! Servers that are wrong beside what they say: each of these passed, or hung a run, at some time.

use crate::stage::{Said, Stage};

/// What a scenario of one actor begins with.
const HEAD: &str = "summary: one actor\nserver: echo\nover: [tcp]\nclients: [alice]\nsteps:\n";

/// Echoes one client to its end.
const ECHO: &str = "my $client = $listener->accept; my $heard;\n\
                    $client->syswrite($heard) while $client->sysread($heard, 4096);\n";

/// Dies with all that it holds at once: an `exit` of Perl closes the client first, and what then
/// still listens for a moment looks like any other server.
const DIES: &str = "use POSIX (); POSIX::_exit(3);\n";

fn play(script: &str, steps: &str, words: &[&str]) -> Said {
    let scenario = format!("name: tried\n{HEAD}{steps}");
    let stage = Stage::new()
        .scenario("tried", &scenario)
        .perl("tried", script, "");
    let path = ["scenarios/tried.yaml", "--server", "tried"];
    stage.run(&[&path[..], words].concat())
}

fn check(said: &Said, verdict: &str, told: &str) {
    assert_eq!(said.report["cases"][0]["verdict"], verdict, "{}", said.text);
    assert!(said.text.contains(told), "{}", said.text);
}

const SPEAKS: &str = "  - alice: connect\n  - alice: { send: \"hello\" }\n\
                      \x20 - alice: { expect: \"hello\" }\n";

#[test]
fn a_crash_after_the_last_step_is_seen_whether_or_not_the_process_is_used_again() {
    let dies = format!("{ECHO}{DIES}");
    for words in [&[][..], &["--fresh"]] {
        check(&play(&dies, SPEAKS, words), "broken peer", "exit 3");
    }
}

#[test]
fn a_crash_is_not_made_good_by_another_start() {
    let dies = format!("{ECHO}{DIES}");
    let steps = format!(
        "{SPEAKS}  - alice: finish\n  - alice: expect_end\n  - server: restart\n\
         \x20 - alice: connect\n  - alice: {{ send: \"again\" }}\n\
         \x20 - alice: {{ expect: \"again\" }}\n"
    );
    check(&play(&dies, &steps, &[]), "broken peer", "exit 3");
}

#[test]
fn an_exit_that_is_asked_for_is_waited_for() {
    let slow = format!("{ECHO}close $client; select undef, undef, undef, 0.3; exit 0;\n");
    let steps = format!(
        "{SPEAKS}  - alice: finish\n  - alice: expect_end\n\
         \x20 - server: {{ expect_exit: {{ code: 0 }} }}\n"
    );
    check(&play(&slow, &steps, &[]), "pass", "1 passed");
}

#[test]
fn who_never_stops_talking_does_not_pass_for_one_that_ended() {
    let talks = "$SIG{PIPE} = 'IGNORE'; my $talk = 'x' x 65536; my $client = $listener->accept;\n\
                 1 while $client->syswrite($talk);\n";
    for steps in [
        "  - alice: connect\n  - alice: expect_end\n",
        "  - alice: connect\n  - alice: { expect_nothing: { for: 10ms } }\n",
        "  - alice: connect\n  - server: has_read\n  - alice: expect_closed\n",
    ] {
        check(&play(talks, steps, &[]), "fail", "(extra)");
    }
}

#[test]
fn of_several_verdicts_on_one_case_the_gravest_stands() {
    // Every second process of it does not start.
    let sometimes = format!(
        "if (-e 'started') {{ unlink 'started'; exit 3 }}\n\
         open my $mark, '>', 'started' or die; close $mark;\n{ECHO}"
    );
    let said = play(
        &sometimes,
        SPEAKS,
        &["--fresh", "--repeat", "4", "--jobs", "1"],
    );
    check(&said, "broken peer", "broken peer 2 of 4");
    assert_eq!(said.exit, Some(1), "{}", said.text);
}
