//! The committed schemas say what the reader says: every valid file is accepted, and every invalid
//! one refused unless only its meaning is wrong (its name begins with `meaning-`).

use std::fs;
use std::path::{Path, PathBuf};

use harness::source::{Node, Source, Value, parse};
use jsonschema::Validator;
use serde_json::{Map, json};

const SCENARIO: &str = "harness/schema/scenario.schema.json";
const PEER: &str = "harness/schema/peer.schema.json";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator(schema: &str) -> Validator {
    let text = fs::read_to_string(root().join(schema)).expect("a committed schema");
    let schema = serde_json::from_str(&text).expect("a schema is JSON");
    jsonschema::validator_for(&schema).expect("a schema is one")
}

/// The YAML files of a folder and of those in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let (folders, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    let is_yaml = |file: &PathBuf| {
        file.extension()
            .is_some_and(|extension| extension == "yaml")
    };
    let below = folders.iter().flat_map(|folder| self::files(folder));
    files.into_iter().filter(is_yaml).chain(below).collect()
}

/// The document of a file; nothing where YAML itself, or its bytes, are at fault.
fn document(file: &Path) -> Option<serde_json::Value> {
    let bytes = fs::read(file).expect("a file");
    let source = Source::from_bytes(file.display().to_string(), &bytes).ok()?;
    let mut mistakes = Vec::new();
    let node = parse(&source, &mut mistakes)?;
    mistakes.is_empty().then(|| as_json(&node))
}

fn as_json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null | Value::Broken => json!(null),
        Value::Bool(value) => json!(value),
        Value::Number(written) => match written.parse::<i64>() {
            Ok(number) => json!(number),
            Err(_) => json!(written.parse::<f64>().unwrap_or(0.5)),
        },
        Value::Text(text) => json!(text),
        Value::List(items) => items.iter().map(as_json).collect(),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                (
                    key.text().unwrap_or("a key that is no text").to_owned(),
                    as_json(value),
                )
            });
            entries.collect::<Map<_, _>>().into()
        }
    }
}

/// The files of a folder that a schema is about.
fn files_for(schema: &str, folder: &str) -> Vec<PathBuf> {
    let is_manifest = |file: &PathBuf| file.file_name().is_some_and(|name| name == "peer.yaml");
    let mut files = files(&root().join(folder));
    files.retain(|file| is_manifest(file) == (schema == PEER));
    files
}

fn check_accepted(schema: &str, folder: &str) {
    let validator = validator(schema);
    let files = files_for(schema, folder);
    assert!(!files.is_empty(), "{folder}");
    for file in files {
        let document = document(&file).expect("a valid file is YAML");
        let errors: Vec<_> = validator
            .iter_errors(&document)
            .map(|it| it.to_string())
            .collect();
        assert_eq!(errors, [""; 0], "{}", file.display());
    }
}

/// A manifest's case is named by its folder, a scenario's by its file.
fn check_refused(schema: &str, at_least: usize) {
    let validator = validator(schema);
    let mut judged = [0, 0];
    for file in files_for(schema, "tests/fixtures/invalid") {
        let Some(document) = document(&file) else {
            continue;
        };
        let named = if schema == PEER {
            file.parent().expect("a folder")
        } else {
            &file
        };
        let name = named.file_name().expect("a name").to_string_lossy();
        let only_meaning = name.starts_with("meaning-");
        assert_eq!(
            validator.is_valid(&document),
            only_meaning,
            "{}",
            file.display()
        );
        judged[usize::from(only_meaning)] += 1;
    }
    assert!(
        judged.iter().all(|number| *number >= at_least),
        "{judged:?}"
    );
}

#[test]
fn what_is_valid_is_accepted() {
    check_accepted(SCENARIO, "scenarios");
    check_accepted(PEER, "peers");
}

#[test]
fn what_is_invalid_is_refused_unless_only_its_meaning_is_wrong() {
    check_refused(SCENARIO, 20);
    check_refused(PEER, 5);
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for (schema, made) in [
        (SCENARIO, harness::scenario::schema()),
        (PEER, harness::peer::schema()),
    ] {
        let committed = fs::read_to_string(root().join(schema)).expect("a committed schema");
        assert!(
            committed == made,
            "{schema} is stale: write it anew with `harness schema`"
        );
    }
}
