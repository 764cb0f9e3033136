//! Talks in lines, without sockets: what each flaw changes, and that nothing else does.

use super::super::talk::play;
use super::*;

const GREETING: &str = "来自服务器消息：欢迎使用本服务！\n";
const FAREWELL: &str = "来自服务器消息：服务器断开连接，结束服务！\n";

/// Says `reads`, and hears what is `expected` after the greeting, with `>` for the first prefix,
/// `=` for the second, `?` for U+FFFD and `.` for the farewell, which closes.
fn check(style: &'static Style, flaw: Option<LineFlaw>, reads: &[&[u8]], expected: &str) {
    let mut talk = Lines::new(style, flaw);
    let (said, leave) = play(&mut talk, reads);
    let told = said.strip_prefix(&with_feed(style.greeting)).unwrap();
    let mut told = told
        .replace(&with_feed(style.farewell), ".")
        .replace('\u{fffd}', "?");
    for (prefix, sign) in style.prefixes.iter().zip([">", "="]) {
        told = told.replace(prefix, sign);
    }
    assert_eq!(told, expected, "{flaw:?}");
    let closes = expected.ends_with('.') && flaw != Some(LineFlaw::GoesOnAfterFarewell);
    assert_eq!(leave, closes.then_some(Leave::Close), "{flaw:?}");
}

fn one(flaw: Option<LineFlaw>, reads: &[&[u8]], expected: &str) {
    check(&ONE, flaw, reads, expected);
}

fn two(flaw: Option<LineFlaw>, reads: &[&[u8]], expected: &str) {
    check(&TWO, flaw, reads, expected);
}

#[test]
fn a_talk_has_its_words() {
    let mut talk = Lines::new(&ONE, None);
    let (said, leave) = play(&mut talk, &[b"abc\nbye\nmore\n"]);
    assert_eq!(said, format!("{GREETING}|来自服务器消息：abc\n{FAREWELL}"));
    assert_eq!(leave, Some(Leave::Close));
    let (said, _) = play(&mut Lines::new(&TWO, None), &[b"abc\n", b" Bye \n"]);
    assert_eq!(
        said,
        "From 服务器：欢迎使用服务！\n|From 服务器：abc\n来自服务器,重复消息：abc\n\
         |From 服务器：服务器已断开连接，结束服务！\n"
    );
}

#[test]
fn a_line_is_answered_at_its_end() {
    one(None, &[b"ab", b"c", b"\n"], "|||>abc\n");
    one(
        Some(LineFlaw::AnswersUnfinished),
        &[b"abc", b"\n"],
        "|>abc\n|>\n",
    );
}

#[test]
fn lines_end_in_three_ways() {
    let reads: [&[u8]; 4] = [b"x\ry\r", b"\n", b"a\nb\r\n", b"\n"];
    one(None, &reads, "|>x\n>y\n||>a\n>b\n|>\n");
    one(
        Some(LineFlaw::NeedsLineFeeds),
        &reads,
        "||>x\ry\n|>a\n>b\n|>\n",
    );
    let twice = "|>x\n>y\n|>\n|>a\n>b\n>\n|>\n";
    one(Some(LineFlaw::TakesReturnAndFeedForTwo), &reads, twice);
    one(
        Some(LineFlaw::SkipsEmptyLines),
        &reads,
        "|>x\n>y\n||>a\n>b\n|",
    );
}

#[test]
fn the_farewell_is_met_as_the_style_has_it() {
    let reads: [&[u8]; 4] = [b" bye \n", b"BYE\n", b"bye\n", b"more\n"];
    one(None, &reads, "|> bye \n|>BYE\n|.");
    one(Some(LineFlaw::EndsOn(Terminator::Trimmed)), &reads, "|.");
    one(
        Some(LineFlaw::EndsOn(Terminator::IgnoreCase)),
        &reads,
        "|> bye \n|.",
    );
    two(None, &[b" bye \n"], "|.");
    two(None, &[b"BYE\n"], "|.");
    two(
        Some(LineFlaw::EndsOn(Terminator::Exact)),
        &[b" bye \n"],
        "|> bye \n= bye \n",
    );
    two(
        Some(LineFlaw::EndsOn(Terminator::IgnoreCase)),
        &[b" Bye\n"],
        "|> Bye\n= Bye\n",
    );
    two(
        Some(LineFlaw::EndsOn(Terminator::Trimmed)),
        &[b"BYE\n"],
        "|>BYE\n=BYE\n",
    );
    one(
        Some(LineFlaw::GoesOnAfterFarewell),
        &[b"bye\n", b"a\n"],
        "|.|>a\n",
    );
}

#[test]
fn two_lines_come_in_order() {
    two(None, &[b"a\n"], "|>a\n=a\n");
    two(Some(LineFlaw::LeavesOutSecondLine), &[b"a\n"], "|>a\n");
    two(Some(LineFlaw::SwapsLines), &[b"a\n"], "|=a\n>a\n");
}

#[test]
fn malformed_bytes_are_replaced_as_java_does() {
    let reads: [&[u8]; 1] = [b"\xed\xa0\xbd\xed\xb8\x80\n\xc4\xe3\xba\xc3\n"];
    one(None, &reads, "|>??\n>???\n");
    one(Some(LineFlaw::ReplacesRunsOnce), &reads, "|>?\n>?\n");
    one(
        Some(LineFlaw::ReplacesSurrogatesBytewise),
        &reads,
        "|>??????\n>???\n",
    );
}

#[test]
fn a_line_without_its_end_is_answered_at_the_end() {
    for (flaw, said, expected) in [
        (None, &b"tail"[..], "来自服务器消息：tail\n"),
        (None, b"\xe4\xbd", "来自服务器消息：\u{fffd}\n"),
        (None, b"", ""),
        (None, b"bye", FAREWELL),
        (Some(LineFlaw::DropsUnfinished), b"tail", ""),
    ] {
        let mut talk = Lines::new(&ONE, flaw);
        assert_eq!(talk.hear(said), Answer::default());
        let words = String::from_utf8(talk.end().words).unwrap();
        assert_eq!(words, expected, "{flaw:?}");
    }
}

#[test]
fn a_line_of_a_mebibyte_is_answered_whole() {
    let mut line = vec![b'x'; 1 << 20];
    line.push(b'\n');
    let answered = |style, flaw| Lines::new(style, flaw).hear(&line).words.len();
    let prefix = "来自服务器消息：".len();
    assert_eq!(answered(&ONE, None), prefix + line.len());
    assert_eq!(
        answered(&ONE, Some(LineFlaw::CutsLongLines)),
        prefix + CUT + 1
    );
    assert!(answered(&TWO, None) > 2 * line.len());
}
