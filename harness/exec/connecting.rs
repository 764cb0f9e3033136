//! How an actor comes by a connection: a socket of ours, or a client program.

use std::rc::Rc;

use super::driver::Driver;
use super::room::{Live, LoggingEar, Room};
use crate::host::deadline;
use crate::plan::Client;
use crate::scenario::ActorId;
use crate::scenario::words::End;
use crate::trace::{Stop, What};
use crate::transport::Ending;

impl Room<'_> {
    /// Connects an actor and begins to read.
    pub async fn connect(
        &self,
        step: usize,
        actor: ActorId,
        receive_buffer: Option<u32>,
    ) -> Result<Rc<Live>, Stop> {
        let driver = match &self.case.client {
            Client::Program(offer) if self.scenario().is_program(actor) => {
                self.tell(
                    step,
                    Some(actor),
                    What::Note(format!("is played by {}", offer.peer)),
                );
                self.start_program(offer).await?
            }
            _ => self.dial(receive_buffer).await?,
        };
        let live = self.seat(actor, driver);
        if live.driver.program().is_none() {
            let from = live.local.map(|local| local.to_string());
            let from = from.unwrap_or_else(|| String::from("-"));
            self.tell(step, Some(actor), What::Connected(from));
        }
        self.note_drops(&live);
        let ear = LoggingEar {
            hearing: Rc::clone(&live.hearing),
            driver: live.driver.clone(),
        };
        let driving = live.driver.begin(ear, Rc::clone(&self.scratch));
        live.driving.replace(Some(driving));
        Ok(live)
    }

    async fn dial(&self, receive_buffer: Option<u32>) -> Result<Driver, Stop> {
        let address = self
            .address
            .borrow()
            .clone()
            .expect("the case has had a server");
        let limit = self.settings.timeout;
        match deadline::within(limit, Driver::connect(&address, receive_buffer)).await {
            Ok(Ok(driver)) => Ok(driver),
            Ok(Err(error)) if error.raw_os_error() == Some(TOO_MANY_FILES) => {
                self.stage
                    .report_fault("no more files can be opened; lower --jobs");
                Err(Stop::Unanswerable(error.to_string()))
            }
            Ok(Err(error)) => {
                let Ending { end, error, text } = Ending::failed(&error);
                Err(Stop::Over { end, error, text })
            }
            Err(_) => {
                let awaited = String::from("the connection to be made");
                Err(Stop::Deadline {
                    waited: limit,
                    awaited,
                })
            }
        }
    }

    /// In the place of a connect: nobody listens.
    pub async fn expect_refused(&self, step: usize, actor: ActorId) -> Stop {
        match self.connect(step, actor, None).await {
            Err(Stop::Over {
                end: End::Refused, ..
            }) => Stop::Met,
            Err(stop) => stop,
            Ok(live) => {
                live.close();
                Stop::Differs
            }
        }
    }
}

/// EMFILE: the process may hold no more descriptors.
const TOO_MANY_FILES: i32 = 24;
