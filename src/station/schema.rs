//! The table of words as a JSON Schema, from which editors complete, explain and check station files.
//!
//! Spec: JSON Schema 2020-12. `enumDescriptions` is what YAML editors show beside the values of an `enum`.

use super::locale;
use super::node::Value as Node;
use super::problem::Problems;
use super::quantity::Kilobits;
use super::reading::OUTPUTS_MAX;
use super::vocabulary::{Form, STATION, Status, Word};
use super::{Codec, yaml};
use serde_json::{Map, Value, json};

/// The schema of station files.
pub fn schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Longwave station",
        "description": "What a station is and plays. Paths are relative to the file.",
    });
    extend(&mut schema, words(STATION));
    schema["oneOf"] = json!([{ "required": ["music"] }, { "required": ["categories"] }]);
    schema
}

fn extend(schema: &mut Value, more: Value) {
    if let (Value::Object(schema), Value::Object(more)) = (schema, more) {
        schema.extend(more);
    }
}

/// A map of these words and no others.
fn words(words: &[Word]) -> Value {
    let properties: Map<String, Value> =
        words.iter().map(|word| (word.name.to_owned(), property(word))).collect();
    let required: Vec<&str> = words.iter().filter(|word| word.required).map(|word| word.name).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(word: &Word) -> Value {
    let about = match word.status {
        Status::Acted => word.about.to_owned(),
        Status::Later => format!("{} (This version of Longwave does not act on it yet.)", word.about),
    };
    let mut schema = json!({ "description": about });
    extend(&mut schema, form(&word.form));
    if let Some(default) = word.default {
        schema["default"] = as_json(default);
    }
    if !word.examples.is_empty() {
        schema["examples"] = word.examples.iter().map(|example| as_json(example)).collect();
    }
    schema
}

fn form(form: &Form) -> Value {
    match form {
        Form::Text(max) => json!({ "type": "string", "minLength": 1, "maxLength": max }),
        Form::Texts => one_or_more(json!({ "type": "string", "minLength": 1 })),
        Form::Language => json!({ "type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$" }),
        Form::Timezone => json!({ "type": "string", "enum": locale::timezone_names() }),
        Form::Website => json!({
            "type": "string", "format": "uri", "pattern": "^https?://[^\\s@/?#]+([/?#]\\S*)?$",
        }),
        Form::Path => path(),
        Form::Paths | Form::Rungs => one_or_more(path()),
        Form::Years => json!({ "anyOf": [
            { "type": "integer", "minimum": 1000, "maximum": 9999 },
            { "type": "string", "pattern": "^[0-9]{4}(-[0-9]{4})?$" },
        ] }),
        Form::Level(level) => {
            let units = level.units.join("|");
            json!({ "type": "string", "pattern": format!("^-?[0-9]+(\\.[0-9]+)? ({units})$") })
        }
        Form::Duration(_) => json!({
            "type": "string",
            "pattern": "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$",
        }),
        Form::Choice(choices) => {
            let choices = choices();
            let names: Vec<&str> = choices.iter().map(|choice| choice.word).collect();
            let about: Vec<&str> = choices.iter().map(|choice| choice.about).collect();
            json!({ "type": "string", "enum": names, "enumDescriptions": about })
        }
        Form::Outputs => {
            let mut schema = one_or_more(output());
            schema["anyOf"][1]["uniqueItems"] = json!(true);
            schema["anyOf"][1]["maxItems"] = json!(OUTPUTS_MAX);
            schema
        }
        Form::Words(more) => words(more),
        Form::Named(more) => {
            let mut each = words(more);
            // A category has folders or, in time, a feed.
            each["anyOf"] = json!([{ "required": ["from"] }, { "required": ["podcast"] }]);
            json!({
                "type": "object",
                "minProperties": 1,
                "propertyNames": { "maxLength": 40 },
                "additionalProperties": each,
            })
        }
        Form::Anything => json!({}),
    }
}

fn one_or_more(item: Value) -> Value {
    json!({ "anyOf": [item.clone(), { "type": "array", "minItems": 1, "items": item }] })
}

fn path() -> Value {
    json!({ "type": "string", "pattern": "^[^~\\\\][^\\\\]*$" })
}

fn output() -> Value {
    let forms: Vec<String> = Codec::ALL
        .into_iter()
        .map(|codec| match codec.kilobits() {
            None => codec.word().to_owned(),
            Some(Kilobits::Between(..)) => format!("{} [1-9][0-9]{{1,2}}k", codec.word()),
            Some(Kilobits::OneOf(rates)) => {
                let rates: Vec<String> = rates.iter().map(u32::to_string).collect();
                format!("{} ({})k", codec.word(), rates.join("|"))
            }
        })
        .collect();
    json!({ "type": "string", "pattern": format!("^({})$", forms.join("|")) })
}

/// A value as the table writes it, in JSON.
fn as_json(example: &str) -> Value {
    let tree = yaml::parse(&format!("x: {example}"), &mut Problems::default());
    match tree.root.map(|root| root.value) {
        Some(Node::Map(entries)) => entries[0].value.to_json(),
        _ => unreachable!("the table's examples are YAML"),
    }
}
