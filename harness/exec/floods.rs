//! Floods: numbered records, each with a write of its own, and the reading of what is owed.

use std::rc::Rc;
use std::time::Duration;

use super::room::{Heard, Live, Room};
use crate::scenario::flood::FloodReading;
use crate::scenario::model::{FloodRange, RECORD};
use crate::scenario::words::Trait;
use crate::trace::{Stop, What};

impl Room<'_> {
    /// Sends records. After each one others have a turn, so that floods inside one `parallel`
    /// take turns, one record each.
    pub async fn flood(
        &self,
        live: &Live,
        step: usize,
        prefix: &str,
        first: u32,
        messages: u32,
    ) -> Heard {
        let place = self.actor(live.actor).place;
        let bytes = u64::from(messages) * RECORD as u64;
        let beginning = FloodRange::record(prefix, place, first).to_vec();
        self.tell(step, Some(live.actor), What::Said(bytes, beginning));
        for number in first..first + messages {
            let record = FloodRange::record(prefix, place, number);
            live.driver.send(Rc::from(record));
            tokio::task::yield_now().await;
        }
        Heard::nothing(Stop::Met)
    }

    /// Hears every record owed, each once and each sender's in order.
    pub async fn expect_flood(
        &self,
        live: &Live,
        owed: &[FloodRange],
        within: Option<Duration>,
    ) -> Heard {
        let left_out = self
            .server_is(Trait::Sender, "excluded")
            .then_some(live.actor);
        let mut reading = FloodReading::new(owed, &self.scenario().actors, left_out);
        let patience = self.patience(within);
        let mut units = live.cursor.get()..live.cursor.get();
        while !reading.is_complete() {
            let heard = self
                .hear(
                    live,
                    patience,
                    "the records that are owed",
                    |log, cursor| take_records(&mut reading, log.bytes(cursor..log.len())),
                )
                .await;
            units.end = heard.units.end;
            if heard.stop != Stop::Met {
                return Heard {
                    units,
                    stop: heard.stop,
                };
            }
        }
        Heard {
            units,
            stop: Stop::Met,
        }
    }
}

/// Takes as many records as are there, up to one that may not come next: that may still be one to
/// pass over, unless it is the first.
fn take_records(reading: &mut FloodReading, unread: &[u8]) -> Option<Result<usize, Stop>> {
    let mut taken = 0;
    for record in unread.chunks_exact(RECORD) {
        if reading.is_complete() {
            break;
        }
        match reading.take(record) {
            Ok(()) => taken += RECORD,
            Err(_) if taken > 0 => break,
            Err(_) => return Some(Err(Stop::Differs)),
        }
    }
    (taken > 0).then_some(Ok(taken))
}
