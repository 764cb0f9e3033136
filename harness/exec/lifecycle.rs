//! Steps of the server: starting, stopping and judging its process.

use std::net::TcpListener;
use std::rc::Rc;
use std::time::Duration;

use super::pool;
use super::room::Room;
use super::server::{NotListening, Place, Server, at_port, in_words};
use crate::host::deadline;
use crate::host::{Signal, Status};
use crate::scenario::ServerAction;
use crate::scenario::model::{ExpectedCode, ExpectedExit};
use crate::scenario::words::Transport;
use crate::trace::{Stop, Tail, What};
use crate::transport::Address;

impl Room<'_> {
    /// Plays a step of the server; tells whether it went as the text says.
    pub async fn serve(&self, step: usize, action: &ServerAction) -> bool {
        let stop = match action {
            ServerAction::HasRead => self.has_read_all().await,
            ServerAction::ExpectUnread(span) => self.expect_unread(*span).await,
            ServerAction::Start { port_taken: false } => self.start(step, None).await,
            ServerAction::Start { port_taken: true } => self.start_at_taken_port(step).await,
            ServerAction::Restart { same_port } => self.restart(step, *same_port).await,
            ServerAction::Stop => self.end_server(step, Signal::TERM, "SIGTERM").await,
            ServerAction::Kill => self.end_server(step, Signal::KILL, "SIGKILL").await,
            ServerAction::ExpectAlive => match self.exit_status() {
                None => Stop::Met,
                Some(status) => Stop::Server(in_words(status)),
            },
            ServerAction::ExpectExit(expected) => self.expect_exit(expected).await,
        };
        self.record_server(step, stop)
    }

    fn server_now(&self) -> Option<Rc<Server>> {
        self.server.borrow().clone()
    }

    fn exit_status(&self) -> Option<Status> {
        self.server_now()
            .and_then(|server| server.process.exit())
            .map(|exit| exit.status)
    }

    /// Starts a process in the case; ends when it listens or has exited.
    async fn start(&self, step: usize, place: Option<Place>) -> Stop {
        let Some(offer) = self.case.offer() else {
            return Stop::Unanswerable(String::from("no offer plays this case"));
        };
        if let Some(crash) = self.server_now().and_then(|last| last.crash()) {
            // A crash is not made good by another start.
            return Stop::Server(in_words(crash.status));
        }
        if let Err(not) = self.pool.free_port(self.stage, offer.port).await {
            return self.not_listening(not);
        }
        let place = match place {
            Some(place) => Ok(place),
            None => Place::of(offer, self.stage).await,
        };
        let permit = self.stage.permit_start().await;
        let started = match place {
            Ok(place) => Server::start(self.stage, offer, place).await,
            Err(not) => Err(not),
        };
        let server = match started {
            Ok(server) => Rc::new(server),
            Err(not) => return self.not_listening(not),
        };
        *self.server.borrow_mut() = Some(Rc::clone(&server));
        let listening = server.listen(self.stage).await;
        drop(permit);
        match listening {
            Ok(()) => {
                let address = server.address.get().cloned();
                let text = address
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                *self.address.borrow_mut() = address;
                self.tell(step, None, What::Listening(text));
                Stop::Met
            }
            Err(NotListening::Exited(exit)) => {
                self.tell(step, None, What::Exited(in_words(exit.status)));
                self.end_tree(&server).await;
                match self.scenario().expects_exit_after(step) {
                    true => {
                        server.ending.set(true);
                        Stop::Met
                    }
                    false => Stop::Server(in_words(exit.status)),
                }
            }
            Err(not) => self.not_listening(not),
        }
    }

    fn not_listening(&self, not: NotListening) -> Stop {
        match not {
            NotListening::Fault(fault) => {
                self.stage.report_fault(&fault);
                Stop::Unanswerable(fault)
            }
            NotListening::Broken(reason) => Stop::Server(reason),
            NotListening::Exited(exit) => Stop::Server(in_words(exit.status)),
        }
    }

    /// The harness listens on the port that the server is told to take.
    async fn start_at_taken_port(&self, step: usize) -> Stop {
        let taken = match self.case.transport {
            Transport::Udp => std::net::UdpSocket::bind("127.0.0.1:0")
                .and_then(|socket| Ok((socket.local_addr()?.port(), Taken::Udp(socket)))),
            Transport::Tcp | Transport::Unix => TcpListener::bind("127.0.0.1:0")
                .and_then(|listener| Ok((listener.local_addr()?.port(), Taken::Tcp(listener)))),
        };
        match taken {
            Ok((port, _held)) => {
                let place = Place::Free(at_port(self.case.transport, port));
                self.start(step, Some(place)).await
            }
            Err(error) => Stop::Unanswerable(format!("cannot take a port: {error}")),
        }
    }

    async fn restart(&self, step: usize, same_port: bool) -> Stop {
        let last = self.address.borrow().clone();
        if self.exit_status().is_none() && self.server_now().is_some() {
            let stop = self.end_server(step, Signal::TERM, "SIGTERM").await;
            if stop != Stop::Met {
                return stop;
            }
            // One that was about to crash ends otherwise than one that is told to.
            let status = self
                .exit_status()
                .filter(|status| !ExpectedCode::Stopped.is(*status));
            if let Some(status) = status {
                // Its end was its own doing, though the signal was on its way.
                if let Some(server) = self.server_now() {
                    server.ending.set(false);
                }
                return Stop::Server(in_words(status));
            }
        }
        let place = match (same_port, last) {
            (true, Some(address @ (Address::Tcp(_) | Address::Udp(_)))) => {
                // A number that was leased or is fixed stays so: the lease goes on to the next.
                let held = self
                    .server
                    .take()
                    .and_then(Rc::into_inner)
                    .map(Server::into_place);
                match held {
                    Some(Place::Leased(address, lease)) => Some(Place::Leased(address, lease)),
                    _ => Some(Place::Free(address)),
                }
            }
            _ => None,
        };
        self.start(step, place).await
    }

    /// Sends a signal and waits until the process and all of its tree are gone.
    async fn end_server(&self, step: usize, signal: Signal, name: &str) -> Stop {
        let Some(server) = self.server_now() else {
            return Stop::Server(String::from("it was not running"));
        };
        self.tell(step, None, What::Signalled(name.to_owned()));
        let ended = server.end_by(signal, self.settings.timeout).await;
        self.end_tree(&server).await;
        match ended {
            Ok(exit) => {
                self.tell(step, None, What::Exited(in_words(exit.status)));
                Stop::Met
            }
            Err(reason) => Stop::Server(reason),
        }
    }

    async fn end_tree(&self, server: &Server) {
        if let Err(not) = pool::end(self.stage, server).await {
            self.not_listening(not);
        }
    }

    /// Waits for the end of the process, and judges it once its streams have ended.
    async fn expect_exit(&self, expected: &ExpectedExit) -> Stop {
        let Some(server) = self.server_now() else {
            return Stop::Server(String::from("it never ran"));
        };
        let limit = self.settings.timeout;
        let exit = match deadline::within(limit, server.process.ended()).await {
            Ok(Ok(exit)) => exit,
            Ok(Err(lost)) => return self.not_listening(NotListening::Fault(lost.to_string())),
            Err(_) => {
                let awaited = String::from("the server to exit");
                return Stop::Deadline {
                    waited: limit,
                    awaited,
                };
            }
        };
        server.ending.set(true);
        self.end_tree(&server).await;
        let ended = Ended {
            status: exit.status,
            stderr: server.output.stderr(),
            stdout: server.output.stdout(),
        };
        unmet(expected, &ended).map_or(Stop::Met, Stop::Server)
    }

    /// A declared wait: the run's time is at least the longest chain of them.
    pub fn declare(&self, span: Duration) {
        self.declared.set(self.declared.get() + span);
    }
}

/// A process that has ended, and the end of what it wrote.
pub(super) struct Ended {
    pub status: Status,
    pub stderr: Tail,
    pub stdout: Tail,
}

/// How a process did not end as expected, if so.
pub(super) fn unmet(expected: &ExpectedExit, ended: &Ended) -> Option<String> {
    let lacks = |regex: &Option<regex::bytes::Regex>, tail: &Tail| {
        regex
            .as_ref()
            .is_some_and(|regex| !regex.is_match(&tail.bytes))
    };
    if expected.code.is_some_and(|code| !code.is(ended.status)) {
        return Some(in_words(ended.status));
    }
    if lacks(&expected.stderr, &ended.stderr) {
        return Some(String::from("stderr does not have what is expected"));
    }
    lacks(&expected.stdout, &ended.stdout)
        .then(|| String::from("stdout does not have what is expected"))
}

/// What the harness listens with so that a port is taken.
enum Taken {
    Tcp(#[expect(dead_code, reason = "held, never used")] TcpListener),
    Udp(#[expect(dead_code, reason = "held, never used")] std::net::UdpSocket),
}

impl ExpectedCode {
    /// Whether a status is the expected one; a death by signal S counts as 128 + S.
    fn is(self, status: Status) -> bool {
        let code = match status {
            Status::Code(code) => code,
            Status::Signal(signal) => 128 + signal,
        };
        match self {
            ExpectedCode::Exactly(expected) => code == i32::from(expected),
            ExpectedCode::Nonzero => code != 0,
            ExpectedCode::Stopped => code == 0 || code == 143,
        }
    }
}
