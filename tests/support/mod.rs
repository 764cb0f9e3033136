//! A working folder of a test's own and the built program in it. What a test looks for, and what
//! its report must say, is the test's own.

mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use program::program;

/// The built program.
pub const HARNESS: &str = env!("CARGO_BIN_EXE_harness");

/// Longer than anything takes that comes at all, on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with `peers/` and `scenarios/`.
pub struct Place {
    folder: TempDir,
}

impl Place {
    /// A folder with the peers and the scenarios at these paths below the top of the repository.
    pub fn with(peers: &[&str], scenarios: &[&str]) -> Place {
        let folder = tempfile::tempdir().unwrap();
        for (paths, below) in [(peers, "peers"), (scenarios, "scenarios")] {
            let below = folder.path().join(below);
            fs::create_dir(&below).unwrap();
            for path in paths {
                let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
                copy(&from, &below.join(from.file_name().unwrap()));
            }
        }
        Place { folder }
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// A program to start in this folder.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = program(words);
        command.current_dir(self.folder.path());
        command
    }

    /// What the last run with `--json report.json` found: verdicts by case.
    pub fn verdicts(&self) -> BTreeMap<String, String> {
        let report = fs::read(self.path("report.json")).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let cases = report["cases"].as_array().unwrap().iter();
        cases
            .map(|case| (text(&case["id"]), text(&case["verdict"])))
            .collect()
    }
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// Runs a command to its end, which must come, and gives its exit code and what it wrote.
pub fn run(command: Command) -> (Option<i32>, String) {
    let output = assert_cmd::Command::from_std(command)
        .timeout(PATIENCE)
        .output()
        .unwrap();
    let written = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&written).into_owned(),
    )
}
