//! Floods: who begins records how, who is owed which, and who must hear them.

use std::collections::BTreeSet;

use super::cast::Who;
use super::model::{Action, ActorId, FloodOrder, FloodRange, MOST_FLOOD_MESSAGES, RECORD};
use super::perform::{Included, Performance, Performed, wrong};
use super::syntax::{ExpectFloodText, FloodOrderText, FloodText};
use super::words::Trait;
use crate::source::{At, Mistake, Span};

impl Performance<'_, '_> {
    pub(super) fn flood(&mut self, actors: &[ActorId], flood: &FloodText, span: Span) -> Performed {
        let messages = flood.messages.value;
        if !(1..=MOST_FLOOD_MESSAGES).contains(&messages) {
            let help = format!("from 1 to {MOST_FLOOD_MESSAGES}");
            return wrong(
                flood.messages.span,
                format!("a flood of {messages} messages"),
                help,
            );
        }
        self.check_prefix(actors, flood)?;
        self.say(actors, u64::from(messages) * RECORD as u64, span)?;
        let reach = self.reach(actors);
        let mut first = Vec::new();
        for sender in actors {
            let performer = self.stage.performer(*sender);
            let range = FloodRange {
                sender: *sender,
                prefix: flood.prefix.value.clone(),
                first: performer.next_record,
                messages,
            };
            performer.next_record = performer.next_record.saturating_add(messages);
            self.check_room_for_number(flood, last_of(&range))?;
            first.push(range.first);
            if self.stage.among.contains(sender) {
                continue;
            }
            match reach.sender {
                Included::Only => self.stage.owe(*sender, range),
                Included::Yes => reach
                    .room
                    .iter()
                    .for_each(|it| self.stage.owe(*it, range.clone())),
                Included::No => {
                    let others = reach.room.iter().filter(|it| *it != sender);
                    others.for_each(|it| self.stage.owe(*it, range.clone()));
                }
            }
        }
        Ok(Action::Flood {
            messages,
            prefix: flood.prefix.value.clone(),
            first,
        })
    }

    /// Digits would run into the number, and a prefix of another actor would hide whose it is.
    fn check_prefix(&mut self, actors: &[ActorId], flood: &FloodText) -> Result<(), Box<Mistake>> {
        let prefix = &flood.prefix;
        let is_plain = prefix
            .chars()
            .all(|c| c.is_ascii_alphabetic() || c == '-' || c == '_');
        if prefix.is_empty() || prefix.len() > 7 || !is_plain {
            let message = format!("`{}` cannot be a prefix", prefix.value);
            return wrong(
                prefix.span,
                message,
                "a prefix is 1 to 7 letters, `-` or `_`",
            );
        }
        for id in actors {
            let key = (prefix.value.clone(), self.cast.actors[id.0].place);
            let owner = *self.stage.prefixes.entry(key).or_insert(*id);
            if owner != *id {
                let message = format!("{} floods with this prefix too", self.cast.name(owner));
                return wrong(prefix.span, message, "a record must tell whose it is");
            }
        }
        Ok(())
    }

    fn check_room_for_number(&self, flood: &FloodText, last: u32) -> Result<(), Box<Mistake>> {
        let digits = RECORD - 1 - 4 - flood.prefix.len();
        if last.to_string().len() <= digits {
            return Ok(());
        }
        let message = format!("the number {last} does not fit into {digits} digits");
        wrong(flood.prefix.span, message, "take a shorter prefix")
    }

    pub(super) fn expect_flood(
        &mut self,
        actors: &[ActorId],
        expected: &ExpectFloodText,
        span: Span,
    ) -> Performed {
        let from = self.named(&expected.from.value)?;
        let among = self.named(expected.among.as_deref().unwrap_or_default())?;
        if from.is_empty() {
            return wrong(
                expected.from.span,
                "records of nobody",
                "name the actors that flooded",
            );
        }
        if let Some(both) = from.iter().find(|id| among.contains(id)) {
            let message = format!("{} stands in `from` and in `among`", self.cast.name(*both));
            return wrong(span, message, "records are either owed or passed over");
        }
        self.read_on(actors);
        let mut owed = Vec::new();
        let mut missing = None;
        for receiver in actors {
            let ranges = self.stage.collect(*receiver, &from);
            let heard: BTreeSet<ActorId> = ranges.iter().map(|range| range.sender).collect();
            let lacking = from.iter().find(|sender| {
                let is_left_out =
                    **sender == *receiver && !self.ground.requires_only(Trait::Sender, "included");
                !is_left_out && !heard.contains(sender)
            });
            missing = missing.or(lacking.map(|sender| (*receiver, *sender)));
            owed.push(ranges);
        }
        self.pass_over(&among);
        if let Some((receiver, sender)) = missing
            && !self.stage.is_unknown()
        {
            let (receiver, sender) = (self.cast.name(receiver), self.cast.name(sender));
            let message = format!("{receiver} is owed no records of {sender}");
            let help = format!("{sender} floods after {receiver} connects, and before this");
            return wrong(expected.from.span, message, help);
        }
        let order = match expected.order {
            None | Some(FloodOrderText::PerSender) => FloodOrder::PerSender,
            Some(FloodOrderText::SameForAll) => FloodOrder::SameForAll,
        };
        Ok(Action::ExpectFlood {
            order,
            owed,
            within: expected.within.map(|time| time.0),
            among,
        })
    }

    /// From here on nobody is owed what these flood.
    fn pass_over(&mut self, among: &[ActorId]) {
        self.stage.among.extend(among);
        for performer in &mut self.stage.performers {
            performer
                .pending
                .retain(|sender, _| !among.contains(sender));
        }
    }

    /// The actors that a list names.
    fn named(&mut self, names: &[At<String>]) -> Result<Vec<ActorId>, Box<Mistake>> {
        let mut told = Vec::new();
        let who = self.cast.these(names, &mut told);
        match (told.into_iter().next(), who) {
            (Some(mistake), _) => Err(Box::new(mistake)),
            (None, Who::These(ids) | Who::Unclear(ids)) => Ok(ids),
            (None, Who::All | Who::Others) => Ok(Vec::new()),
        }
    }
}

fn last_of(range: &FloodRange) -> u32 {
    range.first.saturating_add(range.messages - 1)
}
