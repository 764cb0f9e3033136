//! Joining: an actor proves by a token, which goes through the server, that it hears and is heard.

use std::rc::Rc;

use futures_util::future::{join_all, select_all};

use super::room::{Heard, Live, Room, Standing, Token};
use crate::host::deadline::Beat;
use crate::scenario::ActorId;
use crate::scenario::words::Trait;
use crate::trace::{Stop, What};

impl Room<'_> {
    /// Actors join one after another, up to the first that cannot.
    pub async fn join_all(
        &self,
        step: usize,
        actors: &[ActorId],
        receive_buffer: Option<u32>,
        members: &[ActorId],
    ) -> bool {
        let mut members: Vec<Rc<Live>> = members
            .iter()
            .filter_map(|member| self.live(*member))
            .collect();
        for actor in actors {
            let live = match self.connect(step, *actor, receive_buffer).await {
                Ok(live) => live,
                Err(stop) => return self.record(step, None, *actor, Heard::nothing(stop)),
            };
            if !self.join(step, &live, &members).await {
                return false;
            }
            members.push(live);
        }
        true
    }

    /// One actor joins: whoever has to hears its token.
    async fn join(&self, step: usize, live: &Rc<Live>, members: &[Rc<Live>]) -> bool {
        live.standing.set(Standing::Joining);
        let excluded = self.server_is(Trait::Sender, "excluded");
        let mut hearers: Vec<Rc<Live>> = Vec::new();
        if !self.scenario().server.is_echo() {
            hearers.extend(members.iter().filter(|member| member.is_member()).cloned());
        }
        if self.scenario().server.is_echo() || !excluded {
            hearers.push(Rc::clone(live));
        }
        let awaited = format!("the token of {}", self.actor(live.actor).name);
        let first = self.say_token(step, live).await;
        *self.joining.borrow_mut() = first..first + 1;
        if excluded || !self.case.transport.is_stream() {
            let repeated = self.repeat_until_heard(step, live, &hearers, &awaited, first);
            if let Some((hearer, heard)) = repeated.await {
                // Nobody heard anything of it in the time that a step has: no use to wait again.
                return self.record(step, Some(&hearer), hearer.actor, heard);
            }
        }
        let last = self.joining.borrow().end - 1;
        let hear = |hearer| self.hear_token(hearer, &awaited, last);
        let heard = join_all(hearers.iter().map(|hearer| hear(hearer))).await;
        let failed = hearers
            .iter()
            .zip(heard)
            .filter(|(_, heard)| heard.stop != Stop::Met);
        let mut went_well = true;
        for (hearer, heard) in failed {
            went_well = self.record(step, Some(hearer), hearer.actor, heard);
        }
        if went_well {
            self.record(step, Some(live), live.actor, Heard::nothing(Stop::Met));
        }
        *self.joining.borrow_mut() = 0..0;
        live.standing.set(Standing::Member);
        went_well
    }

    /// Says a higher token every 50 ms until any of this join is heard: the server may not have
    /// known yet that the actor is there, and nothing tells when it does. Gives the first hearer
    /// that heard something else, or nothing in all the time.
    async fn repeat_until_heard(
        &self,
        step: usize,
        live: &Rc<Live>,
        hearers: &[Rc<Live>],
        awaited: &str,
        first: u32,
    ) -> Option<(Rc<Live>, Heard)> {
        if hearers.is_empty() {
            return None;
        }
        let heard = select_all(
            hearers
                .iter()
                .map(|hearer| Box::pin(self.hear_any_token(hearer, awaited, first))),
        );
        let repeated = async {
            let mut beat = Beat::every(REPEAT);
            loop {
                beat.next().await;
                self.say_token(step, live).await;
                self.joining.borrow_mut().end += 1;
            }
        };
        let (heard, place, _) = tokio::select! {
            heard = heard => heard,
            () = repeated => unreachable!("it is repeated for ever"),
        };
        (heard.stop != Stop::Met).then(|| (Rc::clone(&hearers[place]), heard))
    }

    async fn say_token(&self, step: usize, live: &Live) -> u32 {
        let number = self.tokens.borrow().len() as u32 + 1;
        let line = format!("join {} {number}\n", self.actor(live.actor).name);
        self.make_room_for_datagram(line.len()).await;
        self.tell(
            step,
            Some(live.actor),
            What::Token(line.trim_end().to_owned()),
        );
        let line: Rc<[u8]> = line.into_bytes().into();
        self.tokens.borrow_mut().push(Token {
            actor: live.actor,
            line: Rc::clone(&line),
        });
        live.driver.send(line);
        number
    }

    async fn hear_token(&self, hearer: &Live, awaited: &str, number: u32) -> Heard {
        self.hear_token_where(hearer, awaited, |live| {
            live.passed.borrow().contains(&number)
        })
        .await
    }

    async fn hear_any_token(&self, hearer: &Live, awaited: &str, first: u32) -> Heard {
        let any = |live: &Live| {
            live.passed
                .borrow()
                .last()
                .is_some_and(|last| *last >= first)
        };
        self.hear_token_where(hearer, awaited, any).await
    }

    /// Waits until a token has been passed over; anything else that comes is wrong.
    async fn hear_token_where(
        &self,
        hearer: &Live,
        awaited: &str,
        passed: impl Fn(&Live) -> bool,
    ) -> Heard {
        self.hear(hearer, self.patience(None), awaited, |log, cursor| {
            if passed(hearer) {
                return Some(Ok(0));
            }
            (cursor < log.len()).then_some(Err(Stop::Differs))
        })
        .await
    }
}

/// How long a join waits for an answer before it says a higher token.
const REPEAT: std::time::Duration = std::time::Duration::from_millis(50);
