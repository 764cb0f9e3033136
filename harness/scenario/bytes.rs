//! Payloads and matchers as written -> as played: files read, sizes bounded, patterns compiled.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::rc::Rc;
use std::time::Duration;

use super::literal::{Expected, ExpectedMap, Literal, Repeat, Sent, Source};
use super::matcher::Matcher;
use super::payload::{Payload, Recipe};
use crate::source::{At, Form, Mistake, Span};

/// The most bytes of one payload.
pub const MOST_PAYLOAD: usize = 64 * 1024 * 1024;

/// Hands over the bytes of a file in the scenario's folder, by its name as written; the error is
/// why it cannot. It need not read more than [`MOST_PAYLOAD`] bytes and one.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, String>;

/// Makes payloads and matchers. Each failure is the one mistake to tell of an action.
pub(super) struct Maker<'a> {
    read_file: ReadFile<'a>,
    files: BTreeMap<String, Rc<[u8]>>,
    over_stream: bool,
}

type Made<T> = Result<T, Box<Mistake>>;

fn wrong<T>(span: Span, message: impl Into<String>, help: &str) -> Made<T> {
    Err(Box::new(Mistake::new(span, message).help(help)))
}

impl<'a> Maker<'a> {
    pub(super) fn new(read_file: ReadFile<'a>, over_stream: bool) -> Maker<'a> {
        Maker {
            read_file,
            files: BTreeMap::new(),
            over_stream,
        }
    }

    /// What is sent, and the sizes of its pieces.
    pub(super) fn sent(&mut self, sent: &Sent, span: Span) -> Made<(Payload, Vec<usize>)> {
        let recipe = match &sent.0 {
            Form::Scalar(text) => of_text(text),
            Form::List(list) => self.row(list, span)?,
            Form::Map(map) => self.only(&map.sources(), span)?,
        };
        let payload = bounded(recipe, span)?;
        if payload.is_empty() && self.over_stream {
            return wrong(
                span,
                "nothing is sent over a stream by this",
                "an empty message is one over udp",
            );
        }
        let pieces = match &sent.0 {
            Form::Map(map) => map
                .pieces
                .as_ref()
                .map(|pieces| pieces_of(pieces, &payload)),
            _ => None,
        };
        Ok((payload, pieces.transpose()?.unwrap_or_default()))
    }

    /// What is expected, and for how long.
    pub(super) fn expected(
        &mut self,
        expected: &Expected,
        span: Span,
    ) -> Made<(Matcher, Option<Duration>)> {
        let (matcher, within) = match &expected.0 {
            Form::Scalar(text) => (Matcher::Bytes(bounded(of_text(text), span)?), None),
            Form::List(list) => (Matcher::Bytes(bounded(self.row(list, span)?, span)?), None),
            Form::Map(map) => (self.matcher(map, span)?, map.within.map(|time| time.0)),
        };
        let is_met_by_nothing = match &matcher {
            Matcher::Bytes(payload) => payload.is_empty(),
            Matcher::Length(length) => *length == 0,
            Matcher::OneOf(payloads) => payloads.iter().any(Payload::is_empty),
            Matcher::Line(_) | Matcher::Regex(_) => false,
        };
        if is_met_by_nothing && self.over_stream {
            return wrong(
                span,
                "nothing at all meets this on a stream",
                "an empty message is one over udp",
            );
        }
        Ok((matcher, within))
    }

    fn matcher(&mut self, map: &ExpectedMap, span: Span) -> Made<Matcher> {
        let sources = map.sources();
        let others = [
            map.line.as_ref().map(|line| line.span),
            map.regex.as_ref().map(|regex| regex.span),
            map.length.as_ref().map(|length| length.span),
            map.one_of.as_ref().map(|list| list.span),
        ];
        let mut spans: Vec<Span> = sources.iter().map(Source::span).collect();
        spans.extend(others.into_iter().flatten());
        one_only(&mut spans, span)?;
        if let Some(line) = &map.line {
            return line_of(line);
        }
        if let Some(pattern) = &map.regex {
            checked_regex(pattern)?;
            return Matcher::regex(pattern).or_else(|error| bad_regex(pattern.span, &error));
        }
        if let Some(length) = &map.length {
            return match usize::try_from(length.value.0) {
                Ok(bytes) if bytes <= MOST_PAYLOAD => Ok(Matcher::Length(bytes)),
                _ => wrong(length.span, "too long", "the most is 64MiB"),
            };
        }
        match &map.one_of {
            Some(list) => self.one_of(list),
            None => Ok(Matcher::Bytes(bounded(self.only(&sources, span)?, span)?)),
        }
    }

    fn one_of(&mut self, list: &At<Vec<At<Literal>>>) -> Made<Matcher> {
        let mut payloads = Vec::new();
        let mut total: usize = 0;
        for literal in &list.value {
            let payload = bounded(self.literal(&literal.value, literal.span)?, literal.span)?;
            total = total.saturating_add(payload.len());
            payloads.push(payload);
        }
        if total > MOST_PAYLOAD {
            return wrong(
                list.span,
                format!("{total} bytes in all"),
                "the most is 64MiB",
            );
        }
        if payloads.is_empty() {
            return wrong(
                list.span,
                "one of nothing is never met",
                "write two payloads or more",
            );
        }
        if self.over_stream {
            distinct_on_a_stream(list, &payloads)?;
        }
        Ok(Matcher::OneOf(payloads))
    }

    fn literal(&mut self, literal: &Literal, span: Span) -> Made<Recipe> {
        match &literal.0 {
            Form::Scalar(text) => Ok(of_text(text)),
            Form::List(list) => self.row(list, span),
            Form::Map(map) => self.only(&map.sources(), span),
        }
    }

    fn row(&mut self, list: &[Literal], span: Span) -> Made<Recipe> {
        let recipes = list.iter().map(|literal| self.literal(literal, span));
        recipes.collect::<Made<Vec<_>>>().map(Recipe::Row)
    }

    /// The recipe of the one way that a map names.
    fn only(&mut self, sources: &[Source<'_>], span: Span) -> Made<Recipe> {
        one_only(&mut sources.iter().map(Source::span).collect(), span)?;
        match sources.first().expect("there is exactly one") {
            Source::Text(text) => Ok(of_text(text)),
            Source::Hex(hex) => Ok(Recipe::Bytes(hex.value.0.as_slice().into())),
            Source::File(name) => self.file(name).map(Recipe::Bytes),
            Source::Repeat(repeat) => repeated(repeat),
            Source::Random(random) => Ok(Recipe::Random {
                bytes: usize::try_from(random.value.bytes.0).unwrap_or(usize::MAX),
                seed: random.value.seed,
            }),
        }
    }

    fn file(&mut self, name: &At<String>) -> Made<Rc<[u8]>> {
        let path = Path::new(&name.value);
        let is_inside = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if name.value.is_empty() || !is_inside || name.value.contains('\0') {
            let message = format!("`{}` is outside the scenario's folder", name.value);
            return wrong(
                name.span,
                message,
                "write a path that begins in the folder of this file",
            );
        }
        if let Some(bytes) = self.files.get(&name.value) {
            return Ok(Rc::clone(bytes));
        }
        match (self.read_file)(&name.value) {
            Ok(bytes) => {
                let bytes: Rc<[u8]> = bytes.into();
                self.files.insert(name.value.clone(), Rc::clone(&bytes));
                Ok(bytes)
            }
            Err(reason) => Err(Box::new(Mistake::new(
                name.span,
                format!("`{}` {reason}", name.value),
            ))),
        }
    }
}

impl Source<'_> {
    fn span(&self) -> Span {
        match self {
            Source::Text(it) | Source::File(it) => it.span,
            Source::Hex(it) => it.span,
            Source::Repeat(it) => it.span,
            Source::Random(it) => it.span,
        }
    }
}

fn of_text(text: &str) -> Recipe {
    Recipe::Bytes(text.as_bytes().into())
}

fn one_only(spans: &mut Vec<Span>, whole: Span) -> Made<()> {
    spans.sort();
    match spans.as_slice() {
        [_] => Ok(()),
        [] => wrong(
            whole,
            "nothing says which bytes",
            "write `text`, `hex`, `file`, `repeat` or `random`",
        ),
        [_, second, ..] => wrong(
            *second,
            "a second one beside the first",
            "exactly one says which bytes",
        ),
    }
}

fn repeated(repeat: &At<Repeat>) -> Made<Recipe> {
    let times = repeat.value.times.value as usize;
    if times == 0 {
        return wrong(
            repeat.value.times.span,
            "repeated not once",
            "the least is 1",
        );
    }
    let bytes = match (&repeat.value.text, &repeat.value.hex) {
        (Some(text), None) => text.as_bytes().into(),
        (None, Some(hex)) => hex.value.0.as_slice().into(),
        (Some(_), Some(hex)) => {
            return wrong(
                hex.span,
                "a second one beside the first",
                "either `text` or `hex` is repeated",
            );
        }
        (None, None) => {
            return wrong(
                repeat.span,
                "nothing is repeated",
                "write `text` or `hex` beside `times`",
            );
        }
    };
    Ok(Recipe::Repeat { bytes, times })
}

fn bounded(recipe: Recipe, span: Span) -> Made<Payload> {
    let bytes = recipe.len();
    if bytes > MOST_PAYLOAD {
        return wrong(
            span,
            format!("a payload of {bytes} bytes"),
            "the most is 64MiB",
        );
    }
    Ok(Payload::new(recipe))
}

fn pieces_of(pieces: &At<Vec<At<u32>>>, payload: &Payload) -> Made<Vec<usize>> {
    if let Some(empty) = pieces.value.iter().find(|piece| piece.value == 0) {
        return wrong(empty.span, "a piece of no bytes", "the least is 1");
    }
    let sizes: Vec<usize> = pieces
        .value
        .iter()
        .map(|piece| piece.value as usize)
        .collect();
    let total: usize = sizes.iter().sum();
    if sizes.is_empty() {
        return wrong(pieces.span, "no pieces", "write their sizes: `[1, 1]`");
    }
    if total > payload.len() {
        let message = format!(
            "pieces of {total} bytes, and the payload has {}",
            payload.len()
        );
        return wrong(
            pieces.span,
            message,
            "what the pieces leave over is a last piece",
        );
    }
    Ok(sizes)
}

fn line_of(line: &At<String>) -> Made<Matcher> {
    if line.contains('\n') {
        return wrong(
            line.span,
            "a line with an LF in it",
            "a line ends at its LF, which is not written",
        );
    }
    if line.ends_with('\r') {
        return wrong(
            line.span,
            "a line with a CR at its end",
            "a CR before the LF is dropped",
        );
    }
    Ok(Matcher::Line(line.value.clone().into_bytes()))
}

/// A pattern that is found anywhere.
pub(super) fn checked_regex(pattern: &At<String>) -> Made<regex::bytes::Regex> {
    regex::bytes::Regex::new(pattern).or_else(|error| bad_regex(pattern.span, &error))
}

fn bad_regex<T>(span: Span, error: &regex::Error) -> Made<T> {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    let reason = last.strip_prefix("error: ").unwrap_or(last);
    Err(Box::new(Mistake::new(
        span,
        format!("no regular expression: {reason}"),
    )))
}

/// On a stream one payload that begins another would hide it.
fn distinct_on_a_stream(list: &At<Vec<At<Literal>>>, payloads: &[Payload]) -> Made<()> {
    let mut sorted: Vec<_> = payloads.iter().zip(&list.value).collect();
    sorted.sort_by(|(one, _), (other, _)| one.bytes().cmp(other.bytes()));
    let hidden = sorted
        .windows(2)
        .find(|pair| pair[1].0.bytes().starts_with(pair[0].0.bytes()));
    match hidden {
        None => Ok(()),
        Some(pair) => wrong(
            pair[1].1.span,
            "begins with another of the list",
            "on a stream the shorter one would always be met first",
        ),
    }
}
