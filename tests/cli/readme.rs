//! The README as a newcomer follows it: the files that it tells one to save are saved into a copy
//! of the tree, and its commands are run there from top to bottom. What they print is not judged.
//!
//! A block with a path after its language is a file; a line of a block of `sh` is a command. What
//! begins with `cargo run --release -- ` is given to the built program, and no other is run.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PROGRAM: &str = "cargo run --release -- ";

/// A command that the README tells and the test that it is part of cannot run.
const ITSELF: &str = "cargo test";

/// What the README tells one to do.
#[derive(Debug, PartialEq, Eq)]
enum Deed<'a> {
    /// Save this text at this path.
    Save(&'a str, String),
    /// Run this line.
    Run(&'a str),
}

/// The deeds of a text, from top to bottom.
fn deeds(text: &str) -> Vec<Deed<'_>> {
    let mut deeds = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(head) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<&str> = lines
            .by_ref()
            .take_while(|line| !line.starts_with("```"))
            .collect();
        match head.split_once(' ') {
            Some((_, path)) => deeds.push(Deed::Save(path, block.join("\n") + "\n")),
            None if head == "sh" => deeds.extend(block.into_iter().map(Deed::Run)),
            None => {}
        }
    }
    deeds
}

#[test]
fn blocks_are_told_apart() {
    let check = |text: &str, expected: &[Deed]| assert_eq!(deeds(text), expected, "{text}");
    check("cargo run --release -- list", &[]);
    check("```text\n$ harness run\n```\n", &[]);
    check(
        "```sh\na b\nc\n```\nd\n```sh\ne\n```\n",
        &[Deed::Run("a b"), Deed::Run("c"), Deed::Run("e")],
    );
    check(
        "```yaml a/b.yaml\nname: b\n```\n",
        &[Deed::Save("a/b.yaml", "name: b\n".to_owned())],
    );
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a new folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let from = entry.expect("an entry").path();
        let to = to.join(from.file_name().expect("an entry has a name"));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a copy");
        }
    }
}

/// Saves a file below a folder.
fn save(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a new folder");
    fs::write(path, text).expect("a new file");
}

/// Runs a line in a folder; what is wrong with it, if anything is.
fn complaint(folder: &Path, line: &str) -> Option<String> {
    let Some(words) = line.strip_prefix(PROGRAM) else {
        return (line != ITSELF).then(|| format!("`{line}`: not known how to run"));
    };
    let words = words.split(' ').map(|word| word.trim_matches('\''));
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .current_dir(folder)
        .args(words)
        .output()
        .expect("harness runs");
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    let is_well = output.status.success() || lacks_a_language(output.status.code(), line, &said);
    (!is_well).then(|| format!("`{line}` ({}):\n{said}", output.status))
}

/// Whether a command did its work on a machine that lacks a language: `doctor` and `build` tell so
/// with an exit code of 1 and the command that installs it.
fn lacks_a_language(code: Option<i32>, line: &str, said: &str) -> bool {
    let command = line
        .strip_prefix(PROGRAM)
        .and_then(|it| it.split(' ').next());
    code == Some(1)
        && matches!(command, Some("doctor" | "build"))
        && said.contains("apt-get install")
}

#[test]
fn only_a_language_may_be_missing() {
    let check = |code: i32, line: &str, said: &str, expected: bool| {
        assert_eq!(lacks_a_language(Some(code), line, said), expected, "{line}");
    };
    let doctor = "cargo run --release -- doctor";
    check(1, doctor, "missing: apt-get install -y nodejs", true);
    check(1, doctor, "missing", false);
    check(2, doctor, "missing: apt-get install -y nodejs", false);
    check(1, "cargo run --release -- run", "apt-get install", false);
}

#[test]
fn a_command_that_fails_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |line: &str, complains: bool| {
        assert_eq!(
            complaint(folder.path(), line).is_some(),
            complains,
            "{line}"
        );
    };
    check("cargo test", false);
    check("cargo run --release -- schema peer", false);
    check("cargo run --release -- schema pear", true);
    check("make", true);
}

#[test]
fn whoever_follows_the_readme_arrives() {
    let folder = tempfile::tempdir().expect("a folder");
    for part in ["peers", "scenarios"] {
        copy(&Path::new(ROOT).join(part), &folder.path().join(part));
    }
    let text = fs::read_to_string(Path::new(ROOT).join("README.md")).expect("the README");
    let deeds = deeds(&text);
    let is_file = |deed: &&Deed| matches!(deed, Deed::Save(..));
    let files = deeds.iter().filter(is_file).count();
    assert!(files >= 3 && deeds.len() >= files + 10, "{deeds:#?}");
    let complaints: Vec<String> = deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Save(path, text) => {
                save(folder.path(), path, text);
                None
            }
            Deed::Run(line) => complaint(folder.path(), line),
        })
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
