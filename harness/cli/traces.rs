//! `run --traces`: writes what a run came to into a folder, case by case, so that a kill or a full
//! disk loses nothing that was reached. What the files hold is `trace::store`; `stored` reads them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::exit::Problem;
use super::folder::Folder;
use crate::plan::{Case, Plan};
use crate::report::{EndedBy, PeerLine, Report};
use crate::scenario::{self, MOST_PAYLOAD, Scenario};
use crate::trace::Played;
use crate::trace::store::{self, Cut, End, Payload, Peer, Run, Terms, Text};

/// The folder that a run is stored in.
#[derive(Debug)]
pub struct Traces {
    folder: PathBuf,
    /// The cases' files, in the order of the plan.
    files: RefCell<Vec<String>>,
    /// Why nothing more is written, once something could not be.
    trouble: RefCell<Option<String>>,
    begun: Cell<bool>,
}

impl Traces {
    /// Sees to it that there is a folder to write to: a new one, or one with nothing in it, since
    /// the cases of two runs in one folder would be judged as one run.
    ///
    /// # Errors
    /// When it cannot be made or has something in it.
    pub fn open(folder: &Path) -> Result<Traces, Problem> {
        let told = |what: &dyn std::fmt::Display| {
            Problem::usage(format!("`--traces {}` {what}", folder.display()))
        };
        fs::create_dir_all(folder).map_err(|error| told(&format!("cannot be made: {error}")))?;
        let mut entries =
            fs::read_dir(folder).map_err(|error| told(&format!("cannot be read: {error}")))?;
        if entries.next().is_some() {
            return Err(told(
                &"is not empty; name a folder that is not there yet, or remove it first",
            ));
        }
        Ok(Traces {
            folder: folder.to_owned(),
            files: RefCell::default(),
            trouble: RefCell::default(),
            begun: Cell::new(false),
        })
    }

    /// Writes the plan, before anything of it is played.
    ///
    /// # Errors
    /// When something cannot be written, or a file that a scenario names cannot be read again.
    pub fn begin(&self, plan: &Plan, terms: Terms, peers: Vec<PeerLine>) -> Result<(), Problem> {
        let peers = peers.into_iter().map(|peer| Peer {
            name: peer.name,
            language: peer.language,
            versions: peer.versions,
        });
        let texts = self.texts(plan)?;
        let run = Run::of(plan, terms, peers.collect(), texts);
        self.write("run.json", run.to_json().as_bytes())
            .map_err(Problem::fault)?;
        *self.files.borrow_mut() = store::files(plan);
        self.begun.set(true);
        Ok(())
    }

    /// Writes how a case went. What cannot be written ends the storing, not the run.
    pub fn store(&self, place: usize, case: &Case, played: &Played) {
        if self.trouble.borrow().is_some() {
            return;
        }
        let file = self.files.borrow()[place].clone();
        if let Err(trouble) = self.write_case(&file, case, played) {
            super::print::note(&format!("{trouble}; no more cases are stored"));
            *self.trouble.borrow_mut() = Some(trouble);
        }
    }

    /// Writes what the run told at its end.
    ///
    /// # Errors
    /// When that, or something before it, could not be written.
    pub fn finish(self, report: &Report) -> Result<(), Problem> {
        if let Some(trouble) = self.trouble.take() {
            return Err(Problem::fault(trouble));
        }
        if !self.begun.get() {
            return Ok(());
        }
        self.write("end.json", end(report).to_json().as_bytes())
            .map_err(Problem::fault)
    }

    fn write_case(&self, file: &str, case: &Case, played: &Played) -> Result<(), String> {
        let written = store::write(case, played);
        for (payload, bytes) in &written.payloads {
            self.write_payload(payload, bytes)?;
        }
        self.write(file, written.text.as_bytes())
    }

    fn write_payload(&self, payload: &Payload, bytes: &[u8]) -> Result<(), String> {
        let file = payload_file(payload);
        match self.folder.join(&file).exists() {
            true => Ok(()),
            false => self.write(&file, bytes),
        }
    }

    /// Writes a file under another name first: by its own it is whole, or not there.
    fn write(&self, file: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.folder.join(file);
        let partial = self.folder.join(PARTIAL);
        let write = || -> io::Result<()> {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&partial, bytes)?;
            fs::rename(&partial, &path)
        };
        write().map_err(|error| format!("{} cannot be written: {error}", path.display()))
    }

    /// Writes the texts of a plan's scenarios and the files that their payloads name.
    fn texts(&self, plan: &Plan) -> Result<Vec<Text>, Problem> {
        let mut texts: Vec<Text> = Vec::new();
        for case in &plan.cases {
            let scenario = &case.scenario;
            if texts.last().is_some_and(|last| last.name == scenario.name) {
                continue;
            }
            let text = Text {
                name: scenario.name.clone(),
                shown: scenario.source.name().to_owned(),
                files: self.files_of(scenario)?,
            };
            let bytes = scenario.source.text().as_bytes();
            self.write(&scenario_file(&text), bytes)
                .map_err(Problem::fault)?;
            texts.push(text);
        }
        Ok(texts)
    }

    /// Reads a scenario again to learn which files it names, and stores them.
    fn files_of(&self, scenario: &Scenario) -> Result<BTreeMap<String, Payload>, Problem> {
        let shown = scenario.source.name();
        let folder = Folder::of(Path::new(shown));
        let files: RefCell<BTreeMap<String, Vec<u8>>> = RefCell::default();
        let keep = |name: &str| {
            let bytes = folder.read(name, MOST_PAYLOAD as u64)?;
            files.borrow_mut().insert(name.to_owned(), bytes.clone());
            Ok(bytes)
        };
        if scenario::read(&Rc::clone(&scenario.source), &keep).is_err() {
            let what = format!("{shown}: a file that it names has changed; run again");
            return Err(Problem::fault(what));
        }
        let mut payloads = BTreeMap::new();
        for (name, bytes) in files.into_inner() {
            let payload = Payload::of(&bytes);
            self.write_payload(&payload, &bytes)
                .map_err(Problem::fault)?;
            payloads.insert(name, payload);
        }
        Ok(payloads)
    }
}

fn end(report: &Report) -> End {
    let beside = report.cases.iter().filter_map(|line| {
        let beside = line.beside.clone()?;
        Some((line.case.id.clone(), beside))
    });
    End {
        beside: beside.collect(),
        findings: report.findings.clone(),
        not_played: report.not_played,
        cut: report.ended_by.as_ref().map(|ended_by| match ended_by {
            EndedBy::Interrupt => Cut::Interrupt,
            EndedBy::Fault(fault) => Cut::Fault(fault.clone()),
        }),
        wall: report.wall,
    }
}

/// The file of a payload, inside the folder of the traces.
pub fn payload_file(payload: &Payload) -> String {
    format!("payloads/{}", payload.sha256)
}

/// The file of a scenario's text, inside the folder of the traces.
pub fn scenario_file(text: &Text) -> String {
    format!("scenarios/{}.yaml", text.name)
}

/// The file that is being written.
const PARTIAL: &str = "partial";
