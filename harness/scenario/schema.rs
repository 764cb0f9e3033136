//! The JSON Schema of a scenario, made from the types that read it, for editors.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::syntax::ScenarioFile;
use crate::source::forbid_null;

/// The schema, indented, with a line end.
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<ScenarioFile>().to_value();
    forbid_null(&mut schema);
    add_bare_words(&mut schema);
    format!("{schema:#}\n")
}

/// A word alone stands for a map with no required key: for every enum of one-key maps, the words
/// whose content may be empty.
fn add_bare_words(schema: &mut Value) {
    let Some(definitions) = schema.get("$defs").and_then(Value::as_object).cloned() else {
        return;
    };
    let Some(Value::Object(changed)) = schema.get_mut("$defs") else {
        return;
    };
    for definition in changed.values_mut() {
        let Some(Value::Array(choices)) = definition.get_mut("oneOf") else {
            continue;
        };
        let words: Vec<String> = choices
            .iter()
            .filter_map(|choice| bare_word(choice, &definitions))
            .collect();
        if !words.is_empty() {
            choices.push(json!({ "type": "string", "enum": words }));
        }
    }
}

fn bare_word(choice: &Value, definitions: &Map<String, Value>) -> Option<String> {
    let (word, content) = choice.get("properties")?.as_object()?.iter().next()?;
    let name = content.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
    let content = definitions.get(name)?;
    let may_be_empty = content.get("type") == Some(&json!("object"))
        && content.get("required").is_none()
        && content.get("oneOf").is_none();
    may_be_empty.then(|| word.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_null_and_words_stand_alone() {
        let text = schema();
        assert!(!text.contains("null"), "{text}");
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            schema["required"],
            json!(["name", "summary", "server", "over", "steps"])
        );
        assert_eq!(
            schema["$defs"]["Requires"]["properties"]["sender"]["description"],
            "Whether a broadcast reaches the client that said it."
        );
        let words = |name: &str| {
            schema["$defs"][name]["oneOf"]
                .as_array()
                .expect("choices")
                .last()
                .cloned()
        };
        let server = words("ServerAction").expect("words");
        assert_eq!(
            server["enum"],
            json!([
                "has_read",
                "start",
                "restart",
                "stop",
                "kill",
                "expect_alive",
                "expect_exit"
            ])
        );
        let action = words("Action").expect("words");
        assert!(
            action["enum"]
                .as_array()
                .expect("words")
                .contains(&json!("join"))
        );
        assert!(
            !action["enum"]
                .as_array()
                .expect("words")
                .contains(&json!("send"))
        );
    }
}
