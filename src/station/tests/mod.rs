//! The room as a whole: the table and the reader agree, no text breaks the reader, and another reader agrees with it.

mod any_text;
mod oracle;
mod round_trip;
mod words;

use super::{Reading, Severity, diagnostic, read};
use std::path::Path;

/// Station files without a problem, as texts.
pub(super) const VALID: [&str; 3] = [
    include_str!("../../../tests/golden/check/valid-shortest.yaml"),
    include_str!("../../../tests/golden/check/valid-whole.yaml"),
    include_str!("../../../tests/golden/check/valid-anchors.yaml"),
];

/// Reads a text as `stations/harbour.yaml`.
pub(super) fn harbour(text: &str) -> Reading {
    read(Path::new("stations/harbour.yaml"), text)
}

/// Holds what is true of every reading, whatever was read.
pub(super) fn hold_laws(reading: &Reading) {
    let error = reading.problems.iter().any(|problem| problem.severity == Severity::Error);
    assert_eq!(reading.station.is_none(), error, "a station exactly if no error: {:?}", reading.problems);
    let lines = reading.text.split('\n').count();
    let shown = diagnostic::Shown::of(reading);
    let places = reading.problems.iter().filter_map(|problem| problem.place.as_ref());
    for place in places.chain(reading.paths.iter().map(|path| &path.place)) {
        assert!(reading.text.get(place.span.clone()).is_some(), "{place:?} is in the text");
        assert!(
            (1..=lines).contains(&place.line) && (place.line..=lines).contains(&place.end_line),
            "{place:?}"
        );
        assert!(place.column >= 1 && place.end_column >= 1, "{place:?}");
    }
    for problem in &reading.problems {
        assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{problem:?}");
        assert!(!problem.message.contains(['\n', '\u{1b}']), "{problem:?}");
        assert!(diagnostic::text(&shown, problem, false).contains(problem.code.word()));
    }
}
