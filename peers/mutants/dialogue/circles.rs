//! The dialogue in numbers: each double of eight bytes, the highest first (IEEE 754), is the
//! radius of a circle and is answered by its area in the same form. Pure.

use std::f64::consts::PI;

use super::talk::{Answer, Talk};

/// The bytes of a number.
const WIDTH: usize = 8;

/// The one NaN that is ever said: Java writes no other.
const NAN: u64 = 0x7ff8_0000_0000_0000;

/// What is wrong with the dialogue in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CircleFlaw {
    /// Areas are said with the lowest byte first.
    AnswersLittleEndian,
    /// An area has the sign of its radius.
    KeepsSign,
    /// Areas are computed with the precision of 32 bits.
    ComputesInSinglePrecision,
    /// An area is said when the next radius has come.
    WaitsForTwo,
    /// A number that comes in two reads is lost.
    NeedsWholeReads,
    /// Of several numbers in one read only the first is answered.
    AnswersOneARead,
}

/// The server's side of a talk in numbers.
#[derive(Debug)]
pub(super) struct Circles {
    flaw: Option<CircleFlaw>,
    /// The bytes of a number that is not whole.
    begun: Vec<u8>,
    /// What [`CircleFlaw::WaitsForTwo`] has not said yet.
    owed: Vec<u8>,
}

impl Circles {
    pub(super) fn new(flaw: Option<CircleFlaw>) -> Self {
        Self {
            flaw,
            begun: Vec::new(),
            owed: Vec::new(),
        }
    }

    fn area(&self, radius: f64) -> f64 {
        match self.flaw {
            Some(CircleFlaw::KeepsSign) => radius * radius.abs() * PI,
            Some(CircleFlaw::ComputesInSinglePrecision) => {
                let radius = radius as f32;
                f64::from(radius * radius * std::f32::consts::PI)
            }
            _ => radius * radius * PI,
        }
    }

    fn answer(&self, number: [u8; WIDTH]) -> [u8; WIDTH] {
        let area = self.area(f64::from_be_bytes(number));
        let bits = if area.is_nan() { NAN } else { area.to_bits() };
        match self.flaw {
            Some(CircleFlaw::AnswersLittleEndian) => bits.to_le_bytes(),
            _ => bits.to_be_bytes(),
        }
    }
}

impl Talk for Circles {
    fn hear(&mut self, read: &[u8]) -> Answer {
        self.begun.extend_from_slice(read);
        let (numbers, rest) = self.begun.as_chunks::<WIDTH>();
        let mut areas: Vec<_> = numbers.iter().map(|number| self.answer(*number)).collect();
        let rest = match self.flaw {
            Some(CircleFlaw::NeedsWholeReads) => Vec::new(),
            _ => rest.to_vec(),
        };
        self.begun = rest;
        if self.flaw == Some(CircleFlaw::AnswersOneARead) {
            areas.truncate(1);
        }
        let mut words = areas.concat();
        if self.flaw == Some(CircleFlaw::WaitsForTwo) {
            self.owed.extend(words);
            let whole = self.owed.len() - self.owed.len() % (2 * WIDTH);
            words = self.owed.drain(..whole).collect();
        }
        Answer {
            words,
            ..Answer::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bits that are heard after each of these reads.
    fn heard(flaw: Option<CircleFlaw>, reads: &[&[u8]]) -> Vec<Vec<u64>> {
        let mut circles = Circles::new(flaw);
        let bits = |words: Vec<u8>| {
            let numbers = words.as_chunks::<WIDTH>().0.iter();
            numbers.map(|number| u64::from_be_bytes(*number)).collect()
        };
        reads
            .iter()
            .map(|read| bits(circles.hear(read).words))
            .collect()
    }

    fn check(flaw: Option<CircleFlaw>, radius: f64, expected: u64) {
        assert_eq!(
            heard(flaw, &[&radius.to_be_bytes()]),
            [[expected]],
            "{flaw:?} {radius}"
        );
    }

    #[test]
    fn areas_are_java_s_to_the_last_bit() {
        // 3.141592653589793, 19.634954084936208 and the zero without a sign.
        check(None, 1.0, 0x4009_21fb_5444_2d18);
        check(None, -1.0, 0x4009_21fb_5444_2d18);
        check(None, 2.5, 0x4033_a28c_59d5_433b);
        check(None, -0.0, 0);
        check(None, f64::from_bits(0xfff0_0000_0000_0001), NAN);
        check(None, f64::INFINITY, 0x7ff0_0000_0000_0000);
        check(
            Some(CircleFlaw::AnswersLittleEndian),
            1.0,
            0x182d_4454_fb21_0940,
        );
        check(Some(CircleFlaw::KeepsSign), -0.0, 0x8000_0000_0000_0000);
        check(Some(CircleFlaw::KeepsSign), 1.0, 0x4009_21fb_5444_2d18);
        check(
            Some(CircleFlaw::ComputesInSinglePrecision),
            1.0,
            0x4009_21fb_6000_0000,
        );
    }

    #[test]
    fn numbers_are_taken_however_they_are_cut() {
        let one = 1.0_f64.to_be_bytes();
        let area = 0x4009_21fb_5444_2d18;
        let two = [one, one].concat();
        let reads: [&[u8]; 3] = [&one[..3], &one[3..], &two];
        assert_eq!(heard(None, &reads), [vec![], vec![area], vec![area, area]]);
        let waiting = heard(Some(CircleFlaw::WaitsForTwo), &reads);
        assert_eq!(waiting, [vec![], vec![], vec![area, area]]);
        let whole = heard(Some(CircleFlaw::NeedsWholeReads), &reads);
        assert_eq!(whole, [vec![], vec![], vec![area, area]]);
        let one_each = heard(Some(CircleFlaw::AnswersOneARead), &reads);
        assert_eq!(one_each, [vec![], vec![area], vec![area]]);
    }
}
