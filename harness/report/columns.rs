//! Texts in columns: how many columns of a terminal a text takes, and filling up or cutting to so
//! many. What is measured is harmless already (`escape`) and has no colour yet.

/// The columns that reports are laid out for.
pub(super) const PAGE: usize = 88;

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// A text filled up with blanks to so many columns; a longer one stays as it is.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{text}{:blanks$}", "")
}

/// As much of a text as so many columns hold, with `…` for what is left out.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let rest = left.checked_sub(width_of(*c));
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    kept.push('…');
    kept
}

/// The end of a text, as much of it as so many columns hold, with `…` for what is left out.
pub(super) fn cut_start(text: &str, columns: usize) -> String {
    let reversed: String = text.chars().rev().collect();
    cut(&reversed, columns).chars().rev().collect()
}

/// A text filled up so that another one behind it ends at the edge of the page, or as near to it
/// as both fit.
pub(super) fn pad_before(left: &str, right: &str) -> String {
    pad(left, PAGE.saturating_sub(width(right)).max(width(left) + 2))
}

/// Wide are the blocks that Unicode's East Asian Width (UAX 11) calls `W` or `F`, without width
/// the combining marks; by blocks, since a column that is off by one in a rare script harms
/// nobody.
const fn width_of(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, columns: usize, expected: &str) {
        assert_eq!(cut(text, columns), expected);
        assert!(width(expected) <= columns);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(width("hello 你好␊"), 11);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(pad("你", 4), "你  ");
        assert_eq!(pad("long", 2), "long");
    }

    #[test]
    fn what_is_cut_says_so() {
        check("hello", 5, "hello");
        check("hello", 4, "hel…");
        check("你好你", 4, "你…");
        check("你好你", 5, "你好…");
        assert_eq!(cut_start("hello", 4), "…llo");
        assert_eq!(cut_start("hello", 5), "hello");
    }

    #[test]
    fn two_texts_stand_apart() {
        let left = pad_before("left", "right");
        assert_eq!(width(&left) + width("right"), PAGE);
        assert_eq!(pad_before(&"x".repeat(PAGE), "y").len(), PAGE + 2);
    }
}
