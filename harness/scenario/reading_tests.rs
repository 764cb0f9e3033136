//! What texts are read as: numbers of steps, whom they name, what receivers are owed.

use std::rc::Rc;

use super::model::{Action, ActorId, Doing, FloodRange, Scenario, Step};
use super::read;
use crate::source::Source;

const HEAD: &str = "summary: a test\nover: [tcp]\nclients: [alice, bob, carol, { crowd: 2 }]\n";

fn scenario(server: &str, steps: &str) -> Result<Scenario, Vec<String>> {
    let text = format!("name: a\n{HEAD}server: {server}\nsteps:\n{steps}");
    let source = Rc::new(Source::new("scenarios/a.yaml", text));
    let no_file = |_: &str| Err("is not there".to_owned());
    read(&source, &no_file).map_err(|mistakes| {
        mistakes
            .into_iter()
            .map(|mistake| mistake.message)
            .collect()
    })
}

fn names(scenario: &Scenario, ids: &[ActorId]) -> String {
    let names: Vec<_> = ids
        .iter()
        .map(|id| scenario.actor(*id).name.as_str())
        .collect();
    names.join(" ")
}

/// A step as `index/number names word`, a parallel with its lanes in brackets.
fn outline(scenario: &Scenario, step: &Step) -> String {
    let place = format!("{}/{}", step.index, step.number);
    match &step.doing {
        Doing::Act { actors, .. } => format!("{place} {}", names(scenario, actors)),
        Doing::Server(_) => format!("{place} server"),
        Doing::Parallel(lanes) => {
            let lanes: Vec<_> = lanes.iter().map(|lane| outlines(scenario, lane)).collect();
            format!("{place} [{}]", lanes.join(" | "))
        }
    }
}

fn outlines(scenario: &Scenario, steps: &[Step]) -> String {
    steps
        .iter()
        .map(|step| outline(scenario, step))
        .collect::<Vec<_>>()
        .join(", ")
}

fn check(steps: &str, expected: &str) {
    let scenario = scenario("broadcast", steps).expect("a sound scenario");
    assert_eq!(outlines(&scenario, &scenario.steps), expected, "{steps}");
}

#[test]
fn steps_are_numbered_in_the_order_of_the_file_with_loops_unrolled() {
    check(
        "  - alice, bob: connect\n  - loop: { times: 2, steps: [{ alice: { send: x } }, { server: has_read }] }\n  - bob: close\n",
        "0/1 alice bob, 1/3 alice, 2/4 server, 3/3 alice, 4/4 server, 5/5 bob",
    );
    check(
        "  - alice, bob: connect\n  - parallel:\n      - alice: { send: x }\n      - loop: { times: 2, steps: [{ bob: { send: y } }] }\n  - bob: close\n",
        "0/1 alice bob, 1/2 [2/3 alice | 3/5 bob, 4/5 bob], 5/6 bob",
    );
}

#[test]
fn all_and_others_are_known_from_the_text() {
    check(
        "  - carol: connect\n  - all: join\n  - bob: close\n  - crowd.2: { send: x }\n  - others: { expect: x }\n  - all: { expect: x }\n",
        "0/1 carol, 1/2 alice bob crowd.1 crowd.2, 2/3 bob, 3/4 crowd.2, 4/5 alice carol crowd.1, 5/6 alice carol crowd.1 crowd.2",
    );
    check(
        "  - crowd, alice: connect\n  - alice: expect_end\n  - alice: connect\n  - all: close\n",
        "0/1 alice crowd.1 crowd.2, 1/2 alice, 2/3 alice, 3/4 alice crowd.1 crowd.2",
    );
}

fn members_of_the_last_join(steps: &str) -> String {
    let scenario = scenario("broadcast", steps).expect("a sound scenario");
    let last = scenario
        .steps
        .iter()
        .rev()
        .find_map(|step| match &step.doing {
            Doing::Act {
                action: Action::Join { members, .. },
                ..
            } => Some(names(&scenario, members)),
            _ => None,
        });
    last.expect("a join")
}

#[test]
fn members_are_those_that_joined_and_did_not_leave() {
    assert_eq!(members_of_the_last_join("  - all: join\n"), "");
    let steps = "  - alice, bob: join\n  - crowd.1: connect\n  - bob: finish\n  - carol: join\n";
    assert_eq!(members_of_the_last_join(steps), "alice");
    let steps = "  - alice, bob: join\n  - alice: ignore_rest\n  - carol: join\n";
    assert_eq!(members_of_the_last_join(steps), "bob");
    let steps = "  - alice, bob: join\n  - server: kill\n  - server: start\n  - carol: join\n";
    assert_eq!(members_of_the_last_join(steps), "");
}

/// What the actors of the last `expect_flood` are owed: sender, prefix, first number, how many.
fn owed_at_last(server: &str, steps: &str) -> Vec<Vec<String>> {
    let scenario = scenario(server, steps).expect("a sound scenario");
    let range = |range: &FloodRange| {
        let sender = &scenario.actor(range.sender).name;
        format!(
            "{sender} {}{}+{}",
            range.prefix, range.first, range.messages
        )
    };
    let last = scenario
        .steps
        .iter()
        .rev()
        .find_map(|step| match &step.doing {
            Doing::Act {
                action: Action::ExpectFlood { owed, .. },
                ..
            } => Some(
                owed.iter()
                    .map(|ranges| ranges.iter().map(range).collect())
                    .collect(),
            ),
            _ => None,
        });
    last.expect("an `expect_flood`")
}

#[test]
fn receivers_are_owed_what_was_flooded_since_they_connected_or_last_expected_it() {
    let steps = "  - alice, bob: join
  - alice: { flood: { messages: 3, prefix: a } }
  - bob: { expect_flood: { from: [alice] } }
  - carol: connect
  - alice: { flood: { messages: 2, prefix: a } }
  - alice: { flood: { messages: 1, prefix: b } }
  - alice, bob, carol: { expect_flood: { from: [alice] } }
";
    let later = ["alice a3+2", "alice b5+1"];
    let all = ["alice a0+5", "alice b5+1"];
    assert_eq!(owed_at_last("broadcast", steps), [all, later, later]);
    let steps = "  - alice, bob: join
  - alice, bob: { flood: { messages: 3, prefix: a } }
  - alice: { expect_flood: { from: [alice] } }
";
    let told = scenario("echo", steps).expect_err("a prefix of two");
    assert_eq!(told, ["alice floods with this prefix too"]);
    let steps = steps.replace("alice, bob: { flood", "alice: { flood");
    assert_eq!(owed_at_last("echo", &steps), [["alice a0+3"]]);
}

#[test]
fn records_passed_over_are_owed_to_nobody_from_then_on() {
    let steps = "  - alice, bob, carol: join
  - alice: { flood: { messages: 1, prefix: a } }
  - bob: { flood: { messages: 1, prefix: b } }
  - alice, bob, carol: { expect_flood: { from: [alice], among: [bob] } }
  - bob: { flood: { messages: 1, prefix: b } }
  - crowd.1: join
";
    scenario("broadcast", steps).expect("a join past records that are passed over");
    let steps = format!("{steps}  - alice: {{ expect_flood: {{ from: [bob] }} }}\n");
    let told = scenario("broadcast", &steps).expect_err("no records");
    assert_eq!(told, ["alice is owed no records of bob"]);
}
