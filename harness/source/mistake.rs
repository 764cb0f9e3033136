//! One mistake in a file, and the near miss that it may have been. How it looks is left to `render`.

use super::Span;

/// Something in a file that its author has to mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// What the caret stands under.
    pub span: Span,
    /// What is wrong: a lowercase fragment.
    pub message: String,
    /// What stands beside the caret; empty for the caret alone.
    pub label: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Mistake {
    /// A mistake with neither label nor help.
    pub fn new(span: Span, message: impl Into<String>) -> Mistake {
        Mistake {
            span,
            message: message.into(),
            label: String::new(),
            help: None,
        }
    }

    /// The same with words beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Mistake {
        self.label = label.into();
        self
    }

    /// The same with a line that says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Mistake {
        self.help = Some(help.into());
        self
    }

    /// The same with the word that `wrong` may have been meant as, or all of `known`.
    #[must_use]
    pub fn meant(self, wrong: &str, known: &[&str]) -> Mistake {
        match closest(wrong, known.iter().copied()) {
            Some(word) => self.help(format!("did you mean `{word}`?")),
            None if known.is_empty() => self,
            None => self.help(format!("there is {}", listed(known))),
        }
    }
}

/// The known word that a wrong one is most likely a slip of: at most a third of it differs.
pub fn closest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = wrong.to_lowercase().replace(['-', ' '], "_");
    let allowed = (written.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|word| (strsim::osa_distance(&written, word), word))
        .filter(|(distance, word)| *distance <= allowed && *distance < word.chars().count())
        .min()
        .map(|(_, word)| word)
}

/// Words as a sentence holds them: `a`, `b` and `c`.
pub(super) fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wrong: &str, expected: Option<&str>) {
        let known = [
            "expect",
            "expect_end",
            "send",
            "join",
            "reset",
            "resume",
            "at",
        ];
        assert_eq!(closest(wrong, known), expected, "{wrong}");
    }

    #[test]
    fn near_misses_are_found_and_far_ones_are_not() {
        check("expct", Some("expect"));
        check("Expect-End", Some("expect_end"));
        check("snd", Some("send"));
        check("jion", Some("join"));
        check("eof", None);
        check("xy", None);
        check("", None);
    }

    #[test]
    fn words_are_listed_as_in_a_sentence() {
        assert_eq!(listed(&["a"]), "`a`");
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
