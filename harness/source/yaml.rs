//! YAML text to nodes. With `no_yaml` the only place that knows the YAML crate.
//!
//! The events of the parser are taken instead of its serde types: they tell tags, aliases and a
//! second document, which the serde side resolves in silence or stops at, and hold a span for
//! everything. (The archived `serde_yaml` shows no places and takes duplicate keys in silence;
//! its successor stands under that name.)

use std::collections::BTreeMap;

use serde_yaml::granit_parser::{self as events, Event, ScalarStyle, ScanError};

use super::no_yaml::no_yaml;
use super::{Mistake, Node, Source, Span, Value};

/// How deep lists and maps may nest: far beyond any sense, far within the stack.
pub(super) const DEEPEST: usize = 64;

/// The tree of a text. What it must not hold (duplicate keys, tags, aliases, merge keys, a second
/// document) is told in `mistakes`, with what can still be read around it as the result; a text
/// that is no YAML, or is empty, is one mistake and no tree.
pub fn parse(source: &Source, mistakes: &mut Vec<Mistake>) -> Option<Node> {
    let mut options = events::Options::default();
    options.emit_comments = false;
    options.emit_unresolved_aliases = true;
    options.flow_nesting_limit = DEEPEST;
    options.block_nesting_limit = DEEPEST;
    let parser = events::Parser::new_from_str_with_options(source.text(), options);
    let mut builder = Builder {
        source,
        parser,
        mistakes: Vec::new(),
    };
    match builder.document() {
        Ok(node) => {
            mistakes.append(&mut builder.mistakes);
            node
        }
        Err(error) => {
            mistakes.push(no_yaml(source, &error));
            None
        }
    }
}

type Events<'a> = events::Parser<'a, events::StrInput<'a>>;

struct Builder<'a> {
    source: &'a Source,
    parser: Events<'a>,
    mistakes: Vec<Mistake>,
}

impl<'a> Builder<'a> {
    /// The first document of the stream, and a mistake for a second.
    fn document(&mut self) -> Result<Option<Node>, ScanError> {
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::DocumentStart(..) if root.is_some() => {
                    self.tell(
                        span,
                        "the file holds a second document",
                        "one file is one document",
                    );
                    break;
                }
                Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(..)
                | Event::DocumentEnd => {}
                event => root = Some(self.node(event, span)?),
            }
        }
        if root.is_none() {
            self.mistakes
                .push(Mistake::new(Span::default(), "the file is empty"));
        }
        Ok(root)
    }

    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, ScanError> {
        let Some(next) = self.parser.next_event() else {
            return Ok(None);
        };
        let (event, span) = next?;
        if let Some(tag) = span.tag_span() {
            let help = "no tag is needed: quotes make text, `hex` makes bytes";
            self.tell(self.bytes(&tag), "a tag has no meaning here", help);
        }
        let span = self.bytes(&span);
        Ok(Some((event, span)))
    }

    fn bytes(&self, span: &events::Span) -> Span {
        let all = self.source.text().len();
        let start = span.start.byte_offset().unwrap_or(all);
        Span::new(start, span.end.byte_offset().unwrap_or(all).max(start))
    }

    fn tell(&mut self, span: Span, message: &str, help: &str) {
        self.mistakes.push(Mistake::new(span, message).help(help));
    }

    /// The node that an event begins.
    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, ScanError> {
        match event {
            Event::Scalar(_, _, _, Some(_)) => Ok(Node {
                span,
                value: Value::Broken,
            }),
            Event::Scalar(text, ScalarStyle::Plain, ..) => Ok(Node {
                span,
                value: Value::plain(&text),
            }),
            Event::Scalar(text, ..) => Ok(Node {
                span,
                value: Value::Text(text.into_owned()),
            }),
            Event::SequenceStart(..) => self.list(span),
            Event::MappingStart(..) => self.map(span),
            _ => {
                self.tell(
                    span,
                    "an alias has no meaning here",
                    "write out what it stands for",
                );
                Ok(Node {
                    span,
                    value: Value::Broken,
                })
            }
        }
    }

    fn list(&mut self, mut span: Span) -> Result<Node, ScanError> {
        let mut items: Vec<Node> = Vec::new();
        while let Some((event, item_span)) = self.next()? {
            if event == Event::SequenceEnd {
                span.end = end_of(item_span, items.last().map(|item| item.span), span);
                break;
            }
            items.push(self.node(event, item_span)?);
        }
        Ok(Node {
            span,
            value: Value::List(items),
        })
    }

    fn map(&mut self, mut span: Span) -> Result<Node, ScanError> {
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut lines = BTreeMap::new();
        let mut last = None;
        while let Some((event, key_span)) = self.next()? {
            if event == Event::MappingEnd {
                span.end = end_of(key_span, last, span);
                break;
            }
            let key = self.node(event, key_span)?;
            let Some((event, value_span)) = self.next()? else {
                break;
            };
            let value = self.node(event, value_span)?;
            last = Some(value.span);
            if self.is_new_key(&key, &mut lines) {
                entries.push((key, value));
            }
        }
        let all_told = entries.is_empty() && last.is_some();
        let value = if all_told {
            Value::Broken
        } else {
            Value::Map(entries)
        };
        Ok(Node { span, value })
    }

    /// Whether a key adds something to the map, with a mistake where it does not.
    fn is_new_key(&mut self, key: &Node, lines: &mut BTreeMap<String, usize>) -> bool {
        // A key that is no text is refused by whoever reads it.
        let Some(name) = key.text() else { return true };
        if name == "<<" {
            self.tell(
                key.span,
                "a merge key has no meaning here",
                "write out what it stands for",
            );
            return false;
        }
        let line = self.source.place(key.span).line;
        let Some(first) = lines.insert(name.to_owned(), line) else {
            return true;
        };
        let message = format!("the key `{name}` stands here twice");
        let label = format!("it stands in line {first} too");
        self.mistakes
            .push(Mistake::new(key.span, message).label(label));
        false
    }
}

/// Where a list or map ends: at its bracket, or in block style, which has none, after its last part.
fn end_of(closing: Span, last: Option<Span>, start: Span) -> usize {
    match last {
        Some(last) if closing.start == closing.end => last.end.max(start.end),
        _ => closing.end.max(start.end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(node: &Node, source: &str) -> String {
        match &node.value {
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| outline(item, source)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(entries) => {
                let entries: Vec<_> = entries
                    .iter()
                    .map(|(key, value)| {
                        format!("{}: {}", outline(key, source), outline(value, source))
                    })
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            _ => source[node.span.start..node.span.end].to_owned(),
        }
    }

    fn check(text: &str, expected: &str) {
        let source = Source::new("a.yaml", text);
        let mut mistakes = Vec::new();
        let node = parse(&source, &mut mistakes).expect("a tree");
        assert_eq!(mistakes, []);
        assert_eq!(outline(&node, source.text()), expected, "{text:?}");
    }

    #[test]
    fn every_scalar_has_its_bytes() {
        check("a: 1\nb: [x, 你好, \"z\"]\n", "{a: 1, b: [x, 你好, \"z\"]}");
        check("\u{feff}a: b\r\nc:\r\n- d\r\n", "{a: b, c: [d]}");
        check("- a, b: { c: d }\n- e\n", "[{a, b: {c: d}}, e]");
        check("a:\nb: 1\n", "{a: , b: 1}");
    }

    fn check_span(text: &str, expected: &str) {
        let source = Source::new("a.yaml", text);
        let node = parse(&source, &mut Vec::new()).expect("a tree");
        let Value::Map(entries) = &node.value else {
            panic!("a map")
        };
        let span = entries[0].1.span;
        assert_eq!(&text[span.start..span.end], expected);
    }

    #[test]
    fn lists_and_maps_span_all_their_parts() {
        check_span("a: { b: c }\nd: e\n", "{ b: c }");
        check_span("a: [b, c]  # why\nd: e\n", "[b, c]");
        check_span("a:\n  b: c\n  d: e\n\nf: g\n", "b: c\n  d: e");
        check_span("a:\n  - b\n  - c: d\nf: g\n", "- b\n  - c: d");
    }

    fn check_mistakes(text: &str, expected: &[(&str, usize, usize)]) {
        let source = Source::new("a.yaml", text);
        let mut mistakes = Vec::new();
        parse(&source, &mut mistakes);
        let told: Vec<_> = mistakes
            .iter()
            .map(|mistake| {
                let place = source.place(mistake.span);
                (mistake.message.as_str(), place.line, place.column)
            })
            .collect();
        assert_eq!(told, expected, "{text:?}");
    }

    #[test]
    fn what_yaml_has_and_files_must_not_is_told_all_at_once() {
        check_mistakes(
            "a: &x 1\nb: *x\na: 2\nc: !!str 5\n<<: {d: 1}\n--- \ne: f\n",
            &[
                ("an alias has no meaning here", 2, 4),
                ("the key `a` stands here twice", 3, 1),
                ("a tag has no meaning here", 4, 4),
                ("a merge key has no meaning here", 5, 1),
                ("the file holds a second document", 6, 1),
            ],
        );
        check_mistakes("a: *unknown\n", &[("an alias has no meaning here", 1, 4)]);
        check_mistakes("a: !x {b: c}\n", &[("a tag has no meaning here", 1, 4)]);
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let bomb: String = (1..30)
            .map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1))
            .collect();
        let source = Source::new("a.yaml", bomb);
        let mut mistakes = Vec::new();
        parse(&source, &mut mistakes);
        assert_eq!(mistakes.len(), 58);
    }
}
