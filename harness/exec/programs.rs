//! What is done with an actor that a client program plays: started, and its end judged.

use std::rc::Rc;

use super::driver::Driver;
use super::lifecycle::{Ended, unmet};
use super::program::Program;
use super::room::{Heard, Live, Room};
use super::server::in_words;
use crate::host::{StartError, Status, deadline};
use crate::peer::manifest::ClientOffer;
use crate::scenario::model::ExpectedExit;
use crate::scenario::words::{End, ErrorKind};
use crate::trace::{Stop, Tail, What};

impl Room<'_> {
    /// Starts the client program that plays an actor; it need not have connected yet.
    pub async fn start_program(&self, offer: &ClientOffer) -> Result<Driver, Stop> {
        let address = self.address.borrow().clone();
        let address = address.expect("the case has had a server");
        let _permit = self.stage.permit_start().await;
        let command = self.stage.client_command(offer, &address);
        let command = command.map_err(Stop::Unanswerable)?;
        let log = self.stage.client_log_file(offer);
        let launcher = &self.stage.means.launcher;
        match Program::start(launcher, &command, offer.speaks, log).await {
            Ok(program) => Ok(Driver::Program(program)),
            Err(error @ StartError::Refused { .. }) => Err(Stop::Over {
                end: End::Failed,
                error: Some(ErrorKind::Other),
                text: error.to_string(),
            }),
            Err(error) => {
                self.stage.report_fault(&error.to_string());
                Err(Stop::Unanswerable(error.to_string()))
            }
        }
    }

    /// Waits for the end of the program that plays an actor, and judges it. Unless the text says
    /// what it wrote, it has written nothing more.
    pub async fn expect_program_exit(
        &self,
        live: &Live,
        step: usize,
        expected: &ExpectedExit,
    ) -> Heard {
        let Some(program) = live.driver.program().map(Rc::clone) else {
            return Heard::nothing(Stop::Unanswerable(String::from("it is no program")));
        };
        let limit = self.settings.timeout;
        let exit = match deadline::within(limit, program.ended()).await {
            Ok(Ok(exit)) => exit,
            Ok(Err(lost)) => {
                self.stage.report_fault(&lost.to_string());
                return Heard::nothing(Stop::Unanswerable(lost.to_string()));
            }
            Err(_) => {
                let awaited = String::from("the program to exit");
                return Heard::nothing(Stop::Deadline {
                    waited: limit,
                    awaited,
                });
            }
        };
        self.tell(step, Some(live.actor), What::Exited(in_words(exit.status)));
        let heard = match &expected.stdout {
            Some(_) => Heard::nothing(Stop::Met),
            None => {
                self.hear_over(live, None, |end| end == End::End, "the end of its stdout")
                    .await
            }
        };
        if heard.stop != Stop::Met {
            return heard;
        }
        live.driver.close();
        if let Some(driving) = live.driving.take() {
            // What it wrote last is in its streams until they have been read to their ends.
            driving.await.ok();
        }
        let mut stdout = Tail::default();
        let log = live.hearing.log.borrow();
        stdout.push(log.bytes(0..log.len()));
        let ended = Ended {
            status: exit.status,
            stderr: program.stderr(),
            stdout,
        };
        let stop = unmet(expected, &ended).map_or(Stop::Met, Stop::Server);
        Heard {
            units: heard.units,
            stop,
        }
    }
}

impl Live {
    /// How a client program ended that no step asked to end, where that was a failure.
    pub fn crashed_program(&self) -> Option<Stop> {
        let exit = self.driver.program()?.exit()?;
        (exit.status != Status::Code(0)).then(|| Stop::Over {
            end: End::Failed,
            error: Some(ErrorKind::Other),
            text: format!("the program ended: {}", in_words(exit.status)),
        })
    }
}
