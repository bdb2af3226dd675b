//! `longwave plan STATION`: the log that will air, as a table or as JSON.

use super::programme::Programme;
use super::{Failure, StationArgs, when};
use crate::onair::clock;
use crate::schedule::Entry;
use clap::Args;
use jiff::Zoned;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::io::Write;

/// Arguments of `longwave plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    station: StationArgs,
    /// From this moment of the station's clock: now, "23:55", "2026-12-31 23:55" or RFC 3339
    #[arg(long, default_value = "now")]
    from: String,
    /// For so long
    #[arg(long = "for", value_name = "LENGTH", default_value = "24h")]
    length: String,
    /// As an array of entries
    #[arg(long)]
    json: bool,
}

/// An entry as programs read it.
#[derive(Serialize)]
struct Row<'a> {
    /// RFC 3339 in UTC, milliseconds.
    at: String,
    /// Frames at 48 kHz since 1970.
    position: i64,
    /// Seconds that it sounds, fades included.
    duration: f64,
    /// Seconds of its end that sound together with the next entry.
    overlap: f64,
    kind: &'static str,
    category: &'a str,
    title: Option<&'a str>,
    artist: Option<&'a str>,
    album: Option<&'a str>,
    path: Option<String>,
    /// Decibels that bring it to the station's loudness.
    gain: f64,
}

/// Prints the log.
///
/// # Errors
/// If the station can't be planned, or the log not be written.
pub fn run(args: &PlanArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let programme = Programme::open(&args.station)?;
    let zone = &programme.station.timezone;
    let from = when::moment(&args.from, clock::now().wall, zone).map_err(Failure::Told)?;
    let until = from + when::length(&args.length).map_err(Failure::Told)?;
    let director = programme.planned(from, until)?;
    let entries = director.log().between(from, until).map(|entry| &**entry);
    if args.json {
        let rows: Vec<_> = entries.map(row).collect();
        serde_json::to_writer_pretty(&mut *out, &rows)?;
        writeln!(out)?;
    } else {
        table(entries, zone, out)?;
    }
    Ok(())
}

fn row(entry: &Entry) -> Row<'_> {
    let item = entry.item.as_deref();
    Row {
        at: entry.at.rfc3339(),
        position: entry.at.0,
        duration: entry.length.seconds(),
        overlap: entry.overlap.seconds(),
        kind: entry.kind.word(),
        category: &entry.category,
        title: item.and_then(|item| item.title.as_deref()),
        artist: item.and_then(|item| item.artist.as_deref()),
        album: item.and_then(|item| item.album.as_deref()),
        path: item.map(|item| item.path.display().to_string()),
        gain: (entry.gain.0 * 100.0).round() / 100.0,
    }
}

fn table<'a>(
    entries: impl Iterator<Item = &'a Entry>,
    zone: &TimeZone,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let mut day = None;
    for entry in entries {
        let at = Zoned::new(entry.at.timestamp(), zone.clone());
        if day.replace(at.date()) != Some(at.date()) {
            writeln!(out, "{}", at.strftime("%A, %-d %B %Y, %Z"))?;
        }
        let seconds = entry.length.seconds().round() as i64;
        let line = match entry.line() {
            line if line.is_empty() && entry.item.is_none() => "the built-in bed".to_owned(),
            line => line,
        };
        let (category, kind) = (&*entry.category, entry.kind.word());
        writeln!(
            out,
            "{}  {:>3}:{:02}  {category:<12}  {kind:<7}  {line}",
            at.strftime("%H:%M:%S"),
            seconds / 60,
            seconds % 60,
        )?;
    }
    Ok(())
}
