//! What stands after a word, as the form that the table gives it: a text, a level, a path, one of a few words.
//!
//! In: nodes. Out: typed values in their ranges; what doesn't fit becomes a problem and no value.

use super::fields::Field;
use super::locale;
use super::nearest::nearest;
use super::node::{Node, Plain, Scalar, Value};
use super::paths::tidy;
use super::problem::{Code, Problems};
use super::quantity::{self, Fault, did_you_mean, shown};
use super::reading::PathRole;
use super::vocabulary::{Choices, Form};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Reads values, gathering problems and the paths that were named.
pub(super) struct Values<'t, 'p> {
    pub text: &'t str,
    /// The folder that paths are relative to.
    pub folder: &'t Path,
    pub problems: &'p mut Problems,
    pub paths: Vec<(PathBuf, Range<usize>, PathRole)>,
    /// Whether the text could not be read to its end: then nothing is missed.
    pub partial: bool,
}

impl Values<'_, '_> {
    /// A value that is one scalar; anything else is a problem.
    fn scalar<'n>(&mut self, field: Field<'n>, node: &'n Node) -> Option<&'n Scalar> {
        let name = field.word.name;
        let example = field.word.examples.first().copied().unwrap_or_default();
        match &node.value {
            // A tag in place of a value is told where tags are refused.
            Value::Scalar(scalar)
                if scalar.text.is_empty() && self.text[node.span.clone()].starts_with('!') =>
            {
                None
            }
            Value::Scalar(scalar) if scalar.meaning() == Plain::Nothing => {
                let message = format!("`{name}` has no value");
                let or = if field.word.required { "" } else { ", or remove the line" };
                self.problems
                    .error(Code::EmptyValue, node.span.clone(), message)
                    .help(format!("write for example `{name}: {example}`{or}"));
                None
            }
            Value::Scalar(scalar) => Some(scalar),
            Value::List(_) | Value::Map(_) => {
                let message = format!("`{name}` takes one value, and this is {}", node.what());
                self.problems
                    .error(Code::WrongType, first_line(self.text, node), message)
                    .help(format!("write for example `{name}: {example}`"));
                None
            }
        }
    }

    /// A value that is text; what YAML takes for something else is told to need quotes.
    fn words<'n>(&mut self, field: Field<'n>, node: &'n Node) -> Option<&'n str> {
        let name = field.word.name;
        let scalar = self.scalar(field, node)?;
        let text = &scalar.text;
        let (code, message) = match scalar.meaning() {
            Plain::Text | Plain::Nothing => {
                self.cut_by_comment(node, scalar);
                return Some(text);
            }
            Plain::Time => (
                Code::UnquotedTime,
                format!("`{name}` is a text, and without quotes many YAML tools read this time as a number"),
            ),
            Plain::Date => (
                Code::UnquotedDate,
                format!(
                    "`{name}` is a text, and without quotes many YAML tools read this date as something else"
                ),
            ),
            Plain::Whole | Plain::Fraction => {
                (Code::WrongType, format!("`{name}` is a text, and without quotes this is a number"))
            }
            Plain::Truth => {
                (Code::WrongType, format!("`{name}` is a text, and without quotes this is a yes or no"))
            }
        };
        self.problems
            .error(code, node.span.clone(), message)
            .help(format!("put it in quotes: \"{}\"", shown(text)));
        None
    }

    /// Warns when a text is followed by `#word`: what looks like more of the text is a comment.
    fn cut_by_comment(&mut self, node: &Node, scalar: &Scalar) {
        let rest = self.text[node.span.end..].lines().next().unwrap_or_default();
        let hash = rest.trim_start_matches([' ', '\t']);
        let mut after = hash.chars();
        if scalar.plain
            && hash.len() < rest.len()
            && after.next() == Some('#')
            && after.next().is_some_and(char::is_alphanumeric)
        {
            let start = node.span.end + rest.len() - hash.len();
            let whole = self.text[node.span.start..node.span.end + rest.len()].trim_end();
            self.problems
                .warn(
                    Code::CutByComment,
                    start..start + hash.trim_end().len(),
                    "what follows `#` is a comment, not part of the text",
                )
                .help(format!(
                    "if it belongs to the text, write \"{}\"; if not, put a space after the `#`",
                    shown(whole)
                ));
        }
    }

    fn fault(&mut self, span: Range<usize>, fault: Fault) {
        let told = self.problems.error(fault.code, span, fault.message);
        if let Some(help) = fault.help {
            told.help(help);
        }
    }

    fn parsed<T>(&mut self, span: Range<usize>, result: Result<T, Fault>) -> Option<T> {
        result.map_err(|fault| self.fault(span, fault)).ok()
    }

    /// One line of text for listeners.
    pub fn line(&mut self, field: Field<'_>) -> Option<String> {
        let Form::Text(max) = field.word.form else { unreachable!("the table says text") };
        let node = &field.entry.value;
        let text = self.words(field, node)?.trim().to_owned();
        let name = field.word.name;
        if text.is_empty() {
            self.problems
                .error(Code::EmptyValue, node.span.clone(), format!("`{name}` is empty"))
                .help("write at least one character, or remove the line");
            return None;
        }
        if text.chars().any(char::is_control) {
            self.problems
                .error(
                    Code::BadText,
                    first_line(self.text, node),
                    format!("`{name}` holds a line break or a control character"),
                )
                .help("write it in one line of visible characters");
            return None;
        }
        let length = text.chars().count();
        if length > max {
            let message = format!("`{name}` has {length} characters, and at most {max} are shown");
            self.problems
                .error(Code::OutOfRange, first_line(self.text, node), message)
                .help("make it shorter");
            return None;
        }
        Some(text)
    }

    /// A text that a function understands.
    pub fn told<T>(
        &mut self,
        field: Field<'_>,
        understand: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let text = self.words(field, &field.entry.value)?;
        self.parsed(field.entry.value.span.clone(), understand(text))
    }

    /// A quantity that a function understands: here a number needs no quotes.
    fn quantity<T>(
        &mut self,
        field: Field<'_>,
        understand: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let scalar = self.scalar(field, &field.entry.value)?;
        self.parsed(field.entry.value.span.clone(), understand(&scalar.text))
    }

    /// A level in its range.
    pub fn level(&mut self, field: Field<'_>) -> Option<f64> {
        let Form::Level(form) = &field.word.form else { unreachable!("the table says level") };
        let (min, max, unit) = (form.min, form.max, form.units[0]);
        let example = field.word.default.unwrap_or(field.word.examples[0]);
        let level = self.quantity(field, |text| quantity::level(text, form.units, example))?;
        if !(min..=max).contains(&level) {
            let message = format!("`{}` goes from {min} to {max} {unit}", field.word.name);
            self.problems
                .error(Code::OutOfRange, field.entry.value.span.clone(), message)
                .help(format!("`{example}` suits most stations"));
            return None;
        }
        Some(level)
    }

    /// A duration in its range, in milliseconds.
    pub fn duration_ms(&mut self, field: Field<'_>) -> Option<u64> {
        let Form::Duration(max) = field.word.form else { unreachable!("the table says duration") };
        let ms = self.quantity(field, quantity::duration_ms)?;
        if ms > max {
            let message = format!("`{}` is at most {}s", field.word.name, max / 1000);
            let told = self.problems.error(Code::OutOfRange, field.entry.value.span.clone(), message);
            if let Some(default) = field.word.default {
                told.help(format!("`{default}` suits most stations"));
            }
            return None;
        }
        Some(ms)
    }

    /// Years, which need no quotes.
    pub fn years(&mut self, field: Field<'_>) -> Option<(i16, i16)> {
        self.quantity(field, quantity::years)
    }

    /// One of a few words.
    pub fn choice<C: Choices>(&mut self, field: Field<'_>) -> Option<C> {
        let node = &field.entry.value;
        let text = &self.scalar(field, node)?.text;
        if let Some(value) = C::ALL.iter().find(|value| value.choice().word == text) {
            return Some(*value);
        }
        let words: Vec<String> = C::choices().iter().map(|choice| format!("`{}`", choice.word)).collect();
        let message = format!("`{}` can't be `{}`", field.word.name, shown(text));
        let told = self.problems.error(Code::UnknownChoice, node.span.clone(), message);
        match nearest(text, C::choices().iter().map(|choice| choice.word)) {
            Some(guess) => told.help(did_you_mean(guess)),
            None => told.help(format!("it is one of {}", words.join(", "))),
        };
        None
    }

    /// The nodes of a list, or the one node that stands in place of a list.
    pub fn items<'n>(&mut self, field: Field<'n>) -> Option<&'n [Node]> {
        match &field.entry.value.value {
            Value::List(items) if items.is_empty() => {
                let name = field.word.name;
                self.problems
                    .error(
                        Code::EmptyValue,
                        field.entry.value.span.clone(),
                        format!("`{name}` is an empty list"),
                    )
                    .help("write at least one item, or remove the line");
                None
            }
            Value::List(items) => Some(items),
            _ => Some(std::slice::from_ref(&field.entry.value)),
        }
    }

    /// One text or several.
    pub fn texts(&mut self, field: Field<'_>) -> Option<Vec<String>> {
        let items = self.items(field)?;
        let texts: Vec<_> = items.iter().map(|item| self.item(field, item)).collect();
        texts.into_iter().collect()
    }

    /// One text of a list, not empty.
    pub fn item(&mut self, field: Field<'_>, node: &Node) -> Option<String> {
        let text = self.words(field, node)?.trim().to_owned();
        if text.is_empty() {
            self.problems
                .error(Code::EmptyValue, node.span.clone(), format!("an empty text in `{}`", field.word.name))
                .help("write something between the quotes, or remove them");
            return None;
        }
        Some(text)
    }

    /// One output of the list, as the table's outputs are written.
    pub fn output(&mut self, field: Field<'_>, node: &Node) -> Option<super::Output> {
        let text = &self.scalar(field, node)?.text;
        self.parsed(node.span.clone(), quantity::output(text))
    }

    /// The tag of a language, the time zone, the address of a website.
    pub fn language(&mut self, field: Field<'_>) -> Option<String> {
        self.told(field, locale::language)
    }

    /// One path.
    pub fn path(&mut self, field: Field<'_>, role: PathRole) -> Option<PathBuf> {
        let text = self.item(field, &field.entry.value)?;
        self.path_of(field, &text, &field.entry.value, role)
    }

    /// One path or several.
    pub fn paths(&mut self, field: Field<'_>, role: PathRole) -> Option<Vec<PathBuf>> {
        let items = self.items(field)?;
        let paths: Vec<_> = items
            .iter()
            .map(|item| {
                let text = self.item(field, item)?;
                self.path_of(field, &text, item, role)
            })
            .collect();
        paths.into_iter().collect()
    }

    /// A text as a path, relative to the file's folder and tidied without looking at the disk.
    pub fn path_of(&mut self, field: Field<'_>, text: &str, node: &Node, role: PathRole) -> Option<PathBuf> {
        // Longer ones no file system takes.
        const PATH_BYTES_MAX: usize = 4096;
        let name = field.word.name;
        let fault =
            |message: &str, help: &str| Fault::new(Code::BadPath, format!("`{name}`: {message}")).help(help);
        let fault = if text.contains("://") {
            Some(fault(
                "this is a web address, not a path",
                "download the files into a folder, and name the folder",
            ))
        } else if text.starts_with('~') {
            Some(fault(
                "`~` has no meaning in a station file",
                "write the whole path, or one relative to this file",
            ))
        } else if text.contains('\\') {
            Some(fault(
                "folders are parted by `/`, not by `\\`",
                &format!("write `{}`", shown(&text.replace('\\', "/"))),
            ))
        } else if text.len() > PATH_BYTES_MAX {
            Some(fault("this path is longer than any file system allows", "is it meant as a list?"))
        } else if text.chars().any(char::is_control) {
            Some(fault("a path without line breaks is expected", "write it in one line"))
        } else {
            None
        };
        if let Some(fault) = fault {
            self.fault(first_line(self.text, node), fault);
            return None;
        }
        let path = tidy(&self.folder.join(text));
        self.paths.push((path.clone(), node.span.clone(), role));
        Some(path)
    }
}

/// Where a node stands, cut to its first line so that a caret can show it.
pub(super) fn first_line(text: &str, node: &Node) -> Range<usize> {
    let found = &text[node.span.clone()];
    let line = found.lines().next().unwrap_or_default().trim_end();
    node.span.start..node.span.start + line.len()
}
