//! Reads floods: which records a receiver is owed, and whether what it heard is each of them
//! once, whole, and each sender's in order.

use super::model::{Action, Actor, ActorId, Doing, FloodRange, RECORD, Scenario};

/// A receiver's reading of the floods that it is owed.
#[derive(Debug)]
pub struct FloodReading {
    senders: Vec<Sender>,
    heard: Vec<(ActorId, u32)>,
    owed: usize,
}

#[derive(Debug)]
struct Sender {
    id: ActorId,
    place: u16,
    ranges: Vec<FloodRange>,
    /// The range and the place in it of the record that must come next.
    next: (usize, u32),
}

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// It was heard before.
    Double(ActorId, u32),
    /// A later one of its sender than the one that must come next.
    OutOfOrder(ActorId, u32),
    /// No whole record: parts of several, or of something else.
    Torn,
}

impl FloodReading {
    /// A reading of what `owed` says, by a receiver; where the server leaves the sender out,
    /// `left_out` is the receiver itself.
    pub fn new(owed: &[FloodRange], actors: &[Actor], left_out: Option<ActorId>) -> FloodReading {
        let mut senders: Vec<Sender> = Vec::new();
        for range in owed.iter().filter(|range| Some(range.sender) != left_out) {
            match senders.iter_mut().find(|sender| sender.id == range.sender) {
                Some(sender) => sender.ranges.push(range.clone()),
                None => senders.push(Sender {
                    id: range.sender,
                    place: actors[range.sender.0].place,
                    ranges: vec![range.clone()],
                    next: (0, 0),
                }),
            }
        }
        let owed = senders
            .iter()
            .flat_map(|sender| &sender.ranges)
            .map(|range| range.messages as usize)
            .sum();
        FloodReading {
            senders,
            heard: Vec::with_capacity(owed),
            owed,
        }
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// When it is not one that may come next.
    pub fn take(&mut self, record: &[u8]) -> Result<(), Wrong> {
        if let Some(sender) = self.senders.iter_mut().find(|it| it.awaits(record)) {
            let number = sender.ranges[sender.next.0].first + sender.next.1;
            self.heard.push((sender.id, number));
            sender.step();
            return Ok(());
        }
        Err(self.classify(record))
    }

    /// Whether everything owed has been heard.
    pub fn is_complete(&self) -> bool {
        self.heard.len() == self.owed
    }

    /// What has been heard, in order: the sender and the record's number.
    pub fn heard(&self) -> &[(ActorId, u32)] {
        &self.heard
    }

    /// How many records are owed in all.
    pub fn owed(&self) -> usize {
        self.owed
    }

    /// The senders whose records are still owed, each with the number that must come next.
    pub fn missing(&self) -> impl Iterator<Item = (ActorId, u32)> {
        self.senders.iter().filter_map(|sender| {
            let range = sender.ranges.get(sender.next.0)?;
            Some((sender.id, range.first + sender.next.1))
        })
    }

    fn classify(&self, record: &[u8]) -> Wrong {
        for sender in &self.senders {
            let Some((place, number)) = sender.find(record) else {
                continue;
            };
            return match place < sender.next {
                true => Wrong::Double(sender.id, number),
                false => Wrong::OutOfOrder(sender.id, number),
            };
        }
        Wrong::Torn
    }
}

impl Sender {
    fn awaits(&self, record: &[u8]) -> bool {
        self.ranges.get(self.next.0).is_some_and(|range| {
            FloodRange::record(&range.prefix, self.place, range.first + self.next.1) == record
        })
    }

    fn step(&mut self) {
        self.next.1 += 1;
        if self.next.1 == self.ranges[self.next.0].messages {
            self.next = (self.next.0 + 1, 0);
        }
    }

    fn find(&self, record: &[u8]) -> Option<((usize, u32), u32)> {
        self.ranges.iter().enumerate().find_map(|(place, range)| {
            let number = range.number_of(record, self.place)?;
            Some(((place, number - range.first), number))
        })
    }
}

impl Scenario {
    /// The number of a record, if a sender's floods have one like it.
    pub fn flood_number(&self, sender: ActorId, record: &[u8]) -> Option<u32> {
        let place = self.actor(sender).place;
        self.every_step().find_map(|step| match &step.doing {
            Doing::Act {
                actors,
                action:
                    Action::Flood {
                        messages,
                        prefix,
                        first,
                    },
            } => {
                let at = actors.iter().position(|actor| *actor == sender)?;
                let (first, messages, prefix) = (first[at], *messages, prefix.clone());
                FloodRange {
                    sender,
                    prefix,
                    first,
                    messages,
                }
                .number_of(record, place)
            }
            _ => None,
        })
    }
}

impl FloodRange {
    /// The number of a record of this range by a sender of this place in its crowd.
    pub fn number_of(&self, record: &[u8], place: u16) -> Option<u32> {
        let text = std::str::from_utf8(record).ok()?.strip_suffix('\n')?;
        let digits = text.strip_prefix(&self.prefix)?.get(4..)?;
        let number: u32 = digits.parse().ok()?;
        let in_range = (self.first..self.first + self.messages).contains(&number);
        let whole = record.len() == RECORD && Self::record(&self.prefix, place, number) == record;
        (in_range && whole).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: ActorId = ActorId(0);
    const BOB: ActorId = ActorId(1);

    fn reading(left_out: Option<ActorId>) -> FloodReading {
        let actors: Vec<Actor> = ["alice", "bob"]
            .map(|name| Actor {
                name: name.into(),
                place: 0,
                built_in: false,
            })
            .into();
        let range = |sender, prefix: &str, first, messages| FloodRange {
            sender,
            prefix: prefix.into(),
            first,
            messages,
        };
        let owed = [
            range(ALICE, "a", 0, 2),
            range(BOB, "b", 5, 1),
            range(ALICE, "c", 2, 1),
        ];
        FloodReading::new(&owed, &actors, left_out)
    }

    fn check(records: &[&str], expected: Result<bool, Wrong>) {
        let mut reading = reading(None);
        let taken: Result<Vec<()>, Wrong> = records
            .iter()
            .map(|record| reading.take(record.as_bytes()))
            .collect();
        assert_eq!(
            taken.map(|_| reading.is_complete()),
            expected,
            "{records:?}"
        );
    }

    #[test]
    fn a_record_has_sixteen_bytes() {
        assert_eq!(&FloodRange::record("a", 7, 12), b"a00070000000012\n");
    }

    #[test]
    fn each_record_once_and_each_senders_in_order() {
        let (a0, a1) = ("a00000000000000\n", "a00000000000001\n");
        let (b5, c2) = ("b00000000000005\n", "c00000000000002\n");
        check(&[a0, b5, a1, c2], Ok(true));
        check(&[b5, a0], Ok(false));
        check(&[a1], Err(Wrong::OutOfOrder(ALICE, 1)));
        check(&[a0, a0], Err(Wrong::Double(ALICE, 0)));
        check(&[a0, "a0000000000b0000"], Err(Wrong::Torn));
    }

    #[test]
    fn a_sender_left_out_is_not_owed() {
        assert_eq!(reading(Some(ALICE)).owed(), 1);
        assert_eq!(reading(None).owed(), 4);
    }
}
