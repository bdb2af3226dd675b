//! Another YAML reader as a witness: it finds the same values in the same text.

use super::VALID;
use crate::station::problem::Problems;
use crate::station::yaml;
use proptest::prelude::*;
use serde_json::Value;

fn ours(text: &str) -> Value {
    let mut problems = Problems::default();
    let tree = yaml::parse(text, &mut problems);
    assert_eq!(problems.errors(), 0, "{text}");
    tree.root.expect("something is written").to_json()
}

fn theirs(text: &str) -> Value {
    let mut value: serde_yaml::Value = serde_yaml::from_str(text).expect("it is valid YAML");
    value.apply_merge().expect("its merge keys are maps");
    serde_json::to_value(value).expect("its keys are texts")
}

#[test]
fn both_readers_find_the_same_values_in_valid_station_files() {
    for text in VALID {
        // Merged words stand after a map's own here, and before them there: order carries no meaning.
        assert_eq!(sorted(ours(text)), sorted(theirs(text)), "{text}");
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        value => value,
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 .:/#'\"\\[\\]{},&*!|>%@`~?_-]{0,24}",
        "[ -~é東]{0,12}(\n[ -~é]{0,12}){0,3}",
        Just("10:30".to_owned()),
        Just("2026-12-31".to_owned()),
        Just("no".to_owned()),
        Just("-16 LUFS".to_owned()),
        Just("0x1F".to_owned()),
        Just("1e3".to_owned()),
        Just(".5".to_owned()),
        Just("".to_owned()),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<i16>().prop_map(|halves| Value::from(f64::from(halves) / 2.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-z ]{0,6}[a-z0-9_]{1,6}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_other_writes_is_read_as_it_was_meant(
        map in prop::collection::btree_map("[a-z][a-z0-9_]{0,8}", value(), 1..5),
    ) {
        let meant = Value::Object(map.into_iter().collect());
        let text = serde_yaml::to_string(&meant).expect("plain values can be written");
        prop_assert_eq!(theirs(&text), meant.clone(), "{}", text);
        prop_assert_eq!(ours(&text), meant, "{}", text);
    }

    #[test]
    fn a_scalar_that_we_write_is_read_back_by_both(text in text()) {
        let listed = format!("x: [{}]", crate::station::write::scalar(&text));
        let meant = serde_json::json!({ "x": [text] });
        prop_assert_eq!(theirs(&listed), meant.clone(), "{}", listed);
        prop_assert_eq!(ours(&listed), meant, "{}", listed);
    }
}
