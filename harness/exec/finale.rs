//! The end of a case: every open connection is ended from our side, and what no step consumed is
//! found.

use futures_util::future::join_all;

use super::room::{Heard, Live, Room};
use crate::host::deadline;
use crate::scenario::words::{End, Trait};
use crate::trace::Stop;

impl Room<'_> {
    /// Ends what is still open; tells whether nothing came that no step consumed.
    pub async fn finale(&self, step: usize) -> bool {
        let open = self.open();
        let flushes =
            self.case.transport.is_stream() && self.server_is(Trait::HalfClose, "flush_and_end");
        // A program may live on after the end of its stdin.
        let proves = |live: &Live| flushes && live.driver.program().is_none();
        if !open.iter().all(|live| proves(live)) {
            self.has_read_all().await;
            self.declare(QUIET);
            deadline::quiet(QUIET).await;
        }
        let ends = open.iter().map(|live| async {
            let heard = match proves(live) {
                true => self.end_by_half_close(live).await,
                false => self.end_after_quiet(live),
            };
            live.close();
            self.record(step, Some(live), live.actor, heard)
        });
        join_all(ends).await.into_iter().all(|went_well| went_well)
    }

    /// Half-closes and reads to the end, which proves that nothing more would have come.
    async fn end_by_half_close(&self, live: &Live) -> Heard {
        live.driver.resume();
        live.driver.finish();
        let patience = self.patience(None);
        self.hear(
            live,
            patience,
            "the server's end after our half-close",
            |log, cursor| {
                let over = log.over()?;
                Some(match over.end {
                    _ if log.is_forgetting() => Ok(0),
                    End::End if cursor == log.len() => Ok(0),
                    End::End => Err(Stop::Differs),
                    end => Err(Stop::Over {
                        end,
                        error: over.error,
                        text: over.text.clone(),
                    }),
                })
            },
        )
        .await
    }

    fn end_after_quiet(&self, live: &Live) -> Heard {
        self.pass_over(live);
        let log = live.hearing.log.borrow();
        let cursor = live.cursor.get();
        let stop = match cursor == log.len() || log.is_forgetting() {
            true => live.crashed_program().unwrap_or(Stop::Met),
            false => Stop::Differs,
        };
        Heard {
            units: cursor..log.len(),
            stop,
        }
    }
}

/// Where no half-close can prove silence: how long nothing may come at the end of a case, once the
/// server has read all.
const QUIET: std::time::Duration = std::time::Duration::from_millis(50);
