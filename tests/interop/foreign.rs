//! Well-known programs, typed as anyone would type them. One that is not installed is not played,
//! and the test says so. All are played where these are installed:
//! `apt-get install -y busybox memcached ncat netcat-openbsd redis-server socat ucspi-tcp`.

use crate::strict::is_strict;
use crate::support::{HARNESS, Place, run};

const ECHO: &str = "scenarios/echo.yaml";
const OTHERS: &str = "scenarios/broadcast/broadcast-to-others.yaml";
const TWO: &str = "tests/fixtures/foreign/two-at-once.yaml";
const REDIS: &str = "tests/fixtures/foreign/redis-ping.yaml";
const MEMCACHED: &str = "tests/fixtures/foreign/memcached-keeps.yaml";

/// A program, the scenario and transport that it is played with, and what the report must say.
type Row = (&'static str, &'static str, &'static str, &'static str);

const RIGHT: &[Row] = &[
    (
        "socat TCP-LISTEN:{port},fork,bind=127.0.0.1 EXEC:cat",
        TWO,
        "tcp",
        "1 passed",
    ),
    (
        "socat TCP-LISTEN:{port},bind=127.0.0.1 PIPE",
        ECHO,
        "tcp",
        "1 passed",
    ),
    (
        "socat UNIX-LISTEN:{address},fork EXEC:cat",
        ECHO,
        "unix",
        "1 passed",
    ),
    (
        "socat UDP-RECVFROM:{port},fork,bind=127.0.0.1 EXEC:cat",
        ECHO,
        "udp",
        "1 passed",
    ),
    (
        "ncat -lk 127.0.0.1 {port} --exec /bin/cat",
        TWO,
        "tcp",
        "1 passed",
    ),
    (
        "ncat -l 127.0.0.1 {port} --exec /bin/cat",
        ECHO,
        "tcp",
        "1 passed",
    ),
    (
        "ncat -lku 127.0.0.1 {port} --exec /bin/cat",
        ECHO,
        "udp",
        "1 passed",
    ),
    (
        "ncat -lkU {address} --exec /bin/cat",
        ECHO,
        "unix",
        "1 passed",
    ),
    (
        "ncat -l 127.0.0.1 {port} --broker",
        OTHERS,
        "tcp",
        "1 passed",
    ),
    (
        "tcpserver -RHl0 127.0.0.1 {port} cat",
        TWO,
        "tcp",
        "1 passed",
    ),
    ("busybox nc -ll -p {port} -e cat", TWO, "tcp", "1 passed"),
    (
        "redis-server --port {port} --bind 127.0.0.1 --save ''",
        REDIS,
        "tcp",
        "1 passed",
    ),
    (
        "memcached -u root -l 127.0.0.1 -p {port}",
        MEMCACHED,
        "tcp",
        "1 passed",
    ),
    (
        "memcached -u root -s {address}",
        MEMCACHED,
        "unix",
        "1 passed",
    ),
];

const WRONG: &[Row] = &[
    (
        "socat TCP-LISTEN:{port},fork SYSTEM:'exec stdbuf -o0 tr a-z A-Z'",
        ECHO,
        "tcp",
        "(corrupt)",
    ),
    (
        "socat -u TCP-LISTEN:{port},fork OPEN:/dev/null",
        ECHO,
        "tcp",
        "(silent)",
    ),
    (
        "socat TCP-LISTEN:{port},fork EXEC:yes",
        ECHO,
        "tcp",
        "(corrupt)",
    ),
    (
        "socat TCP-LISTEN:{port},bind=127.0.0.1 PIPE",
        TWO,
        "tcp",
        "bob was refused (refused)",
    ),
    ("nc -l 127.0.0.1 {port}", ECHO, "tcp", "(silent)"),
    (
        "socat TCP-LISTEN:{port},fork PIPE",
        ECHO,
        "udp",
        "socat listens over tcp and not over udp",
    ),
];

/// Plays one row; tells whether its program is installed.
fn play((command, scenario, over, expected): Row, exit: i32) -> bool {
    let place = Place::with(&[], &[scenario]);
    let server = format!("cmd:{command}");
    let words = ["--server", &server, "--over", over, "--timeout", "2s"];
    let (code, written) = run(place.command(&[&[HARNESS, "run"], &words[..]].concat()));
    if written.contains("is not on the PATH") {
        return false;
    }
    assert_eq!(code, Some(exit), "{command}\n{written}");
    assert!(written.contains(expected), "{command}\n{written}");
    true
}

/// Plays all rows, and says which were not played for lack of their programs.
fn check(rows: &[Row], exit: i32) {
    for row in rows {
        if !play(*row, exit) {
            println!("NOT PLAYED, since its program is not installed: {}", row.0);
            assert!(!is_strict(), "the program of `{}` is missing", row.0);
        }
    }
}

#[test]
fn right_programs_pass() {
    check(RIGHT, 0);
}

#[test]
fn wrong_programs_fail_for_the_right_reason() {
    check(WRONG, 1);
}
