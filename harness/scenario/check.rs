//! Steps as written -> as played: walks them in the order of the file with loops unrolled, numbers
//! them, finds whom each names, and tells everything that is wrong with any.

use super::bytes::Maker;
use super::cast::{Cast, Who};
use super::ground::Ground;
use super::model::{Action, ActorId, Doing, Step};
use super::objections::Scene;
use super::perform::Performance;
use super::serving::{begins_without_server, object_to_serving, server_action};
use super::stage::{Connection, Server, Stage};
use super::syntax::{ActionText, Listed, LoopText, ServerActionText, StepText};
use crate::source::{At, AtWord, Mistake, Source, Span, Tried};

/// The most that all actors of a scenario may do, loops unrolled: an act is one actor in one step.
const MOST_ACTS: usize = 1_000_000;

/// Walks the steps of a scenario.
pub(super) struct Walk<'a> {
    source: &'a Source,
    ground: &'a Ground,
    cast: &'a Cast,
    maker: Maker<'a>,
    stage: Stage,
    mistakes: &'a mut Vec<Mistake>,
    index: usize,
    number: usize,
    acts: usize,
    in_parallel: bool,
}

/// Steps as they are written.
pub(super) type StepTexts = [At<Tried<StepText>>];

impl<'a> Walk<'a> {
    pub(super) fn new(
        source: &'a Source,
        ground: &'a Ground,
        cast: &'a Cast,
        maker: Maker<'a>,
        mistakes: &'a mut Vec<Mistake>,
    ) -> Walk<'a> {
        let stage = Stage::new(cast, Server::Running);
        Walk {
            source,
            ground,
            cast,
            maker,
            stage,
            mistakes,
            index: 0,
            number: 0,
            acts: 0,
            in_parallel: false,
        }
    }

    /// The steps of a scenario, in the order of the file.
    pub(super) fn scenario(mut self, steps: &StepTexts) -> Vec<Step> {
        if begins_without_server(steps) == Some(true) {
            self.stage.server = Server::NotStarted;
        }
        let mut into = Vec::new();
        self.steps(steps, &mut into);
        into
    }

    fn steps(&mut self, steps: &StepTexts, into: &mut Vec<Step>) {
        for step in steps {
            if !self.may_go_on(1, step.span) {
                return;
            }
            self.number += 1;
            match &step.value.0 {
                None => self.stage.lose_everything(),
                Some(StepText::Act { who, action }) => {
                    self.push(action.0.span, into, |walk| walk.act(who, action));
                }
                Some(StepText::Server(action)) => {
                    self.push(action.0.span, into, |walk| walk.serve(action));
                }
                Some(StepText::Parallel { key, steps }) => {
                    self.push(key.span, into, |walk| walk.parallel(key, steps));
                }
                Some(StepText::Loop { key, content }) => self.repeat(key, content, into),
            }
        }
    }

    /// Numbers a step before what is in it.
    fn push(
        &mut self,
        span: Span,
        into: &mut Vec<Step>,
        doing: impl FnOnce(&mut Walk<'a>) -> Option<Doing>,
    ) {
        let (index, number) = (self.index, self.number);
        self.index += 1;
        if let Some(doing) = doing(self) {
            into.push(Step {
                index,
                number,
                span,
                doing,
            });
        }
    }

    /// Counts acts; a scenario that unrolls to too many is told once and left.
    fn may_go_on(&mut self, acts: usize, span: Span) -> bool {
        let before = self.acts;
        self.acts = self.acts.saturating_add(acts);
        if before <= MOST_ACTS && self.acts > MOST_ACTS {
            let message = "with this the scenario unrolls to too much";
            let help = format!("all actors together may act {MOST_ACTS} times");
            self.mistakes.push(Mistake::new(span, message).help(help));
        }
        self.acts <= MOST_ACTS
    }

    fn repeat(&mut self, key: &At<String>, content: &Tried<LoopText>, into: &mut Vec<Step>) {
        let Some(content) = &content.0 else {
            return self.stage.lose_everything();
        };
        if content.times.value == 0 {
            self.mistakes
                .push(Mistake::new(content.times.span, "repeated not once").help("the least is 1"));
        }
        if content.steps.is_empty() {
            self.mistakes
                .push(Mistake::new(key.span, "a loop without steps"));
        }
        let number = self.number;
        for _ in 0..content.times.value {
            if !self.may_go_on(1, key.span) {
                return;
            }
            self.number = number;
            self.steps(&content.steps, into);
        }
    }

    fn parallel(&mut self, key: &At<String>, steps: &Listed<StepText>) -> Option<Doing> {
        let Some(steps) = &steps.0 else {
            self.stage.lose_everything();
            return None;
        };
        if steps.is_empty() {
            self.mistakes
                .push(Mistake::new(key.span, "`parallel` without steps"));
        }
        let was_in_parallel = std::mem::replace(&mut self.in_parallel, true);
        let mut lanes = Vec::new();
        for step in steps {
            let mut lane = Vec::new();
            self.steps(std::slice::from_ref(step), &mut lane);
            lanes.push(lane);
        }
        self.in_parallel = was_in_parallel;
        self.object_to_lanes(&lanes);
        Some(Doing::Parallel(lanes))
    }

    /// A connection that begins or ends in one lane while its actor acts in another is a race.
    fn object_to_lanes(&mut self, lanes: &[Vec<Step>]) {
        let acting: Vec<Vec<(ActorId, bool, Span)>> =
            lanes.iter().map(|lane| acting(lane)).collect();
        for (place, lane) in acting.iter().enumerate() {
            for (actor, _, span) in lane.iter().filter(|(_, changes, _)| *changes) {
                let elsewhere = acting.iter().enumerate().any(|(other, lane)| {
                    other != place && lane.iter().any(|(it, _, _)| it == actor)
                });
                if elsewhere {
                    let name = self.cast.name(*actor);
                    let message = format!("{name} acts beside this in the same `parallel`");
                    let mistake = Mistake::new(*span, message)
                        .help("what comes first would be left to chance: put one after the other");
                    self.mistakes.push(mistake);
                    return;
                }
            }
        }
    }

    fn act(&mut self, key: &At<String>, action: &AtWord<Tried<ActionText>>) -> Option<Doing> {
        let span = action.0.span;
        let action = action.0.value.0.as_ref();
        let actors = self.whom(key, action)?;
        let Some(action) = action else {
            self.stage.lose(&actors);
            return None;
        };
        if !self.may_go_on(self.weight(&actors, action), span) {
            return None;
        }
        let scene = Scene {
            source: self.source,
            cast: self.cast,
            ground: self.ground,
            stage: &self.stage,
            in_parallel: self.in_parallel,
        };
        if let Err(mistake) = scene.object(&actors, action, span) {
            self.mistakes.push(*mistake);
            self.stage.lose(&actors);
            return None;
        }
        let action = self.perform(&actors, action, span)?;
        Some(Doing::Act { actors, action })
    }

    /// How many acts an action counts as: a flood as one for each receiver.
    fn weight(&self, actors: &[ActorId], action: &ActionText) -> usize {
        match action {
            ActionText::Flood(_) if self.ground.is_broadcast() => {
                actors.len().saturating_mul(self.stage.room().len())
            }
            _ => actors.len(),
        }
    }

    fn perform(&mut self, actors: &[ActorId], action: &ActionText, span: Span) -> Option<Action> {
        Performance {
            ground: self.ground,
            cast: self.cast,
            stage: &mut self.stage,
            maker: &mut self.maker,
            mistakes: self.mistakes,
        }
        .perform(actors, action, span)
    }

    /// The actors that a key names at this point; nothing where a mistake was told.
    fn whom(&mut self, key: &At<String>, action: Option<&ActionText>) -> Option<Vec<ActorId>> {
        match self.cast.who(key, self.source, self.mistakes) {
            Who::These(actors) => Some(actors),
            Who::Unclear(actors) => {
                self.stage.lose(&actors);
                None
            }
            Who::All => self.some(self.all(action), key.span, action),
            Who::Others => match self.stage.last_senders.clone() {
                Some(senders) => {
                    let mut others = self.all(action);
                    others.retain(|id| !senders.contains(id));
                    self.some(others, key.span, action)
                }
                None if self.stage.is_unknown() => None,
                None => {
                    let mistake = Mistake::new(key.span, "nobody has sent anything yet")
                        .help("`others` are all but who sent last");
                    self.mistakes.push(mistake);
                    None
                }
            },
        }
    }

    /// Everybody who is meant by `all` for an action: for one that begins a connection those that
    /// never had one, for the others those that have one.
    fn all(&self, action: Option<&ActionText>) -> Vec<ActorId> {
        match action {
            None => self.cast.everybody().collect(),
            Some(action) if action.begins_connection() => self
                .stage
                .those(|connection| matches!(connection, Connection::Never | Connection::Unknown)),
            Some(ActionText::ExpectRefused(_)) if self.ground.over_stream() => self
                .stage
                .those(|connection| !matches!(connection, Connection::Open(_))),
            Some(_) => self.stage.those(|connection| {
                matches!(connection, Connection::Open(_) | Connection::Unknown)
            }),
        }
    }

    fn some(
        &mut self,
        actors: Vec<ActorId>,
        span: Span,
        action: Option<&ActionText>,
    ) -> Option<Vec<ActorId>> {
        if !actors.is_empty() || self.stage.is_unknown() {
            return Some(actors).filter(|actors| !actors.is_empty());
        }
        let help = match action {
            Some(action) if action.begins_connection() => "everybody has been connected before",
            _ => "nobody else is connected at this point",
        };
        self.mistakes
            .push(Mistake::new(span, "this is nobody here").help(help));
        None
    }

    fn serve(&mut self, action: &AtWord<Tried<ServerActionText>>) -> Option<Doing> {
        let span = action.0.span;
        let Some(action) = &action.0.value.0 else {
            self.stage.server = Server::Unknown;
            return None;
        };
        if let Some(mistake) = object_to_serving(self.ground, self.stage.server, action, span) {
            self.mistakes.push(mistake);
            self.stage.server = Server::Unknown;
            return None;
        }
        match action {
            ServerActionText::Start(_) => self.stage.server = Server::Running,
            ServerActionText::Restart(_) => self.stage.lose_server(Server::Running),
            ServerActionText::Stop(_)
            | ServerActionText::Kill(_)
            | ServerActionText::ExpectExit(_) => {
                self.stage.lose_server(Server::Gone);
            }
            _ => {}
        }
        match server_action(action) {
            Ok(action) => Some(Doing::Server(action)),
            Err(mistake) => {
                self.mistakes.push(*mistake);
                None
            }
        }
    }
}

/// Who acts in a lane, whether that begins or ends a connection, and where.
fn acting(lane: &[Step]) -> Vec<(ActorId, bool, Span)> {
    let mut acting = Vec::new();
    for step in lane {
        match &step.doing {
            Doing::Act { actors, action } => {
                let changes = changes_connection(action);
                acting.extend(actors.iter().map(|actor| (*actor, changes, step.span)));
            }
            Doing::Server(_) => {}
            Doing::Parallel(lanes) => lanes
                .iter()
                .for_each(|lane| acting.extend(self::acting(lane))),
        }
    }
    acting.sort();
    acting.dedup();
    acting
}

fn changes_connection(action: &Action) -> bool {
    !matches!(
        action,
        Action::Send { .. }
            | Action::Expect { .. }
            | Action::ExpectNothing(_)
            | Action::Flood { .. }
            | Action::ExpectFlood { .. }
            | Action::Pause
            | Action::Resume
    )
}
