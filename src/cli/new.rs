//! `longwave new`: a station file to begin with, the folder for its music, and the schema for editors.
//!
//! In: what the station is called. Out: `DIR/name.yaml`, `DIR/name/music/` and `DIR/.station.schema.json`, which the
//! file's first line names, so that an editor completes and explains it without a network.
//! Never: overwrites a station file. The schema is the program's own and is always brought up to date.

use super::check::STATIONS_DEFAULT;
use crate::station::{slug, write};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// The schema's file, beside the station files. Hidden, so that it is taken for none of them.
pub const SCHEMA_FILE: &str = ".station.schema.json";

/// Arguments of `longwave new`.
#[derive(Clone, Debug, clap::Args)]
pub struct NewArgs {
    /// What listeners call the station; the file's name is made from it
    pub name: String,
    /// The folder of station files
    #[arg(long, value_name = "DIR", default_value = STATIONS_DEFAULT)]
    pub stations: PathBuf,
}

/// Writes the files and says so on `out`. Failure if the name can't be one or the station is there already.
///
/// # Errors
/// If a file, or `out`, can't be written.
pub fn run(args: &NewArgs, out: &mut dyn Write) -> io::Result<ExitCode> {
    let name = args.name.trim();
    let named = !name.chars().any(char::is_control) && name.chars().count() <= 120;
    let Some(id) = slug(name).filter(|_| named) else {
        writeln!(
            out,
            "`{}` can't name a station: its URL is made from the name's letters a to z and digits, \
             and a few names belong to the server. Choose another.",
            name.escape_debug()
        )?;
        return Ok(ExitCode::FAILURE);
    };
    let folder = args.stations.join(id.as_str());
    let file = args.stations.join(format!("{id}.yaml"));
    for taken in [&file, &args.stations.join(format!("{id}.yml"))] {
        if taken.exists() {
            writeln!(
                out,
                "{} is there already, and is left as it is. Choose another name.",
                taken.display()
            )?;
            return Ok(ExitCode::FAILURE);
        }
    }
    std::fs::create_dir_all(folder.join("music"))?;
    std::fs::write(args.stations.join(SCHEMA_FILE), super::schema::text())?;
    let text = write::station_file(name, &system_timezone(), id.as_str(), &format!("./{SCHEMA_FILE}"));
    // Fails if someone else made it meanwhile.
    std::fs::File::create_new(&file)?.write_all(text.as_bytes())?;
    writeln!(out, "Wrote {}.", file.display())?;
    writeln!(
        out,
        "Put music into {}, then: longwave serve {}",
        folder.join("music").display(),
        args.stations.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

/// The machine's time zone, if it has one that station files know; else UTC.
fn system_timezone() -> String {
    let zone = jiff::tz::TimeZone::try_system().ok();
    let name = zone.as_ref().and_then(|zone| zone.iana_name());
    let known = |name: &&str| jiff::tz::TimeZoneDatabase::bundled().get(name).is_ok();
    name.filter(known).unwrap_or("UTC").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::check::{self, CheckArgs, Color, Format};

    fn new(name: &str, folder: &std::path::Path) -> (bool, String) {
        let args = NewArgs { name: name.to_owned(), stations: folder.to_owned() };
        let mut out = Vec::new();
        let code = run(&args, &mut out).unwrap();
        (code == ExitCode::SUCCESS, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_new_station_is_clean_and_never_overwrites_another() {
        let folder = std::env::temp_dir().join(format!("longwave-new-{}", std::process::id()));
        let stations = folder.join("stations");
        let (made, said) = new("Rádio do \"Mar\": #1", &stations);
        assert!(made, "{said}");
        let file = stations.join("radio-do-mar-1.yaml");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("# yaml-language-server: $schema=./.station.schema.json\n"), "{text}");
        assert!(stations.join(SCHEMA_FILE).is_file());
        assert!(stations.join("radio-do-mar-1/music").is_dir());

        let args = CheckArgs { stations: Some(stations.clone()), format: Format::Text, color: Color::Never };
        let mut out = Vec::new();
        assert_eq!(check::run(&args, &mut out).unwrap(), ExitCode::SUCCESS);
        assert_eq!(String::from_utf8(out).unwrap(), "1 station checked: no problems\n");

        std::fs::write(&file, "mine").unwrap();
        let (made, said) = new("radio do mar 1", &stations);
        assert!(!made && said.contains("is there already"), "{said}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
        for name in ["", "東京", "api", "a\nb"] {
            let (made, said) = new(name, &stations);
            assert!(!made && said.contains("Choose another"), "{name:?}: {said}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
