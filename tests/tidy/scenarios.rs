//! Every scenario is found by its name, and an editor finds its schema.

use crate::tree::File;
use crate::{assert_complaints, assert_tidy};

/// What the first line of a scenario begins with; the path of the schema follows.
const SCHEMA_LINE: &str = "# yaml-language-server: $schema=";

#[test]
fn scenarios_are_named_and_schemed() {
    assert_tidy(lost);
}

#[test]
fn a_lost_scenario_is_found() {
    let scheme = ("harness/schema/scenario.schema.json", "{}");
    let good = format!("{SCHEMA_LINE}../harness/schema/scenario.schema.json\nname: echo\n");
    let check = |path, text: &str, count| assert_complaints(lost, &[scheme, (path, text)], count);
    check("scenarios/echo.yaml", &good, 0);
    check("scenarios/other.yaml", &good, 1);
    check("scenarios/leaving/echo.yaml", &good, 1);
    check(
        "scenarios/leaving/echo.yaml",
        &good.replace("../", "../../"),
        0,
    );
    check("scenarios/echo.yaml", "name: echo\n", 1);
    check("scenarios/echo.yaml", "summary: nothing\n", 2);
    check("scenarios/words.txt", "any text\n", 0);
    check("tests/fixtures/echo.yaml", "steps: []\n", 0);
}

fn lost(files: &[File]) -> Vec<String> {
    let scenarios = files
        .iter()
        .filter(|file| file.path.starts_with("scenarios/") && file.path.ends_with(".yaml"));
    scenarios
        .flat_map(|file| [misnamed(file), unschemed(file, files)])
        .flatten()
        .collect()
}

fn misnamed(file: &File) -> Option<String> {
    let stem = file.name().trim_end_matches(".yaml");
    let name = file
        .text
        .lines()
        .find_map(|line| line.strip_prefix("name:"))
        .map(str::trim);
    (name != Some(stem)).then(|| format!("{}: its name is not `{stem}`", file.path))
}

fn unschemed(file: &File, files: &[File]) -> Option<String> {
    let first = file.text.lines().next().unwrap_or_default();
    let Some(schema) = first.strip_prefix(SCHEMA_LINE) else {
        return Some(format!(
            "{}: its first line is not `{SCHEMA_LINE}PATH`",
            file.path
        ));
    };
    let path = resolve(file.folder(), schema.trim());
    let exists = files.iter().any(|file| file.path == path);
    (!exists).then(|| format!("{}: there is no schema at {path}", file.path))
}

/// The path that a relative one means in a folder.
fn resolve(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in relative.split('/') {
        match part {
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}
