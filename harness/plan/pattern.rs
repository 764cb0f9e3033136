//! Globs on case ids and scenario names: `*` within one part of a `/` path, `**` over several.

use std::fmt;
use std::str::FromStr;

use regex::Regex;

/// A glob.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

/// A pattern that cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Nothing was written.
    #[error("an empty pattern matches nothing: write a glob on case ids, such as `broadcast/**`")]
    Empty,
    /// Too long to be meant.
    #[error("the pattern is too long: write a glob on case ids, such as `broadcast/**`")]
    TooLong,
}

impl Pattern {
    /// Whether the pattern covers all of a text.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Pattern, PatternError> {
        if text.is_empty() {
            return Err(PatternError::Empty);
        }
        let mut regex = String::from("^");
        for (place, part) in text.split("**").enumerate() {
            if place > 0 {
                regex.push_str(".*");
            }
            let words: Vec<String> = part.split('*').map(regex::escape).collect();
            regex.push_str(&words.join("[^/]*"));
        }
        regex.push('$');
        let regex = Regex::new(&regex).map_err(|_| PatternError::TooLong)?;
        Ok(Pattern {
            text: text.to_owned(),
            regex,
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, expected: bool) {
        let pattern: Pattern = pattern.parse().unwrap();
        assert_eq!(pattern.matches(text), expected, "`{pattern}` on `{text}`");
    }

    #[test]
    fn one_star_stays_in_its_part() {
        check("broadcast/*/node/*", "broadcast/tcp/node/built-in", true);
        check("broadcast/*", "broadcast/tcp/node/built-in", false);
        check("broadcast/**", "broadcast/tcp/node/built-in", true);
        check("**/node/**", "broadcast/tcp/node/built-in", true);
        check("large-*", "large-payloads", true);
        check("large", "large-payloads", false);
        check("a.c/*", "abc/tcp", false);
    }

    #[test]
    fn an_empty_pattern_is_an_error() {
        assert_eq!("".parse::<Pattern>().unwrap_err(), PatternError::Empty);
    }
}
