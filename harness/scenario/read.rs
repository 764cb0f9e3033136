//! A scenario's text -> the validated scenario, or everything that is wrong with it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::bytes::{Maker, ReadFile};
use super::cast::Cast;
use super::check::Walk;
use super::ground::Ground;
use super::model::Scenario;
use super::syntax::{Listed, Requires, ScenarioFile, TraitValue};
use super::words::{Behaviour, Trait, Transport};
use crate::source::{self, At, Form, Mistake, Source, Span, Tried, closest};

/// Reads a scenario. `read_file` hands over files of the scenario's folder.
///
/// # Errors
/// With every mistake in the text, in the order of their places.
pub fn read(source: &Rc<Source>, read_file: ReadFile<'_>) -> Result<Scenario, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let scenario = source::parse(source, &mut mistakes).and_then(|node| {
        let file = source::read::<ScenarioFile>(&node, &mut mistakes)?;
        let root = Span::new(node.span.start, node.span.start);
        Reading {
            source,
            root,
            mistakes: &mut mistakes,
        }
        .scenario(&file, read_file)
    });
    match scenario {
        Some(scenario) if mistakes.is_empty() => Ok(scenario),
        _ => {
            mistakes.sort();
            mistakes.dedup();
            Err(mistakes)
        }
    }
}

/// The most actors of a case that are client programs.
const MOST_PROGRAMS: usize = 8;

struct Reading<'a> {
    source: &'a Rc<Source>,
    /// Where a key that is missing is missed.
    root: Span,
    mistakes: &'a mut Vec<Mistake>,
}

impl Reading<'_> {
    fn scenario(&mut self, file: &ScenarioFile, read_file: ReadFile<'_>) -> Option<Scenario> {
        self.need(file.name.is_some(), "name");
        let name = self.name(understood(&file.name));
        self.need(file.server.is_some(), "server");
        let summary = self.summary(file.summary.as_ref());
        let ground = Ground {
            over: self.over(file.over.as_ref()),
            server: self.server(understood(&file.server)),
            client: understood(&file.client).map(|client| client.value),
            requires: self.requires(file.requires.as_ref()),
        };
        let cast = Cast::new(file.clients.as_ref(), self.mistakes);
        self.programs(file.client.as_ref().map(|client| client.span), &cast);
        let steps = match file
            .steps
            .as_ref()
            .map(|steps| (steps.span, &steps.value.0))
        {
            None => {
                self.need(false, "steps");
                Vec::new()
            }
            Some((span, Some(steps))) if steps.is_empty() => {
                self.tell(
                    span,
                    "a scenario without steps",
                    "write who does what: `- alice: join`",
                );
                Vec::new()
            }
            Some((_, steps)) => {
                let maker = Maker::new(read_file, ground.over_stream());
                let walk = Walk::new(self.source, &ground, &cast, maker, self.mistakes);
                walk.scenario(steps.as_deref().unwrap_or_default())
            }
        };
        let tags = self.tags(file.tags.as_ref());
        Some(Scenario {
            name: name?,
            summary: summary?,
            tags,
            rests_on: file.source.as_ref().and_then(|text| text.0.clone()),
            source: Rc::clone(self.source),
            server: ground.server?,
            client: ground.client,
            over: ground.over,
            requires: ground.requires,
            actors: cast.actors,
            steps,
        })
    }
}

/// The value of a key that is there and was understood, with its place.
fn understood<T: Clone>(value: &Option<At<Tried<T>>>) -> Option<At<T>> {
    let at = value.as_ref()?;
    at.value.0.clone().map(|value| At::new(value, at.span))
}

/// Which of the two common behaviours a name is a slip of; `echo2` and `echo-lines` are of one's own.
fn misspelled(name: &str) -> Option<&'static str> {
    let meant = closest(name, [Behaviour::ECHO, Behaviour::BROADCAST])?;
    let is_own = name
        .strip_prefix(meant)
        .is_some_and(|rest| !rest.starts_with(char::is_alphabetic));
    (!is_own).then_some(meant)
}

impl Reading<'_> {
    fn tell(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.mistakes.push(Mistake::new(span, message).help(help));
    }

    fn need(&mut self, is_there: bool, key: &str) {
        if !is_there {
            self.mistakes.push(Mistake::new(
                self.root,
                format!("the key `{key}` is missing"),
            ));
        }
    }

    /// The name, which is the file's stem.
    fn name(&mut self, name: Option<At<String>>) -> Option<String> {
        let name = name?;
        let file = self.source.name().rsplit('/').next().unwrap_or_default();
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let parts = name
            .split('-')
            .all(|part| !part.is_empty() && part.chars().all(is_plain));
        if !parts {
            let message = format!("`{}` cannot be the name of a scenario", name.value);
            self.tell(
                name.span,
                message,
                "write lowercase letters and digits, with `-` between words",
            );
        } else if name.value != stem {
            let message = format!("the name is `{}` and the file `{file}`", name.value);
            self.tell(name.span, message, "a scenario has the name of its file");
        }
        Some(name.value)
    }

    fn summary(&mut self, summary: Option<&At<Tried<String>>>) -> Option<String> {
        self.need(summary.is_some(), "summary");
        let summary = summary?;
        let text = summary.value.0.clone()?;
        if text.trim().is_empty() || text.trim_end().contains('\n') {
            self.tell(
                summary.span,
                "the summary is no sentence",
                "write on one line what is checked",
            );
        }
        Some(text.trim_end().to_owned())
    }

    /// The behaviour. A slip of `echo` or `broadcast` would be a protocol that no server speaks.
    fn server(&mut self, server: Option<At<Behaviour>>) -> Option<Behaviour> {
        let At { value, span } = server?;
        if value.0.is_empty() {
            self.tell(
                span,
                "no behaviour",
                "write `echo`, `broadcast`, or the name of a protocol of your own",
            );
        } else if let Some(meant) = misspelled(&value.0) {
            self.tell(
                span,
                format!("unknown behaviour `{value}`"),
                &format!("did you mean `{meant}`?"),
            );
        }
        Some(value)
    }

    /// A scenario about a client program has somebody whom it plays, and not too many.
    fn programs(&mut self, client: Option<Span>, cast: &Cast) {
        let Some(span) = client else { return };
        let programs = cast.actors.iter().filter(|actor| !actor.built_in).count();
        if programs == 0 && !cast.is_unclear() {
            let message = "no actor is played by the client program";
            self.tell(span, message, "name one in `clients:` without `built-in`");
        } else if programs > MOST_PROGRAMS {
            let message = format!("{programs} actors would be processes of their own");
            let help = format!("the most is {MOST_PROGRAMS}: make the others `built-in`");
            self.tell(span, message, &help);
        }
    }

    fn tags(&mut self, tags: Option<&Tried<Vec<Tried<String>>>>) -> Vec<String> {
        let tags = tags.and_then(|tags| tags.0.as_ref());
        tags.into_iter()
            .flatten()
            .filter_map(|tag| tag.0.clone())
            .collect()
    }

    fn over(&mut self, over: Option<&At<Listed<Transport>>>) -> Vec<Transport> {
        self.need(over.is_some(), "over");
        let Some((span, list)) = over.and_then(|over| Some((over.span, over.value.0.as_ref()?)))
        else {
            return Vec::new();
        };
        if list.is_empty() {
            self.tell(
                span,
                "over no transport",
                "write `[tcp, unix]`, or one of them",
            );
        }
        let mut transports = Vec::new();
        for entry in list {
            let Some(transport) = entry.value.0 else {
                continue;
            };
            if transports.contains(&transport) {
                self.tell(
                    entry.span,
                    format!("`{transport}` stands here twice"),
                    "once is enough",
                );
            } else {
                transports.push(transport);
            }
        }
        transports
    }

    fn requires(&mut self, requires: Option<&Tried<Requires>>) -> BTreeMap<Trait, Vec<String>> {
        let entries = requires.and_then(|requires| requires.0.as_ref());
        let mut understood = BTreeMap::new();
        for (which, values) in entries.into_iter().flat_map(|requires| &requires.0) {
            let (Some(which), Some(values)) = (which.value.0, &values.0) else {
                continue;
            };
            let values: Vec<&At<TraitValue>> = match values {
                Form::Scalar(value) | Form::Map(value) => vec![value],
                Form::List(values) => values.iter().collect(),
            };
            let sound: Vec<String> = values
                .iter()
                .filter_map(|value| self.trait_value(which, value))
                .collect();
            if values.is_empty() {
                self.tell(
                    self.root,
                    format!("`{which}` requires no value"),
                    "write one, or leave it out",
                );
            }
            if sound.len() == values.len() {
                understood.insert(which, sound);
            }
        }
        understood
    }

    fn trait_value(&mut self, which: Trait, value: &At<TraitValue>) -> Option<String> {
        let text = &value.value.0;
        let known = which.values();
        if known.contains(&text.as_str()) || known.is_empty() && text.parse::<u32>().is_ok() {
            return Some(text.clone());
        }
        let message = match known {
            [] => format!("`{which}` is a number, and `{text}` is none"),
            _ => format!("`{which}` is never `{text}`"),
        };
        self.mistakes
            .push(Mistake::new(value.span, message).meant(text, known));
        None
    }
}
