//! Mistakes as a person reads them: file, line, column, the source line, a caret, help.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};

use super::{Mistake, Source, Span};

/// The most mistakes that are shown of one file; nobody reads on after that.
const SHOWN: usize = 50;

/// All mistakes of a text in the order of their places, each under its line.
pub fn render(source: &Source, mistakes: &[Mistake], colour: bool) -> String {
    let mut sorted: Vec<_> = mistakes.iter().collect();
    sorted.sort();
    sorted.dedup();
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let shown = sorted
        .iter()
        .take(SHOWN)
        .map(|mistake| one(source, mistake, &renderer));
    let mut text = shown.collect::<Vec<_>>().join("\n\n");
    if sorted.len() > SHOWN {
        text.push_str(&format!(
            "\n\n{} more mistakes are not shown",
            sorted.len() - SHOWN
        ));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn one(source: &Source, mistake: &Mistake, renderer: &Renderer) -> String {
    let title = Level::ERROR.primary_title(harmless(&mistake.message));
    let name = harmless(source.name());
    let place = source.place(mistake.span);
    let line = source.line_span(place.line);
    let mut group = if source.text().is_empty() {
        title.element(Origin::path(name))
    } else {
        // One line is all that is handed over: a whole file for every mistake is slow, and a span
        // over several lines would be drawn as a bracket.
        let text = without_c1(source.line_text(place.line));
        let span = within(mistake.span, line, &text);
        let label = harmless(&mistake.label);
        let label = (!label.is_empty()).then_some(label);
        let annotation = AnnotationKind::Primary
            .span(span.start..span.end)
            .label(label);
        title.element(
            Snippet::source(text)
                .path(name)
                .line_start(place.line)
                .annotation(annotation),
        )
    };
    group = with_help(group, mistake);
    renderer.render(&[group])
}

/// A span cut at the end of its first line, in bytes from the start of that line.
fn within(span: Span, line: Span, text: &str) -> Span {
    let start = span.start.clamp(line.start, line.end) - line.start;
    let end = span.end.clamp(line.start, line.end) - line.start;
    let shown = text[start..end.max(start)].trim_end();
    Span::new(start, start + shown.len())
}

/// A text of whoever wrote the file, without what would drive a terminal.
fn harmless(text: &str) -> String {
    without_c1(&normalize_untrusted_str(text))
}

/// The controls from U+0080 to U+009F, which the renderer lets through, as dots of the same length.
fn without_c1(text: &str) -> String {
    text.replace(|c: char| ('\u{80}'..='\u{9f}').contains(&c), "\u{b7}")
}

fn with_help<'a>(group: Group<'a>, mistake: &Mistake) -> Group<'a> {
    match &mistake.help {
        Some(help) => group.element(Level::HELP.message(harmless(help))),
        None => group,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, mistakes: &[Mistake], expected: &str) {
        let source = Source::new("scenarios/a.yaml", text);
        assert_eq!(render(&source, mistakes, false), expected);
    }

    #[test]
    fn mistakes_are_shown_in_the_order_of_the_file() {
        check(
            "name: a\nsteps:\n  - 你好: { expct: x }\n",
            &[
                Mistake::new(Span::new(29, 34), "unknown action `expct`")
                    .help("did you mean `expect`?"),
                Mistake::new(Span::new(0, 4), "no such key").label("here"),
            ],
            "\
error: no such key
 --> scenarios/a.yaml:1:1
  |
1 | name: a
  | ^^^^ here

error: unknown action `expct`
 --> scenarios/a.yaml:3:11
  |
3 |   - 你好: { expct: x }
  |             ^^^^^
  |
  = help: did you mean `expect`?
",
        );
    }

    #[test]
    fn a_span_over_several_lines_is_cut_at_its_first() {
        check(
            "a: |\n  one\n  two\n",
            &[Mistake::new(Span::new(3, 16), "wrong")],
            "error: wrong\n --> scenarios/a.yaml:1:4\n  |\n1 | a: |\n  |    ^\n",
        );
    }

    #[test]
    fn a_file_without_text_shows_its_name() {
        check(
            "",
            &[Mistake::new(Span::default(), "a folder")],
            "error: a folder\n--> scenarios/a.yaml\n",
        );
    }

    #[test]
    fn what_a_file_says_cannot_drive_the_terminal() {
        let source = Source::new("a\u{1b}[2J.yaml", "x: \u{1b}[31m\u{9b}\n");
        let mistakes = [Mistake::new(Span::new(3, 8), "odd \u{1b}[31m")
            .label("\u{7}")
            .help("\u{9b}")];
        let shown = render(&source, &mistakes, false);
        assert!(
            shown.chars().all(|c| c == '\n' || !c.is_control()),
            "{shown:?}"
        );
    }

    #[test]
    fn very_many_mistakes_end() {
        let mistakes: Vec<_> = (0..60)
            .map(|n| Mistake::new(Span::new(n, n + 1), "x"))
            .collect();
        let shown = render(&Source::new("a", "y".repeat(99)), &mistakes, false);
        assert_eq!(shown.matches("error: x").count(), SHOWN);
        assert!(shown.ends_with("10 more mistakes are not shown\n"));
    }
}
