//! Data flows one way: which module of `harness/` uses which.

use crate::tree::File;
use crate::{assert_complaints, assert_tidy};

/// What each module may use beside itself and `scenario::words`, which are open to all. Stages are
/// in the order of the flow.
const ARROWS: [(&str, &[&str]); 10] = [
    ("source", &[]),
    ("scenario", &["source"]),
    ("host", &[]),
    ("peer", &["source", "host"]),
    ("plan", &["source", "scenario", "peer"]),
    ("transport", &["host"]),
    (
        "exec",
        &["plan", "scenario", "peer", "host", "transport", "trace"],
    ),
    ("trace", &["source", "scenario", "plan", "peer::manifest"]),
    (
        "oracle",
        &["source", "scenario", "plan", "trace", "peer::manifest"],
    ),
    (
        "report",
        &[
            "source",
            "scenario",
            "plan",
            "trace",
            "oracle",
            "peer::manifest",
        ],
    ),
];

/// The vocabulary that the whole program shares.
const WORDS: &str = "scenario::words";

/// The crates that only `cli`, which may use everything, knows of.
const CLI_ONLY: [&str; 2] = ["harness_peer_rust", "harness_mutants"];

#[test]
fn modules_use_what_the_flow_allows() {
    assert_tidy(against_the_flow);
}

#[test]
fn a_use_against_the_flow_is_found() {
    let check = |path, text, count| assert_complaints(against_the_flow, &[(path, text)], count);
    check("harness/source/read.rs", "use crate::host::ports;", 1);
    check(
        "harness/source/read.rs",
        "use crate::source::Node;\nuse crate::scenario::words::X;",
        0,
    );
    check(
        "harness/scenario/read.rs",
        "//! For [`crate::exec`].\nuse crate::source::Node;",
        0,
    );
    check(
        "harness/oracle/step.rs",
        "fn f(x: crate::peer::manifest::Known) {}",
        0,
    );
    check("harness/oracle/step.rs", "use crate::peer::Catalogue;", 1);
    check(
        "harness/oracle/step.rs",
        "use crate::{plan, exec::Pool,\n    peer::{manifest::A, B}};",
        2,
    );
    check("harness/plan/mod.rs", "use super::exec;", 1);
    check(
        "harness/plan/mod.rs",
        "mod tests {\n    use super::*;\n}",
        0,
    );
    check("harness/plan/select.rs", "use super::super::exec;", 1);
    check("harness/exec/pool.rs", "use harness_mutants::Mutant;", 1);
    check(
        "harness/cli/run.rs",
        "use crate::{exec, host};\nuse harness_mutants::Mutant;",
        0,
    );
    check("harness/plain/mod.rs", "", 1);
    check("harness/main.rs", "use harness::cli;", 0);
}

fn against_the_flow(files: &[File]) -> Vec<String> {
    let rust = files.iter().filter(|file| file.is_rust());
    rust.filter_map(|file| Some((file, module(&file.path)?)))
        .filter(|(_, module)| *module != "cli")
        .flat_map(|(file, module)| complaints(file, module))
        .collect()
}

/// The module that a file of `harness/` belongs to; none for `lib.rs` and `main.rs`.
fn module(path: &str) -> Option<&str> {
    Some(path.strip_prefix("harness/")?.split_once('/')?.0)
}

fn complaints(file: &File, module: &str) -> Vec<String> {
    let path = &file.path;
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == module) else {
        return vec![format!(
            "{path}: `{module}` has no place in the flow; give it one here"
        )];
    };
    let code: String = file.code().flat_map(|(_, line)| [line, "\n"]).collect();
    let is_allowed = |used: &str| {
        let within = |open: &str| used == open || used.starts_with(&format!("{open}::"));
        within(module) || within(WORDS) || allowed.iter().any(|open| within(open))
    };
    let uses = uses(&code).into_iter().filter(|used| !is_allowed(used));
    let uses = uses.map(|used| format!("{path}: `{module}` must not use `{used}`"));
    let others = CLI_ONLY.iter().filter(|name| code.contains(**name));
    let others = others.map(|name| format!("{path}: only `cli` may use `{name}`"));
    let climbs = climbs(file, &code).then(|| format!("{path}: say `crate::` and not `super::`"));
    uses.chain(others).chain(climbs).collect()
}

/// Whether a path climbs out of its module by `super`, where `uses` does not see it.
fn climbs(file: &File, code: &str) -> bool {
    let from_top =
        |line: &str| line.starts_with("use super::") || line.starts_with("pub use super");
    code.contains("super::super::") || (file.name() == "mod.rs" && code.lines().any(from_top))
}

/// What stands behind each `crate::`, lists in braces taken apart.
fn uses(code: &str) -> Vec<String> {
    let compact: String = code.split_whitespace().collect::<Vec<_>>().join(" ");
    compact
        .split("crate::")
        .skip(1)
        .flat_map(branches)
        .collect()
}

/// The paths that a text begins with: one, or those of a list in braces.
fn branches(text: &str) -> Vec<String> {
    let part: String = text
        .chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect();
    if let Some(list) = text.strip_prefix('{') {
        return items(list).into_iter().flat_map(branches).collect();
    }
    match text[part.len()..].strip_prefix("::") {
        Some(rest) => branches(rest)
            .iter()
            .map(|below| format!("{part}::{below}"))
            .collect(),
        None => vec![part],
    }
}

/// The items of a list, up to the brace that closes it.
fn items(list: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (index, letter) in list.char_indices() {
        match (letter, depth) {
            ('{', _) => depth += 1,
            ('}', 1..) => depth -= 1,
            (',' | '}', 0) => {
                items.push(list[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
        if letter == '}' && start > index {
            break;
        }
    }
    items.retain(|item| !item.is_empty());
    items
}
