//! The report as JSON for programs, and the schema that describes it. What stands in it is
//! `document`.

use schemars::generate::SchemaSettings;

use super::Report;
use super::document::Document;

/// The report as JSON, indented, with a line end.
pub fn json(report: &Report) -> String {
    let json = serde_json::to_string_pretty(&Document::of(report));
    let mut json = json.expect("every map of the document has text as its keys");
    json.push('\n');
    json
}

/// The JSON Schema (draft 2020-12) of what [`json`] gives, indented, with a line end.
pub fn schema() -> String {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<Document>();
    format!("{:#}\n", schema.to_value())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::oracle::Verdict;
    use crate::report::{CaseLine, EndedBy, PeerLine, sample};

    fn everything() -> Report {
        let mut lines: Vec<CaseLine> = Verdict::ALL
            .into_iter()
            .map(|verdict| sample::line("broadcast", "tcp", &format!("{verdict:?}"), verdict))
            .collect();
        lines[1].ruling.failures = vec![sample::cut_short("carol")];
        lines[1].ruling.stderr = sample::stderr(b"\xff\x1b[0m\n");
        lines[1].beside = Some(String::from("fails again"));
        lines[7].ruling.reason = Some(String::from("no javac on the PATH"));
        lines[7].ruling.mend = Some(String::from("apt-get install javac"));
        let versions = vec![(String::from("cc"), String::from("14.2"))];
        let (name, language) = (String::from("c"), String::from("C"));
        Report {
            cases: lines,
            peers: vec![PeerLine {
                name,
                language,
                versions,
            }],
            agreements: vec![sample::agreement("echo", "tcp", &["rust", "c"], &["java"])],
            ended_by: Some(EndedBy::Interrupt),
            ..Report::default()
        }
    }

    fn value(report: &Report) -> Value {
        serde_json::from_str(&json(report)).expect("it is JSON")
    }

    fn check(pointer: &str, expected: Value) {
        assert_eq!(
            value(&everything()).pointer(pointer),
            Some(&expected),
            "{pointer}"
        );
    }

    #[test]
    fn a_report_keeps_to_its_schema() {
        let schema: Value = serde_json::from_str(&schema()).expect("it is JSON");
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        for report in [everything(), Report::default()] {
            if let Err(error) = validator.validate(&value(&report)) {
                panic!("{error} at {}", error.instance_path());
            }
        }
    }

    #[test]
    fn the_schema_refuses_what_no_report_has() {
        let schema: Value = serde_json::from_str(&schema()).expect("it is JSON");
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        for pointer in [
            "",
            "/tool",
            "/peers/0/toolchain/0",
            "/cases/1/failures/0/heard",
            "/totals",
        ] {
            let mut changed = value(&everything());
            let place = changed.pointer_mut(pointer).and_then(Value::as_object_mut);
            place
                .expect("an object")
                .insert(String::from("more"), json!(1));
            assert!(!validator.is_valid(&changed), "{pointer}");
        }
        let mut changed = value(&everything());
        changed["cases"][0]["verdict"] = json!("passed");
        assert!(!validator.is_valid(&changed));
        let mut changed = value(&everything());
        changed
            .as_object_mut()
            .expect("an object")
            .remove("agreement");
        assert!(!validator.is_valid(&changed));
    }

    #[test]
    fn a_case_says_all_that_there_is() {
        check("/version", json!(2));
        check("/cases/0/id", json!("broadcast/tcp/Pass/built-in"));
        check("/cases/0/clients", json!(["built-in"]));
        check("/cases/0/ms", json!(1.25));
        check("/cases/4/verdict", json!("broken peer"));
        check("/cases/7/mend", json!("apt-get install javac"));
        check("/cases/1/stderr", json!("\u{fffd}\u{1b}[0m\n"));
        check("/cases/1/failures/0/kind", json!("missing"));
        check("/cases/1/failures/0/line", json!(5));
        check("/cases/1/failures/0/step", json!(2));
        check("/cases/1/failures/0/first_difference", json!(11));
        let heard = json!({
            "text": "hello 你\u{fffd}", "hex": "68 65 6c 6c 6f 20 e4 bd a0 e5 a5", "before": 0, "total": 11
        });
        check("/cases/1/failures/0/heard", heard);
        check("/totals/broken peer", json!(1));
        check("/agreement/0/holds", json!(false));
        check("/agreement/0/clusters/0/servers", json!(["rust", "c"]));
        let first = json!({
            "step": 2, "actor": "alice", "at": 0,
            "reference": { "heard": { "text": "two\n", "hex": "74 77 6f 0a", "before": 0, "total": 4 }, "ended": "what it should" },
            "own": { "heard": { "text": "one\n", "hex": "6f 6e 65 0a", "before": 0, "total": 4 }, "ended": "what it should" }
        });
        check("/agreement/0/clusters/1/first_difference", first);
        check("/ended_by", json!("interrupted"));
    }
}
