//! What earlier runs learned of the machine's programs, kept in a file: so that a warm run need not
//! start `java -version` again. A file that cannot be read or written costs time and nothing else.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::resolve::stamp;

/// The answers of earlier runs.
#[derive(Debug)]
pub(super) struct Memory {
    file: PathBuf,
    kept: RefCell<Kept>,
    has_changed: Cell<bool>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// The program behind a shim.
    behind: BTreeMap<String, Behind>,
    /// What a program prints as its version, by its file and the words that ask for it.
    versions: BTreeMap<String, Printed>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Behind {
    rests_on: String,
    program: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct Printed {
    stamp: String,
    version: String,
}

impl Memory {
    /// What stands in a file.
    pub(super) fn open(file: PathBuf) -> Memory {
        let text = fs::read_to_string(&file).ok();
        let kept = text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        Memory {
            file,
            kept: RefCell::new(kept),
            has_changed: Cell::new(false),
        }
    }

    /// The program behind a shim, where nothing has changed on which the answer rests.
    pub(super) fn behind(&self, shim: &Path, rests_on: &str) -> Option<PathBuf> {
        let kept = self.kept.borrow();
        let behind = kept.behind.get(shim.to_str()?)?;
        (behind.rests_on == rests_on).then(|| behind.program.clone())
    }

    /// Keeps the program behind a shim.
    pub(super) fn keep_behind(&self, shim: &Path, rests_on: String, program: &Path) {
        if let Some(shim) = shim.to_str() {
            let behind = Behind {
                rests_on,
                program: program.to_owned(),
            };
            self.kept
                .borrow_mut()
                .behind
                .insert(shim.to_owned(), behind);
            self.has_changed.set(true);
        }
    }

    /// The version of a program whose file is still the same.
    pub(super) fn version(&self, program: &Path, words: &[String]) -> Option<String> {
        let kept = self.kept.borrow();
        let printed = kept.versions.get(&question(program, words))?;
        (printed.stamp == stamp(program)?).then(|| printed.version.clone())
    }

    /// Keeps the version of a program.
    pub(super) fn keep_version(&self, program: &Path, words: &[String], version: &str) {
        if let Some(stamp) = stamp(program) {
            let printed = Printed {
                stamp,
                version: version.to_owned(),
            };
            self.kept
                .borrow_mut()
                .versions
                .insert(question(program, words), printed);
            self.has_changed.set(true);
        }
    }

    /// Writes what was learned, beside the file and then in its place: another run reads the one
    /// or the other whole.
    pub(super) fn save(&self) {
        if !self.has_changed.replace(false) {
            return;
        }
        if let Ok(text) = serde_json::to_string_pretty(&*self.kept.borrow()) {
            let beside = self
                .file
                .with_extension(format!("{}.partial", std::process::id()));
            let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, &self.file));
            if written.is_err() {
                // Nothing is lost that cannot be asked again.
                fs::remove_file(&beside).ok();
            }
        }
    }
}

fn question(program: &Path, words: &[String]) -> String {
    format!("{} {}", program.display(), words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_known_until_the_program_changes() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("java");
        fs::write(&program, "17").unwrap();
        let words = ["-version".to_owned()];
        let memory = Memory::open(folder.path().join("toolchains.json"));
        assert_eq!(memory.version(&program, &words), None);
        memory.keep_version(&program, &words, "17.0.1");
        memory.keep_behind(Path::new("/shims/java"), "a".to_owned(), &program);
        memory.save();

        let memory = Memory::open(folder.path().join("toolchains.json"));
        assert_eq!(memory.version(&program, &words).as_deref(), Some("17.0.1"));
        assert_eq!(memory.version(&program, &[]), None);
        assert_eq!(
            memory.behind(Path::new("/shims/java"), "a"),
            Some(program.clone())
        );
        assert_eq!(memory.behind(Path::new("/shims/java"), "b"), None);
        fs::write(&program, "21, longer").unwrap();
        assert_eq!(memory.version(&program, &words), None);
    }

    #[test]
    fn a_damaged_file_is_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("toolchains.json");
        fs::write(&file, "{\"behind\": 5").unwrap();
        let memory = Memory::open(file.clone());
        memory.keep_version(&file, &[], "1.0");
        memory.save();
        assert_eq!(
            Memory::open(file.clone()).version(&file, &[]).as_deref(),
            None,
            "it changed"
        );
        assert!(fs::read_to_string(&file).unwrap().contains("1.0"));
    }
}
