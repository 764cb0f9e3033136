//! Plays one case: a process for it, a room, the steps, the end, and what becomes of the process.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use super::pool::{self, Left, Pool};
use super::room::Room;
use super::server::{NotListening, Server, in_words};
use super::stage::Stage;
use super::{Finding, Played};
use crate::host::Status;
use crate::host::deadline;
use crate::peer::manifest::Offer;
use crate::plan::Case;
use crate::trace::{Stop, Trace, What};

/// A case that has been played, and what was found when its process was given back.
pub(super) struct Done {
    pub played: Played,
    pub found: Option<Finding>,
}

/// Plays a case on an offer.
pub(super) async fn play(stage: &Stage, pool: &Pool, case: &Case, offer: &Rc<Offer>) -> Done {
    let own = case.scenario.handles_server();
    let server = match (own, case.scenario.begins_without_server()) {
        (true, true) => None,
        (true, false) => match pool.start(stage, offer).await {
            Ok(server) => Some(server),
            Err(not) => return Done::without_server(not),
        },
        (false, _) => match pool.take(stage, offer).await {
            Ok(server) => Some(server),
            Err(not) => return Done::without_server(not),
        },
    };
    let room = Room::new(case, stage, pool, server);
    let end = case.scenario.end_index();
    let played = deadline::within(CASE, async {
        room.note_start();
        room.play(&case.scenario.steps).await
            && room.judge_floods(end)
            && room.finale(end).await
            && room.judge_floods(end)
    });
    let went_well = match played.await {
        Ok(went_well) => went_well,
        Err(_) => {
            let awaited = String::from("the case to end");
            room.record_server(
                end,
                Stop::Deadline {
                    waited: CASE,
                    awaited,
                },
            )
        }
    };
    let locals = room.locals();
    let crash = room.crash();
    let closed = room.close().await;
    let server = room.server.take();
    let mut trace = room.into_trace();
    if let Err(panic) = closed {
        return Done {
            played: Played::Fault(panic.to_string()),
            found: None,
        };
    }
    let Some(server) = server else {
        return Done {
            played: Played::Through(Box::new(trace)),
            found: None,
        };
    };
    trace.reused = server.reused.get();
    let ended = match went_well && !own {
        true => give_back(stage, pool, server, &locals, &mut trace).await,
        false => end_for_good(stage, &server, crash, &mut trace)
            .await
            .map(|()| None),
    };
    match ended {
        Ok(found) => Done {
            played: Played::Through(Box::new(trace)),
            found,
        },
        Err(not) => Done::without_server(not),
    }
}

impl Done {
    fn without_server(not: NotListening) -> Done {
        let played = match not {
            NotListening::Broken(reason) => Played::Broken(reason),
            NotListening::Fault(fault) => Played::Fault(fault),
            NotListening::Exited(exit) => Played::Broken(in_words(exit.status)),
        };
        Done {
            played,
            found: None,
        }
    }
}

/// Gives the process of a case that went well back to the pool. One that ended once the case was
/// over has crashed, unless it exited with 0.
async fn give_back(
    stage: &Stage,
    pool: &Pool,
    server: Rc<Server>,
    locals: &[SocketAddr],
    trace: &mut Trace,
) -> Result<Option<Finding>, NotListening> {
    let offer = server.offer.to_string();
    trace.stderr = server.output.stderr();
    Ok(match pool.give_back(stage, server, locals).await? {
        Left::Nothing | Left::Ended(Status::Code(0)) => None,
        Left::Ended(status) => {
            trace.crash = Some(in_words(status));
            None
        }
        Left::Sockets => Some(Finding::KeptSockets { offer }),
        Left::Deaf => Some(Finding::StoppedListening { offer }),
    })
}

/// Ends the process of a case that failed or had it for itself. Where it had ended by itself and
/// no step asked for that, the trace says so: what we kill dies of SIGKILL, so any other status is
/// the process's own. What exits with 0 now that every connection is over has not crashed.
async fn end_for_good(
    stage: &Stage,
    server: &Server,
    crash: Option<Status>,
    trace: &mut Trace,
) -> Result<(), NotListening> {
    let own = || server.crash().map(|exit| exit.status);
    let is_crash = |status: &Status| *status != Status::Code(0);
    pool::await_end_of_deaf(server).await;
    // What is seen before we kill it is its own end, even a SIGKILL.
    let before = crash.or_else(|| own().filter(is_crash));
    pool::end(stage, server).await?;
    trace.stderr = server.output.stderr();
    let after = || {
        own()
            .filter(is_crash)
            .filter(|status| *status != Status::Signal(pool::KILL))
    };
    trace.crash = before.or_else(after).map(in_words);
    Ok(())
}

impl Room<'_> {
    /// How the server ended by itself while our side still held connections: an exit with 0 is
    /// a crash only where one of them was not over.
    fn crash(&self) -> Option<Status> {
        let server = self.server.borrow().clone()?;
        let status = server.crash()?.status;
        (status != Status::Code(0) || !self.is_over()).then_some(status)
    }

    /// Tells where the server listens and what was passed over on the way there.
    fn note_start(&self) {
        let server = self.server.borrow().clone();
        let Some(server) = server else { return };
        for port in server.passed_over() {
            self.tell(
                0,
                None,
                What::Note(format!("port {port} was taken and passed over")),
            );
        }
        if let Some(address) = server.address.get() {
            self.tell(0, None, What::Listening(address.to_string()));
        }
    }
}

/// How long a case may take in all.
const CASE: Duration = Duration::from_secs(60);
