//! `longwave check`: every problem of every station file at once.
//!
//! In: a folder of station files, or one file. Out: a report, and failure if anything in it is an error.

use crate::station::{self, Code, Found, Problem, Reading, Severity, diagnostic};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The folder in which station files are looked for when nobody says where.
pub const STATIONS_DEFAULT: &str = "stations";

const UNREADABLE_HELP: &str = "is it there, and may this account read it?";

/// Arguments of `longwave check`.
#[derive(Clone, Debug, clap::Args)]
pub struct CheckArgs {
    /// A folder of station files, or one file [default: stations]
    pub stations: Option<PathBuf>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// When to use colour
    #[arg(long, value_enum, default_value_t)]
    pub color: Color,
}

/// How to report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: the line, a caret and a help
    #[default]
    Text,
    /// For programs: an array of problems
    Json,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    fn wanted(self) -> bool {
        let asked_not_to = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self {
            Color::Auto => io::stdout().is_terminal() && !asked_not_to(),
            Color::Always => true,
            Color::Never => false,
        }
    }
}

/// Checks station files and reports to `out`. Failure if any problem is an error.
///
/// # Errors
/// If the report can't be written.
pub fn run(args: &CheckArgs, out: &mut dyn Write) -> io::Result<ExitCode> {
    let place = args.stations.as_deref().unwrap_or(Path::new(STATIONS_DEFAULT));
    let readings = match read_stations(place) {
        Ok(readings) if readings.is_empty() => {
            let message = "there are no station files here: files that end in .yaml".to_owned();
            vec![only_problem(place, Code::NoStations, message, "`longwave new NAME` writes one")]
        }
        Ok(readings) => readings,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message = "there is no such folder or file".to_owned();
            vec![only_problem(place, Code::NoStations, message, "`longwave new NAME` writes a first station")]
        }
        Err(error) => {
            vec![only_problem(
                place,
                Code::Unreadable,
                format!("this can't be read: {error}"),
                UNREADABLE_HELP,
            )]
        }
    };
    report(&readings, args, out)?;
    let failed = readings.iter().any(Reading::has_error);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The station files of a folder, in alphabetical order: those that end in `.yaml` or `.yml` and aren't hidden.
/// A path of a file gives that file.
///
/// # Errors
/// If the folder can't be listed.
pub fn station_files(place: &Path) -> io::Result<Vec<PathBuf>> {
    if !std::fs::metadata(place)?.is_dir() {
        return Ok(vec![place.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(place)? {
        let path = entry?.path();
        let named = matches!(path.extension().and_then(|ending| ending.to_str()), Some("yaml" | "yml"));
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        // What can't be looked at is told later; folders and pipes are no station files.
        let file = std::fs::metadata(&path).map_or(true, |data| data.is_file());
        if named && !hidden && file {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads the station files of a folder, or one file, and looks at the disk for what they name.
///
/// # Errors
/// If the folder can't be listed. A file that can't be read is a problem of its own.
pub fn read_stations(place: &Path) -> io::Result<Vec<Reading>> {
    let mut readings: Vec<Reading> = station_files(place)?.iter().map(|file| read_station(file)).collect();
    for (at, problem) in station::same_ids(&readings) {
        readings[at].station = None;
        readings[at].problems.insert(0, problem);
    }
    Ok(readings)
}

fn read_station(file: &Path) -> Reading {
    // One byte more than allowed is enough to know that a file is too large, however large it is.
    let read = std::fs::File::open(file).and_then(|file| {
        let mut bytes = Vec::new();
        file.take(station::BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    let mut reading = match read {
        Ok(bytes) => station::read_bytes(file, &bytes),
        Err(error) => {
            return only_problem(
                file,
                Code::Unreadable,
                format!("this file can't be read: {error}"),
                UNREADABLE_HELP,
            );
        }
    };
    let found = station::check_paths(&reading, &look, &list);
    reading.problems.extend(found);
    reading
        .problems
        .sort_by_key(|problem| problem.place.as_ref().map_or((0, 0), |place| (place.line, place.column)));
    reading
}

fn only_problem(file: &Path, code: Code, message: String, help: &str) -> Reading {
    let problem = Problem::of_file(Severity::Error, code, message).with_help(help);
    Reading::broken(file, problem)
}

fn look(path: &Path) -> Found {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    match std::fs::metadata(path) {
        Ok(data) if data.is_dir() => Found::Folder,
        Ok(_) => Found::File,
        Err(_) => Found::Missing,
    }
}

/// The names in a folder, as many as a guess is worth.
fn list(folder: &Path) -> Vec<String> {
    const NAMES_MAX: usize = 2000;
    let entries = std::fs::read_dir(folder).into_iter().flatten().take(NAMES_MAX);
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.sort();
    names
}

/// Writes every problem of the readings, and, as text, a last line that counts them.
fn report(readings: &[Reading], args: &CheckArgs, out: &mut dyn Write) -> io::Result<()> {
    let color = args.format == Format::Text && args.color.wanted();
    let mut json = Vec::new();
    for reading in readings.iter().filter(|reading| !reading.problems.is_empty()) {
        let shown = diagnostic::Shown::of(reading);
        for problem in &reading.problems {
            match args.format {
                Format::Text => writeln!(out, "{}", diagnostic::text(&shown, problem, color))?,
                Format::Json => json.push(diagnostic::json(&shown, problem)),
            }
        }
    }
    match args.format {
        Format::Text => writeln!(out, "{}", summary(readings)),
        Format::Json => writeln!(out, "{:#}", serde_json::Value::from(json)),
    }
}

/// "3 stations checked: 1 error, 2 warnings".
fn summary(readings: &[Reading]) -> String {
    let count = |severity: Severity| {
        let problems = readings.iter().flat_map(|reading| &reading.problems);
        problems.filter(|problem| problem.severity == severity).count()
    };
    let number = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    let nowhere =
        |reading: &Reading| reading.problems.iter().any(|problem| matches!(problem.code, Code::NoStations));
    let stations = readings.iter().filter(|reading| !nowhere(reading)).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let found = match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (0, warnings) => number(warnings, "warning"),
        (errors, 0) => number(errors, "error"),
        (errors, warnings) => format!("{}, {}", number(errors, "error"), number(warnings, "warning")),
    };
    format!("{} checked: {found}", number(stations, "station"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const GOLDEN: &str = "tests/golden/check";

    fn checked(place: &Path, format: Format, color: Color) -> (bool, String) {
        let args = CheckArgs { stations: Some(place.to_owned()), format, color };
        let mut out = Vec::new();
        let code = run(&args, &mut out).unwrap();
        (code == ExitCode::SUCCESS, String::from_utf8(out).unwrap())
    }

    /// Compares with a golden file, or writes it if UPDATE_GOLDEN is set.
    fn golden(file: &Path, found: &str, differing: &mut Vec<PathBuf>) {
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(file, found).unwrap();
        } else if std::fs::read_to_string(file).ok().as_deref() != Some(found) {
            differing.push(file.to_owned());
        }
    }

    #[test]
    fn every_problem_is_told_as_its_golden_file_says() {
        // Paths in reports are as they were given: relative to the project.
        let mut places: Vec<PathBuf> = station_files(Path::new(GOLDEN)).unwrap();
        places.extend(["twins", "nothing", "nowhere"].map(|folder| Path::new(GOLDEN).join(folder)));
        let (mut told, mut differing) = (BTreeSet::new(), Vec::new());
        for place in places {
            let (fine, text) = checked(&place, Format::Text, Color::Never);
            let (also_fine, json) = checked(&place, Format::Json, Color::Never);
            golden(&place.with_extension("txt"), &text, &mut differing);
            golden(&place.with_extension("json"), &json, &mut differing);
            let problems: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
            let error = problems.iter().any(|problem| problem["severity"] == "error");
            assert_eq!((fine, also_fine), (!error, !error), "{}", place.display());
            let valid = place.to_string_lossy().contains("/valid-");
            assert_eq!(problems.is_empty(), valid, "{}", place.display());
            told.extend(problems.iter().map(|problem| problem["code"].as_str().unwrap().to_owned()));
        }
        assert!(differing.is_empty(), "not as in (write anew with UPDATE_GOLDEN=1): {differing:#?}");
        // A hundred problems would make a tiresome golden file, and what can't be read can't be kept with the rest.
        let untold: Vec<&str> =
            Code::ALL.iter().map(|code| code.word()).filter(|code| !told.contains(*code)).collect();
        assert_eq!(untold, ["unreadable", "many-more"]);
    }

    #[test]
    fn colour_changes_no_word_of_a_report() {
        let place = Path::new(GOLDEN).join("duplicates.yaml");
        let (_, plain) = checked(&place, Format::Text, Color::Never);
        let (_, coloured) = checked(&place, Format::Text, Color::Always);
        assert!(coloured.contains("\u{1b}[") && !plain.contains('\u{1b}'));
        let parts = coloured.split("\u{1b}[").enumerate();
        let stripped: String = parts
            .map(
                |(at, part)| if at == 0 { part } else { part.split_once('m').map_or(part, |(_, rest)| rest) },
            )
            .collect();
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&stripped), words(&plain));
    }

    #[test]
    fn a_secret_is_never_repeated() {
        for (file, secrets) in [
            ("secrets.yaml", &["hunter2", "s3cr3t", "pa55", "lisa"][..]),
            ("secrets-in-broken-yaml.yaml", &["abc", "def"]),
        ] {
            for format in [Format::Text, Format::Json] {
                let (fine, report) = checked(&Path::new(GOLDEN).join(file), format, Color::Never);
                assert!(!fine);
                for secret in secrets {
                    assert!(!report.contains(secret), "{secret} in {report}");
                }
            }
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_hides_no_other() {
        let folder = std::env::temp_dir().join(format!("longwave-check-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::os::unix::fs::symlink(folder.join("gone"), folder.join("a.yaml")).unwrap();
        std::fs::write(folder.join("b.yaml"), "nmae: x").unwrap();
        let (fine, report) = checked(&folder, Format::Text, Color::Never);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(
            !fine && report.contains("error[unreadable]") && report.contains("error[unknown-word]"),
            "{report}"
        );
        assert!(report.contains("2 stations checked"), "{report}");
    }

    #[test]
    fn a_report_of_several_stations_is_counted_in_its_last_line() {
        let stations = Path::new(GOLDEN).join("twins");
        let (_, report) = checked(&stations, Format::Text, Color::Never);
        assert_eq!(report.lines().last(), Some("2 stations checked: 1 error"));
    }
}
