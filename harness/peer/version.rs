//! Versions of programs: found in what a program prints, compared number by number. Running the
//! program is `toolchain`.

use std::fmt;

/// Numbers with dots, as a program prints them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    text: String,
    numbers: Vec<u64>,
}

impl Version {
    /// Reads a text that is a version and nothing else, as `at_least` states it.
    pub fn exactly(text: &str) -> Option<Version> {
        let numbers = text.split('.').map(digits).collect::<Option<Vec<_>>>()?;
        Some(Version {
            text: text.to_owned(),
            numbers,
        })
    }

    /// Finds the version in what a program prints: the first number with dots, or the first
    /// number where none has dots (`openjdk 21 2023-09-19`).
    pub fn within(output: &str) -> Option<Version> {
        let numbers = output
            .split(|c: char| !c.is_ascii_digit() && c != '.')
            .map(|run| run.trim_matches('.'))
            .filter_map(Version::exactly);
        let mut plain = None;
        for version in numbers {
            if version.numbers.len() > 1 {
                return Some(version);
            }
            plain.get_or_insert(version);
        }
        plain
    }

    /// Whether it is as new as the other; a number that one of them lacks counts as 0.
    pub fn reaches(&self, least: &Version) -> bool {
        let places = self.numbers.len().max(least.numbers.len());
        let at = |version: &Version, place| version.numbers.get(place).copied().unwrap_or(0);
        (0..places)
            .map(|place| at(self, place))
            .ge((0..places).map(|place| at(least, place)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// A number without a sign; `None` for anything else, also for one that no `u64` holds.
fn digits(text: &str) -> Option<u64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, expected: Option<&str>) {
        let found = Version::within(output).map(|version| version.to_string());
        assert_eq!(found.as_deref(), expected, "{output}");
    }

    #[test]
    fn a_version_is_found_in_what_programs_print() {
        check("v22.22.2\n", Some("22.22.2"));
        check("Python 3.13.0rc1\n", Some("3.13.0"));
        check(
            "cc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022",
            Some("12.2.0"),
        );
        check("openjdk version \"21.0.2\" 2024-01-16", Some("21.0.2"));
        check("openjdk 21 2023-09-19", Some("21"));
        check("go version go1.22.2 linux/amd64", Some("1.22.2"));
        check(
            "This is perl 5, version 36, subversion 0 (v5.36.0)",
            Some("5.36.0"),
        );
        check(
            "see example.org...\nsocat version 1.7.4.4 on",
            Some("1.7.4.4"),
        );
        check("99999999999999999999.1 then 2.0", Some("2.0"));
        check("no number. At all.", None);
    }

    #[test]
    fn versions_are_compared_number_by_number() {
        let reaches = |found: &str, least: &str| {
            Version::exactly(found)
                .zip(Version::exactly(least))
                .is_some_and(|(found, least)| found.reaches(&least))
        };
        assert!(reaches("3.10", "3.9"));
        assert!(reaches("18.0.0", "18"));
        assert!(reaches("18", "18.0.0"));
        assert!(!reaches("3.9.18", "3.10"));
        assert!(!reaches("17", "18"));
    }

    #[test]
    fn what_at_least_states_is_numbers_and_dots() {
        for wrong in ["", "v18", "18.", ".18", "18.x", "+1", "1.-2"] {
            assert_eq!(Version::exactly(wrong), None, "{wrong}");
        }
    }
}
