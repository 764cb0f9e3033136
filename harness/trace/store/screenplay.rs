//! Whether two scenarios are one screenplay: the same actors do and say the same, so that what was
//! played by one can be judged by the other. What is expected may differ; whether a trace tells
//! enough to judge it by is `retold`.

use std::mem::discriminant;

use crate::scenario::model::ExpectedExit;
use crate::scenario::{Action, Doing, Scenario, ServerAction, Step};

/// Compares a scenario that was played with another of its name.
///
/// # Errors
/// A fragment that names the first thing in which they differ.
pub fn same_screenplay(played: &Scenario, other: &Scenario) -> Result<(), String> {
    let heads = [
        (played.server == other.server, "`server`"),
        (played.client == other.client, "`client`"),
        (played.over == other.over, "`over`"),
        (played.requires == other.requires, "`requires`"),
        (played.actors == other.actors, "`clients`"),
    ];
    if let Some((_, key)) = heads.iter().find(|(same, _)| !same) {
        return Err(format!("{key} is not what it was"));
    }
    same_steps(&played.steps, &other.steps)
}

fn same_steps(played: &[Step], other: &[Step]) -> Result<(), String> {
    for (played, other) in played.iter().zip(other) {
        match (&played.doing, &other.doing) {
            (Doing::Parallel(lanes), Doing::Parallel(others)) if lanes.len() == others.len() => {
                let mut pairs = lanes.iter().zip(others);
                pairs.try_for_each(|(lane, other)| same_steps(lane, other))?;
            }
            (doing, other_doing) => {
                if !same_doing(doing, other_doing) || played.index != other.index {
                    return Err(format!("step {} does something else", played.number));
                }
            }
        }
    }
    match played.len() == other.len() {
        true => Ok(()),
        false => Err(String::from("the number of steps is another")),
    }
}

fn same_doing(played: &Doing, other: &Doing) -> bool {
    match (played, other) {
        (
            Doing::Act { actors, action },
            Doing::Act {
                actors: others,
                action: other,
            },
        ) => actors == others && same_action(action, other),
        (Doing::Server(action), Doing::Server(other)) => same_server_action(action, other),
        _ => false,
    }
}

/// Whether an action is the same but for what `oracle` judges afterwards: matchers, bounds on
/// waits, and the order of a flood.
fn same_action(played: &Action, other: &Action) -> bool {
    match (played, other) {
        (
            Action::Connect { receive_buffer },
            Action::Connect {
                receive_buffer: other,
            },
        ) => receive_buffer == other,
        (
            Action::Join {
                receive_buffer,
                members,
            },
            Action::Join {
                receive_buffer: buffer,
                members: others,
            },
        ) => receive_buffer == buffer && members == others,
        (
            Action::Send { payload, pieces },
            Action::Send {
                payload: other,
                pieces: others,
            },
        ) => payload.bytes() == other.bytes() && pieces == others,
        (Action::ExpectNothing(span), Action::ExpectNothing(other)) => span == other,
        (Action::ExpectError(kind), Action::ExpectError(other)) => kind == other,
        (Action::Observe { until }, Action::Observe { until: other }) => until == other,
        (Action::ExpectExit(exit), Action::ExpectExit(other)) => same_exit(exit, other),
        (
            Action::Flood {
                messages,
                prefix,
                first,
            },
            Action::Flood {
                messages: count,
                prefix: other,
                first: numbers,
            },
        ) => (messages, prefix, first) == (count, other, numbers),
        (
            Action::ExpectFlood { owed, among, .. },
            Action::ExpectFlood {
                owed: other,
                among: others,
                ..
            },
        ) => owed == other && among == others,
        _ => says_all_by_its_name(played) && discriminant(played) == discriminant(other),
    }
}

/// Whether what stands in an action besides its name, if anything does, is for `oracle` to judge.
fn says_all_by_its_name(action: &Action) -> bool {
    match action {
        Action::Expect { .. }
        | Action::ExpectEnd { .. }
        | Action::ExpectReset { .. }
        | Action::ExpectClosed { .. }
        | Action::ExpectRefused
        | Action::Finish
        | Action::Close
        | Action::Reset
        | Action::Leave
        | Action::Pause
        | Action::Resume
        | Action::IgnoreRest => true,
        Action::Connect { .. }
        | Action::Join { .. }
        | Action::Send { .. }
        | Action::ExpectNothing(_)
        | Action::ExpectError(_)
        | Action::Observe { .. }
        | Action::ExpectExit(_)
        | Action::Flood { .. }
        | Action::ExpectFlood { .. } => false,
    }
}

/// Of the server everything is the same: what is expected of it was judged as it was played.
fn same_server_action(played: &ServerAction, other: &ServerAction) -> bool {
    use ServerAction::{
        ExpectAlive, ExpectExit, ExpectUnread, HasRead, Kill, Restart, Start, Stop,
    };
    match (played, other) {
        (ExpectUnread(span), ExpectUnread(other)) => span == other,
        (Start { port_taken }, Start { port_taken: other }) => port_taken == other,
        (Restart { same_port }, Restart { same_port: other }) => same_port == other,
        (ExpectExit(exit), ExpectExit(other)) => same_exit(exit, other),
        (HasRead, HasRead) | (Stop, Stop) | (Kill, Kill) | (ExpectAlive, ExpectAlive) => true,
        _ => false,
    }
}

fn same_exit(played: &ExpectedExit, other: &ExpectedExit) -> bool {
    let patterns = |exit: &ExpectedExit| {
        let pattern = |it: &Option<regex::bytes::Regex>| it.as_ref().map(ToString::to_string);
        (pattern(&exit.stderr), pattern(&exit.stdout))
    };
    played.code == other.code && patterns(played) == patterns(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::store::sample;

    fn check(from: &str, to: &str, expected: Result<(), &str>) {
        let text = sample::TEXT.replace(from, to);
        assert_ne!(text, sample::TEXT, "{from}");
        let (played, other) = (sample::scenario(sample::TEXT), sample::scenario(&text));
        let expected = expected.map_err(str::to_owned);
        assert_eq!(same_screenplay(&played, &other), expected, "{to}");
    }

    #[test]
    fn what_is_expected_may_differ() {
        check("two clients talk", "they talk", Ok(()));
        check(
            "expect: \"hello\\n\"",
            "expect: { length: 6, within: 9s }",
            Ok(()),
        );
    }

    #[test]
    fn what_is_done_may_not() {
        let other = |step| format!("step {step} does something else");
        check("send: \"hello\\n\"", "send: \"hallo\\n\"", Err(&other(2)));
        check("for: 10ms", "for: 20ms", Err(&other(7)));
        check(
            "- server: has_read",
            "- all: pause\n  - all: resume",
            Err(&other(6)),
        );
        check("- alice: finish", "- bob: finish", Err(&other(8)));
        check(
            "- alice: finish\n",
            "",
            Err("the number of steps is another"),
        );
        check(
            "clients: [alice, bob]",
            "clients: [bob, alice]",
            Err("`clients` is not what it was"),
        );
        check(
            "over: [tcp, unix]",
            "over: [tcp]",
            Err("`over` is not what it was"),
        );
        check(
            "text: replace",
            "text: strict",
            Err("`requires` is not what it was"),
        );
    }
}
