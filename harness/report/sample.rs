//! Small values for the tests of the renderers.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use super::CaseLine;
use crate::oracle::{Excerpt, Failure, Kind, Ruling, Verdict};
use crate::plan::{Case, Client, Playable};
use crate::scenario::words::{Behaviour, Transport};
use crate::scenario::{Actor, Scenario};
use crate::source::{Source, Span};
use crate::trace::Tail;

/// The text of every sample scenario; only the place of `expect` matters.
const TEXT: &str = r#"name: broadcast
clients: [alice, bob, carol]
steps:
  - alice: { send: "hello 你好\n" }
  - all: { expect: "hello 你好\n" }
"#;

pub fn scenario(name: &str) -> Rc<Scenario> {
    let actor = |name: &str| Actor {
        name: name.to_owned(),
        place: 0,
        built_in: false,
    };
    Rc::new(Scenario {
        name: name.to_owned(),
        summary: String::from("every client hears what any client says"),
        tags: Vec::new(),
        rests_on: None,
        source: Rc::new(Source::new(format!("scenarios/{name}.yaml"), TEXT)),
        server: Behaviour(String::from("broadcast")),
        client: None,
        over: vec![Transport::Tcp, Transport::Unix],
        requires: BTreeMap::new(),
        actors: ["alice", "bob", "carol"].map(actor).into(),
        steps: Vec::new(),
    })
}

/// A case with a ruling, without failures.
pub fn line(scenario_name: &str, transport: &str, server: &str, verdict: Verdict) -> CaseLine {
    let case = Case {
        id: format!("{scenario_name}/{transport}/{server}/built-in"),
        scenario: scenario(scenario_name),
        transport: transport.parse().expect("a transport"),
        server: server.to_owned(),
        client: Client::BuiltIn,
        playable: Playable::Unsupported {
            reason: String::from("a sample is not played"),
        },
        known: Vec::new(),
    };
    let ruling = Ruling {
        verdict,
        reason: None,
        mend: None,
        failures: Vec::new(),
        known: Vec::new(),
        stderr: Tail::default(),
        took: Duration::from_micros(1250),
        reused: false,
        table: None,
        against: None,
    };
    CaseLine {
        case,
        ruling,
        beside: None,
        options: Vec::new(),
    }
}

/// A failure at the `expect` of the sample scenario.
pub fn failure(message: &str) -> Failure {
    let start = TEXT.find("expect").expect("the text has one");
    Failure {
        kind: Kind::Missing,
        step: Some(2),
        span: Span::new(start, start + "expect".len()),
        actor: message.split(' ').next().map(str::to_owned),
        message: message.to_owned(),
        waited: None,
        expected: None,
        heard: None,
        first_difference: None,
    }
}

/// Eleven bytes of thirteen came.
pub fn cut_short(actor: &str) -> Failure {
    let expected = "hello 你好\n".as_bytes();
    let mut failure = failure(&format!(
        "{actor} heard 11 of 13 bytes, then nothing (missing)"
    ));
    failure.waited = Some(String::from("5 s"));
    failure.expected = Some(Excerpt::around(expected, 11));
    failure.heard = Some(Excerpt::around(&expected[..11], 11));
    failure.first_difference = Some(11);
    failure
}

pub fn stderr(bytes: &[u8]) -> Tail {
    Tail {
        bytes: bytes.to_vec(),
        cut: 0,
        file: Some(String::from("logs/c.stderr")),
    }
}
