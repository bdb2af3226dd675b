//! A map of the tree held against the words that may stand there.
//!
//! In: a map and the table of its words. Out: the entries that the table knows; the rest are problems.

use super::nearest::nearest;
use super::node::{Entry, Node, Value};
use super::problem::Code;
use super::quantity::{did_you_mean, shown};
use super::values::{Values, first_line};
use super::vocabulary::{self, Status, Word};
use std::ops::Range;

/// The words that were found in one map.
pub(super) struct Fields<'n> {
    /// Those that may stand there.
    words: &'static [Word],
    found: Vec<(&'static Word, &'n Entry)>,
    /// Words that unknown ones were probably meant to be: they are not missed a second time.
    guessed: Vec<&'static str>,
}

/// A word's value, with what the table says of the word.
#[derive(Clone, Copy)]
pub(super) struct Field<'n> {
    pub word: &'static Word,
    pub entry: &'n Entry,
}

impl<'n> Fields<'n> {
    /// A word that may stand here, if it does.
    pub fn get(&self, name: &str) -> Option<Field<'n>> {
        let known = self.words.iter().any(|word| word.name == name);
        assert!(known, "`{name}` is read, so the table has it");
        let found = self.found.iter().find(|(word, _)| word.name == name);
        found.map(|&(word, entry)| Field { word, entry })
    }

    /// Whether an unknown word was probably meant to be one of these.
    pub fn guesses(&self, names: &[&str]) -> bool {
        self.guessed.iter().any(|guess| names.contains(guess))
    }
}

impl Values<'_, '_> {
    /// Sorts a map's entries into known words, later ones and unknown ones. `above` is the word it belongs to.
    pub fn fields<'n>(
        &mut self,
        node: &'n Node,
        above: Option<&str>,
        words: &'static [Word],
        missing_at: Range<usize>,
    ) -> Option<Fields<'n>> {
        let Value::Map(entries) = &node.value else {
            let place = above.map_or("a station file".to_owned(), |above| format!("`{above}`"));
            let some: Vec<String> = words.iter().take(3).map(|word| format!("`{}`", word.name)).collect();
            self.problems
                .error(
                    Code::WrongType,
                    first_line(self.text, node),
                    format!("{place} takes words of its own, and this is {}", node.what()),
                )
                .help(format!("its words are {} …; each is written `word: value`", some.join(", ")));
            return None;
        };
        let mut fields = Fields { words, found: Vec::new(), guessed: Vec::new() };
        for entry in entries {
            match words.iter().find(|word| word.name == entry.key) {
                Some(word) if word.status == Status::Acted => fields.found.push((word, entry)),
                Some(word) => {
                    fields.found.push((word, entry));
                    let message = format!(
                        "`{}` is a word of station files, but this version of Longwave does not act on it yet",
                        word.name
                    );
                    self.problems
                        .warn(Code::NotYet, entry.key_span.clone(), message)
                        .help("the station airs without it");
                }
                None => fields.guessed.extend(self.unknown(entry, above, words)),
            }
        }
        for word in words.iter().filter(|word| word.required && !self.partial) {
            let known = fields.found.iter().any(|(found, _)| found.name == word.name);
            if !known && !fields.guessed.contains(&word.name) {
                let example = word.examples.first().copied().unwrap_or_default();
                self.problems
                    .error(Code::MissingKey, missing_at.clone(), format!("`{}` is missing", word.name))
                    .help(format!("add a line such as `{}: {example}`", word.name));
            }
        }
        Some(fields)
    }

    /// Tells of an unknown word; gives the word that was probably meant.
    fn unknown(
        &mut self,
        entry: &Entry,
        above: Option<&str>,
        words: &'static [Word],
    ) -> Option<&'static str> {
        // A secret is told by whoever looks for secrets, and never repeated.
        if vocabulary::is_secret(&entry.key) {
            return None;
        }
        let key = shown(&entry.key);
        let place = above.map_or("station files".to_owned(), |above| format!("`{above}`"));
        let told = self.problems.error(
            Code::UnknownWord,
            entry.key_span.clone(),
            format!("`{key}` is not a word of {place}"),
        );
        let lower = entry.key.to_lowercase();
        let also = words.iter().find(|word| word.also.contains(&lower.as_str())).map(|word| word.name);
        if let Some(guess) = also.or_else(|| nearest(&entry.key, words.iter().map(|word| word.name))) {
            told.help(did_you_mean(guess));
            return Some(guess);
        }
        if let Some((home, word)) = vocabulary::everywhere().find(|(_, word)| word.name == lower) {
            let home = home.map_or("at the left margin".to_owned(), |home| format!("under `{home}`"));
            told.help(format!("`{}` belongs {home}", word.name));
        } else {
            let acted = words.iter().filter(|word| word.status == Status::Acted);
            let words: Vec<String> = acted.map(|word| format!("`{}`", word.name)).collect();
            told.help(format!("the words here are {}", words.join(", ")));
        }
        None
    }
}
