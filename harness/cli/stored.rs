//! Reads the folder that `run --traces` wrote: files of bounded sizes, by names that lead out of no
//! folder. What they hold is `trace::store`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::exit::Problem;
use super::traces::{payload_file, scenario_file};
use crate::plan::{Case, Plan};
use crate::scenario::{self, Scenario};
use crate::source::{Source, render};
use crate::trace::Played;
use crate::trace::store::{self, Digest, End, Flaw, Payload, Run, Text};

/// A stored run.
#[derive(Debug)]
pub struct Stored {
    folder: Files,
    /// What was to be played, and how it is judged.
    pub run: Run,
    /// Its plan, with the scenarios as they were played.
    pub plan: Plan,
    /// What it told at its end; `None` where it never came to it.
    pub end: Option<End>,
    files: Vec<String>,
}

impl Stored {
    /// Reads everything but the cases.
    ///
    /// # Errors
    /// When the folder holds no run that can be read.
    pub fn open(folder: &Path) -> Result<Stored, Problem> {
        let folder = Files {
            folder: folder.to_owned(),
            compared: RefCell::default(),
        };
        let Some(text) = folder.text("run.json", MOST_RUN).map_err(Problem::usage)? else {
            let what = "has no `run.json`; name a folder that `harness run --traces` wrote";
            return Err(Problem::usage(format!(
                "{} {what}",
                folder.folder.display()
            )));
        };
        let run = Run::of_json(&text).map_err(|flaw| folder.flaw("run.json", &flaw))?;
        let end = folder.text("end.json", MOST_RUN).map_err(Problem::usage)?;
        let end = end
            .map(|text| End::of_json(&text).map_err(|flaw| folder.flaw("end.json", &flaw)))
            .transpose()?;
        let scenarios = folder.scenarios(&run.scenarios)?;
        let plan = run
            .plan(&scenarios)
            .map_err(|what| Problem::usage(format!("{}: {what}", folder.shown("run.json"))))?;
        Ok(Stored {
            files: store::files(&plan),
            folder,
            run,
            plan,
            end,
        })
    }

    /// How a case went, by its place in the plan; `None` where it was not played.
    ///
    /// # Errors
    /// A line that names the file and the line in it, and says what is wrong.
    pub fn played(&self, place: usize) -> Result<Option<Played>, String> {
        let (case, file) = (&self.plan.cases[place], &self.files[place]);
        if case.offer().is_none() {
            return Ok(None);
        }
        match self.folder.text(file, MOST_CASE)? {
            Some(text) => self.read(case, file, &text).map(Some),
            None => Ok(None),
        }
    }

    fn read(&self, case: &Case, file: &str, text: &str) -> Result<Played, String> {
        let payload = |payload: &Payload| self.folder.payload(payload);
        store::read(case, text, &payload)
            .map_err(|flaw| format!("{}:{flaw}", self.folder.shown(file)))
    }
}

/// The files of a folder.
#[derive(Debug)]
struct Files {
    folder: PathBuf,
    /// The payloads whose hashes have been compared.
    compared: RefCell<BTreeSet<Digest>>,
}

impl Files {
    fn shown(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }

    fn flaw(&self, file: &str, flaw: &Flaw) -> Problem {
        Problem::usage(format!("{}:{flaw}", self.shown(file)))
    }

    /// The bytes of a file, `None` where it is not there.
    fn bytes(&self, file: &str, most: u64) -> Result<Option<Vec<u8>>, String> {
        let told = |what: &dyn std::fmt::Display| format!("{}: {what}", self.shown(file));
        let path = self.folder.join(file);
        // What is no plain file, such as a pipe, might never end to be opened.
        if fs::metadata(&path).is_ok_and(|about| !about.is_file()) {
            return Err(told(&"is no file"));
        }
        let mut bytes = Vec::new();
        let read =
            File::open(path).and_then(|opened| opened.take(most + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) if bytes.len() as u64 > most => Err(told(&format!("has over {most} bytes"))),
            Ok(_) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(told(&error)),
        }
    }

    fn text(&self, file: &str, most: u64) -> Result<Option<String>, String> {
        let Some(bytes) = self.bytes(file, most)? else {
            return Ok(None);
        };
        String::from_utf8(bytes).map(Some).map_err(|error| {
            let whole = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + whole.iter().filter(|byte| **byte == b'\n').count();
            format!("{}:{line}: not UTF-8", self.shown(file))
        })
    }

    /// The bytes of a payload. Its hash is compared once.
    fn payload(&self, payload: &Payload) -> Result<Vec<u8>, String> {
        let file = payload_file(payload);
        let bytes = self.bytes(&file, payload.length)?;
        let bytes = bytes.ok_or_else(|| format!("{} is not there", self.shown(&file)))?;
        let is_new = !self.compared.borrow().contains(&payload.sha256);
        if bytes.len() as u64 != payload.length || is_new && Payload::of(&bytes) != *payload {
            let shown = self.shown(&file);
            return Err(format!("{shown} does not hold what was stored; run again"));
        }
        self.compared.borrow_mut().insert(payload.sha256.clone());
        Ok(bytes)
    }

    fn scenarios(&self, texts: &[Text]) -> Result<BTreeMap<String, Rc<Scenario>>, Problem> {
        let mut scenarios = BTreeMap::new();
        for text in texts {
            scenarios.insert(text.name.clone(), Rc::new(self.scenario(text)?));
        }
        Ok(scenarios)
    }

    /// Reads a scenario from its stored text, under the name by which reports show it.
    fn scenario(&self, text: &Text) -> Result<Scenario, Problem> {
        let file = scenario_file(text);
        let bytes = self.bytes(&file, MOST_SCENARIO).map_err(Problem::usage)?;
        let Some(bytes) = bytes else {
            let shown = self.shown(&file);
            return Err(Problem::usage(format!("{shown} is not there; run again")));
        };
        let source = Source::from_bytes(text.shown.as_str(), &bytes).map_err(|unreadable| {
            let mistakes = std::slice::from_ref(&unreadable.mistake);
            Problem::Mistakes(render(&unreadable.source, mistakes, super::print::colour()))
        })?;
        let source = Rc::new(source);
        let stored = |name: &str| match text.files.get(name) {
            Some(payload) => self.payload(payload),
            None => Err(String::from("is not stored")),
        };
        scenario::read(&source, &stored).map_err(|mistakes| {
            Problem::Mistakes(render(&source, &mistakes, super::print::colour()))
        })
    }
}

/// The most bytes of `run.json` and of `end.json`.
const MOST_RUN: u64 = 64 << 20;

/// The most bytes of a case's file.
const MOST_CASE: u64 = 256 << 20;

/// More than any scenario may have: a text that is longer is told to be too long.
const MOST_SCENARIO: u64 = 4 << 20;
