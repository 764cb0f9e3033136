//! The JSON Schema of a manifest, made from the types that read it, for editors.

use schemars::generate::SchemaSettings;

use super::syntax::ManifestFile;
use crate::source::forbid_null;

/// The schema, indented, with a line end.
pub fn schema() -> String {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<ManifestFile>();
    let mut schema = schema.to_value();
    forbid_null(&mut schema);
    format!("{schema:#}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_must_be_there_is_required_and_nothing_is_null() {
        let text = schema();
        assert!(!text.contains("null"), "{text}");
        let schema: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            schema["required"],
            serde_json::json!(["name", "language", "about"])
        );
        assert_eq!(schema["additionalProperties"], false);
        let server = &schema["$defs"]["ServerEntry"];
        assert_eq!(
            server["required"],
            serde_json::json!(["behaviour", "over", "run", "traits"])
        );
        let sender = &server["properties"]["traits"]["properties"]["sender"];
        assert_eq!(sender["enum"], serde_json::json!(["included", "excluded"]));
        assert_eq!(
            sender["description"],
            "Whether a broadcast reaches the client that said it."
        );
    }
}
