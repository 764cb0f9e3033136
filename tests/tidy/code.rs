//! What holds for the text of every file: heads, lengths, and words that stand in one place only or
//! nowhere.

use crate::tree::File;
use crate::{assert_complaints, assert_tidy};

/// Past this a file is two files.
const LONGEST: usize = 600;

/// Words of `harness/` with the one place that may say them: timers, so that nothing waits by
/// sleeping, and YAML, so that its crate can be replaced.
const AT_HOME: [(&str, &str); 2] = [
    ("tokio::time", "harness/host/deadline.rs"),
    ("serde_yaml", "harness/source/"),
];

// The words are put together here, so that this file does not hold them.
const ALLOW: [&str; 2] = [concat!("#", "[allow("), concat!("#!", "[allow(")];
const PUT_OFF: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

/// The one registry that a lock file may name.
const REGISTRY: &str = "https://github.com/rust-lang/crates.io-index";

#[test]
fn every_rust_file_says_what_it_is_for() {
    assert_tidy(headless);
}

#[test]
fn a_file_without_a_head_is_found() {
    assert_complaints(headless, &[("harness/a.rs", "//! Says.\nuse b;")], 0);
    assert_complaints(
        headless,
        &[("peers/a.rs", "use b;\n//! Late."), ("tests/b.rs", "")],
        2,
    );
    assert_complaints(
        headless,
        &[("docs/a.rs", ""), ("peers/a.py", "import b")],
        0,
    );
}

fn headless(files: &[File]) -> Vec<String> {
    let headless = files
        .iter()
        .filter(|file| file.is_rust() && !file.text.starts_with("//! "));
    headless
        .map(|file| format!("{}: opens with no `//!` line", file.path))
        .collect()
}

#[test]
fn no_rust_file_is_too_long() {
    assert_tidy(too_long);
}

#[test]
fn a_long_file_is_found() {
    assert_complaints(too_long, &[("harness/a.rs", &"\n".repeat(LONGEST))], 0);
    assert_complaints(too_long, &[("harness/a.rs", &"\n".repeat(LONGEST + 1))], 1);
}

fn too_long(files: &[File]) -> Vec<String> {
    let rust = files.iter().filter(|file| file.is_rust());
    let lengths = rust.map(|file| (&file.path, file.text.lines().count()));
    let long = lengths.filter(|(_, length)| *length > LONGEST);
    long.map(|(path, length)| format!("{path}: {length} lines, over {LONGEST}"))
        .collect()
}

#[test]
fn timers_and_yaml_have_one_home() {
    assert_tidy(astray);
}

#[test]
fn a_word_away_from_home_is_found() {
    let check = |path, text, count| assert_complaints(astray, &[(path, text)], count);
    check("harness/host/deadline.rs", "use tokio::time::sleep;", 0);
    check("harness/host/child.rs", "use tokio::time::sleep;", 1);
    check("harness/host/child.rs", "use tokio::{net, time};", 1);
    check("harness/source/yaml.rs", "use serde_yaml::from_str;", 0);
    check(
        "harness/peer/read.rs",
        "//! No serde_yaml here.\nuse serde_yaml::from_str;",
        1,
    );
    check("peers/rust/room.rs", "use tokio::time::sleep;", 0);
}

fn astray(files: &[File]) -> Vec<String> {
    let rust = files
        .iter()
        .filter(|file| file.is_rust() && file.path.starts_with("harness/"));
    rust.flat_map(|file| {
        file.code().flat_map(move |(number, line)| {
            let strays = AT_HOME
                .iter()
                .filter(move |(word, home)| !file.path.starts_with(home) && says(line, word));
            strays.map(move |(word, home)| {
                format!("{}:{number}: `{word}` belongs to {home} only", file.path)
            })
        })
    })
    .collect()
}

/// Whether a line says a path, also as `outer::{other, inner}`.
fn says(line: &str, word: &str) -> bool {
    let listed = || {
        let (outer, inner) = word.split_once("::")?;
        let (_, list) = line.split_once(&format!("{outer}::{{"))?;
        list.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .find(|item| *item == inner)
    };
    line.contains(word) || listed().is_some()
}

#[test]
fn nothing_is_silenced_or_put_off() {
    assert_tidy(silenced_or_put_off);
}

#[test]
fn what_is_silenced_or_put_off_is_found() {
    let check = |path, text: &str, count| {
        assert_complaints(silenced_or_put_off, &[(path, text)], count);
    };
    check("harness/a.rs", &format!("{}dead_code)]", ALLOW[0]), 1);
    check("tests/a.rs", &format!("//! A.\n{}dead_code)]", ALLOW[1]), 1);
    check("peers/c/server.c", &format!("// {}: more", PUT_OFF[0]), 1);
    check("README.md", &format!("{} this", PUT_OFF[1]), 1);
    check("harness/a.rs", "#[expect(dead_code, reason = \"a\")]", 0);
}

fn silenced_or_put_off(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !is_lock(file)) {
        let silencing: &[&str] = if file.is_rust() { &ALLOW } else { &[] };
        for (index, line) in file.text.lines().enumerate() {
            let words = PUT_OFF.iter().chain(silencing);
            let found = words.filter(|word| line.contains(**word));
            complaints.extend(found.map(|word| format!("{}:{}: `{word}`", file.path, index + 1)));
        }
    }
    complaints
}

#[test]
fn lock_files_name_the_public_registry_only() {
    assert_tidy(other_registries);
}

#[test]
fn another_registry_is_found() {
    let check = |path, text: &str, count| {
        assert_complaints(other_registries, &[(path, text)], count);
    };
    check(
        "Cargo.lock",
        &format!("source = \"registry+{REGISTRY}\""),
        0,
    );
    check(
        "Cargo.lock",
        "source = \"registry+https://mirror.example/index\"",
        1,
    );
    check(
        "peers/node/package-lock.json",
        "\"resolved\": \"http://mirror.example/a.tgz\"",
        1,
    );
    check(
        "harness/peer/lock.rs",
        "const SITE: &str = \"https://example.org\";",
        0,
    );
}

fn is_lock(file: &File) -> bool {
    file.name().ends_with(".lock") || file.name().ends_with("-lock.json")
}

fn other_registries(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| is_lock(file)) {
        let lines = file.text.lines().enumerate();
        let others = lines.filter(|(_, line)| line.replace(REGISTRY, "").contains("://"));
        complaints.extend(others.map(|(index, line)| {
            format!(
                "{}:{}: another registry: {}",
                file.path,
                index + 1,
                line.trim()
            )
        }));
    }
    complaints
}
