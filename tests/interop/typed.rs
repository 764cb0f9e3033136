//! Programs that are typed in place of a manifest: right ones pass, wrong ones fail with a reason
//! and the command that plays them again. Those that must be installed are `foreign`'s.

use crate::support::{HARNESS, Place, run};

const ECHO: &str = "scenarios/echo.yaml";

/// The harness's own server, told where to listen.
const OWN: &str = "cmd:{harness} serve --behaviour {behaviour} --over {transport} --address";

/// Serves one client in its life and exits with 0: a program in quotes, with quotes in it.
const ONE_CLIENT: &str = r#"cmd:perl -MIO::Socket::INET -e '$l = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1:{port}"); $c = $l->accept; close $l; print $c $_ while <$c>'"#;

/// Plays scenarios on programs; gives the exit code and what was written.
fn play(scenarios: &[&str], words: &[&str]) -> (Option<i32>, String) {
    let place = Place::with(&[], scenarios);
    run(place.command(&[&[HARNESS, "run"], words].concat()))
}

/// Plays a scenario on a program, which must go well.
fn check(scenario: &str, server: &str, words: &[&str], expected: &str) {
    let (exit, written) = play(&[scenario], &[&["--server", server], words].concat());
    assert_eq!(exit, Some(0), "{written}");
    assert!(written.contains(expected), "{written}");
}

/// Plays the echo scenario over one transport on a program, which must not go well.
fn check_bad(server: &str, over: &str, expected: &[&str]) {
    let words = ["--server", server, "--over", over, "--timeout", "500ms"];
    let (exit, written) = play(&[ECHO], &words);
    assert_eq!(exit, Some(1), "{written}");
    for expected in expected {
        assert!(written.contains(expected), "{expected}: {written}");
    }
}

#[test]
fn a_program_is_told_where_to_listen() {
    let at = format!("{OWN} {{address}}");
    check(ECHO, &at, &[], "3 passed");
    check("scenarios/broadcast.yaml", &at, &[], "2 passed");
    let at = format!("{OWN} 127.0.0.1:{{port}}");
    let expected = "2 passed, 1 unsupported (harness: no unix transport)";
    check(ECHO, &at, &[], expected);
}

#[test]
fn a_program_that_chooses_its_port_is_found() {
    let at = format!("{OWN} '[::1]:0'");
    check(ECHO, &at, &["--over", "tcp"], "1 passed");
    let http = "tests/fixtures/foreign/http-get.yaml";
    check(
        http,
        "cmd:python3 -m http.server --bind 127.0.0.1 0",
        &[],
        "1 passed",
    );
    check(
        http,
        "cmd:python3 -m http.server --bind 127.0.0.1 {port}",
        &[],
        "1 passed",
    );
}

#[test]
fn a_program_that_serves_one_client_is_started_for_each() {
    let words = ["--over", "tcp", "--repeat", "8"];
    check(ECHO, ONE_CLIENT, &words, "pass 8 of 8");
    let (exit, written) = play(
        &["tests/fixtures/foreign/two-at-once.yaml"],
        &["--server", ONE_CLIENT],
    );
    assert_eq!(exit, Some(1), "{written}");
    assert!(written.contains("bob was refused (refused)"), "{written}");
}

#[test]
fn a_failure_is_played_again_by_what_is_pasted_into_a_shell() {
    // It exits with 0 once its client is gone, which is no crash in a case that failed either.
    let words = ONE_CLIENT.replace("print $c $_", "print $c uc");
    let again = words.replace('\'', r"'\''");
    let again = format!("--server '{again}' --timeout 500ms");
    let expected = ["FAIL  echo/tcp/perl/built-in", "(corrupt)", &again];
    check_bad(&words, "tcp", &expected);
}

#[test]
fn a_program_that_is_not_there_or_never_listens_is_broken() {
    let absent = "`no-such-program` is not on the PATH; install it, or write its path";
    check_bad(
        "cmd:no-such-program {port}",
        "tcp",
        &["BROKEN PEER", absent],
    );
    let absent = "`./no-such` is no program that can be run from the working folder";
    check_bad("cmd:./no-such", "tcp", &["BROKEN PEER", absent]);
    let ended = "perl ended before it listened: exit 3; its last words: no way";
    check_bad(
        "cmd:perl -e 'print STDERR \"no way\"; exit 3'",
        "tcp",
        &["BROKEN PEER", ended],
    );
    let other = "harness listens over tcp and not over udp; `--over tcp` plays only that";
    let tcp_only = "cmd:{harness} serve --behaviour echo --over tcp --address {address}";
    check_bad(tcp_only, "udp", &["BROKEN PEER", other]);
}

#[test]
fn only_what_is_named_plays_and_each_under_a_name_of_its_own() {
    let at = format!("{OWN} {{address}}");
    let words = [
        "list", "--over", "tcp", "--server", "rust", "--server", &at, "--server", &at,
    ];
    let place = Place::with(&["peers/python"], &[ECHO]);
    let (exit, written) = run(place.command(&[&[HARNESS], &words[..]].concat()));
    assert_eq!(exit, Some(0), "{written}");
    let expected = ["rust", "harness", "harness-2"];
    let expected = expected.map(|name| format!("echo/tcp/{name}/built-in\n"));
    assert_eq!(written, expected.concat());
}

#[test]
fn what_is_for_a_shell_is_no_command() {
    let (exit, written) = play(&[ECHO], &["--server", "cmd:cat | cat"]);
    assert_eq!(exit, Some(2), "{written}");
    assert!(
        written.contains("`|` would be for a shell, and none runs"),
        "{written}"
    );
}
