//! Every file under `tests/fixtures/invalid` with what `harness check` says of it: a new case is two
//! files and no Rust.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

const INVALID: &str = "tests/fixtures/invalid";

/// Every case: its file from the root of the repository, `NAME.yaml` or `peers/NAME/peer.yaml`.
fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = |folder: &str| {
        let entries = fs::read_dir(root.join(folder)).expect("a folder of fixtures");
        entries
            .map(|entry| entry.expect("an entry").path())
            .collect::<Vec<_>>()
    };
    let scenarios = entries(INVALID).into_iter();
    let scenarios = scenarios.filter(|file| file.extension().is_some_and(|it| it == "yaml"));
    let peers = entries("tests/fixtures/invalid/peers").into_iter();
    let mut cases: Vec<PathBuf> = scenarios
        .chain(peers.map(|it| it.join("peer.yaml")))
        .collect();
    cases.sort();
    cases
        .iter()
        .filter_map(|case| Some(case.strip_prefix(root).ok()?.to_owned()))
        .collect()
}

#[test]
fn every_mistake_is_told_at_once_in_its_place() {
    let cases = cases();
    assert!(cases.len() > 80, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let expected = fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(case.with_extension("stderr")),
        )
        .expect("what is said of the case");
        let output = Command::new(env!("CARGO_BIN_EXE_harness"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["check".as_ref(), case.as_os_str()])
            .output()
            .expect("harness runs");
        let said = String::from_utf8_lossy(&output.stderr);
        if said != expected || output.status.code() != Some(2) || !output.stdout.is_empty() {
            wrong.push(format!("{} ({}):\n{said}", case.display(), output.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
