//! Every mutant is unlike the flawless dialogue, without sockets. What acts at the sockets only is
//! left to the tests of the rim.

use super::super::catalogue::dialogue_named;
use super::super::dated;
use super::super::program::Stage;
use super::*;

/// What acts where datagrams come and go.
const AT_THE_RIM: &[&str] = &["answers-first-sender", "connects-to-first"];

/// Conversations of a few reads each, which bring out everything that a client can see.
const CONVERSATIONS: &[&[&[u8]]] = &[
    &[b"a", b"b\rc\r\n\n", b"\xed\xa0\x80\xff\xff\n", b"x"],
    &[b"bye\n", b"more\n"],
    &[b" bye\n", b"more\n"],
    &[b"BYE\n", b"more\n"],
    &[&[b'y'; 9000], b"\n"],
    // 2.5, the zero with a sign, and one that comes in two reads.
    &[
        b"\x40\x04\0\0\0\0\0\0",
        b"\x80\0\0\0\0\0\0\0\x3f\xf0\0\0\0\0\0\0",
        b"\x40\0\0",
        b"\0\0\0\0\0",
    ],
    &[b"quit"],
    &[b"quit\n", b"hiquit", b"ab\0cd"],
    &[b"reset"],
    &[b"end"],
];

const DATAGRAMS: &[&[u8]] = &[b"", b"hi", b"BYE", b"bye\n", &[b'z'; 3000], &[0xe4; 1024]];

/// All that can be told of a server without its sockets.
fn transcript(program: Program) -> Vec<String> {
    if let Stage::Letters(fault) = program.stage() {
        let cut = "\u{4f60}".repeat(400).into_bytes();
        let datagrams = DATAGRAMS.iter().copied().chain([&cut[..]]);
        let answer = |datagram| format!("{:?}", dated::answer(datagram, 0, fault.own()));
        return datagrams.map(answer).collect();
    }
    let conversation = |reads: &&[&[u8]]| {
        let (mut talk, manner) = match program.stage() {
            Stage::Guests { places, begin } => (begin(), format!("{places} at a time")),
            Stage::OneGuest { talk, reuse } => (talk, format!("one, reuse {reuse:?}")),
            Stage::Letters(_) => unreachable!("told above"),
        };
        let greeting = talk.greeting();
        let answers: Vec<_> = reads.iter().map(|read| talk.hear(read)).collect();
        format!("{manner}: {greeting:?} {answers:?} {:?}", talk.end())
    };
    CONVERSATIONS.iter().map(conversation).collect()
}

#[test]
fn every_mutant_is_unlike_the_flawless_dialogue() {
    for mutant in MUTANTS {
        for program in mutant.programs {
            let flawless = dialogue_named(program.behaviour()).unwrap().flawless;
            let is_at_the_rim = AT_THE_RIM.contains(&mutant.name)
                || matches!(program, Program::DatedReply(Fault::General(_)));
            let differs = transcript(*program) != transcript(flawless);
            assert_eq!(
                differs,
                !is_at_the_rim,
                "{} in {}",
                mutant.name,
                program.behaviour()
            );
        }
    }
}
