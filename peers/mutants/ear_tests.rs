//! What becomes of words.

use super::*;

/// Reads one after another, and what is heard of each; `None` is nothing.
fn check(flaw: Flaw, reads: &[&[u8]], expected: &[Option<&[u8]>]) {
    let mut ear = Ear::new(Text::Transparent, flaw);
    let heard: Vec<_> = reads.iter().map(|bytes| ear.hear(bytes).unwrap()).collect();
    let heard: Vec<_> = heard.iter().map(Option::as_deref).collect();
    assert_eq!(heard, expected, "{flaw:?}");
}

#[test]
fn without_a_flaw_words_pass_as_they_are() {
    check(
        Flaw::None,
        &[b"a\r\n\0\xff", b"", b"b"],
        &[Some(b"a\r\n\0\xff"), Some(b""), Some(b"b")],
    );
}

#[test]
fn flaws_of_one_read() {
    check(Flaw::NeverAnswers, &[b"a", b""], &[None, None]);
    check(
        Flaw::DropsLastByte,
        &[b"ab", b"a", b""],
        &[Some(b"a"), None, Some(b"")],
    );
    check(
        Flaw::StopsAtNul,
        &[b"ab\0c", b"d", b"\0"],
        &[Some(b"ab"), Some(b"d"), None],
    );
    check(Flaw::DropsReturns, &[b"a\r\nb\rc\r"], &[Some(b"a\nb\rc\r")]);
    check(
        Flaw::LosesWordsBehind,
        &[b"a\n", b"b", b"c", b"d\n"],
        &[Some(b"a\n"), Some(b"b"), None, None],
    );
    check(
        Flaw::AddsLineFeeds,
        &[b"a", b"b\n", b""],
        &[Some(b"a\n"), Some(b"b\n"), Some(b"\n")],
    );
    check(Flaw::TruncatesReads, &[&[7; 4097]], &[Some(&[7; 4096])]);
    check(
        Flaw::LosesEmoji,
        &["你😀".as_bytes()],
        &[Some("你\u{fffd}".as_bytes())],
    );
    check(Flaw::DropsEmptyDatagrams, &[b"", b"a"], &[None, Some(b"a")]);
    check(Flaw::TruncatesDatagrams, &[&[7; 1025]], &[Some(&[7; 1024])]);
}

#[test]
fn a_client_without_a_word_of_its_own_says_nothing_at_its_end() {
    let mut ear = Ear::new(Text::Replace, Flaw::None);
    assert_eq!(ear.hear(b"a\xe4"), Ok(Some(b"a".to_vec())));
    assert_eq!(ear.hear(b"\xbd"), Ok(None));
    assert_eq!(ear.finish(), Some("\u{fffd}".as_bytes().to_vec()));
    assert_eq!(ear.finish(), None);
}

#[test]
fn a_line_is_lost_in_a_crowd_only() {
    let lines = "x\n".repeat(LOST_LINE + 2);
    for (crowded, lost) in [(false, 0), (true, 2)] {
        let mut ear = Ear::new(Text::Transparent, Flaw::LosesInCrowd);
        if crowded {
            ear.join_crowd();
        }
        let heard = ear.hear(lines.as_bytes()).unwrap().unwrap();
        assert_eq!(heard.len(), lines.len() - lost);
        assert!(ear.has_heard_a_lot());
    }
}

#[test]
fn two_lines_change_places() {
    let mut before = "0\n".repeat(HELD_LINE).into_bytes();
    before.extend(b"1");
    let after = before[..before.len() - 1].to_vec();
    check(
        Flaw::SwapsTwoLines,
        &[&before, b"1\n2", b"2\n3\n"],
        &[Some(&after), Some(b"2"), Some(b"2\n11\n3\n")],
    );
}

/// Where the bytes of a long message, read in parts of this size, are not what was said.
fn differences(flaw: Flaw, message: &[u8], part: usize) -> (usize, Option<usize>) {
    let mut ear = Ear::new(Text::Transparent, flaw);
    let heard: Vec<u8> = message
        .chunks(part)
        .filter_map(|read| ear.hear(read).unwrap())
        .flatten()
        .collect();
    (
        heard.len(),
        message
            .iter()
            .zip(&heard)
            .position(|(said, heard)| said != heard),
    )
}

#[test]
fn flaws_far_into_a_message() {
    let counting: Vec<u8> = (0_u32..200_000).flat_map(u32::to_be_bytes).collect();
    // The lost byte is a zero, and so is the one that takes its place.
    let lost = (799_999, Some(LOST_BYTE + 1));
    assert_eq!(differences(Flaw::LosesOneByte, &counting, 1000), lost);
    // Of the counting numbers the block of 16 differs from the one before in its fourth byte.
    for part in [7, 600_000, 65_536] {
        let (length, first) = differences(Flaw::RepeatsOneBlock, &counting, part);
        assert_eq!(
            (length, first),
            (800_000, Some(COPIED_BLOCK + 3)),
            "parts of {part}"
        );
    }
    let repeating = b"0123456789abcde\n".repeat(50_000);
    assert_eq!(
        differences(Flaw::RepeatsOneBlock, &repeating, 777),
        (800_000, None)
    );
    let corrupted = (1_048_576, Some(CORRUPTED_BYTE));
    let mebibyte = vec![b'x'; 1_048_576];
    let found = differences(Flaw::CorruptsOneByte, &mebibyte, 65_536);
    assert_eq!(found, corrupted);
    let long = vec![0; FLIPPED_BYTE + 1];
    assert_eq!(
        differences(Flaw::FlipsOneBit, &long, 65_536),
        (long.len(), Some(FLIPPED_BYTE))
    );
}
