//! A command line to its words, split as a shell splits them. What only a running shell could do
//! (variables, pipes, redirections, patterns) is an error, since none runs.

use std::iter::Peekable;
use std::str::Chars;

/// Why a command line has no words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A sign that only a shell understands.
    #[error(
        "`{0}` would be for a shell, and none runs: quote it where the program is to be told it"
    )]
    ForAShell(char),
    /// A quote that is opened and never closed.
    #[error("the quote {0} is opened and never closed")]
    Open(char),
    /// A backslash with nothing behind it.
    #[error("nothing stands behind the last backslash")]
    LastBackslash,
}

/// Splits a command line into words: at blanks outside quotes (POSIX shell, section 2.2: nothing
/// is special in single quotes; in double quotes a backslash quotes `"`, `\`, `$` and a backquote;
/// outside of both it quotes any character).
///
/// # Errors
/// When a quote is left open, or a sign stands unquoted that is for a shell.
pub(super) fn split(text: &str) -> Result<Vec<String>, SplitError> {
    let mut words = Vec::new();
    // Empty quotes make an empty word, so a word is begun before it has any character.
    let mut word: Option<String> = None;
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        if next.is_whitespace() {
            words.extend(word.take());
            continue;
        }
        // A line goes on behind a backslash at its end.
        if next == '\\' && rest.next_if_eq(&'\n').is_some() {
            continue;
        }
        let begins = word.is_none();
        let word = word.get_or_insert_default();
        match next {
            '\'' => single_quoted(&mut rest, word)?,
            '"' => double_quoted(&mut rest, word)?,
            '\\' => match rest.next() {
                Some(quoted) => word.push(quoted),
                None => return Err(SplitError::LastBackslash),
            },
            '~' if begins => return Err(SplitError::ForAShell('~')),
            sign if FOR_A_SHELL.contains(sign) => return Err(SplitError::ForAShell(sign)),
            plain => word.push(plain),
        }
    }
    words.extend(word);
    Ok(words)
}

fn single_quoted(rest: &mut Peekable<Chars<'_>>, word: &mut String) -> Result<(), SplitError> {
    loop {
        match rest.next() {
            None => return Err(SplitError::Open('\'')),
            Some('\'') => return Ok(()),
            Some(plain) => word.push(plain),
        }
    }
}

fn double_quoted(rest: &mut Peekable<Chars<'_>>, word: &mut String) -> Result<(), SplitError> {
    loop {
        match rest.next() {
            None => return Err(SplitError::Open('"')),
            Some('"') => return Ok(()),
            Some('\\') => match rest.next_if(|next| "\"\\$`\n".contains(*next)) {
                Some('\n') => {}
                Some(quoted) => word.push(quoted),
                None => word.push('\\'),
            },
            Some(sign @ ('$' | '`')) => return Err(SplitError::ForAShell(sign)),
            Some(plain) => word.push(plain),
        }
    }
}

/// What a shell acts upon outside quotes. Brackets are not among them, though they begin a pattern
/// too: `[::1]:{port}` is an address.
const FOR_A_SHELL: &str = "$`|&;<>()*?";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&[&str], &str>) {
        let words = split(text).map_err(|error| error.to_string());
        let words = words
            .as_ref()
            .map(|words| words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(
            words.as_ref().map(Vec::as_slice).map_err(|it| it.as_str()),
            expected,
            "{text}"
        );
    }

    #[test]
    fn words_are_split_as_a_shell_splits_them() {
        check("", Ok(&[]));
        check("  nc -l\t{port}\n", Ok(&["nc", "-l", "{port}"]));
        check("'a b'c\"d e\" f", Ok(&["a bcd e", "f"]));
        check("a '' \"\"", Ok(&["a", "", ""]));
        check(r"a\ b \\ \' \$", Ok(&["a b", r"\", "'", "$"]));
        check(r#"'\' "\"" "\$\`" "\n""#, Ok(&[r"\", "\"", "$`", r"\n"]));
        check("one \\\n two \"a\\\nb\"", Ok(&["one", "two", "ab"]));
        check("EXEC:'tr a-z A-Z'", Ok(&["EXEC:tr a-z A-Z"]));
        check("你 \"好 吗\"", Ok(&["你", "好 吗"]));
        check(
            "a~ [::1]:{port} a=b #c",
            Ok(&["a~", "[::1]:{port}", "a=b", "#c"]),
        );
    }

    #[test]
    fn what_only_a_shell_could_do_is_an_error() {
        for sign in FOR_A_SHELL.chars().chain(['~']) {
            let expected = SplitError::ForAShell(sign);
            assert_eq!(split(&format!("cat {sign} x")), Err(expected), "{sign}");
            let quoted = format!("'{sign}' \\{sign}");
            check(&quoted, Ok(&[&sign.to_string(), &sign.to_string()]));
        }
        check("\"|;>*~\"", Ok(&["|;>*~"]));
        let expected =
            "`$` would be for a shell, and none runs: quote it where the program is to be told it";
        check("\"$HOME\"", Err(expected));
    }

    #[test]
    fn what_is_not_closed_is_an_error() {
        check("a 'b", Err("the quote ' is opened and never closed"));
        check(
            "a \"b' \\\"",
            Err("the quote \" is opened and never closed"),
        );
        check("a \\", Err("nothing stands behind the last backslash"));
    }
}
