//! Whether what a station file names is there, asked of a caller who may look.
//!
//! In: a reading and two questions: what is at a path, what is in a folder. Out: a problem for each path that
//! leads nowhere, where it stands in the file.
//!
//! A station airs with what it has, so a path that leads nowhere is a warning. Only if no folder or file of songs
//! exists at all is each of them an error: there would be nothing but the built-in bed to hear. Whoever puts the
//! station on the air may do so even then; the sources may appear later.

use super::nearest::nearest;
use super::problem::{Code, Problem, Severity};
use super::quantity::shown;
use super::reading::{PathRole, PathUse, Reading};
use std::path::{Component, Path, PathBuf};

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing that can be reached.
    Missing,
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// Asks what is at each path of a station file. `list` gives the names in a folder, for "did you mean".
pub fn check_paths(
    reading: &Reading,
    look: &dyn Fn(&Path) -> Found,
    list: &dyn Fn(&Path) -> Vec<String>,
) -> Vec<Problem> {
    let songs = || reading.paths.iter().filter(|path| path.role == PathRole::Source { songs: true });
    let nothing_to_play = songs().all(|source| look(&source.path) == Found::Missing);
    let mut problems: Vec<Problem> = Vec::new();
    for path in &reading.paths {
        let severity = match path.role {
            PathRole::Source { songs: true } if nothing_to_play => Severity::Error,
            _ => Severity::Warning,
        };
        if let Some(problem) = problem(path, severity, reading, look, list)
            && !problems.contains(&problem)
        {
            problems.push(problem);
        }
    }
    problems.sort_by_key(|problem| problem.place.as_ref().map(|place| place.span.start));
    problems
}

fn problem(
    path: &PathUse,
    severity: Severity,
    reading: &Reading,
    look: &dyn Fn(&Path) -> Found,
    list: &dyn Fn(&Path) -> Vec<String>,
) -> Option<Problem> {
    let folder = reading.file.parent().unwrap_or(Path::new(""));
    // As the curator would write it.
    let written = |path: &Path| {
        let path = path.strip_prefix(folder).unwrap_or(path).display().to_string();
        shown(&path)
    };
    let name = written(&path.path);
    let (code, message, help) = match (look(&path.path), path.role) {
        (Found::File, _) | (Found::Folder, PathRole::Source { .. }) => return None,
        (Found::Folder, PathRole::Art) => (
            Code::NotAFile,
            format!("`{name}` is a folder, and `art` takes a picture"),
            "name a picture in it, such as `art.png`".to_owned(),
        ),
        (Found::Folder, PathRole::Rung) => (
            Code::NotAFile,
            format!("`{name}` is a folder, and `fallback` takes categories and audio files"),
            "name a file in it, or make the folder a category and name that".to_owned(),
        ),
        (Found::Missing, role) => {
            let guess = guess(&path.path, look, list).map(|guess| written(&guess));
            let (code, message) = match role {
                PathRole::Source { .. } => {
                    (Code::MissingSource, format!("there is no folder or file `{name}`"))
                }
                PathRole::Art | PathRole::Rung => (Code::MissingFile, format!("there is no file `{name}`")),
            };
            let at = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let help = match guess {
                Some(guess) => super::quantity::did_you_mean(&guess),
                None if !path.path.starts_with(folder) => {
                    "is it spelled as on the disk, upper and lower case too?".to_owned()
                }
                None => {
                    format!("paths begin at the folder of this file, `{}`", shown(&at.display().to_string()))
                }
            };
            (code, message, help)
        }
    };
    let place = Some(path.place.clone());
    Some(Problem { place, ..Problem::of_file(severity, code, message).with_help(help) })
}

/// The path with its first missing part replaced by the nearest name beside it, if that leads somewhere.
fn guess(path: &Path, look: &dyn Fn(&Path) -> Found, list: &dyn Fn(&Path) -> Vec<String>) -> Option<PathBuf> {
    let mut ancestors: Vec<&Path> = path.ancestors().filter(|part| !part.as_os_str().is_empty()).collect();
    ancestors.reverse();
    let missing = ancestors.into_iter().find(|part| look(part) == Found::Missing)?;
    let beside = missing.parent()?;
    let name = missing.file_name()?.to_str()?;
    let beside_shown = if beside.as_os_str().is_empty() { Path::new(".") } else { beside };
    let names = list(beside_shown);
    let guess = beside.join(nearest(name, names.iter().map(String::as_str))?);
    let rest = path.strip_prefix(missing).ok()?;
    let guess = if rest.as_os_str().is_empty() { guess } else { guess.join(rest) };
    (look(&guess) != Found::Missing).then_some(guess)
}

/// A path without `.` and, where it can be told without the disk, without `..`.
pub(super) fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match tidied.components().next_back() {
                Some(Component::Normal(_)) => drop(tidied.pop()),
                Some(Component::RootDir | Component::Prefix(_)) => {}
                Some(Component::ParentDir | Component::CurDir) | None => tidied.push(".."),
            },
            component => tidied.push(component),
        }
    }
    if tidied.as_os_str().is_empty() { PathBuf::from(".") } else { tidied }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::read;

    fn check(text: &str, there: &[&str], expected: &[(&str, usize, usize, &str, &str)]) {
        let reading = read(Path::new("stations/harbour.yaml"), text);
        assert!(!reading.has_error(), "{:?}", reading.problems);
        let look = |path: &Path| {
            let under = |place: &&&str| Path::new(place).starts_with(path);
            match there.iter().find(under) {
                Some(place) if Path::new(place) == path && path.extension().is_some() => Found::File,
                Some(_) => Found::Folder,
                None => Found::Missing,
            }
        };
        let list = |folder: &Path| {
            let within = |place: &&str| Path::new(place).strip_prefix(folder).ok().map(Path::to_owned);
            let first = |path: PathBuf| path.iter().next().map(|part| part.to_string_lossy().into_owned());
            there.iter().filter_map(within).filter_map(first).collect()
        };
        let found: Vec<_> = check_paths(&reading, &look, &list)
            .into_iter()
            .map(|problem| {
                let place = problem.place.expect("a path has a place");
                let help = problem.help.unwrap_or_default();
                (problem.severity.word(), place.line, place.column, problem.code.word(), help)
            })
            .collect();
        let found: Vec<_> = found.iter().map(|f| (f.0, f.1, f.2, f.3, f.4.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    const HEAD: &str = "name: a\ntimezone: UTC\n";

    #[test]
    fn a_path_that_leads_nowhere_is_a_warning_while_there_is_something_to_play() {
        let two = format!("{HEAD}music: [media/here, media/gone]\nart: art/a.png\n");
        check(
            &two,
            &["stations/media/here", "stations/art/a.png"],
            &[("warning", 3, 21, "missing-source", "paths begin at the folder of this file, `stations`")],
        );
        check(
            &two,
            &["stations"],
            &[
                ("error", 3, 9, "missing-source", "paths begin at the folder of this file, `stations`"),
                ("error", 3, 21, "missing-source", "paths begin at the folder of this file, `stations`"),
                ("warning", 4, 6, "missing-file", "paths begin at the folder of this file, `stations`"),
            ],
        );
        check(&two, &["stations/media/here", "stations/media/gone", "stations/art/a.png"], &[]);
    }

    #[test]
    fn a_folder_spelled_nearly_right_is_guessed_even_in_the_middle_of_a_path() {
        let text = format!("{HEAD}music: meda/music/gold\n");
        let help = "did you mean `media/music/gold`?";
        check(&text, &["stations/media/music/gold"], &[("error", 3, 8, "missing-source", help)]);
    }

    #[test]
    fn art_and_fallback_take_files() {
        let text = format!("{HEAD}music: m\nart: pics\nfallback: [./loops, music]\n");
        check(
            &text,
            &["stations/m", "stations/pics/a.png", "stations/loops/a.wav"],
            &[
                ("warning", 4, 6, "not-a-file", "name a picture in it, such as `art.png`"),
                (
                    "warning",
                    5,
                    12,
                    "not-a-file",
                    "name a file in it, or make the folder a category and name that",
                ),
            ],
        );
    }

    #[test]
    fn paths_are_tidied_without_the_disk() {
        for (path, expected) in [
            ("stations/./media//music/", "stations/media/music"),
            ("stations/../assets", "assets"),
            ("../assets", "../assets"),
            ("a/../../b", "../b"),
            ("/a/../../b", "/b"),
            ("a/..", "."),
        ] {
            assert_eq!(tidy(Path::new(path)), PathBuf::from(expected), "{path}");
        }
    }
}
