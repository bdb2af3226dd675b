//! A station file as a tree whose every node knows where it stands.
//!
//! Scalars keep their text and whether they were quoted: what a plain one means is for its reader to say.

use std::ops::Range;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// In bytes of the file's text.
    pub span: Range<usize>,
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A text, or what looks like a number, a truth or nothing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scalar {
    pub text: String,
    /// Neither quoted nor a block.
    pub plain: bool,
}

/// A key and its value. No two of a map are alike.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub key: String,
    pub key_span: Range<usize>,
    pub value: Node,
}

/// What YAML 1.2 takes a plain scalar for (core schema), and two kinds that older YAML misreads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Nothing,
    Truth,
    Whole,
    Fraction,
    /// `10:30`: a number in base 60 to YAML 1.1.
    Time,
    /// `2026-12-31`: a date to YAML 1.1.
    Date,
    Text,
}

impl Scalar {
    /// What YAML takes it for; a quoted one is always text.
    pub fn meaning(&self) -> Plain {
        if !self.plain {
            return Plain::Text;
        }
        match self.text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => return Plain::Nothing,
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return Plain::Truth,
            _ => {}
        }
        let text = self.text.as_str();
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits(unsigned) {
            return Plain::Whole;
        }
        let radix = |prefix: &str, fits: fn(&u8) -> bool| {
            text.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.as_bytes().iter().all(fits))
        };
        if radix("0x", u8::is_ascii_hexdigit) || radix("0o", |b| (b'0'..=b'7').contains(b)) {
            return Plain::Whole;
        }
        if is_fraction(unsigned) || matches!(text, ".nan" | ".NaN" | ".NAN") {
            return Plain::Fraction;
        }
        let mut times = unsigned.split(':');
        if unsigned.contains(':')
            && times.next().is_some_and(digits)
            && times.all(|part| part.len() == 2 && digits(part))
        {
            return Plain::Time;
        }
        let date = text.split([' ', 'T', 't']).next().unwrap_or_default();
        let parts: Vec<&str> = date.split('-').collect();
        if let [year, month, day] = parts[..]
            && year.len() == 4
            && [year, month, day].into_iter().all(digits)
            && month.len() <= 2
            && day.len() <= 2
        {
            return Plain::Date;
        }
        Plain::Text
    }
}

/// `1.5`, `.5`, `1e3`, `.inf`: the core schema's floating point numbers, without a sign.
fn is_fraction(unsigned: &str) -> bool {
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fits = digits(whole) && digits(part) && (!whole.is_empty() || !part.is_empty());
    fits && exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    })
}

impl Node {
    /// As people call it: "a list", "a number".
    pub fn what(&self) -> &'static str {
        match &self.value {
            Value::List(_) => "a list",
            Value::Map(_) => "a group of words",
            Value::Scalar(scalar) => match scalar.meaning() {
                Plain::Nothing => "nothing",
                Plain::Truth => "a yes or no",
                Plain::Whole | Plain::Fraction => "a number",
                Plain::Time => "a clock time",
                Plain::Date => "a date",
                Plain::Text => "a text",
            },
        }
    }

    /// The value as JSON, as YAML 1.2's core schema reads it. A number too large for JSON stays a text.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::List(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(entries) => {
                Json::Object(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect())
            }
            Value::Scalar(scalar) => match scalar.meaning() {
                Plain::Nothing => Json::Null,
                Plain::Truth => Json::Bool(scalar.text.eq_ignore_ascii_case("true")),
                Plain::Whole => scalar
                    .text
                    .parse::<i64>()
                    .map_or_else(|_| Json::String(scalar.text.clone()), |number| Json::Number(number.into())),
                Plain::Fraction => scalar
                    .text
                    .parse::<f64>()
                    .ok()
                    .and_then(serde_json::Number::from_f64)
                    .map_or_else(|| Json::String(scalar.text.clone()), Json::Number),
                Plain::Time | Plain::Date | Plain::Text => Json::String(scalar.text.clone()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_scalar_means_what_yaml_says() {
        for (text, expected) in [
            ("", Plain::Nothing),
            ("~", Plain::Nothing),
            ("true", Plain::Truth),
            ("off", Plain::Text),
            ("no", Plain::Text),
            ("-16", Plain::Whole),
            ("0x1F", Plain::Whole),
            ("104.6", Plain::Fraction),
            ("1e3", Plain::Fraction),
            ("e3", Plain::Text),
            (".inf", Plain::Fraction),
            (".", Plain::Text),
            ("10:30", Plain::Time),
            ("23:59:50", Plain::Time),
            ("10:3", Plain::Text),
            (":00", Plain::Text),
            ("2026-12-31", Plain::Date),
            ("2026-12-31 10:00", Plain::Date),
            ("1980-1989", Plain::Text),
            ("96k", Plain::Text),
            ("-16 LUFS", Plain::Text),
        ] {
            assert_eq!(Scalar { text: text.into(), plain: true }.meaning(), expected, "{text:?}");
            assert_eq!(Scalar { text: text.into(), plain: false }.meaning(), Plain::Text);
        }
    }
}
