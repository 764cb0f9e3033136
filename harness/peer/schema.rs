//! The JSON Schema of a manifest, made from the types that read it, for editors.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::syntax::ManifestFile;

/// The schema, indented, with a line end.
pub fn schema() -> String {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<ManifestFile>();
    let mut schema = schema.to_value();
    forbid_null(&mut schema);
    format!("{schema:#}\n")
}

/// A key that may be absent is an `Option`, of which the schema says that it may be null; a
/// manifest's may not.
fn forbid_null(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|word| word != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    map.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = map.get_mut("anyOf") {
                choices.retain(|choice| *choice != serde_json::json!({ "type": "null" }));
                if let [Value::Object(only)] = choices.as_slice() {
                    let only = only.clone();
                    map.remove("anyOf");
                    map.extend(only);
                }
            }
            map.values_mut().for_each(forbid_null);
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_null),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_be_there_is_required_and_nothing_is_null() {
        let text = schema();
        assert!(!text.contains("null"), "{text}");
        let schema: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            schema["required"],
            serde_json::json!(["name", "language", "about", "servers"])
        );
        assert_eq!(schema["additionalProperties"], false);
        let server = &schema["$defs"]["ServerEntry"];
        assert_eq!(
            server["required"],
            serde_json::json!(["behaviour", "over", "run", "traits"])
        );
        let sender = &server["properties"]["traits"]["properties"]["sender"];
        assert_eq!(sender["enum"], serde_json::json!(["included", "excluded"]));
    }
}
