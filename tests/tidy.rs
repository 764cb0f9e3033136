//! What no compiler checks: the rules of the tree, read from its files. Each check is a pure
//! function from files to complaints and stands beside a test that it can complain; whether the
//! programs do what they should is left to the other tests.

#[path = "tidy/arrows.rs"]
mod arrows;
#[path = "tidy/code.rs"]
mod code;
#[path = "tidy/exits.rs"]
mod exits;
#[path = "tidy/peers.rs"]
mod peers;
#[path = "tidy/scenarios.rs"]
mod scenarios;
#[path = "tidy/tree.rs"]
mod tree;

use tree::File;

/// Fails with all complaints that a check has about the repository.
fn assert_tidy(check: impl Fn(&[File]) -> Vec<String>) {
    let files = tree::read();
    let complaints = check(&files);
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Fails unless a check has just this many complaints about made-up files.
fn assert_complaints(check: impl Fn(&[File]) -> Vec<String>, files: &[(&str, &str)], count: usize) {
    let files: Vec<File> = files
        .iter()
        .map(|(path, text)| File::new(path, text))
        .collect();
    let complaints = check(&files);
    assert_eq!(
        complaints.len(),
        count,
        "{files:?}\n{}",
        complaints.join("\n")
    );
}
