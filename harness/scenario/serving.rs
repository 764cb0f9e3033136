//! What is done to the server: what speaks against it at a step, and how it is played.

use super::bytes::checked_regex;
use super::check::StepTexts;
use super::ground::Ground;
use super::model::{ExpectedCode, ExpectedExit, ServerAction};
use super::stage::Server;
use super::syntax::{CodeText, ExpectExitText, ServerActionText, StepText};
use crate::source::{At, Mistake, Span};

/// Whether the first `server` step is `start`; nothing where there is none, or it is unclear.
pub(super) fn begins_without_server(steps: &StepTexts) -> Option<bool> {
    steps.iter().find_map(|step| match step.value.0.as_ref()? {
        StepText::Server(action) => {
            Some(matches!(action.0.value.0, Some(ServerActionText::Start(_))))
        }
        StepText::Parallel { steps, .. } => begins_without_server(steps.0.as_ref()?),
        StepText::Loop { content, .. } => begins_without_server(&content.0.as_ref()?.steps),
        StepText::Act { .. } => None,
    })
}

/// What speaks against an action on the server.
pub(super) fn object_to_serving(
    ground: &Ground,
    server: Server,
    action: &ServerActionText,
    span: Span,
) -> Option<Mistake> {
    if let Some(mistake) = ground.lacks(action.word(), span) {
        return Some(mistake);
    }
    if ground.client.is_some()
        && matches!(
            action,
            ServerActionText::HasRead(_) | ServerActionText::ExpectUnread(_)
        )
    {
        let message = format!(
            "`{}` says nothing beside a client program",
            action.word().text
        );
        let help = "nobody knows what the program has sent: let somebody expect it";
        return Some(Mistake::new(span, message).help(help));
    }
    let is_there = matches!(server, Server::Running | Server::Unknown);
    match action {
        ServerActionText::Start(_) if server == Server::Running => {
            let help = "a scenario begins with a server unless its first `server` step is `start`";
            Some(Mistake::new(span, "the server runs already").help(help))
        }
        ServerActionText::ExpectExit(_) if server == Server::NotStarted => {
            Some(Mistake::new(span, "the server has not been started yet"))
        }
        ServerActionText::Start(_)
        | ServerActionText::Restart(_)
        | ServerActionText::ExpectExit(_) => None,
        _ if is_there => None,
        _ => Some(Mistake::new(span, "no server runs here").help("start it first")),
    }
}

/// The action as it is played.
pub(super) fn server_action(action: &ServerActionText) -> Result<ServerAction, Box<Mistake>> {
    Ok(match action {
        ServerActionText::HasRead(_) => ServerAction::HasRead,
        ServerActionText::ExpectUnread(time) => ServerAction::ExpectUnread(time.time.0),
        ServerActionText::Start(start) => ServerAction::Start {
            port_taken: start.port.is_some(),
        },
        ServerActionText::Restart(restart) => ServerAction::Restart {
            same_port: restart.same_port.unwrap_or(false),
        },
        ServerActionText::Stop(_) => ServerAction::Stop,
        ServerActionText::Kill(_) => ServerAction::Kill,
        ServerActionText::ExpectAlive(_) => ServerAction::ExpectAlive,
        ServerActionText::ExpectExit(exit) => ServerAction::ExpectExit(expected_exit(exit)?),
    })
}

pub(super) fn expected_exit(exit: &ExpectExitText) -> Result<ExpectedExit, Box<Mistake>> {
    let code = exit.code.map(|code| match code {
        CodeText::Exactly(status) => ExpectedCode::Exactly(status),
        CodeText::Nonzero => ExpectedCode::Nonzero,
        CodeText::Stopped => ExpectedCode::Stopped,
    });
    let found = |pattern: &Option<At<String>>| pattern.as_ref().map(checked_regex).transpose();
    Ok(ExpectedExit {
        code,
        stderr: found(&exit.stderr)?,
        stdout: found(&exit.stdout)?,
    })
}
