//! The step interpreter: what an actor does, action by action.

use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;

use super::hearing::Patience;
use super::room::{Heard, Live, Room};
use crate::host::deadline::{self, Looks};
use crate::scenario::matcher::{Look, Matcher};
use crate::scenario::model::Until;
use crate::scenario::payload::Payload;
use crate::scenario::words::{End, ErrorKind};
use crate::scenario::{Action, ActorId, Doing, Step};
use crate::trace::{Stop, What};
use crate::transport::Word;

impl Room<'_> {
    /// Plays steps one after another, up to the first that did not go as the text says. Tells
    /// whether all did.
    pub async fn play(&self, steps: &[Step]) -> bool {
        for step in steps {
            let went_well = match &step.doing {
                Doing::Act {
                    actors,
                    action:
                        Action::Join {
                            receive_buffer,
                            members,
                        },
                } => {
                    self.join_all(step.index, actors, *receive_buffer, members)
                        .await
                }
                Doing::Act { actors, action } => {
                    let acts = actors.iter().enumerate();
                    let acts = acts.map(|(place, actor)| self.act(step, *actor, place, action));
                    join_all(acts).await.into_iter().all(|went_well| went_well)
                }
                Doing::Server(action) => self.serve(step.index, action).await,
                Doing::Parallel(lanes) => {
                    let lanes = lanes.iter().map(|lane| self.play_lane(lane));
                    join_all(lanes).await.into_iter().all(|went_well| went_well)
                }
            };
            if !went_well {
                return false;
            }
        }
        true
    }

    /// A lane is played as the scenario is, so the two call one another.
    fn play_lane<'b>(&'b self, lane: &'b [Step]) -> Pin<Box<dyn Future<Output = bool> + 'b>> {
        Box::pin(self.play(lane))
    }

    /// One actor does one action; tells whether it went as the text says.
    async fn act(&self, step: &Step, actor: ActorId, place: usize, action: &Action) -> bool {
        let index = step.index;
        match action {
            Action::Connect { receive_buffer } => {
                let connected = self.connect(index, actor, *receive_buffer).await;
                let stop = connected.err().unwrap_or(Stop::Met);
                let live = self.live(actor);
                return self.record(index, live.as_deref(), actor, Heard::nothing(stop));
            }
            Action::ExpectRefused if self.case.transport.is_stream() => {
                let heard = Heard::nothing(self.expect_refused(index, actor).await);
                return self.record(index, None, actor, heard);
            }
            _ => {}
        }
        let live = self
            .live(actor)
            .expect("the check of the text: it is connected");
        let heard = self.act_on(&live, step, place, action).await;
        // What is only observed cannot go wrong, but for a server that never stops talking.
        let observed = matches!(action, Action::Observe { .. }) && heard.stop != Stop::Flooded;
        self.record(index, Some(&live), actor, heard) || observed
    }

    async fn act_on(&self, live: &Live, step: &Step, place: usize, action: &Action) -> Heard {
        let index = step.index;
        match action {
            Action::Send { payload, pieces } => self.send(live, index, payload, pieces).await,
            Action::Expect { matcher, within } => self.expect(live, matcher, *within).await,
            Action::ExpectNothing(span) => self.expect_nothing(live, *span).await,
            Action::Observe { until } => self.observe(live, *until).await,
            Action::Finish => self.finish(live, index),
            Action::Close => self.close_when_written(live, index).await,
            Action::Reset => self.reset(live, index),
            Action::Leave => {
                self.finish(live, index);
                self.expect_over(live, None, |end| end == End::End, "the server's end")
                    .await
            }
            Action::ExpectEnd { within } => {
                self.expect_over(live, *within, |end| end == End::End, "the end")
                    .await
            }
            Action::ExpectReset { within } => {
                self.expect_over(live, *within, |end| end == End::Reset, "a reset")
                    .await
            }
            Action::ExpectClosed { within } => {
                let either = |end| matches!(end, End::End | End::Reset);
                self.expect_over(live, *within, either, "the end or a reset")
                    .await
            }
            Action::ExpectRefused => self.expect_error(live, ErrorKind::Refused).await,
            Action::ExpectError(kind) => self.expect_error(live, *kind).await,
            Action::Pause => {
                live.driver.pause();
                self.tell(index, Some(live.actor), What::Paused);
                Heard::nothing(Stop::Met)
            }
            Action::Resume => {
                live.driver.resume();
                self.tell(index, Some(live.actor), What::Resumed);
                Heard::nothing(Stop::Met)
            }
            Action::Flood {
                messages,
                prefix,
                first,
            } => {
                self.flood(live, index, prefix, first[place], *messages)
                    .await
            }
            Action::ExpectFlood {
                owed,
                within,
                among,
                ..
            } => {
                self.among.borrow_mut().extend(among);
                self.expect_flood(live, &owed[place], *within).await
            }
            Action::ExpectExit(expected) => self.expect_program_exit(live, index, expected).await,
            Action::IgnoreRest => {
                live.hearing.log.borrow_mut().forget_rest();
                Heard::nothing(Stop::Met)
            }
            Action::Connect { .. } | Action::Join { .. } => {
                unreachable!("both begin a connection, and are played before there is one")
            }
        }
    }

    async fn send(&self, live: &Live, step: usize, payload: &Payload, pieces: &[usize]) -> Heard {
        let bytes = payload.bytes();
        let mut from = 0;
        for piece in pieces {
            let to = bytes.len().min(from + piece);
            let stop = self.send_piece(live, step, bytes[from..to].into()).await;
            if stop != Stop::Met {
                return Heard::nothing(stop);
            }
            from = to;
        }
        if from == 0 {
            self.say(live, step, Rc::clone(bytes)).await;
        } else if from < bytes.len() {
            self.say(live, step, bytes[from..].into()).await;
        }
        Heard::nothing(Stop::Met)
    }

    /// Sends a piece, and waits until the server has read it.
    async fn send_piece(&self, live: &Live, step: usize, bytes: Rc<[u8]>) -> Stop {
        self.say(live, step, bytes).await;
        self.has_read(&[live]).await
    }

    /// Queues bytes on our side.
    pub async fn say(&self, live: &Live, step: usize, bytes: Rc<[u8]>) {
        self.make_room_for_datagram(bytes.len()).await;
        let beginning = bytes[..bytes.len().min(SHOWN)].to_vec();
        self.tell(
            step,
            Some(live.actor),
            What::Said(bytes.len() as u64, beginning),
        );
        live.driver.send(bytes);
    }

    async fn expect(&self, live: &Live, matcher: &Matcher, within: Option<Duration>) -> Heard {
        let patience = self.patience(within);
        let mut seen = (live.cursor.get(), 0);
        self.hear(live, patience, "what is expected", |log, cursor| {
            // What was passed over moves the cursor, and then nothing is known to be right.
            let right = if seen.0 == cursor { seen.1 } else { 0 };
            match matcher.look_on(log.unread(cursor, log.len()), right) {
                Look::Met(bytes) => Some(Ok(log.units(bytes))),
                Look::Differs(_) => Some(Err(Stop::Differs)),
                Look::More(right) => {
                    seen = (cursor, right);
                    None
                }
            }
        })
        .await
    }

    /// Silence is met when the time has passed, so here the deadline is the good end.
    async fn expect_nothing(&self, live: &Live, span: Duration) -> Heard {
        let patience = Patience::in_all(span);
        self.declare(span);
        let mut heard = self
            .hear(live, patience, "silence", |log, cursor| {
                (cursor < log.len()).then_some(Err(Stop::Differs))
            })
            .await;
        if matches!(heard.stop, Stop::Deadline { .. }) {
            heard.stop = Stop::Met;
        }
        heard
    }

    /// Reads on and asserts nothing: also an end and a silence are something to compare.
    async fn observe(&self, live: &Live, until: Until) -> Heard {
        let patience = self.patience(None);
        let heard = self
            .hear(live, patience, "something to observe", |log, cursor| {
                let unread = log.len() - cursor;
                match until {
                    Until::End => log.over().map(|_| Ok(unread)),
                    Until::Line => {
                        let bytes = log.bytes(cursor..log.len());
                        let end = bytes.iter().position(|byte| *byte == b'\n')?;
                        Some(Ok(end + 1))
                    }
                    Until::Message => (unread > 0).then_some(Ok(1)),
                }
            })
            .await;
        if until == Until::End {
            live.driver.close();
        }
        if heard.stop != Stop::Met {
            live.cursor.set(heard.units.end);
        }
        heard
    }

    fn finish(&self, live: &Live, step: usize) -> Heard {
        live.driver.finish();
        self.tell(step, Some(live.actor), What::Finished);
        Heard::nothing(Stop::Met)
    }

    async fn close_when_written(&self, live: &Live, step: usize) -> Heard {
        let limit = self.settings.timeout;
        if deadline::within(limit, live.driver.written())
            .await
            .is_err()
        {
            let awaited = String::from("the server to take what was sent before the close");
            return Heard::nothing(Stop::Deadline {
                waited: limit,
                awaited,
            });
        }
        live.close();
        self.tell(step, Some(live.actor), What::Closed);
        Heard::nothing(Stop::Met)
    }

    fn reset(&self, live: &Live, step: usize) -> Heard {
        let stop = match live.driver.reset() {
            Ok(()) => Stop::Met,
            Err(error) => Stop::Unanswerable(error.to_string()),
        };
        live.close();
        self.tell(step, Some(live.actor), What::Reset);
        Heard::nothing(stop)
    }

    /// Waits for the end of the connection, then our side closes. Where our side is not reading,
    /// the kernel's word is taken.
    async fn expect_over(
        &self,
        live: &Live,
        within: Option<Duration>,
        wanted: fn(End) -> bool,
        awaited: &str,
    ) -> Heard {
        if live.hearing.is_flooded() {
            return Heard::nothing(Stop::Flooded);
        }
        if live.driver.is_paused() {
            let limit = within.unwrap_or(self.settings.timeout);
            let mut looks = Looks::at_connection();
            let word = deadline::within(limit, async {
                loop {
                    match live.driver.word() {
                        Word::Open => looks.next().await,
                        Word::Ended => return End::End,
                        Word::Reset => return End::Reset,
                    }
                }
            });
            let stop = match word.await {
                Ok(end) if wanted(end) => Stop::Met,
                Ok(end) => Stop::Over {
                    end,
                    error: None,
                    text: String::new(),
                },
                Err(_) => Stop::Deadline {
                    waited: limit,
                    awaited: awaited.to_owned(),
                },
            };
            live.close();
            return Heard::nothing(stop);
        }
        let heard = self.hear_over(live, within, wanted, awaited).await;
        if heard.stop == Stop::Met {
            live.driver.close();
        }
        heard
    }

    async fn expect_error(&self, live: &Live, kind: ErrorKind) -> Heard {
        let patience = Patience::in_all(self.settings.timeout);
        let awaited = format!("the error {kind}");
        let heard = self
            .hear(live, patience, &awaited, |log, cursor| {
                if cursor < log.len() {
                    return Some(Err(Stop::Differs));
                }
                (log.over()?.error == Some(kind)).then_some(Ok(0))
            })
            .await;
        if heard.stop == Stop::Met {
            live.driver.close();
        }
        heard
    }
}

/// How many bytes of what was said the trace keeps for people.
const SHOWN: usize = 256;
