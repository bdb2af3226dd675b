//! Problems as a person or a program reads them.
//!
//! In: a reading and its problems. Out: text with the line and a caret, in colour if asked, or JSON.
//! Never: shows a secret.

use super::problem::{Place, Problem, Severity};
use super::reading::Reading;
use super::vocabulary;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// Bytes of the file around a problem that are shown; a longer stretch is shown from the problem on.
const SHOWN_BYTES_MAX: usize = 4096;

/// A file's text as reports may show it: the same length, secrets starred out.
pub struct Shown {
    file: String,
    text: String,
}

impl Shown {
    /// Stars out what a reading marked as secret, and what looks like one where it could not be read.
    pub fn of(reading: &Reading) -> Self {
        let mut hidden = reading.secrets.clone();
        let mut at = 0;
        for line in reading.text.split_inclusive('\n') {
            hidden.extend(vocabulary::secret_in(line).map(|secret| at + secret..at + line.len()));
            at += line.len();
        }
        hidden.sort_by_key(|range| (range.start, range.end));
        let mut text = String::with_capacity(reading.text.len());
        let (mut hidden, mut hidden_to) = (hidden.into_iter().peekable(), 0);
        for (at, c) in reading.text.char_indices() {
            while let Some(range) = hidden.next_if(|range| range.start <= at) {
                hidden_to = hidden_to.max(range.end);
            }
            match c {
                // The end of a line on Windows would be shown as a sign of its own.
                '\r' => text.push(' '),
                c if at >= hidden_to || c.is_whitespace() => text.push(c),
                c => text.extend(std::iter::repeat_n('*', c.len_utf8())),
            }
        }
        Self { file: reading.file.display().to_string(), text }
    }

    /// The lines that two places span, or as much of the first as may be shown: where they begin, and their range.
    fn window(&self, place: &Place, related: Option<&Place>) -> (usize, Range<usize>) {
        let first = related.map_or(place, |related| if related.line < place.line { related } else { place });
        let last_end = related.map_or(place.span.end, |related| related.span.end.max(place.span.end));
        let bytes = self.text.as_bytes();
        let line_start = bytes[..first.span.start].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        // A byte order mark is no part of the first line.
        let line_start = if line_start == 0 && self.text.starts_with('\u{feff}') { 3 } else { line_start };
        let line_end =
            bytes[last_end..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |at| last_end + at);
        let line_end = line_start + self.text[line_start..line_end.max(line_start)].trim_end().len();
        (first.line, line_start..line_end.max(last_end))
    }
}

/// A problem as text: what, where, the line with a caret, what to do. Ends with a line break.
pub fn text(shown: &Shown, problem: &Problem, color: bool) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(problem.message.as_str()).id(problem.code.word());
    let mut group = Group::with_title(title);
    let help = problem.help.as_deref().map(|help| Level::HELP.message(help));
    let Some(place) = &problem.place else {
        group = group.element(Origin::path(shown.file.as_str())).elements(help);
        return finish(group, color);
    };
    let related = problem.related.as_ref();
    let (mut line, mut window) = shown.window(place, related.map(|(place, _)| place));
    let mut related = related;
    if window.len() > SHOWN_BYTES_MAX {
        // Too far apart for one picture.
        related = None;
        (line, window) = shown.window(place, None);
    }
    if window.len() > SHOWN_BYTES_MAX {
        let group = group
            .element(Origin::path(shown.file.as_str()).line(place.line).char_column(place.column))
            .elements(help);
        return finish(group, color);
    }
    let within = |place: &Place| place.span.start - window.start..place.span.end - window.start;
    let label = |label: &str| (!label.is_empty()).then(|| label.to_owned());
    let mut snippet = Snippet::source(&shown.text[window.clone()])
        .line_start(line)
        .path(shown.file.as_str())
        .annotation(AnnotationKind::Primary.span(within(place)).label(label(&problem.label)));
    if let Some((place, words)) = related {
        snippet = snippet.annotation(AnnotationKind::Context.span(within(place)).label(label(words)));
    }
    finish(group.element(snippet).elements(help), color)
}

fn finish(group: Group<'_>, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut rendered = renderer.render(&[group]);
    rendered.push('\n');
    rendered
}

/// A problem as JSON. One that concerns the whole file stands at its first character.
pub fn json(shown: &Shown, problem: &Problem) -> serde_json::Value {
    let (line, column, end_line, end_column) = match &problem.place {
        Some(place) => (place.line, place.column, place.end_line, place.end_column),
        None => (1, 1, 1, 1),
    };
    serde_json::json!({
        "file": shown.file,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "severity": problem.severity.word(),
        "code": problem.code.word(),
        "message": problem.message,
        "help": problem.help,
    })
}
