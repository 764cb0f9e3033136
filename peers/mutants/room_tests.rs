//! Who hears what, without sockets.

use harness_peer_rust::{Endpoint, Stall, Transport};

use super::*;
use crate::settings::{Behaviour, Sender, Traits};

fn room(behaviour: Behaviour, sender: Sender, flaw: Flaw) -> Room<u8> {
    let endpoint = Endpoint::parse(Transport::Tcp, "127.0.0.1:0").unwrap();
    let settings = Settings {
        behaviour,
        endpoint,
        traits: Traits {
            sender,
            ..Traits::default()
        },
        stall: Stall::default(),
    };
    Room::new(&settings, flaw)
}

fn told(deliveries: Vec<Delivery<u8>>) -> Vec<(u8, String)> {
    let text = |words: &[u8]| String::from_utf8_lossy(words).into_owned();
    deliveries
        .iter()
        .map(|one| (one.to, text(&one.words)))
        .collect()
}

/// What each of three clients has heard when 1 said `a`, 2 said `bb` and 1 said `c`, all
/// without a pause, and then a fourth came.
fn check(behaviour: Behaviour, sender: Sender, flaw: Flaw, expected: [&str; 4]) {
    let mut room = room(behaviour, sender, flaw);
    let mut deliveries: Vec<_> = [1, 2, 3]
        .into_iter()
        .flat_map(|id| room.enter(id))
        .collect();
    for (from, words) in [(1, "a"), (2, "bb"), (1, "c")] {
        deliveries.extend(room.hear(from, words.as_bytes()).unwrap());
    }
    deliveries.extend(room.let_go());
    deliveries.extend(room.enter(4));
    assert!(!room.holds());
    let all = told(deliveries);
    let heard = [1, 2, 3, 4].map(|id| {
        let own = all.iter().filter(|(to, _)| *to == id);
        own.map(|(_, words)| words.as_str()).collect::<String>()
    });
    assert_eq!(heard, expected, "{behaviour:?} {sender:?} {flaw:?}");
}

#[test]
fn who_hears_what() {
    use Behaviour::{Broadcast, Echo};
    use Sender::{Excluded, Included};
    check(Echo, Included, Flaw::None, ["ac", "bb", "", ""]);
    check(
        Broadcast,
        Included,
        Flaw::None,
        ["abbc", "abbc", "abbc", ""],
    );
    check(Broadcast, Excluded, Flaw::None, ["bb", "ac", "abbc", ""]);
    check(
        Echo,
        Included,
        Flaw::EchoesToEveryone,
        ["abbc", "abbc", "abbc", ""],
    );
    check(Echo, Included, Flaw::AnswersTheFirst, ["abbc", "", "", ""]);
    check(
        Broadcast,
        Excluded,
        Flaw::SendsToSender,
        ["abbc", "abbc", "abbc", ""],
    );
    check(
        Broadcast,
        Included,
        Flaw::LeavesOutTheThird,
        ["abbc", "abbc", "", ""],
    );
    check(
        Broadcast,
        Included,
        Flaw::ForgetsOldest,
        ["", "abbc", "abbc", ""],
    );
    check(
        Broadcast,
        Included,
        Flaw::TellsHistory,
        ["abbc", "abbc", "abbc", "c"],
    );
    check(
        Echo,
        Included,
        Flaw::Greets,
        ["welcome\nac", "welcome\nbb", "welcome\n", "welcome\n"],
    );
    check(Echo, Included, Flaw::Duplicates, ["aacc", "bbbb", "", ""]);
    check(
        Echo,
        Included,
        Flaw::SendsLateCopy,
        ["aacc", "bbbb", "", ""],
    );
}

#[test]
fn what_is_held_back_changes_the_order() {
    use Behaviour::Broadcast;
    use Sender::Included;
    check(
        Broadcast,
        Included,
        Flaw::TearsWords,
        ["babc", "babc", "babc", ""],
    );
    check(
        Broadcast,
        Included,
        Flaw::GivesTwoOrders,
        ["abbc", "bbac", "abbc", ""],
    );
    check(
        Broadcast,
        Included,
        Flaw::MergesDatagrams,
        ["abbc", "abbc", "abbc", ""],
    );
}

#[test]
fn who_comes_later_does_not_hear_what_was_held_back() {
    for flaw in [
        Flaw::TearsWords,
        Flaw::GivesTwoOrders,
        Flaw::MergesDatagrams,
    ] {
        let mut room = room(Behaviour::Broadcast, Sender::Included, flaw);
        room.enter(1);
        let mut deliveries = room.hear(1, b"ab").unwrap();
        room.enter(2);
        deliveries.extend(room.let_go());
        let words: String = told(deliveries)
            .into_iter()
            .map(|(to, words)| format!("{to}{words}"))
            .collect();
        assert_eq!(words.replace('1', ""), "ab", "{flaw:?}");
    }
}

#[test]
fn two_datagrams_of_one_sender_become_one() {
    let mut room = room(Behaviour::Echo, Sender::Included, Flaw::MergesDatagrams);
    room.enter(1);
    assert_eq!(room.hear(1, b"a"), Ok(Vec::new()));
    assert_eq!(told(room.hear(1, b"b").unwrap()), [(1, "ab".to_owned())]);
}

/// Who hears two words of 1, after 2 of four has left and 5 has come.
fn check_after_leaver(flaw: Flaw, expected: [&[u8]; 2]) {
    let mut room = room(Behaviour::Broadcast, Sender::Included, flaw);
    [1, 2, 3, 4]
        .into_iter()
        .for_each(|id| assert!(room.enter(id).is_empty()));
    room.leave(2);
    room.enter(5);
    for expected in expected {
        let heard = room.hear(1, b"a").unwrap();
        let receivers: Vec<u8> = heard.iter().map(|delivery| delivery.to).collect();
        assert_eq!(receivers, expected, "{flaw:?}");
    }
}

#[test]
fn who_left_hears_no_more_and_the_rest_goes_on() {
    check_after_leaver(Flaw::None, [&[1, 3, 4, 5], &[1, 3, 4, 5]]);
    check_after_leaver(Flaw::ForgetsNewcomers, [&[1, 3, 4], &[1, 3, 4]]);
    check_after_leaver(Flaw::SkipsBehindLeaver, [&[1, 4, 5], &[1, 3, 4, 5]]);
    let mut room = room(
        Behaviour::Broadcast,
        Sender::Included,
        Flaw::DiesAfterLeaver,
    );
    room.enter(1);
    assert!(room.hear(1, b"a").is_ok());
    room.leave(1);
    assert_eq!(room.hear(1, b"a"), Err(Ended::Server));
}

/// What 2 hears of a room of two where 1 begins a character, 2 says a word, and 1 ends it or goes.
fn check_text(text: Text, flaw: Flaw, end: &[u8], expected: Result<&str, Ended>) {
    let endpoint = Endpoint::parse(Transport::Tcp, "127.0.0.1:0").unwrap();
    let traits = Traits {
        text,
        ..Traits::default()
    };
    let settings = Settings {
        behaviour: Behaviour::Broadcast,
        endpoint,
        traits,
        stall: Stall::default(),
    };
    let mut room = Room::new(&settings, flaw);
    [1, 2]
        .into_iter()
        .for_each(|id| assert!(room.enter(id).is_empty()));
    let heard = (|| {
        let mut heard = room.hear(1, b"\xe4")?;
        heard.extend(room.hear(2, b"B")?);
        heard.extend(match end {
            b"" => room.finish(1),
            end => room.hear(1, end)?,
        });
        Ok(heard)
    })();
    let heard = heard.map(|heard| {
        let all = told(heard).into_iter().filter(|(to, _)| *to == 2);
        all.map(|(_, words)| words).collect::<String>()
    });
    assert_eq!(heard, expected.map(str::to_owned), "{text:?} {flaw:?}");
}

#[test]
fn a_character_is_of_one_client() {
    let rest = b"\xbd\xa0";
    check_text(Text::Replace, Flaw::None, rest, Ok("B你"));
    check_text(Text::Replace, Flaw::None, b"", Ok("B\u{fffd}"));
    check_text(Text::Replace, Flaw::DropsUnfinished, b"", Ok("B"));
    check_text(Text::Strict, Flaw::None, rest, Err(Ended::Speaker));
    let mixed = "\u{fffd}B\u{fffd}\u{fffd}";
    check_text(Text::Replace, Flaw::SharesDecoder, rest, Ok(mixed));
}
