//! Result files: the reports that were asked for, and the journal that is written case by case, so
//! that a crash or a kill loses nothing that was reached.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::exit::Problem;
use crate::oracle::Judged;
use crate::peer::Home;
use crate::plan::Case;
use crate::report::{self, Report};

/// The result files that a run was asked for.
#[derive(Debug)]
pub struct Results {
    json: Option<PathBuf>,
    junit: Option<PathBuf>,
}

impl Results {
    /// Sees to it that the files can be written, before anything is started.
    ///
    /// # Errors
    /// When one cannot.
    pub fn open(json: Option<&Path>, junit: Option<&Path>) -> Result<Results, Problem> {
        for (option, file) in [("json", json), ("junit", junit)] {
            let Some(file) = file else { continue };
            if file.as_os_str() == "-" {
                return Err(Problem::usage(format!(
                    "`--{option} -` names no file; the report for people has stdout"
                )));
            }
            let opened = File::options().append(true).create(true).open(file);
            opened.map_err(|error| {
                Problem::usage(format!(
                    "`--{option} {}` cannot be written: {error}",
                    file.display()
                ))
            })?;
        }
        Ok(Results {
            json: json.map(Path::to_owned),
            junit: junit.map(Path::to_owned),
        })
    }

    /// Writes the reports.
    ///
    /// # Errors
    /// When a file cannot be written; what it held before still stands.
    pub fn write(&self, report: &Report) -> Result<(), Problem> {
        if let Some(file) = &self.json {
            replace(file, report::json(report).as_bytes())?;
        }
        if let Some(file) = &self.junit {
            replace(file, report::junit(report).as_bytes())?;
        }
        Ok(())
    }
}

/// Writes a file whole or not at all: a full disk must not leave half a report. What is no plain
/// file, such as `/dev/stdout`, is written to directly.
fn replace(file: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let told = |error: std::io::Error| {
        Problem::fault(format!("{} cannot be written: {error}", file.display()))
    };
    if !fs::metadata(file).map_err(told)?.is_file() {
        return fs::write(file, bytes).map_err(told);
    }
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut whole =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(told)?;
    whole.write_all(bytes).map_err(told)?;
    whole.persist(file).map_err(|error| told(error.error))?;
    Ok(())
}

/// The folder for the logs of this run; those of the ten runs before are kept. `None` where it
/// cannot be made: a run without logs is better than no run.
pub fn log_folder(home: &Home) -> Option<PathBuf> {
    let logs = home.inside("logs").ok()?;
    let mut runs: Vec<PathBuf> = fs::read_dir(&logs)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    runs.sort();
    for old in runs.iter().rev().skip(KEPT_RUNS - 1) {
        // What cannot be removed now is tried again by the next run.
        fs::remove_dir_all(old).ok();
    }
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    let folder = logs.join(format!("{}-{}", now.as_millis(), std::process::id()));
    fs::create_dir(&folder).ok()?;
    Some(folder)
}

/// The journal of a run: one JSON object a line, written as each case is judged.
#[derive(Debug)]
pub struct Journal(RefCell<Option<File>>);

impl Journal {
    /// A journal in the folder of a run's logs.
    pub fn in_folder(folder: Option<&PathBuf>) -> Journal {
        Journal(RefCell::new(folder.and_then(|folder| {
            File::create(folder.join("cases.jsonl")).ok()
        })))
    }

    /// A journal that nothing is written to.
    pub fn none() -> Journal {
        Journal(RefCell::new(None))
    }

    /// Writes how a case went. A full disk ends the journal, not the run.
    pub fn note(&self, case: &Case, judged: &Judged) {
        let line = report::journal_line(case, judged);
        let mut file = self.0.borrow_mut();
        if let Some(open) = file.as_mut()
            && open.write_all(line.as_bytes()).is_err()
        {
            *file = None;
        }
    }
}

/// How many runs have their logs kept, this one included.
const KEPT_RUNS: usize = 10;
