//! Small values for the tests of the renderers.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use super::CaseLine;
use crate::oracle::{
    Agreement, Cluster, Difference, Excerpt, Failure, Kind, Member, Ruling, Verdict,
};
use crate::plan::{Case, Client, Playable};
use crate::scenario::words::{Behaviour, Transport};
use crate::scenario::{self, Actor, ActorId, Scenario};
use crate::source::{Source, Span};
use crate::trace::{Connection, Log, Outcome, Stop, Table, Tail, Trace};

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

/// A comparison over a transport in which some servers heard `two`, and others `one`.
pub fn agreement(name: &str, over: &str, two: &[&str], one: &[&str]) -> Agreement {
    let text = format!(
        "name: {name}\nsummary: x\nserver: echo\nover: [{over}]\nclients: [alice]\nsteps:\n\
         \x20 - alice: connect\n  - alice: {{ observe: {{ until: {} }} }}\n",
        if over == "udp" { "message" } else { "line" }
    );
    let source = Rc::new(Source::new(format!("{name}.yaml"), text));
    let no_files = |_: &str| Err(String::from("there are none"));
    let scenario = Rc::new(scenario::read(&source, &no_files).expect("it is one"));
    let cluster = |word: &str, servers: &[&str]| {
        let members = servers.iter().enumerate().map(|(place, server)| Member {
            server: (*server).to_owned(),
            place,
            met: true,
        });
        Cluster {
            members: members.collect(),
            table: Rc::new(Table::of(&scenario, &heard(word, over == "udp"))),
            difference: None,
        }
    };
    let mut clusters = vec![cluster("two\n", two)];
    if !one.is_empty() {
        let mut other = cluster("one\n", one);
        other.difference = Difference::between(&clusters[0].table, &other.table);
        clusters.push(other);
    }
    Agreement {
        transport: scenario.over[0],
        scenario,
        client: String::from("built-in"),
        traits: BTreeMap::new(),
        round: 0,
        clusters,
    }
}

/// The trace of a case in which alice connected and heard this.
fn heard(word: &str, messages: bool) -> Trace {
    let alice = ActorId(0);
    let mut log = Log::new(1000, messages);
    log.push(word.as_bytes(), Duration::ZERO);
    let outcome = |step, units| Outcome {
        step,
        actor: Some(alice),
        connection: Some(0),
        heard: 0..units,
        at: Duration::ZERO,
        stop: Stop::Met,
    };
    let units = log.len();
    Trace {
        connections: vec![Connection {
            actor: alice,
            number: 1,
            log,
        }],
        outcomes: vec![outcome(0, 0), outcome(1, units)],
        ..Trace::default()
    }
}
