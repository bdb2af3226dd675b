//! Text that goes into a station file: scalars as YAML reads them back, and the file that a new station begins with.

use super::node::{Plain, Scalar, Value};
use super::problem::Problems;
use super::yaml;

/// A text as a YAML scalar: as it is if YAML reads it back unchanged wherever it may stand, else in double quotes.
pub fn scalar(text: &str) -> String {
    let plain = Scalar { text: text.to_owned(), plain: true };
    // Within brackets more characters mean something than outside of them.
    let listed = format!("[{text}]");
    let mut problems = Problems::default();
    let root = yaml::parse(&listed, &mut problems).root.map(|node| node.value);
    let meant = Value::Scalar(plain.clone());
    let reads_back = !text.contains('\n')
        && plain.meaning() == Plain::Text
        && matches!(root, Some(Value::List(items)) if matches!(&items[..], [one] if one.value == meant));
    // Signs at the start of a text are where YAML readers differ.
    let begins_plainly = text.starts_with(|c: char| c.is_alphanumeric() || c == '/' || c == '.');
    match begins_plainly && reads_back && problems.errors() == 0 {
        true => text.to_owned(),
        false => serde_json::Value::from(text).to_string(),
    }
}

/// The file that a new station begins with: valid as it stands, and valid with any of its comments brought to life.
pub fn station_file(name: &str, timezone: &str, folder: &str, schema: &str) -> String {
    let name = scalar(name);
    let (music, art) = (scalar(&format!("{folder}/music")), scalar(&format!("{folder}/art.png")));
    format!(
        "\
# yaml-language-server: $schema={schema}
#
# Paths are relative to this file. Check it with `longwave check`.

name: {name}
timezone: {timezone}
music: {music}

# Remove the `# ` before a word to use it.
# tagline: One line that listeners see
# language: en
# genre: eclectic
# website: https://station.example
# art: {art}
# sound: {{ loudness: -16 LUFS, true_peak: -1 dBTP }}
# transitions: {{ default: {{ crossfade: 3s, cue: auto }} }}
# outputs: [opus 96k, aac 128k, mp3 128k]
# latency: low
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::read;
    use std::path::Path;

    #[test]
    fn a_scalar_is_quoted_only_if_it_must_be() {
        for (text, expected) in [
            ("Harbour Radio", "Harbour Radio"),
            ("Lisa's Late Boat", "Lisa's Late Boat"),
            ("media/music", "media/music"),
            ("-16 LUFS", "\"-16 LUFS\""),
            ("10:30", "\"10:30\""),
            ("104.6", "\"104.6\""),
            ("a: b", "\"a: b\""),
            ("a, b", "\"a, b\""),
            ("Radio #1", "\"Radio #1\""),
            (" x", "\" x\""),
            ("", "\"\""),
            ("say \"hi\"", "say \"hi\""),
            ("@home", "\"@home\""),
            ("a\nb", "\"a\\nb\""),
        ] {
            assert_eq!(scalar(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_new_file_is_valid_with_its_comments_asleep_and_awake() {
        let asleep = station_file("Rádio: \"Mar\"", "Europe/Lisbon", "mar", "./.station.schema.json");
        let awake: String = asleep
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest)
                    if rest.split(':').next().is_some_and(|w| w.chars().all(|c| c.is_ascii_lowercase())) =>
                {
                    rest
                }
                _ => line,
            })
            .map(|line| format!("{line}\n"))
            .collect();
        assert_ne!(asleep, awake);
        for text in [asleep, awake] {
            let reading = read(Path::new("stations/mar.yaml"), &text);
            assert_eq!(reading.problems, []);
            assert_eq!(reading.station.expect("it is valid").name, "Rádio: \"Mar\"");
        }
    }
}
