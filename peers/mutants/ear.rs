//! What becomes of the words of one client before anybody hears them. Pure: bytes in, bytes out.
//! What they are as text is left to `text`.

use crate::flaw::Flaw;
use crate::settings::Text;
use crate::text::{Reader, Undecodable};

/// The byte that [`Flaw::LosesOneByte`] loses, counted from 0: the first beyond 64 KiB.
const LOST_BYTE: usize = 65_536;

/// The byte in which [`Flaw::FlipsOneBit`] flips a bit: only a message of many mebibytes has it.
const FLIPPED_BYTE: usize = 10_000_000;

/// The byte in which [`Flaw::CorruptsOneByte`] does so: in the first mebibyte.
const CORRUPTED_BYTE: usize = 1_000_000;

/// The most bytes of a read that [`Flaw::TruncatesReads`] passes on.
const READ_CAP: usize = 4096;

/// Where [`Flaw::RepeatsOneBlock`] puts the copy, and how long it is. A payload that repeats 16
/// bytes does not show it.
const COPIED_BLOCK: usize = 600_000;
const BLOCK: usize = 16;

/// The line that [`Flaw::SwapsTwoLines`] holds back, counted from 0.
const HELD_LINE: usize = 63;

/// The line that [`Flaw::LosesInCrowd`] loses, counted from 0, and the lines that somebody else
/// must have said before.
const LOST_LINE: usize = 99;

/// The most bytes of a datagram that [`Flaw::TruncatesDatagrams`] passes on.
const DATAGRAM_CAP: usize = 1024;

/// The listening side of the server for one client.
#[derive(Debug)]
pub(crate) struct Ear {
    flaw: Flaw,
    reader: Reader,
    /// Whether somebody else has said a lot as well.
    in_crowd: bool,
    /// Bytes heard before the present ones.
    heard: usize,
    /// Lines that have ended.
    lines: usize,
    /// What is held back for the next read, or remembered of the last one.
    kept: Vec<u8>,
}

impl Ear {
    pub(crate) fn new(text: Text, flaw: Flaw) -> Self {
        Self {
            flaw,
            reader: Reader::new(text, flaw),
            in_crowd: false,
            heard: 0,
            lines: 0,
            kept: Vec::new(),
        }
    }

    /// Whether the client has said a lot.
    pub(crate) fn has_heard_a_lot(&self) -> bool {
        self.lines > LOST_LINE
    }

    /// From now on the client is one of several that say a lot.
    pub(crate) fn join_crowd(&mut self) {
        self.in_crowd = true;
    }

    /// What others hear of these bytes, all of one read or one datagram. `None` is nothing at
    /// all, which an empty datagram is not.
    ///
    /// # Errors
    /// [`Undecodable`] where they are no text and only text is heard.
    pub(crate) fn hear(&mut self, bytes: &[u8]) -> Result<Option<Vec<u8>>, Undecodable> {
        let text = self.reader.read(bytes)?;
        // What is held back is heard of later.
        let is_held = text.is_empty() && !bytes.is_empty();
        Ok((!is_held).then(|| self.pass_on(&text)).flatten())
    }

    /// What others hear when the client has no more to say.
    pub(crate) fn finish(&mut self) -> Option<Vec<u8>> {
        let rest = self.reader.finish();
        (!rest.is_empty()).then(|| self.pass_on(&rest)).flatten()
    }

    fn pass_on(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let start = self.heard;
        self.heard += bytes.len();
        let words = match self.flaw {
            Flaw::NeverAnswers => return None,
            Flaw::DropsEmptyDatagrams if bytes.is_empty() => return None,
            Flaw::DropsLastByte => bytes[..bytes.len().saturating_sub(1)].to_vec(),
            Flaw::StopsAtNul => bytes
                .split(|byte| *byte == 0)
                .next()
                .unwrap_or(bytes)
                .to_vec(),
            Flaw::DropsReturns => without_returns(bytes),
            Flaw::LosesWordsBehind => self.lose_behind(bytes),
            Flaw::AddsLineFeeds => with_line_feed(bytes),
            Flaw::LosesEmoji => without_emoji(bytes),
            Flaw::TruncatesReads => bytes[..bytes.len().min(READ_CAP)].to_vec(),
            Flaw::TruncatesDatagrams => bytes[..bytes.len().min(DATAGRAM_CAP)].to_vec(),
            Flaw::LosesOneByte => without_byte(bytes, LOST_BYTE.checked_sub(start)),
            Flaw::CorruptsOneByte => with_flipped_bit(bytes, CORRUPTED_BYTE.checked_sub(start)),
            Flaw::FlipsOneBit => with_flipped_bit(bytes, FLIPPED_BYTE.checked_sub(start)),
            Flaw::RepeatsOneBlock => self.repeat_block(bytes, start),
            Flaw::SwapsTwoLines => self.swap_lines(bytes),
            Flaw::LosesInCrowd => self.lose_line(bytes),
            _ => bytes.to_vec(),
        };
        (bytes.is_empty() || !words.is_empty()).then_some(words)
    }

    /// `kept` holds the last bytes that were heard, so that the copy can be made over the border
    /// of two reads.
    fn repeat_block(&mut self, bytes: &[u8], start: usize) -> Vec<u8> {
        let before = self.kept.len();
        self.kept.extend_from_slice(bytes);
        let mut words = bytes.to_vec();
        for place in COPIED_BLOCK..COPIED_BLOCK + BLOCK {
            let Some(at) = place.checked_sub(start).filter(|at| *at < words.len()) else {
                continue;
            };
            if let Some(earlier) = (before + at).checked_sub(BLOCK) {
                words[at] = self.kept[earlier];
            }
        }
        self.kept.drain(..self.kept.len().saturating_sub(BLOCK));
        words
    }

    fn swap_lines(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut words = Vec::with_capacity(bytes.len());
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.lines == HELD_LINE {
                self.kept.extend_from_slice(line);
            } else {
                words.extend_from_slice(line);
            }
            if line.ends_with(b"\n") {
                self.lines += 1;
                if self.lines == HELD_LINE + 2 {
                    words.append(&mut self.kept);
                }
            }
        }
        words
    }

    /// `kept` holds the last words where no line feed has ended them.
    fn lose_behind(&mut self, bytes: &[u8]) -> Vec<u8> {
        let ended = match bytes.ends_with(b"\n") {
            true => Vec::new(),
            false => bytes.to_vec(),
        };
        match std::mem::replace(&mut self.kept, ended).is_empty() {
            true => bytes.to_vec(),
            false => Vec::new(),
        }
    }

    fn lose_line(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut words = Vec::with_capacity(bytes.len());
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.lines != LOST_LINE || !self.in_crowd {
                words.extend_from_slice(line);
            }
            self.lines += usize::from(line.ends_with(b"\n"));
        }
        words
    }
}

fn with_line_feed(bytes: &[u8]) -> Vec<u8> {
    let mut words = bytes.to_vec();
    if !words.ends_with(b"\n") {
        words.push(b'\n');
    }
    words
}

fn without_returns(bytes: &[u8]) -> Vec<u8> {
    let next = bytes.iter().skip(1).map(Some).chain([None]);
    let pairs = bytes.iter().zip(next);
    pairs
        .filter(|pair| !matches!(pair, (b'\r', Some(b'\n'))))
        .map(|(byte, _)| *byte)
        .collect()
}

fn without_emoji(bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return bytes.to_vec();
    };
    let replaced = text.chars().map(|c| {
        if c > '\u{ffff}' {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    });
    replaced.collect::<String>().into_bytes()
}

fn without_byte(bytes: &[u8], at: Option<usize>) -> Vec<u8> {
    let mut words = bytes.to_vec();
    if let Some(at) = at.filter(|at| *at < words.len()) {
        words.remove(at);
    }
    words
}

fn with_flipped_bit(bytes: &[u8], at: Option<usize>) -> Vec<u8> {
    let mut words = bytes.to_vec();
    if let Some(byte) = at.and_then(|at| words.get_mut(at)) {
        *byte ^= 1;
    }
    words
}

#[cfg(test)]
#[path = "ear_tests.rs"]
mod tests;
