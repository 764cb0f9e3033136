//! Whether rendered text has colour, and which colour says what. Who decides is `cli`.

use anstyle::{AnsiColor, Effects, Style};

use crate::oracle::Verdict;

/// Whether rendered text has colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Text and nothing else.
    Plain,
    /// With ANSI escape codes.
    Ansi,
}

/// All is well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// Something is wrong.
pub(super) const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
/// Something that a reader should know.
pub(super) const NOTABLE: Style = AnsiColor::Yellow.on_default();
/// What most readers may pass over.
pub(super) const DIM: Style = Style::new().effects(Effects::DIMMED);
/// A name that heads what follows.
pub(super) const STRONG: Style = Style::new().effects(Effects::BOLD);

impl Colour {
    /// A text in a style, or as it is.
    pub(super) fn paint(self, style: Style, text: &str) -> String {
        match self {
            Colour::Plain => text.to_owned(),
            Colour::Ansi => format!("{style}{text}{style:#}"),
        }
    }
}

/// The style in which a verdict is shown.
pub(super) fn style_of(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Pass => GOOD,
        Verdict::Fail | Verdict::BrokenPeer | Verdict::HarnessError => BAD,
        Verdict::Known | Verdict::Fixed => NOTABLE,
        Verdict::Unsupported | Verdict::Skipped => DIM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(colour: Colour, expected: &str) {
        assert_eq!(colour.paint(GOOD, "pass"), expected);
    }

    #[test]
    fn plain_text_has_no_codes() {
        check(Colour::Plain, "pass");
        check(Colour::Ansi, "\x1b[32mpass\x1b[0m");
    }
}
