//! Starting programs, each under a guard of its own, and what is known of them while they live.
//! What they say, whether they listen and what their end means is for others.

use std::cell::RefCell;
use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::{getpid, set_child_subreaper};
use tokio::net::unix::pipe;

use super::Pid;
use super::child::{end_inherited, own_children};
use super::deadline::within;
use super::limits::OpenFiles;
use super::message::{Order, Start};
use super::process::{GuardLost, Hold, KILL, KillError, Pipes, Process, wait_until_gone};
use super::ward::Ward;

/// The argument by which the program knows that it is to be a guard.
pub const GUARD: &str = "guard";

/// How long a guard may take to answer; it takes 1 to 2 ms, on a machine that is not overloaded.
const ANSWER: Duration = Duration::from_secs(20);

/// A program to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program and its arguments; a name without a slash is looked up in the `PATH`.
    pub words: Vec<OsString>,
    /// Variables beside those that the harness itself has.
    pub env: Vec<(OsString, OsString)>,
    /// The folder to run in.
    pub cwd: PathBuf,
}

/// Why a program did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system refused to run the program: it is missing, or may not be executed.
    #[error("`{program}` cannot be started: {source}")]
    Refused {
        /// The command's first word.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// Our own side failed: no descriptors, no processes, or a command too long for a message.
    #[error("no guard for `{program}`: {source}")]
    Guard {
        /// The command's first word.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// The guard ended before it started anything.
    #[error(transparent)]
    Lost(#[from] GuardLost),
}

/// Starts programs. One for a run; clones start for the same run.
///
/// Everything that the run starts must go through it: a child of the harness that has no guard is
/// taken for one that was inherited from a lost guard, and killed.
#[derive(Debug, Clone)]
pub struct Launcher(Rc<Launched>);

impl Launcher {
    /// Makes this process a subreaper, which inherits what a lost guard leaves behind.
    ///
    /// `program` is the harness's own file, which is executed again for each guard.
    ///
    /// # Errors
    /// When the system refuses, which it has no reason to.
    pub fn new(program: PathBuf, open_files: OpenFiles) -> io::Result<Launcher> {
        set_child_subreaper(Some(getpid()))?;
        let strangers = own_children();
        let wards = RefCell::default();
        Ok(Launcher(Rc::new(Launched {
            program,
            open_files,
            strangers,
            wards,
        })))
    }

    /// Starts a program under a guard of its own, with its standard streams in pipes.
    ///
    /// # Errors
    /// [`StartError`]; nothing of the program is alive then, or will be in a moment.
    pub async fn start(&self, command: &Command) -> Result<Process, StartError> {
        match self.start_once(command).await {
            // A Ctrl-C reaches all of our group, and so a guard that has not left it yet: the
            // program has not been started, and what becomes of the run is not this case's fault.
            Err(StartError::Lost(_)) => self.start_once(command).await,
            answer => answer,
        }
    }

    async fn start_once(&self, command: &Command) -> Result<Process, StartError> {
        let program = || {
            let first = command.words.first();
            first.map_or_else(String::new, |word| word.to_string_lossy().into_owned())
        };
        let no_guard = |source| StartError::Guard {
            program: program(),
            source,
        };
        let (hold, pipes) = self.spawn_guard(command).map_err(no_guard)?;
        let answer = within(ANSWER, hold.ward.until_heard(|heard| heard.start)).await;
        match answer.map_err(|_| no_guard(io::ErrorKind::TimedOut.into()))?? {
            Ok(pid) => Ok(Process::new(pid, hold, pipes)),
            Err(error) => {
                let source = io::Error::from_raw_os_error(error);
                Err(StartError::Refused {
                    program: program(),
                    source,
                })
            }
        }
    }

    /// Spawns a guard and gives it its order; what runs is not known before it answers.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that starts guards"
    )]
    fn spawn_guard(&self, command: &Command) -> io::Result<(Hold, Pipes)> {
        self.0.forget_the_reaped();
        let flags = SocketFlags::CLOEXEC;
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
        let guard = std::process::Command::new(&self.0.program)
            .arg(GUARD)
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .spawn()?;
        let ward = Rc::new(Ward::new(Pid::from_child(&guard), ours)?);
        self.0.wards.borrow_mut().push(Rc::clone(&ward));
        // From here on a failure drops the hold, which ends the guard.
        let hold = Hold {
            ward,
            launched: Rc::clone(&self.0),
        };
        let (stdin_reader, stdin) = io::pipe()?;
        let (stdout, stdout_writer) = io::pipe()?;
        let (stderr, stderr_writer) = io::pipe()?;
        let order = Order::Start(Start {
            command: command.clone(),
            open_files: self.0.open_files.found,
        });
        let theirs = [
            stdin_reader.as_fd(),
            stdout_writer.as_fd(),
            stderr_writer.as_fd(),
        ];
        match hold.ward.order(&order, &theirs) {
            // It ended before it could read, which shows when its answer is awaited.
            Err(error) if is_end(&error) => {}
            ordered => ordered?,
        }
        let pipes = Pipes {
            stdin: Some(pipe::Sender::from_owned_fd(stdin.into())?),
            stdout: Some(pipe::Receiver::from_owned_fd(stdout.into())?),
            stderr: Some(pipe::Receiver::from_owned_fd(stderr.into())?),
        };
        Ok((hold, pipes))
    }

    /// Ends all that was started and still lives, and waits until every guard is gone: to be
    /// called last, whatever happened.
    ///
    /// # Errors
    /// The first [`KillError`]; all the others have been waited for as well. A guard of which
    /// [`Process::kill`] has told already is not told of again.
    pub async fn finish(&self) -> Result<(), KillError> {
        let mut wards = self.0.wards.borrow().clone();
        wards.retain(|ward| !ward.is_reaped());
        wards.iter().for_each(|ward| ward.end());
        let mut first = Ok(());
        for ward in &wards {
            let gone = wait_until_gone(ward).await;
            first = first.and(gone.map(drop));
        }
        self.0.end_inherited().await?;
        first
    }
}

/// Whether an order failed because the guard has ended.
fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionReset)
}

/// What the processes of one launcher share.
#[derive(Debug)]
pub(super) struct Launched {
    /// The program whose argument `guard` makes a guard of it.
    program: PathBuf,
    open_files: OpenFiles,
    /// Children from before the run: whoever executed the harness left them to it.
    strangers: Vec<Pid>,
    wards: RefCell<Vec<Rc<Ward>>>,
}

impl Launched {
    /// Forgets guards that have ended and that no process speaks of any more.
    fn forget_the_reaped(&self) {
        let unused = |ward: &Rc<Ward>| Rc::strong_count(ward) == 1;
        self.wards
            .borrow_mut()
            .retain(|ward| !(unused(ward) && ward.reap()));
    }

    /// Kills and reaps what lost guards left to this process; returns how many processes.
    pub async fn end_inherited(&self) -> io::Result<usize> {
        let spared = |pid| {
            let is_guard = self.wards.borrow().iter().any(|ward| ward.guard() == pid);
            is_guard || self.strangers.contains(&pid)
        };
        let ended = within(KILL, end_inherited(spared)).await;
        ended.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}
