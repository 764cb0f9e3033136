//! What the machine has of the programs that peers need: each is looked up once in a run, and all
//! at once. What follows for a peer is `prepare`'s to say.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::Surroundings;
use super::home::Home;
use super::job::{self, Ended, JobError, Output};
use super::manifest::Tool;
use super::memory::Memory;
use super::resolve::{Candidate, Shim, candidates, is_executable, rests_on};
use super::version::Version;
use crate::host::deadline::within;
use crate::host::{Command, Launcher, Status};

/// How long a program may take to tell its version.
const DEADLINE: Duration = Duration::from_secs(10);

/// What the machine has of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there, and new enough.
    Enough {
        /// The program, past a version manager's shim.
        program: PathBuf,
        /// Its version, where the manifest says how to ask.
        version: Option<String>,
    },
    /// It is not there, or does not run.
    Missing {
        /// What was found instead, as a fragment: `no javac on the PATH`.
        reason: String,
        /// The command that installs it.
        install: String,
    },
    /// It is too old.
    TooOld {
        /// The program.
        program: PathBuf,
        /// Its version.
        version: String,
        /// The least version that will do.
        at_least: String,
        /// The command that installs a newer one.
        install: String,
    },
}

/// The programs of the machine, as one run knows them.
pub struct Toolchains<'a> {
    launcher: &'a Launcher,
    surroundings: &'a Surroundings,
    memory: Memory,
    answers: RefCell<BTreeMap<Question, Rc<OnceCell<Answer>>>>,
}

/// A program, and the words that make it print its version.
type Question = (String, Vec<String>);

/// What is known of a program, whatever version a peer asks for.
#[derive(Debug, Clone)]
enum Answer {
    There {
        program: PathBuf,
        version: Option<Version>,
    },
    Missing {
        reason: String,
    },
}

impl<'a> Toolchains<'a> {
    /// Nothing is known yet but what earlier runs left in `home`.
    pub fn new(launcher: &'a Launcher, surroundings: &'a Surroundings, home: &Home) -> Self {
        let memory = Memory::open(home.folder.join("toolchains.json"));
        Toolchains {
            launcher,
            surroundings,
            memory,
            answers: RefCell::default(),
        }
    }

    /// Looks for a tool. Whoever asks for the same program meanwhile waits for the same answer.
    ///
    /// # Errors
    /// When a program could not be asked for a reason that is not its own.
    pub async fn find(&self, tool: &Tool) -> Result<Found, JobError> {
        let question = (tool.program.clone(), tool.version.clone());
        let cell = Rc::clone(self.answers.borrow_mut().entry(question).or_default());
        let answer = cell.get_or_try_init(|| self.look(tool)).await?;
        Ok(judge(tool, answer.clone()))
    }

    /// Leaves what was learned to later runs.
    pub fn remember(&self) {
        self.memory.save();
    }

    async fn look(&self, tool: &Tool) -> Result<Answer, JobError> {
        let Some(program) = self.resolve(&tool.program).await? else {
            return Ok(Answer::Missing {
                reason: format!("no {} on the PATH", tool.program),
            });
        };
        if tool.version.is_empty() {
            return Ok(Answer::There {
                program,
                version: None,
            });
        }
        if let Some(version) = self.memory.version(&program, &tool.version) {
            return Ok(Answer::There {
                program,
                version: Version::exactly(&version),
            });
        }
        let words = tool.version.iter().map(String::as_str);
        let printed = match self.ask(&program, words).await? {
            Ok(printed) => printed,
            Err(reason) => return Ok(Answer::Missing { reason }),
        };
        let version = Version::within(&printed);
        if let Some(version) = &version {
            self.memory
                .keep_version(&program, &tool.version, &version.to_string());
        }
        Ok(Answer::There { program, version })
    }

    /// The program of that name that a shell would run, past a shim where its manager says what
    /// is behind it; a shim that says nothing is passed over for a program of that name. One that
    /// is written with a slash is looked for from the working folder.
    ///
    /// # Errors
    /// When a version manager could not be asked for a reason that is not its own.
    pub(super) async fn resolve(&self, program: &str) -> Result<Option<PathBuf>, JobError> {
        if program.contains('/') {
            let path = self.surroundings.working.join(program);
            return Ok(is_executable(&path).then_some(path));
        }
        let mut shim_itself = None;
        for candidate in candidates(program, self.surroundings.path()) {
            match candidate {
                Candidate::Program(program) => return Ok(Some(program)),
                Candidate::Shim(shim) => {
                    if let Some(program) = self.behind(&shim, program).await? {
                        return Ok(Some(program));
                    }
                    shim_itself.get_or_insert(shim.path);
                }
            }
        }
        Ok(shim_itself)
    }

    async fn behind(&self, shim: &Shim, program: &str) -> Result<Option<PathBuf>, JobError> {
        let rests_on = rests_on(shim, self.surroundings);
        let known = rests_on
            .as_deref()
            .and_then(|it| self.memory.behind(&shim.path, it));
        if let Some(program) = known.filter(|program| is_executable(program)) {
            return Ok(Some(program));
        }
        let told = self
            .ask(&shim.manager, ["which", program])
            .await?
            .unwrap_or_default();
        let path = told.lines().map(|line| Path::new(line.trim()));
        let program = path
            .filter(|path| path.is_absolute())
            .find(|path| is_executable(path));
        if let Some((rests_on, program)) = rests_on.zip(program) {
            self.memory.keep_behind(&shim.path, rests_on, program);
        }
        Ok(program.map(Path::to_owned))
    }

    /// What a program prints; or, as a fragment, why it tells nothing.
    async fn ask<'w>(
        &self,
        program: &Path,
        words: impl IntoIterator<Item = &'w str>,
    ) -> Result<Result<String, String>, JobError> {
        let words: Vec<&str> = words.into_iter().collect();
        let line = format!("`{} {}`", program.display(), words.join(" "));
        let words = std::iter::once(program.as_os_str().to_owned())
            .chain(words.into_iter().map(OsString::from))
            .collect();
        let cwd = self.surroundings.working.clone();
        let command = Command {
            words,
            env: Vec::new(),
            cwd,
        };
        let output = RefCell::new(Output::default());
        let ended = within(DEADLINE, job::run(self.launcher, &command, &output)).await;
        let output = output.into_inner();
        Ok(match ended {
            Err(_) => Err(format!(
                "{line} did not end within {} s",
                DEADLINE.as_secs()
            )),
            Ok(ended) => match ended? {
                Ended::With(Status::Code(0)) => Ok(output.text()),
                Ended::With(status) => {
                    let last = output.last_lines(1).pop().map(|last| format!(": {last}"));
                    Err(format!(
                        "{line} {}{}",
                        job::told(status),
                        last.unwrap_or_default()
                    ))
                }
                Ended::Refused(reason) => Err(format!("{line} cannot be run: {reason}")),
            },
        })
    }
}

/// Whether what the machine has is enough for a peer.
fn judge(tool: &Tool, answer: Answer) -> Found {
    let install = tool.install.clone();
    let (program, version) = match answer {
        Answer::Missing { reason } => return Found::Missing { reason, install },
        Answer::There { program, version } => (program, version),
    };
    let told = version.as_ref().map(Version::to_string);
    let Some(at_least) = &tool.at_least else {
        return Found::Enough {
            program,
            version: told,
        };
    };
    let least = Version::exactly(at_least);
    match version.zip(least) {
        Some((version, least)) if version.reaches(&least) => Found::Enough {
            program,
            version: told,
        },
        Some((version, _)) => {
            let at_least = at_least.clone();
            Found::TooOld {
                program,
                version: version.to_string(),
                at_least,
                install,
            }
        }
        None => {
            let reason = format!("{} tells no version", program.display());
            Found::Missing { reason, install }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(version: Option<&str>, at_least: Option<&str>, expected: &str) {
        let tool = Tool {
            program: "node".to_owned(),
            version: vec!["--version".to_owned()],
            at_least: at_least.map(str::to_owned),
            install: "apt-get install -y nodejs".to_owned(),
        };
        let version = version.and_then(Version::exactly);
        let answer = Answer::There {
            program: PathBuf::from("/bin/node"),
            version,
        };
        let found = match judge(&tool, answer) {
            Found::Enough { version, .. } => format!("enough {version:?}"),
            Found::Missing { reason, .. } => reason,
            Found::TooOld {
                version, at_least, ..
            } => format!("{version} is below {at_least}"),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_tool_is_enough_from_its_least_version_on() {
        check(Some("18.0"), Some("18"), "enough Some(\"18.0\")");
        check(Some("17.9.1"), Some("18"), "17.9.1 is below 18");
        check(None, Some("18"), "/bin/node tells no version");
        check(None, None, "enough None");
    }
}
