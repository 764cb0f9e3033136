//! The README's table of exit codes is the code's.

use harness::cli::exit::Exit;

use crate::tree::File;
use crate::{assert_complaints, assert_tidy};

#[test]
fn the_readme_lists_the_exit_codes() {
    assert_tidy(differences);
}

#[test]
fn a_wrong_table_is_found() {
    let rows: Vec<String> = Exit::ALL.iter().map(|exit| row(*exit)).collect();
    let check = |rows: &[String], count| {
        let text = format!(
            "| exit code | meaning |\n|---|---|\n{}\n\n| 9 | |\n",
            rows.join("\n")
        );
        assert_complaints(differences, &[("README.md", &text)], count);
    };
    check(&rows, 0);
    check(&rows[1..], 1);
    check(&[&rows[..], &["| `7` | tired |".to_owned()]].concat(), 1);
    check(
        &[&["| 0 | all is lost |".to_owned()], &rows[1..]].concat(),
        2,
    );
    assert_complaints(differences, &[("README.md", "No table.")], Exit::ALL.len());
    assert_complaints(differences, &[], Exit::ALL.len());
}

/// What is missing from the table, and what stands in it too many.
fn differences(files: &[File]) -> Vec<String> {
    let readme = files.iter().find(|file| file.path == "README.md");
    let rows: Vec<(u8, &str)> = readme.map(|file| table(&file.text)).unwrap_or_default();
    let expected = Exit::ALL.map(|exit| (exit.code(), exit.meaning()));
    let missing = Exit::ALL
        .iter()
        .filter(|exit| !rows.contains(&(exit.code(), exit.meaning())));
    let missing = missing.map(|exit| format!("README.md: missing  {}", row(*exit)));
    let extra = rows.iter().filter(|row| !expected.contains(row));
    let extra = extra.map(|(code, meaning)| format!("README.md: extra  | {code} | {meaning} |"));
    missing.chain(extra).collect()
}

/// An exit as the table has it.
fn row(exit: Exit) -> String {
    format!("| {} | {} |", exit.code(), exit.meaning())
}

/// The rows of the first table whose first column is of codes.
fn table(text: &str) -> Vec<(u8, &str)> {
    let is_head = |line: &&str| line.starts_with('|') && cells(line)[0].ends_with("code");
    let rows = text.lines().skip_while(|line| !is_head(line)).skip(1);
    rows.take_while(|line| line.starts_with('|'))
        .filter_map(|line| match cells(line)[..] {
            [code, meaning, ..] => Some((code.parse().ok()?, meaning)),
            _ => None,
        })
        .collect()
}

/// The cells of a row, without the marks around them.
fn cells(line: &str) -> Vec<&str> {
    let is_mark = |letter: char| letter == '`' || letter == '*' || letter == ' ';
    line.trim_matches('|')
        .split('|')
        .map(|cell| cell.trim_matches(is_mark))
        .collect()
}
