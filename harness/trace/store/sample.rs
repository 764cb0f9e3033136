//! A small case and its trace, for the tests of the store.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use crate::peer::manifest::{Known, Offer, Port, Role};
use crate::plan::{Case, Client, Playable};
use crate::scenario::words::{Behaviour, End, ErrorKind, Trait, Transport};
use crate::scenario::{self, ActorId, Scenario};
use crate::trace::{Connection, Event, Log, Outcome, Over, Passed, Stop, Tail, Trace, What};

/// The text of the scenario.
pub const TEXT: &str = "name: talk
summary: two clients talk
server: broadcast
over: [tcp, unix]
requires: { sender: included, text: replace }
clients: [alice, bob]
steps:
  - all: join
  - alice: { send: \"hello\\n\" }
  - all: { expect: \"hello\\n\" }
  - bob: { send: { hex: \"00 ff\" } }
  - all: { expect: { length: 2 } }
  - server: has_read
  - all: { expect_nothing: { for: 10ms } }
  - alice: finish
";

pub fn scenario(text: &str) -> Scenario {
    let source = Rc::new(crate::source::Source::new("scenarios/talk.yaml", text));
    scenario::read(&source, &|_| Err(String::from("is not there"))).expect("a sound scenario")
}

pub fn case() -> Case {
    let offer = Offer {
        peer: String::from("rust"),
        place: 3,
        behaviour: Behaviour(String::from("broadcast")),
        transport: Transport::Tcp,
        run: vec![String::from("{harness}"), String::from("serve")],
        traits: BTreeMap::from([(Trait::Sender, String::from("included"))]),
        port: Port::Fixed(4000),
        listens: Some(Transport::Tcp),
        reuse: false,
        env: BTreeMap::from([(String::from("A"), String::from("b"))]),
        cwd: Some("inside".into()),
    };
    let known = Known {
        peer: String::from("rust"),
        scenario: String::from("talk*"),
        over: [Transport::Tcp].into(),
        role: Role::Server,
        message: String::from("* heard nothing *"),
        reason: String::from("it was built so"),
        link: None,
        line: 12,
    };
    Case {
        id: String::from("talk/tcp/rust/built-in"),
        scenario: Rc::new(scenario(TEXT)),
        transport: Transport::Tcp,
        server: String::from("rust"),
        client: Client::BuiltIn,
        playable: Playable::By(Rc::new(offer)),
        known: vec![Rc::new(known)],
    }
}

/// A trace with one of everything.
pub fn trace() -> Trace {
    let micros = Duration::from_micros;
    let mut stream = Log::new(7, false);
    stream.push(b"join alice 1\nhel", micros(600));
    stream.push(b"lo\n\xe4", micros(1500));
    stream.mark(0..13, Passed::Token(1));
    stream.forget_rest();
    stream.push(b"not kept", micros(1600));
    stream.finish(Over {
        end: End::Failed,
        error: Some(ErrorKind::Other),
        text: String::from("no route"),
        at: micros(2000),
    });
    let mut messages = Log::new(1000, true);
    messages.push("你".as_bytes(), micros(1));
    messages.push(b"", micros(2));
    messages.push(b"a0000000000001\n", micros(3));
    messages.mark(2..3, Passed::Record);
    let connection = |actor, number, log| Connection {
        actor: ActorId(actor),
        number,
        log,
    };
    Trace {
        connections: vec![connection(0, 1, stream), connection(1, 2, messages)],
        outcomes: outcomes(),
        events: events(),
        stderr: Tail {
            bytes: b"boo\x1b\n".to_vec(),
            cut: 7,
            file: Some(String::from("rust.stderr")),
        },
        crash: Some(String::from("signal 11")),
        reused: true,
        declared: Duration::from_millis(10),
        took: Duration::from_nanos(123_456_789),
    }
}

fn outcomes() -> Vec<Outcome> {
    let outcome = |step, actor: Option<usize>, heard, stop| Outcome {
        step,
        actor: actor.map(ActorId),
        connection: actor,
        heard,
        at: Duration::from_millis(2),
        stop,
    };
    let deadline = Stop::Deadline {
        waited: Duration::from_secs(5),
        awaited: String::from("more"),
    };
    let over = Stop::Over {
        end: End::Reset,
        error: Some(ErrorKind::Reset),
        text: String::from("reset by peer"),
    };
    vec![
        outcome(0, Some(0), 0..0, Stop::Met),
        outcome(2, Some(0), 13..19, Stop::Met),
        outcome(2, Some(1), 0..3, Stop::Differs),
        outcome(4, Some(1), 1..2, deadline),
        outcome(4, Some(0), 19..20, over),
        outcome(5, None, 0..0, Stop::Server(String::from("exit 1"))),
        outcome(8, Some(1), 1..3, Stop::Flooded),
        outcome(8, None, 0..0, Stop::Unanswerable(String::from("no inode"))),
    ]
}

fn events() -> Vec<Event> {
    let text = || String::from("127.0.0.1:4000");
    let whats = [
        What::Connected(text()),
        What::Said(7000, b"hello\x00".to_vec()),
        What::Token(String::from("join alice 1\n")),
        What::Finished,
        What::Closed,
        What::Reset,
        What::Paused,
        What::Resumed,
        What::Listening(text()),
        What::Signalled(text()),
        What::Exited(text()),
        What::Note(text()),
    ];
    let event = |(place, what)| Event {
        at: Duration::from_nanos(place),
        step: 1,
        actor: (place % 2 == 0).then_some(ActorId(1)),
        what,
    };
    (0..).zip(whats).map(event).collect()
}
