//! Plays a plan and judges each case as it comes.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::company::Company;
use super::exit::Problem;
use super::progress::Display;
use super::results::Journal;
use super::traces::Traces;
use crate::exec::{self, Finding, Progress, Settings, Stage};
use crate::oracle::{self, Agreement, Compare, Judged, Ruled, Ruling};
use crate::plan::{Case, Plan, Scope};
use crate::report::{EndedBy, timeline};
use crate::trace::{Played, Table, Tail, Trace};

/// A plan while it is played.
pub struct Playing<'a> {
    company: &'a Company<'a>,
    plan: &'a Plan,
    stage: Rc<Stage>,
    manner: Manner,
    traces: Option<&'a Traces>,
    judged: RefCell<Vec<Option<Judged>>>,
    findings: RefCell<Vec<Finding>>,
    timelines: RefCell<BTreeMap<usize, String>>,
    failed: Cell<usize>,
    declared: Cell<Duration>,
}

/// What is done besides playing and judging.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// Start no more cases after the first that fails.
    pub fail_fast: bool,
    /// Print the conversation of every case.
    pub show: bool,
    /// Compare the servers with one another.
    pub compare: Compare,
}

/// What a plan came to.
pub struct Outcome {
    /// The ruling on each case; `None` for one that was to be played and was not.
    pub rulings: Vec<Option<Ruling>>,
    /// How the servers compare with one another.
    pub agreements: Vec<Agreement>,
    /// What was found on the way, a line each.
    pub findings: Vec<String>,
    /// What ended it before its time.
    pub ended_by: Option<EndedBy>,
    /// How many processes were started.
    pub starts: usize,
    /// What the peers' processes spent.
    pub peers_cpu: Duration,
    /// The longest sum of declared waits of a case.
    pub declared: Duration,
}

impl<'a> Playing<'a> {
    /// A plan of which nothing is played yet.
    ///
    /// # Errors
    /// When there is no stage to play it on.
    pub fn new(
        company: &'a Company<'a>,
        plan: &'a Plan,
        settings: Settings,
        manner: Manner,
    ) -> Result<Playing<'a>, Problem> {
        Ok(Playing {
            company,
            plan,
            stage: company.stage(settings)?,
            manner,
            traces: None,
            judged: RefCell::new(plan.cases.iter().map(|_| None).collect()),
            findings: RefCell::default(),
            timelines: RefCell::default(),
            failed: Cell::new(0),
            declared: Cell::default(),
        })
    }

    /// The same, with each case stored before it is judged.
    #[must_use]
    pub fn storing(self, traces: Option<&'a Traces>) -> Playing<'a> {
        Playing { traces, ..self }
    }

    /// Plays it, judging each case as it comes.
    pub async fn play(self, display: &Display, journal: &Journal, scope: Scope) -> Outcome {
        let (tell, told) = unbounded_channel();
        let enough = || self.manner.fail_fast && self.failed.get() > 0;
        let playing = exec::play(Rc::clone(&self.stage), self.plan, &enough, tell);
        let listening = self.listen(told, display, journal);
        let both = async { tokio::join!(playing, listening).0 };
        let ended_by = match self.company.until_interrupted(both).await {
            Some(Ok(())) => None,
            Some(Err(fault)) => Some(EndedBy::Fault(fault)),
            None => Some(EndedBy::Interrupt),
        };
        display.finish();
        // In the order of the plan, whatever order they were played in.
        self.timelines
            .take()
            .values()
            .for_each(|told| super::print::result(told));
        let mut findings: Vec<String> = self
            .findings
            .borrow()
            .iter()
            .map(ToString::to_string)
            .collect();
        findings.sort();
        findings.dedup();
        let judged = self.judged.take();
        let Ruled {
            rulings,
            agreements,
        } = oracle::give_verdicts(self.plan, judged, scope, self.manner.compare);
        Outcome {
            rulings,
            agreements,
            findings,
            ended_by,
            starts: self.stage.starts(),
            peers_cpu: self.stage.peers_cpu(),
            declared: self.declared.get(),
        }
    }

    async fn listen(
        &self,
        mut told: UnboundedReceiver<Progress>,
        display: &Display,
        journal: &Journal,
    ) {
        display.begin(
            self.plan
                .cases
                .iter()
                .filter(|case| case.offer().is_some())
                .count(),
        );
        while let Some(progress) = told.recv().await {
            match progress {
                Progress::CaseStarted(place) => display.case_started(&self.plan.cases[place].id),
                Progress::CaseFinished(place, played) => {
                    let case = &self.plan.cases[place];
                    if let Some(traces) = self.traces {
                        traces.store(place, case, &played);
                    }
                    let judged = self.judge(place, played);
                    let failed = !judged.is_well(case);
                    self.failed.set(self.failed.get() + usize::from(failed));
                    journal.note(case, &judged);
                    display.case_finished(&case.id, failed);
                    self.judged.borrow_mut()[place] = Some(judged);
                }
                Progress::Found(finding) => self.findings.borrow_mut().push(finding),
            }
        }
    }

    fn judge(&self, place: usize, played: Played) -> Judged {
        let case = &self.plan.cases[place];
        if let Played::Through(trace) = &played {
            self.declared.set(self.declared.get().max(trace.declared));
            if self.manner.show {
                let told = timeline(case, trace, super::print::result_colour());
                self.timelines.borrow_mut().insert(place, told);
            }
        }
        judge(case, played)
    }
}

/// Judges a case by itself, fresh or stored.
pub fn judge(case: &Case, played: Played) -> Judged {
    let nothing = |played| Judged {
        played,
        table: None,
        stderr: Tail::default(),
        took: Duration::ZERO,
        reused: false,
    };
    match played {
        Played::Broken(reason) => nothing(oracle::Played::Broken(reason)),
        Played::Fault(fault) => nothing(oracle::Played::Fault(fault)),
        Played::Through(trace) => {
            if let Some(fault) = trace.fault() {
                return nothing(oracle::Played::Fault(fault.to_owned()));
            }
            let failures = oracle::judge(case, &trace);
            let table = Some(Rc::new(Table::of(&case.scenario, &trace)));
            let Trace {
                crash,
                stderr,
                took,
                reused,
                ..
            } = *trace;
            let played = oracle::Played::Through { failures, crash };
            Judged {
                played,
                table,
                stderr,
                took,
                reused,
            }
        }
    }
}
