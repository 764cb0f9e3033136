//! What a table holds of a case, cell by cell.

use std::ops::Range;
use std::time::Duration;

use super::*;
use crate::source::Source;
use crate::trace::{Connection, Over, Passed};

const ALICE: Option<ActorId> = Some(ActorId(0));

fn scenario(steps: &str) -> Scenario {
    let text = format!(
        "name: sample\nsummary: a sample\nserver: broadcast\nover: [tcp]\n\
         requires: {{ sender: included }}\nclients: [alice, bob]\nsteps:\n{steps}"
    );
    let source = Rc::new(Source::new("sample.yaml", text));
    crate::scenario::read(&source, &|_| Err(String::from("is not there"))).unwrap()
}

fn outcome(step: usize, heard: Range<usize>, stop: Stop) -> Outcome {
    Outcome {
        step,
        actor: ALICE,
        connection: Some(0),
        heard,
        at: Duration::ZERO,
        stop,
    }
}

fn over(end: End) -> Over {
    Over {
        end,
        error: None,
        text: String::new(),
        at: Duration::ZERO,
    }
}

/// Alice hears some bytes, of which a first part is a token that is passed over.
fn trace(bytes: &[u8], token: usize, outcomes: Vec<Outcome>) -> Trace {
    let mut log = Log::new(1 << 20, false);
    log.push(bytes, Duration::ZERO);
    if token > 0 {
        log.mark(0..token, Passed::Token(1));
    }
    let connection = Connection {
        actor: ActorId(0),
        number: 1,
        log,
    };
    Trace {
        connections: vec![connection],
        outcomes,
        ..Trace::default()
    }
}

fn heard(bytes: &[u8], ending: Ending) -> Cell {
    Cell::Heard(Heard::new(bytes), ending)
}

const MET: Cell = Cell::Ended(Ending::Met);

fn deadline() -> Stop {
    Stop::Deadline {
        waited: Duration::from_secs(5),
        awaited: String::from("more"),
    }
}

/// The cell of step 1, which is alice's `action`, over what she heard.
fn check(action: &str, bytes: &str, token: usize, stop: Stop, expected: Cell) {
    let scenario = scenario(&format!("  - all: connect\n  - alice: {action}\n"));
    let outcomes = vec![outcome(1, 0..bytes.len(), stop)];
    let table = Table::of(&scenario, &trace(bytes.as_bytes(), token, outcomes));
    let cells: Vec<&Cell> = table.cells().map(|(_, cell)| cell).collect();
    assert_eq!(cells, [&expected], "{action} {bytes:?}");
}

#[test]
fn a_cell_is_what_its_step_consumed() {
    check(
        "{ expect: hi }",
        "hi there",
        0,
        Stop::Met,
        heard(b"hi", Ending::Met),
    );
    let line = "{ expect: { line: hi } }";
    check(
        line,
        "hi\r\nmore",
        0,
        Stop::Met,
        heard(b"hi\r\n", Ending::Met),
    );
    check(
        line,
        "join a 1\nhi\n",
        9,
        Stop::Met,
        heard(b"hi\n", Ending::Met),
    );
    check("expect_end", "", 0, Stop::Met, MET);
}

#[test]
fn what_may_differ_is_a_hole() {
    check(
        "{ expect: { regex: h. } }",
        "hi\n",
        0,
        Stop::Met,
        Cell::Hole,
    );
    check("{ expect: { length: 2 } }", "hi", 0, Stop::Met, Cell::Hole);
    check(
        "{ expect: { one_of: [hi, ho] } }",
        "ho",
        0,
        Stop::Met,
        Cell::Hole,
    );
    check("expect_closed", "", 0, Stop::Met, Cell::Hole);
}

#[test]
fn what_is_wrong_is_told_as_far_as_it_is_no_chance() {
    let expect = "{ expect: hello }";
    check(
        expect,
        "help and more",
        0,
        Stop::Differs,
        heard(b"help", Ending::Differs),
    );
    check(
        expect,
        "hel",
        0,
        deadline(),
        heard(b"hel", Ending::Deadline),
    );
    check(
        "expect_end",
        "hel",
        0,
        Stop::Differs,
        heard(b"h", Ending::Differs),
    );
    let reset = Stop::Over {
        end: End::Reset,
        error: None,
        text: String::from("connection reset by peer (os error 104)"),
    };
    let ending = Ending::Over(End::Reset, None);
    check("expect_end", "", 0, reset, Cell::Ended(ending));
}

#[test]
fn what_is_observed_is_compared_whole() {
    let steps = "  - alice: connect\n";
    let mut scenario = scenario(steps);
    let mut check = |until, over_by: Option<End>, expected: Cell| {
        if let Doing::Act { action, .. } = &mut scenario.steps[0].doing {
            *action = Action::Observe { until };
        }
        let mut trace = trace(b"join a 1\none\ntwo", 9, vec![outcome(0, 0..16, Stop::Met)]);
        if let Some(end) = over_by {
            trace.connections[0].log.finish(over(end));
        }
        let table = Table::of(&scenario, &trace);
        assert_eq!(table.cells().next().unwrap().1, &expected);
    };
    check(Until::Line, None, heard(b"one\n", Ending::Met));
    let ended = Ending::Over(End::End, None);
    check(Until::End, Some(End::End), heard(b"one\ntwo", ended));
    let reset = Ending::Over(End::Reset, None);
    check(Until::End, Some(End::Reset), heard(b"one\ntwo", reset));
}

#[test]
fn after_ignore_rest_there_are_only_holes() {
    let scenario = scenario("  - alice: connect\n  - alice: ignore_rest\n  - alice: expect_end\n");
    let outcomes = (0..3).map(|step| outcome(step, 0..0, Stop::Met)).collect();
    let table = Table::of(&scenario, &trace(b"", 0, outcomes));
    let cells: Vec<&Cell> = table.cells().map(|(_, cell)| cell).collect();
    assert_eq!(cells, [&MET, &MET, &Cell::Hole]);
}

#[test]
fn of_a_race_only_the_floods_count() {
    let flood =
        |actor: &str| format!("      - {actor}: {{ flood: {{ messages: 2, prefix: {actor} }} }}\n");
    let heard = "      - all: { expect_flood: { from: [alice, bob], order: per_sender } }\n";
    let check = |lanes: &str, expected: &[Cell]| {
        let scenario = scenario(&format!("  - all: join\n  - parallel:\n{lanes}"));
        let outcomes = (2..2 + expected.len())
            .map(|step| outcome(step, 0..0, Stop::Met))
            .collect();
        let table = Table::of(&scenario, &trace(b"", 0, outcomes));
        let cells: Vec<Cell> = table.cells().map(|(_, cell)| cell.clone()).collect();
        assert_eq!(cells, expected, "{lanes}");
    };
    let two = format!("{}{}{heard}", flood("alice"), flood("bob"));
    check(&two, &[Cell::Hole, Cell::Hole, MET]);
    check(&flood("alice"), &[MET]);
}

#[test]
fn tables_differ_first_where_the_first_cell_does() {
    let table = |cells: &[(usize, Cell)]| {
        let cells = cells.iter().map(|(step, cell)| {
            let actor = ALICE;
            (Place { step: *step, actor }, cell.clone())
        });
        Table(cells.collect())
    };
    let one = table(&[(0, MET), (1, heard(b"a", Ending::Met)), (2, MET)]);
    let other = table(&[(0, MET), (1, heard(b"b", Ending::Met)), (2, Cell::Hole)]);
    let shorter = table(&[(0, MET)]);
    let at = |step| Some(Place { step, actor: ALICE });
    assert_eq!(one.first_difference(&other), at(1));
    assert_eq!(one.first_difference(&shorter), at(1));
    assert_eq!(shorter.first_difference(&one), at(1));
    assert_eq!(one.first_difference(&one), None);
}
