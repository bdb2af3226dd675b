//! Reads a station file: everything in it that can be understood, and every problem at once.
//!
//! In: the file's path (for its name and folder) and its text or bytes. Out: a [`Reading`].
//! Never: touches the disk; stops at the first problem; repeats a secret.

use super::assemble::station;
use super::node::{Entry, Node, Scalar, Value};
use super::problem::{Code, Lines, Place, Problem, Problems, Severity};
use super::quantity::shown;
use super::values::Values;
use super::{Station, locale, vocabulary, yaml};
use crate::units::StationId;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Encodes of one station; more are refused.
pub const OUTPUTS_MAX: usize = 8;

const SECRET_HELP: &str = "remove it, and change it if others have seen this file; \
    `longwave account add` keeps hosts' passwords";

/// What was read of a station file.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The file.
    pub file: PathBuf,
    /// Its text; bytes that are no text are replaced.
    pub text: String,
    /// The station, if nothing keeps it from airing.
    pub station: Option<Station>,
    /// All problems, in the order of the text.
    pub problems: Vec<Problem>,
    /// Every path that it names, and where.
    pub paths: Vec<PathUse>,
    /// Bytes of the text that a report must not show.
    pub secrets: Vec<Range<usize>>,
}

/// A path that a station file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathUse {
    /// Relative to where the file's own path is.
    pub path: PathBuf,
    /// Where it stands in the file.
    pub place: Place,
    /// What for.
    pub role: PathRole,
}

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathRole {
    /// Audio of a category; whether the category holds songs.
    Source {
        /// It does.
        songs: bool,
    },
    /// The station's picture.
    Art,
    /// A rung of the fallback ladder.
    Rung,
}

impl Reading {
    /// A file of which nothing can be said but one problem.
    pub fn broken(file: &Path, problem: Problem) -> Self {
        let (text, paths, secrets) = (String::new(), Vec::new(), Vec::new());
        Self { file: file.to_owned(), text, station: None, problems: vec![problem], paths, secrets }
    }

    /// Whether anything keeps the station from airing.
    pub fn has_error(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// Reads the bytes of a station file. Bytes that are not UTF-8 are a problem at their place.
pub fn read_bytes(file: &Path, bytes: &[u8]) -> Reading {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return read(file, text),
        Err(error) => error,
    };
    let text = String::from_utf8_lossy(bytes).into_owned();
    let at = error.valid_up_to();
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let message = match utf16 {
        true => "this file is saved as UTF-16, and station files are UTF-8".to_owned(),
        false => format!("the byte 0x{:02x} here is not UTF-8 text", bytes[at]),
    };
    let mut problems = Problems::default();
    problems
        .error(Code::NotUtf8, at..at + '\u{fffd}'.len_utf8(), message)
        .help("open the file in an editor and save it with the encoding UTF-8");
    let problems = problems.placed(&Lines::of(&text));
    Reading { file: file.to_owned(), text, station: None, problems, paths: Vec::new(), secrets: Vec::new() }
}

/// Reads the text of a station file. Its id is the stem of the file's name, its paths begin at the file's folder.
///
/// There is a station exactly if no problem is an error.
pub fn read(file: &Path, text: &str) -> Reading {
    let mut problems = Problems::default();
    let mut secrets = Vec::new();
    let (id, name_problem) = match id_of(file) {
        Ok(id) => (Some(id), None),
        Err(problem) => (None, Some(*problem)),
    };
    let tree = yaml::parse(text, &mut problems);
    if let Some(root) = &tree.root {
        find_secrets(root, &mut problems, &mut secrets);
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut values =
        Values { text, folder, problems: &mut problems, paths: Vec::new(), partial: tree.partial };
    let station = match &tree.root {
        Some(root) => station(root, &mut values),
        None if tree.partial => None,
        None => {
            values.problems.error(Code::EmptyFile, 0..0, "nothing is written in this file").help(
                "a station needs three lines: `name: …`, `timezone: Europe/Lisbon` and `music: folder`",
            );
            None
        }
    };
    let lines = Lines::of(text);
    let paths = std::mem::take(&mut values.paths)
        .into_iter()
        .map(|(path, span, role)| PathUse { path, place: lines.place(span), role })
        .collect();
    let sound = name_problem.is_none() && problems.errors() == 0;
    let problems = name_problem.into_iter().chain(problems.placed(&lines)).collect();
    let station = match (station, id) {
        (Some(station), Some(id)) if sound => Some(Station { id, ..station }),
        _ => None,
    };
    Reading { file: file.to_owned(), text: text.to_owned(), station, problems, paths, secrets }
}

/// A problem for each file whose id an earlier one has too, with the file's place in the list.
pub fn same_ids(readings: &[Reading]) -> Vec<(usize, Problem)> {
    let later = |at: usize| {
        let stem = readings[at].file.file_stem()?;
        let first = readings[..at].iter().find(|other| other.file.file_stem() == Some(stem))?;
        let message =
            format!("`{}` makes the same station, `{}`", first.file.display(), stem.to_string_lossy());
        let problem = Problem::of_file(Severity::Error, Code::SameId, message);
        Some((at, problem.with_help("rename one of the two files: a station's URL is its file's name")))
    };
    (0..readings.len()).filter_map(later).collect()
}

/// The id that a file's name gives.
fn id_of(file: &Path) -> Result<StationId, Box<Problem>> {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    StationId::new(&stem).map_err(|error| {
        let message = format!("the file's name, `{}`, can't be the station's id: {error}", shown(&stem));
        let problem = Problem::of_file(Severity::Error, Code::FileName, message);
        Box::new(match super::slug::slug(&stem) {
            Some(id) if id.as_str() != stem => problem.with_help(format!("rename the file to `{id}.yaml`")),
            _ => problem.with_help("rename the file, for example to `harbour.yaml`"),
        })
    })
}

/// Tells of every key of a secret, however deep, and every address with a password in it.
fn find_secrets(node: &Node, problems: &mut Problems, secrets: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Scalar(Scalar { text, .. }) => {
            if locale::lets_in(text) {
                problems
                    .error(Code::Secret, node.span.clone(), locale::ADDRESS_SECRET)
                    .help(locale::ADDRESS_SECRET_HELP);
                secrets.push(node.span.clone());
            }
        }
        Value::List(items) => items.iter().for_each(|item| find_secrets(item, problems, secrets)),
        Value::Map(entries) => {
            for Entry { key, key_span, value } in entries {
                if vocabulary::is_secret(key) && !matches!(value.value, Value::Map(_)) {
                    let message = format!("`{}`: secrets never live in station files", shown(key));
                    problems.error(Code::Secret, key_span.clone(), message).help(SECRET_HELP);
                    if value.span != *key_span {
                        secrets.push(value.span.clone());
                    }
                } else {
                    find_secrets(value, problems, secrets);
                }
            }
        }
    }
}
