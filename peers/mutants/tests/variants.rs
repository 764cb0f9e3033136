//! The legitimate ways in which servers differ, each beside a flaw that is not in it.

use std::io::ErrorKind;

use tokio::io::{AsyncReadExt, AsyncWriteExt, split};

use super::*;
use crate::{Concurrency, SlowReader, Text};

/// Long enough to see that nothing comes.
const MOMENT: Duration = Duration::from_millis(200);

fn with(behaviour: Behaviour, traits: Traits) -> Settings {
    Settings {
        traits,
        ..tcp(behaviour)
    }
}

fn reads(text: Text) -> Settings {
    let traits = Traits {
        text,
        ..Traits::default()
    };
    with(Behaviour::Broadcast, traits)
}

/// Whether a second client is answered while the first is there, and when it has gone.
async fn second_is_answered(concurrency: Concurrency, flaw: Flaw) -> (bool, bool) {
    let traits = Traits {
        concurrency,
        ..Traits::default()
    };
    let mut answered = (false, false);
    let ended = play(with(Behaviour::Echo, traits), flaw, async |endpoint| {
        let first = join(&endpoint, 1).await;
        let mut second = connect(&endpoint).await;
        second.write_all(b"me\n").await.unwrap();
        let mut heard = [0; 3];
        let reading = timeout(MOMENT, second.read_exact(&mut heard));
        answered.0 = reading.await.is_ok();
        drop(first);
        answered.1 = answered.0 || second.read_exact(&mut heard).await.is_ok();
    });
    ended.await.unwrap();
    answered
}

#[tokio::test]
async fn one_client_is_served_at_a_time_or_all() {
    for (concurrency, flaw, at_once) in [
        (Concurrency::Many, Flaw::None, true),
        (Concurrency::One, Flaw::None, false),
        (Concurrency::One, Flaw::ServesAllAtOnce, true),
        (Concurrency::Many, Flaw::ServesOneAtATime, false),
    ] {
        let answered = second_is_answered(concurrency, flaw).await;
        assert_eq!(answered, (at_once, true), "{concurrency:?} {flaw:?}");
    }
}

/// Whether 16 MiB of a client that reads nothing are read at once, and whether all comes back
/// when it reads.
async fn silent_writer(slow_reader: SlowReader, flaw: Flaw) -> (bool, bool) {
    let traits = Traits {
        slow_reader,
        ..Traits::default()
    };
    let mut seen = (false, false);
    let ended = play(with(Behaviour::Echo, traits), flaw, async |endpoint| {
        let long = LINE.repeat(1_048_576);
        let (mut heard, mut said) = split(connect_narrow(&endpoint).await);
        let mut saying = std::pin::pin!(said.write_all(&long));
        seen.0 = timeout(5 * MOMENT, &mut saying).await.is_ok();
        let was_read = seen.0;
        let saying = async { was_read || saying.await.is_ok() };
        let mut all = vec![0; long.len()];
        let hearing = timeout(10 * MOMENT, heard.read_exact(&mut all));
        let (_, heard) = tokio::join!(saying, hearing);
        seen.1 = matches!(heard, Ok(Ok(_)));
    });
    ended.await.unwrap();
    seen
}

#[tokio::test]
async fn what_is_not_taken_is_kept_or_keeps_the_server_from_reading() {
    for (slow_reader, flaw, expected) in [
        (SlowReader::Buffer, Flaw::None, (true, true)),
        (SlowReader::Buffer, Flaw::LosesBeyondMark, (true, false)),
        (SlowReader::Block, Flaw::None, (false, true)),
        (SlowReader::Block, Flaw::BuffersWithoutEnd, (true, true)),
    ] {
        let seen = silent_writer(slow_reader, flaw).await;
        assert_eq!(seen, expected, "{slow_reader:?} {flaw:?}");
    }
}

#[tokio::test]
async fn what_does_not_decode_ends_its_connection_and_no_other() {
    let ended = play(reads(Text::Strict), Flaw::None, async |endpoint| {
        let mut members = join(&endpoint, 2).await;
        members[0].write_all(b"\xe4").await.unwrap();
        check_ended(&mut members[0]).await;
        members[1].write_all("你".as_bytes()).await.unwrap();
        check_heard(&mut members[1], "你".as_bytes()).await;
    });
    ended.await.unwrap();
}

/// What the other of two hears of one that goes with half a character, in this way.
async fn half_a_character(flaw: Flaw, reset: bool) -> String {
    let mut told = String::new();
    let ended = play(reads(Text::Replace), flaw, async |endpoint| {
        let mut members = join(&endpoint, 1).await;
        let mut leaver = connect_narrow(&endpoint).await;
        meet(&mut leaver, &mut members).await;
        leaver.write_all(b"a\xe4").await.unwrap();
        check_heard(&mut leaver, b"a").await;
        if reset {
            leaver.set_zero_linger().unwrap();
        } else {
            leaver.shutdown().await.unwrap();
            leaver.read_to_end(&mut Vec::new()).await.unwrap();
        }
        drop(leaver);
        let mut all = Vec::new();
        let hearing = members[0].read_to_end(&mut all);
        assert!(timeout(MOMENT, hearing).await.is_err(), "the other stays");
        told = String::from_utf8(all).unwrap();
    });
    ended.await.unwrap();
    told
}

#[tokio::test]
async fn half_a_character_is_marked_at_an_end_only() {
    for (flaw, reset, expected) in [
        (Flaw::None, false, "a\u{fffd}"),
        (Flaw::None, true, "a"),
        (Flaw::DropsUnfinished, false, "a"),
        (Flaw::MarksUnfinishedAtReset, true, "a\u{fffd}"),
    ] {
        let told = half_a_character(flaw, reset).await;
        assert_eq!(told, expected, "{flaw:?} reset: {reset}");
    }
}

#[tokio::test]
async fn ends_find_their_flaws() {
    let ended = play(tcp(Behaviour::Echo), Flaw::ResetsAtEnd, async |endpoint| {
        let mut client = connect(&endpoint).await;
        client.write_all(b"a").await.unwrap();
        check_heard(&mut client, b"a").await;
        client.shutdown().await.unwrap();
        let end = client.read(&mut [0]).await.map_err(|error| error.kind());
        assert_eq!(end, Err(ErrorKind::ConnectionReset));
    });
    ended.await.unwrap();
    for (flaw, expected) in [(Flaw::None, "last"), (Flaw::LosesLastWords, "")] {
        let room = tcp(Behaviour::Broadcast);
        let ended = play(room, flaw, async |endpoint| {
            let mut members = join(&endpoint, 2).await;
            members[1].write_all(b"last").await.unwrap();
            members.truncate(1);
            let mut heard = Vec::new();
            let hearing = timeout(MOMENT, members[0].read_to_end(&mut heard));
            assert!(hearing.await.is_err(), "the other stays");
            assert_eq!(heard, expected.as_bytes(), "{flaw:?}");
        });
        ended.await.unwrap();
    }
}
