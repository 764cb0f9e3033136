//! Manifests as people write them, and what is told of those that are wrong.

use super::*;
use crate::peer::manifest::Port;
use crate::scenario::words::{Trait, Transport};

const STREAM: &str = "text: transparent, framing: none, half_close: flush_and_end, slow_reader: drop, concurrency: many";

/// A manifest of one server entry, with more keys of the file before it.
fn with(entry: &str, more: &str) -> String {
    format!("name: c\nlanguage: C\nabout: one file\n{more}servers:\n  - {{ {entry} }}\n")
}

fn good(text: &str) -> Manifest {
    let source = Source::new("peers/c/peer.yaml", text);
    match read(&source, "c", Some(PathBuf::from("/peers/c"))) {
        Ok(manifest) => manifest,
        Err(mistakes) => panic!("{}", source::render(&source, &mistakes, false)),
    }
}

fn check(text: &str, expected: &[&str]) {
    let source = Source::new("peers/c/peer.yaml", text);
    let mistakes = read(&source, "c", None).expect_err("it has mistakes");
    let told: Vec<String> = mistakes
        .iter()
        .map(|mistake| {
            let help = mistake.help.as_deref().map(|help| format!(" ({help})"));
            let text = &source.text()[mistake.span.start..mistake.span.end];
            let text = text.lines().next().unwrap_or_default();
            format!("{text}: {}{}", mistake.message, help.unwrap_or_default())
        })
        .collect();
    assert_eq!(told, expected, "{}", source.text());
}

#[test]
fn an_entry_is_an_offer_for_each_behaviour_and_transport() {
    let entry = format!(
        "behaviour: [echo, broadcast], over: [tcp, unix], run: [node, x], traits: {{ sender: included, order: total, reuse_address: yes, {STREAM} }}"
    );
    let manifest = good(&with(&entry, ""));
    let offers: Vec<_> = manifest
        .servers
        .iter()
        .map(|offer| offer.to_string())
        .collect();
    let expected = [
        "c (echo over tcp)",
        "c (echo over unix)",
        "c (broadcast over tcp)",
        "c (broadcast over unix)",
    ];
    assert_eq!(offers, expected);
    let [echo, .., broadcast] = manifest.servers.as_slice() else {
        panic!("four")
    };
    assert_eq!((echo.place, broadcast.place), (0, 3));
    assert_eq!(
        echo.value(Trait::Sender),
        None,
        "an echo has no others to tell"
    );
    assert_eq!(broadcast.value(Trait::Sender), Some("included"));
    assert_eq!(echo.value(Trait::ReuseAddress), Some("yes"));
    assert_eq!(broadcast.value(Trait::ReuseAddress), None);
    assert!(echo.reuse && echo.port == Port::Any && echo.listens.is_none());
}

#[test]
fn every_key_is_read() {
    let entry = format!(
        "behaviour: greeting, over: tcp, run: [\"{{build}}/s\", \"{{port}}\"], port: 8000, listens: tcp, reuse: never, env: {{ A: \"1\" }}, cwd: bin, traits: {{ reuse_address: no, terminator: exact, {STREAM} }}"
    );
    let more = "toolchain: [{ program: cc, version: [--version], at_least: \"10\", install: apt }]\nfetch: [[cc, a]]\nbuild: [[cc, -o, \"{build}/s\"]]\nknown:\n  - { scenario: \"bye*\", over: tcp, as: server, message: \"*\", reason: because, link: \"http://x\" }\n";
    let manifest = good(&with(&entry, more));
    let offer = &manifest.servers[0];
    assert_eq!(offer.port, Port::Fixed(8000));
    assert_eq!(offer.listens, Some(Transport::Tcp));
    assert!(!offer.reuse);
    assert_eq!(offer.env["A"], "1");
    assert_eq!(offer.cwd, Some(PathBuf::from("bin")));
    assert_eq!(manifest.toolchain[0].at_least.as_deref(), Some("10"));
    assert_eq!((manifest.fetch.len(), manifest.build[0].len()), (1, 3));
    let known = &manifest.known[0];
    assert_eq!((known.line, known.over.len()), (8, 1));
    assert_eq!(
        (known.message.as_str(), known.link.as_deref()),
        ("*", Some("http://x"))
    );
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    check(
        "name: c\nlanguage: C\n",
        &["name: c: the keys `about` and `servers` are missing"],
    );
    check(
        &with(
            "behaviour: echo, over: unix",
            "known: [{ as: client, scenario: x }]\n",
        ),
        &[
            "{ as: client, scenario: x }: the keys `message` and `reason` are missing",
            "{ behaviour: echo, over: unix }: the keys `run` and `traits` are missing",
        ],
    );
    check(
        "name: c\nlanguage: C\nabout: x\nservers: []\n",
        &["[]: a peer without an offer plays nothing"],
    );
}

#[test]
fn traits_are_those_of_the_offer() {
    check(
        &with(
            "behaviour: broadcast, over: unix, run: [a], traits: { sendr: included, text: transparent }",
            "",
        ),
        &["sendr: unknown trait `sendr` (did you mean `sender`?)"],
    );
    check(
        &with(
            &format!(
                "behaviour: echo, over: tcp, run: [a], traits: {{ datagram_limit: 5, sender: 1, {STREAM} }}"
            ),
            "",
        ),
        &[
            "{ datagram_limit: 5, sender: 1, text: transparent, framing: none, half_close: flush_and_end, slow_reader: drop, concurrency: many }: the trait `reuse_address` is not stated (an offer states every trait that it has; there are no defaults)",
            "datagram_limit: no offer of this entry has the trait `datagram_limit` (it belongs to udp)",
            "sender: no offer of this entry has the trait `sender` (it belongs to broadcast)",
            "1: unknown value `1` of `sender` (there is `included` and `excluded`)",
        ],
    );
    check(
        &with(
            "behaviour: brodcast, over: udp, run: [a], traits: { text: strict, framing: line, datagram_limit: 0 }",
            "",
        ),
        &[
            "{ text: strict, framing: line, datagram_limit: 0 }: the trait `terminator` is not stated (`brodcast` is taken for a dialogue of its own; did you mean `broadcast`?)",
            "line: over udp `framing` is always `message` (write `framing: message`)",
            "0: `datagram_limit` is a whole number from 1 to 65507 (65507 is no limit of its own)",
        ],
    );
}

#[test]
fn commands_are_lists_of_known_words() {
    let traits = format!("traits: {{ {STREAM} }}");
    check(
        &with(
            &format!("behaviour: echo, over: unix, run: \"node x --p={{port}}\", {traits}"),
            "",
        ),
        &[
            "\"node x --p={port}\": a command is a list of words, never a shell line (write [node, x, \"--p={port}\"])",
        ],
    );
    check(
        &with(
            &format!(
                "behaviour: echo, over: unix, run: [a, \"{{adress}}\", 1], env: {{ X: \"{{prt}}\" }}, {traits}"
            ),
            "build: [[cc, \"{port}\"], []]\n",
        ),
        &[
            "\"{port}\": nothing fills in `{port}` (there is `build`)",
            "[]: a command has at least the program's name",
            "\"{adress}\": nothing fills in `{adress}` (did you mean `address`?)",
            "1: expected text, found the number `1` (to have it as text, write \"1\")",
            "\"{prt}\": nothing fills in `{prt}` (did you mean `port`?)",
        ],
    );
    check(
        &with(
            &format!("behaviour: echo, over: unix, run: [\"{{build}}/a\", \"{{port}}\"], {traits}"),
            "",
        ),
        &[
            "[\"{build}/a\", \"{port}\"]: nothing is built, so `{build}` has no value (state `build:`, the commands that fill the folder)",
            "[\"{build}/a\", \"{port}\"]: over unix `{port}` has no value (use `{address}`, or give unix an entry of its own)",
        ],
    );
}

#[test]
fn words_of_an_entry_are_those_that_there_are() {
    check(
        &with(
            &format!(
                "behaviour: echo, over: [unix, tpc, unix], run: [a], port: free, reuse: always, listens: tcp, cwd: ../x, beahviour: x, traits: {{ {STREAM} }}"
            ),
            "",
        ),
        &[
            "tpc: unknown transport `tpc` (did you mean `tcp`?)",
            "unix: this transport is named twice",
            "free: unknown port `free` (there is `any`, `leased` and a number from 1 to 65535)",
            "always: unknown reuse `always` (there is `never`)",
            "tcp: `listens: tcp` fits only offers over tcp (give the other transports an entry of their own)",
            "../x: `../x` is no folder inside the peer's (a path that begins in the peer's folder, without `..`)",
            "beahviour: unknown key `beahviour` (did you mean `behaviour`?)",
        ],
    );
    check(
        &with(
            &format!("behaviour: [], over: tpc, run: [a], port: 70000, traits: {{ {STREAM} }}"),
            "",
        ),
        &[
            "[]: there is no behaviour in the list",
            "tpc: unknown word `tpc` (there is `tcp`, `udp` and `unix`)",
            "70000: 70000 is no port (the numbers go from 1 to 65535; a program that takes 0 has `port: any`)",
        ],
    );
    check(
        &with(
            &format!(
                "behaviour: Echo!, over: tcp, run: [a], port: leased, traits: {{ reuse_address: true, terminator: none, {STREAM} }}"
            ),
            "",
        ),
        &[
            "Echo!: `Echo!` is no name of a behaviour (`echo`, `broadcast`, or the name of a dialogue, of small letters, digits, `-` and `_`)",
            "[a]: a program with a leased port must be told which (put `{port}` or `{address}` in the command)",
            "true: unknown value `true` of `reuse_address` (there is `yes` and `no`)",
        ],
    );
}

#[test]
fn the_head_of_a_manifest_is_judged() {
    let rest = format!(
        "servers:\n  - {{ behaviour: echo, over: unix, run: [a], traits: {{ {STREAM} }} }}\n"
    );
    check(
        &format!("name: d\nlanguage: \"\"\nabout: \"a\\tb\"\n{rest}"),
        &[
            "d: `d` is not the folder's name (write `name: c`, or rename the folder)",
            "\"\": there is nothing in it",
            "\"a\\tb\": this is one line of text, without control characters",
        ],
    );
    check(
        &format!(
            "name: c\nlanguage: C\nabout: x\ntoolchain: [{{ program: a, at_least: \"3\" }}, {{ program: b, install: i, version: [v], at_least: v3 }}]\n{rest}"
        ),
        &[
            "{ program: a, at_least: \"3\" }: the key `install` is missing",
            "\"3\": `at_least` needs `version`, the words that make the program print it (write `version: [--version]` beside it)",
            "v3: `v3` is no version (a version is of numbers and dots, as in \"3.11\")",
        ],
    );
}
