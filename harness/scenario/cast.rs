//! Who is on stage, and whom a step names.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Actor, ActorId};
use super::syntax::{Client, ClientRole, Listed, NamedClient, RESERVED};
use crate::source::{At, Form, Mistake, Source, Span, Tried};

/// The most actors of a scenario, crowds written out.
const MOST_ACTORS: usize = 1000;

/// Everybody on stage.
#[derive(Debug, Default)]
pub(super) struct Cast {
    pub actors: Vec<Actor>,
    /// Names of actors and of crowds; a member of a crowd by its name with the place, too.
    names: BTreeMap<String, Vec<ActorId>>,
    /// Names as written in `clients:`, for suggestions.
    written: Vec<String>,
    /// Whether a client was not understood: then an unknown name may be its.
    is_unclear: bool,
}

/// Whom a step names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// `all`.
    All,
    /// `others`.
    Others,
    /// These, in the order of `clients:`.
    These(Vec<ActorId>),
    /// A mistake was told; these were understood beside it.
    Unclear(Vec<ActorId>),
}

impl Cast {
    /// The cast that `clients:` lists.
    pub(super) fn new(clients: Option<&At<Listed<Client>>>, mistakes: &mut Vec<Mistake>) -> Cast {
        let mut cast = Cast::default();
        let Some(clients) = clients else { return cast };
        let Some(list) = &clients.value.0 else {
            cast.is_unclear = true;
            return cast;
        };
        for client in list {
            if let Err(mistake) = cast.add(&client.value) {
                cast.is_unclear = true;
                mistakes.extend(mistake);
            }
        }
        if cast.actors.len() > MOST_ACTORS {
            let message = format!("{} actors are on stage", cast.actors.len());
            mistakes.push(
                Mistake::new(clients.span, message).help(format!("the most is {MOST_ACTORS}")),
            );
        }
        cast
    }

    /// Adds what one entry names; the error is the mistake that is still to be told.
    fn add(&mut self, client: &Tried<Client>) -> Result<(), Option<Mistake>> {
        let (name, role) = match client.0.as_ref().ok_or(None)? {
            Form::Scalar(name) | Form::List(name) => (name, None),
            Form::Map(NamedClient { name, role }) => (name, Some(role)),
        };
        self.check_name(name).map_err(Some)?;
        self.written.push(name.value.clone());
        match role {
            Some(ClientRole::Crowd(size)) => {
                for place in 1..=u16::try_from(*size).unwrap_or(u16::MAX) {
                    let member = format!("{}.{place}", name.value);
                    let id = self.enter(member, place, false);
                    self.names.entry(name.value.clone()).or_default().push(id);
                }
            }
            role => {
                self.enter(name.value.clone(), 0, role.is_some());
            }
        }
        Ok(())
    }

    fn enter(&mut self, name: String, place: u16, built_in: bool) -> ActorId {
        let id = ActorId(self.actors.len());
        self.names.insert(name.clone(), vec![id]);
        self.actors.push(Actor {
            name,
            place,
            built_in,
        });
        id
    }

    fn check_name(&self, name: &At<String>) -> Result<(), Mistake> {
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
        let goes_on = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if RESERVED.contains(&name.value.as_str()) {
            let message = format!("`{}` is a word of the language and no name", name.value);
            return Err(Mistake::new(name.span, message).help("choose another name"));
        }
        if !begins || !goes_on || name.len() > 40 {
            let message = format!("`{}` cannot be a name", name.value);
            let help = "a name is a letter and up to 39 letters, digits, `-` and `_`";
            return Err(Mistake::new(name.span, message).help(help));
        }
        if self.names.contains_key(&name.value) {
            return Err(Mistake::new(
                name.span,
                format!("`{}` is on stage already", name.value),
            ));
        }
        Ok(())
    }

    /// Whether a client was not understood.
    pub(super) fn is_unclear(&self) -> bool {
        self.is_unclear
    }

    /// The name of an actor.
    pub(super) fn name(&self, id: ActorId) -> &str {
        &self.actors[id.0].name
    }

    /// Everybody.
    pub(super) fn everybody(&self) -> impl Iterator<Item = ActorId> + use<> {
        (0..self.actors.len()).map(ActorId)
    }

    /// Whom the key of a step names.
    pub(super) fn who(
        &self,
        key: &At<String>,
        source: &Source,
        mistakes: &mut Vec<Mistake>,
    ) -> Who {
        match key.as_str() {
            "all" => return Who::All,
            "others" => return Who::Others,
            _ => {}
        }
        let names = parts(key, source);
        self.these(&names, mistakes)
    }

    /// The actors that names stand for, each once and in the order of `clients:`.
    pub(super) fn these(&self, names: &[At<String>], mistakes: &mut Vec<Mistake>) -> Who {
        let mut found = BTreeSet::new();
        let mut is_clear = true;
        for name in names {
            let Some(ids) = self.names.get(&name.value) else {
                is_clear = false;
                if !self.is_unclear {
                    mistakes.push(self.unknown(name));
                }
                continue;
            };
            let before = found.len();
            found.extend(ids);
            if found.len() < before + ids.len() {
                is_clear = false;
                mistakes.push(Mistake::new(
                    name.span,
                    format!("`{}` is named twice", name.value),
                ));
            }
        }
        let found = found.into_iter().collect();
        if is_clear {
            Who::These(found)
        } else {
            Who::Unclear(found)
        }
    }

    fn unknown(&self, name: &At<String>) -> Mistake {
        if name.is_empty() {
            return Mistake::new(name.span, "a name is missing beside the comma");
        }
        if RESERVED.contains(&name.value.as_str()) {
            let message = format!("`{}` stands in no list", name.value);
            return Mistake::new(name.span, message).help("it is a step's only key");
        }
        let mistake = Mistake::new(name.span, format!("no client is called `{}`", name.value));
        let known: Vec<&str> = self
            .written
            .iter()
            .map(String::as_str)
            .chain(RESERVED)
            .collect();
        mistake.meant(&name.value, &known)
    }
}

/// The names of a comma list, each with its own place where the key stands as it is written.
fn parts(key: &At<String>, source: &Source) -> Vec<At<String>> {
    let is_verbatim = source.text().get(key.span.start..key.span.end) == Some(key.as_str());
    let mut parts = Vec::new();
    let mut at = 0;
    for part in key.split(',') {
        let name = part.trim();
        let start = key.span.start + at + (part.len() - part.trim_start().len());
        let span = if is_verbatim {
            Span::new(start, start + name.len())
        } else {
            key.span
        };
        parts.push(At::new(name.to_owned(), span));
        at += part.len() + 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cast() -> Cast {
        let mut cast = Cast::default();
        for name in ["alice", "bob"] {
            cast.written.push(name.to_owned());
            cast.enter(name.to_owned(), 0, false);
        }
        let crowd = At::new("crowd".to_owned(), Span::default());
        let crowd = Form::Map(NamedClient {
            name: crowd,
            role: ClientRole::Crowd(2),
        });
        cast.add(&Tried(Some(crowd))).expect("a crowd");
        cast
    }

    fn check(key: &str, expected: Who, told: &[(&str, usize)]) {
        let source = Source::new("a.yaml", key);
        let mut mistakes = Vec::new();
        let key = At::new(key.to_owned(), Span::new(0, key.len()));
        assert_eq!(cast().who(&key, &source, &mut mistakes), expected);
        let mistakes: Vec<_> = mistakes
            .iter()
            .map(|mistake| (mistake.message.as_str(), mistake.span.start))
            .collect();
        assert_eq!(mistakes, told);
    }

    fn ids(ids: &[usize]) -> Vec<ActorId> {
        ids.iter().copied().map(ActorId).collect()
    }

    #[test]
    fn names_stand_for_actors_in_the_order_of_the_clients() {
        check("all", Who::All, &[]);
        check("bob, alice", Who::These(ids(&[0, 1])), &[]);
        check("crowd", Who::These(ids(&[2, 3])), &[]);
        check("crowd.2", Who::These(ids(&[3])), &[]);
    }

    #[test]
    fn names_that_are_wrong_are_told_in_their_places() {
        check(
            "alice, bbo",
            Who::Unclear(ids(&[0])),
            &[("no client is called `bbo`", 7)],
        );
        check(
            "alice,alice",
            Who::Unclear(ids(&[0])),
            &[("`alice` is named twice", 6)],
        );
        check(
            "crowd, crowd.1",
            Who::Unclear(ids(&[2, 3])),
            &[("`crowd.1` is named twice", 7)],
        );
        check(
            "alice, all",
            Who::Unclear(ids(&[0])),
            &[("`all` stands in no list", 7)],
        );
        check(
            "alice,",
            Who::Unclear(ids(&[0])),
            &[("a name is missing beside the comma", 6)],
        );
        check(
            "crowd.3",
            Who::Unclear(vec![]),
            &[("no client is called `crowd.3`", 0)],
        );
    }
}
