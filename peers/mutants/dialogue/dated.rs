//! The dialogue in datagrams: each is answered by one that bears the date and what was said, as
//! far as it fits into a buffer of 1024 bytes. Pure; the clock and the sockets are left to `post`.

use super::text::{self, Terminator};

/// The most bytes of a datagram that are read.
const BUFFER: usize = 1024;

/// The buffer of [`DatedFlaw::CutsAt512`].
const SMALL_BUFFER: usize = 512;

/// The word that is answered by the farewell, and ends nothing.
const BYE: &str = "bye";

const FAREWELL: &str = "来自服务器消息：服务器断开连接，结束服务！";

/// What is wrong with the dialogue in datagrams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatedFlaw {
    /// Every answer goes to the first sender.
    AnswersFirstSender,
    /// The place of the date is empty.
    LeavesOutDate,
    /// The socket is connected to the first sender, so that all others are refused.
    ConnectsToFirst,
    /// A datagram is answered in its whole length.
    DoesNotCut,
    /// No more than 512 bytes of a datagram are answered.
    CutsAt512,
    /// A character that the buffer cuts is left out.
    DropsCutCharacter,
    /// The farewell is the end of the server.
    ExitsAtBye,
    /// The word for the farewell is taken in another way than it should.
    EndsOn(Terminator),
    /// An empty datagram is not answered.
    IgnoresEmpty,
}

/// What is answered to a datagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) words: String,
    /// Nothing is answered after it.
    pub(super) is_last: bool,
}

/// Answers a datagram that came `now` seconds after 1970 began; `None` is no answer at all.
pub(super) fn answer(datagram: &[u8], now: u64, flaw: Option<DatedFlaw>) -> Option<Reply> {
    if datagram.is_empty() && flaw == Some(DatedFlaw::IgnoresEmpty) {
        return None;
    }
    let said = read(datagram, flaw);
    let terminator = match flaw {
        Some(DatedFlaw::EndsOn(terminator)) => terminator,
        _ => Terminator::IgnoreCase,
    };
    if terminator.is_met(BYE, &said) {
        return Some(Reply {
            words: FAREWELL.to_owned(),
            is_last: flaw == Some(DatedFlaw::ExitsAtBye),
        });
    }
    let date = match flaw {
        Some(DatedFlaw::LeavesOutDate) => String::new(),
        _ => date(now),
    };
    Some(Reply {
        words: format!("From 服务器：&{date}&{said}"),
        is_last: false,
    })
}

/// The text of as much of a datagram as the buffer takes.
fn read(datagram: &[u8], flaw: Option<DatedFlaw>) -> String {
    let limit = match flaw {
        Some(DatedFlaw::DoesNotCut) => datagram.len(),
        Some(DatedFlaw::CutsAt512) => SMALL_BUFFER,
        _ => BUFFER,
    };
    let kept = &datagram[..datagram.len().min(limit)];
    let whole = match (flaw, std::str::from_utf8(kept)) {
        (Some(DatedFlaw::DropsCutCharacter), Err(error)) if error.error_len().is_none() => {
            &kept[..error.valid_up_to()]
        }
        _ => kept,
    };
    text::decode(whole)
}

/// A time as Java's `Date.toString` writes it, in UTC: `Tue Nov 24 16:45:46 UTC 2026`.
fn date(now: u64) -> String {
    /// 1970 began with a Thursday.
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [(&str, u64); 12] = [
        ("Jan", 31),
        ("Feb", 28),
        ("Mar", 31),
        ("Apr", 30),
        ("May", 31),
        ("Jun", 30),
        ("Jul", 31),
        ("Aug", 31),
        ("Sep", 30),
        ("Oct", 31),
        ("Nov", 30),
        ("Dec", 31),
    ];
    let (days, second) = (now / 86_400, now % 86_400);
    let weekday = WEEKDAYS[(days % 7) as usize];
    let (mut year, mut day) = (1970, days);
    while day >= 365 + leap_days(year) {
        day -= 365 + leap_days(year);
        year += 1;
    }
    let mut month = 0;
    let length = |month: usize| MONTHS[month].1 + if month == 1 { leap_days(year) } else { 0 };
    while day >= length(month) {
        day -= length(month);
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let (month, day) = (MONTHS[month].0, day + 1);
    format!("{weekday} {month} {day:02} {hour:02}:{minute:02}:{second:02} UTC {year}")
}

/// The days that a year has beyond 365, in the Gregorian calendar.
fn leap_days(year: u64) -> u64 {
    let is_leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    u64::from(is_leap)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATED: &str = "From 服务器：&Thu Jan 01 00:00:00 UTC 1970&";

    fn check(flaw: Option<DatedFlaw>, datagram: &[u8], expected: &str) {
        let reply = answer(datagram, 0, flaw).unwrap();
        assert_eq!(reply.words, expected, "{flaw:?}");
        let is_last = flaw == Some(DatedFlaw::ExitsAtBye) && expected == FAREWELL;
        assert_eq!(reply.is_last, is_last, "{flaw:?}");
    }

    /// What is answered to so many of these bytes: how many of the character, and what follows.
    fn check_cut(flaw: Option<DatedFlaw>, datagram: &[u8], count: usize, rest: &str) {
        let character = if datagram.starts_with(b"x") {
            "x"
        } else {
            "你"
        };
        check(
            flaw,
            datagram,
            &format!("{DATED}{}{rest}", character.repeat(count)),
        );
    }

    #[test]
    fn a_date_is_written_as_java_does() {
        assert_eq!(date(0), "Thu Jan 01 00:00:00 UTC 1970");
        assert_eq!(date(951_782_400), "Tue Feb 29 00:00:00 UTC 2000");
        assert_eq!(date(1_795_538_746), "Tue Nov 24 16:45:46 UTC 2026");
        assert_eq!(date(1_798_761_599), "Thu Dec 31 23:59:59 UTC 2026");
        assert_eq!(date(4_107_542_400), "Mon Mar 01 00:00:00 UTC 2100");
    }

    #[test]
    fn a_datagram_is_answered_with_the_date() {
        check(None, b"hi", &format!("{DATED}hi"));
        check(None, b"", DATED);
        check(Some(DatedFlaw::LeavesOutDate), b"hi", "From 服务器：&&hi");
        assert_eq!(answer(b"", 0, Some(DatedFlaw::IgnoresEmpty)), None);
        check(Some(DatedFlaw::IgnoresEmpty), b"hi", &format!("{DATED}hi"));
    }

    #[test]
    fn a_datagram_is_cut_at_the_buffer() {
        let long = [b'x'; 3000];
        check_cut(None, &long[..1024], 1024, "");
        check_cut(None, &long, 1024, "");
        check_cut(Some(DatedFlaw::DoesNotCut), &long, 3000, "");
        check_cut(Some(DatedFlaw::CutsAt512), &long, 512, "");
        let characters = "你".repeat(400).into_bytes();
        check_cut(None, &characters, 341, "\u{fffd}");
        check_cut(Some(DatedFlaw::DropsCutCharacter), &characters, 341, "");
        check(
            Some(DatedFlaw::DropsCutCharacter),
            b"\xff",
            &format!("{DATED}\u{fffd}"),
        );
    }

    #[test]
    fn the_farewell_is_met_in_any_case() {
        let plain = |said: &str| format!("{DATED}{said}");
        check(None, b"bye", FAREWELL);
        check(None, b"BYE", FAREWELL);
        check(None, b"bye\n", &plain("bye\n"));
        check(Some(DatedFlaw::ExitsAtBye), b"bye", FAREWELL);
        check(
            Some(DatedFlaw::EndsOn(Terminator::Exact)),
            b"BYE",
            &plain("BYE"),
        );
        check(
            Some(DatedFlaw::EndsOn(Terminator::TrimmedIgnoreCase)),
            b"bye\n",
            FAREWELL,
        );
    }
}
