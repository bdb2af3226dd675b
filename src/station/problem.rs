//! What is wrong with a station file, and where: plain data that a terminal, an editor or a page can show.
//!
//! In: byte ranges of the file's text with words for a curator. Out: problems in the order of the file, none
//! told twice, each with its line and column. At most [`PROBLEMS_MAX`]; further ones are counted.

use std::ops::Range;

/// Problems kept of one file. What goes beyond is counted and told in one last problem.
pub const PROBLEMS_MAX: usize = 100;

/// Whether a station can air in spite of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It can't.
    Error,
    /// It can, but perhaps not as its curator meant.
    Warning,
}

impl Severity {
    /// As reports say it.
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// The kinds of problems. Their words are stable: scripts and editors may rely on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All of them.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// As reports say it, in kebab-case.
            pub const fn word(self) -> &'static str {
                match self { $(Code::$name => $word,)* }
            }
        }
    };
}

codes! {
    /// The file's name can't be a station's id.
    FileName = "file-name",
    /// Two files make the same id.
    SameId = "same-id",
    /// The file can't be read from the disk.
    Unreadable = "unreadable",
    /// There are no station files where they were looked for.
    NoStations = "no-stations",
    /// The file is not UTF-8 text.
    NotUtf8 = "not-utf-8",
    /// The file is larger, deeper or more repetitive than any station file needs.
    TooLarge = "too-large",
    /// Nothing is written in it.
    EmptyFile = "empty-file",
    /// A tab where YAML wants spaces.
    Tab = "tab",
    /// A colon with no space after it.
    MissingSpace = "missing-space",
    /// A text that YAML misunderstands unless it is quoted.
    NeedsQuotes = "needs-quotes",
    /// A quote, bracket or brace that never closes.
    Unclosed = "unclosed",
    /// A line that doesn't line up with those it belongs to.
    Indentation = "indentation",
    /// Any other breach of YAML's grammar.
    Syntax = "syntax",
    /// A second YAML document in the same file.
    SecondDocument = "second-document",
    /// A YAML feature that station files don't have.
    OddYaml = "odd-yaml",
    /// The same key twice.
    DuplicateKey = "duplicate-key",
    /// A key that is no word of station files.
    UnknownWord = "unknown-word",
    /// A word whose time has not come.
    NotYet = "not-yet",
    /// A key that must be there.
    MissingKey = "missing-key",
    /// A key without a value.
    EmptyValue = "empty-value",
    /// A list where a text was expected, and the like.
    WrongType = "wrong-type",
    /// A clock time without quotes.
    UnquotedTime = "unquoted-time",
    /// A date without quotes.
    UnquotedDate = "unquoted-date",
    /// A text that can't be shown to listeners as it is.
    BadText = "bad-text",
    /// A value cut short by a `#`.
    CutByComment = "cut-by-comment",
    /// Not one of the words that may stand here.
    UnknownChoice = "unknown-choice",
    /// Not a level.
    BadLevel = "bad-level",
    /// Not a duration.
    BadDuration = "bad-duration",
    /// Not an output.
    BadOutput = "bad-output",
    /// The same output twice.
    DuplicateOutput = "duplicate-output",
    /// Not a year or a range of years.
    BadYear = "bad-year",
    /// Not a language tag.
    BadLanguage = "bad-language",
    /// Not a time zone.
    BadTimezone = "bad-timezone",
    /// Not a web address.
    BadWebsite = "bad-website",
    /// Not a path that a station file can use.
    BadPath = "bad-path",
    /// Not a name for a category.
    BadCategoryName = "bad-category-name",
    /// A number outside of its range.
    OutOfRange = "out-of-range",
    /// Both `music` and `categories`.
    MusicAndCategories = "music-and-categories",
    /// No category of songs.
    NoSongs = "no-songs",
    /// A rung of the ladder that names no category.
    UnknownCategory = "unknown-category",
    /// A secret, which never lives in a station file.
    Secret = "secret",
    /// A folder or file of audio that isn't there.
    MissingSource = "missing-source",
    /// A single file that isn't there.
    MissingFile = "missing-file",
    /// A folder where a file was expected.
    NotAFile = "not-a-file",
    /// There were more problems than are told.
    ManyMore = "many-more",
}

/// A place in a file's text. Lines and columns count from 1, columns in characters; a byte order mark has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// In bytes of the text.
    pub span: Range<usize>,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column just after the last character.
    pub end_column: usize,
}

/// One thing that is wrong, in words for the one who wrote the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether the station can air in spite of it.
    pub severity: Severity,
    /// Its kind.
    pub code: Code,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// Where; none if it concerns the whole file.
    pub place: Option<Place>,
    /// A few words at the caret; may be empty.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
    /// Another place that has to do with it, and a few words about that.
    pub related: Option<(Place, String)>,
}

impl Problem {
    /// A problem of a whole file.
    pub fn of_file(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            place: None,
            label: String::new(),
            help: None,
            related: None,
        }
    }

    /// The same with words on what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Finds the lines of a text.
    pub fn of(text: &'t str) -> Self {
        let first = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let starts = std::iter::once(first).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The place of a range of bytes; a range that reaches out of the text is cut to it.
    pub fn place(&self, span: Range<usize>) -> Place {
        let start = self.floor(span.start);
        let end = self.floor(span.end).max(start);
        let (line, column) = self.line_column(start);
        let (end_line, end_column) = self.line_column(end);
        Place { span: start..end, line, column, end_line, end_column }
    }

    fn floor(&self, at: usize) -> usize {
        let at = at.clamp(self.starts[0], self.text.len().max(self.starts[0]));
        (0..=at).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0)
    }

    fn line_column(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start <= at);
        let start = self.starts[line.max(1) - 1];
        (line.max(1), self.text[start..at].chars().count() + 1)
    }
}

/// A problem that is still being told: its places are byte ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    severity: Severity,
    code: Code,
    message: String,
    span: Range<usize>,
    label: String,
    help: Option<String>,
    related: Option<(Range<usize>, String)>,
}

impl Draft {
    pub(super) fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = label.into();
        self
    }
    pub(super) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }
    pub(super) fn related(&mut self, span: Range<usize>, label: impl Into<String>) -> &mut Self {
        self.related = Some((span, label.into()));
        self
    }
}

/// Gathers the problems of one file.
#[derive(Debug, Default)]
pub(super) struct Problems {
    drafts: Vec<Draft>,
    beyond: Vec<Draft>,
    uncounted: usize,
    errors: usize,
}

impl Problems {
    pub(super) fn error(&mut self, code: Code, span: Range<usize>, message: impl Into<String>) -> &mut Draft {
        self.add(Severity::Error, code, span, message.into())
    }

    pub(super) fn warn(&mut self, code: Code, span: Range<usize>, message: impl Into<String>) -> &mut Draft {
        self.add(Severity::Warning, code, span, message.into())
    }

    fn add(&mut self, severity: Severity, code: Code, span: Range<usize>, message: String) -> &mut Draft {
        let draft = Draft { severity, code, message, span, label: String::new(), help: None, related: None };
        // An alias leads to the same words several times: each problem there is told once.
        let same = |other: &Draft| {
            (other.code, &other.span, &other.message) == (draft.code, &draft.span, &draft.message)
        };
        if let Some(at) = self.drafts.iter().position(same) {
            return &mut self.drafts[at];
        }
        self.errors += usize::from(severity == Severity::Error);
        // An error always finds room, or a file full of warnings would hide why its station can't air.
        if self.drafts.len() >= PROBLEMS_MAX
            && severity == Severity::Error
            && let Some(warning) = self.drafts.iter().rposition(|other| other.severity == Severity::Warning)
        {
            self.drafts.remove(warning);
            self.uncounted += 1;
        }
        if self.drafts.len() < PROBLEMS_MAX {
            self.drafts.push(draft);
            return self.drafts.last_mut().expect("one was just pushed");
        }
        self.uncounted += 1;
        self.beyond.clear();
        self.beyond.push(draft);
        &mut self.beyond[0]
    }

    /// How many errors were told so far, those beyond the limit included.
    pub(super) fn errors(&self) -> usize {
        self.errors
    }

    /// All of them with their lines and columns, in the order of the text.
    pub(super) fn placed(mut self, lines: &Lines<'_>) -> Vec<Problem> {
        self.drafts.sort_by_key(|draft| (draft.span.start, draft.span.end, draft.severity));
        let mut problems: Vec<Problem> = self
            .drafts
            .into_iter()
            .map(|draft| Problem {
                severity: draft.severity,
                code: draft.code,
                message: draft.message,
                place: Some(lines.place(draft.span)),
                label: draft.label,
                help: draft.help,
                related: draft.related.map(|(span, label)| (lines.place(span), label)),
            })
            .collect();
        if self.uncounted > 0 {
            let message = format!("{} more problems in this file are not shown", self.uncounted);
            let severity = if self.errors > 0 { Severity::Error } else { Severity::Warning };
            problems.push(
                Problem::of_file(severity, Code::ManyMore, message).with_help("mend the ones above first"),
            );
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_skip_a_byte_order_mark() {
        for (text, needle, expected) in [
            ("name: x\n", "x", (1, 7, 1, 8)),
            ("a\r\nbé: ção\r\n", "ção", (2, 5, 2, 8)),
            ("\u{feff}name: x", "name", (1, 1, 1, 5)),
            ("日本: 東京\n  x", "東京", (1, 5, 1, 7)),
            ("a\nb\nc", "b\nc", (2, 1, 3, 2)),
        ] {
            let at = text.find(needle).expect("it is there");
            let place = Lines::of(text).place(at..at + needle.len());
            assert_eq!((place.line, place.column, place.end_line, place.end_column), expected, "{text:?}");
        }
    }

    #[test]
    fn a_place_never_reaches_out_of_its_text() {
        for text in ["", "\u{feff}", "é", "a\n"] {
            for span in [0..0, 0..99, 1..2, 50..60] {
                let place = Lines::of(text).place(span);
                assert!(text.get(place.span.clone()).is_some(), "{text:?} {place:?}");
            }
        }
    }

    #[test]
    fn an_error_is_never_hidden_by_a_crowd_of_warnings() {
        let mut problems = Problems::default();
        for at in 0..500 {
            problems.warn(Code::NotYet, at..at + 1, "later");
        }
        problems.error(Code::Tab, 500..501, "a tab");
        let placed = problems.placed(&Lines::of(&"x".repeat(600)));
        assert_eq!(placed.len(), PROBLEMS_MAX + 1);
        assert!(placed.iter().any(|problem| problem.code == Code::Tab));
        assert_eq!(placed.last().map(|problem| problem.code), Some(Code::ManyMore));
    }
}
