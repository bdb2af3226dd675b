//! `longwave render STATION --from T --for D -o FILE`: a stretch of the programme as a file, faster than real time.
//!
//! The mixer begins so long before the stretch that it has forgotten what was before: the same stretch gives the same
//! samples, whatever is rendered with it.

use super::programme::Programme;
use super::{Failure, StationArgs, when};
use crate::audio::limiter;
use crate::codec::{FileFormat, Sink};
use crate::engine::Studio;
use crate::engine::studio::{Decks, offset};
use crate::library::FileFeed;
use crate::onair::clock;
use crate::playout::{Feed, Mixer, Patience};
use crate::schedule::Entry;
use crate::units::{Frames, Position, SAMPLE_RATE};
use clap::Args;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// The mixer begins so much before the stretch: a second more than its memory.
const PREROLL: Frames = Frames(limiter::MEMORY as i64 + SAMPLE_RATE);
/// Frames that are rendered at a time: a tenth of a second.
const BLOCK: usize = 4800;

/// Arguments of `longwave render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    #[command(flatten)]
    station: StationArgs,
    /// From this moment of the station's clock: now, "23:55", "2026-12-31 23:55" or RFC 3339
    #[arg(long, default_value = "now")]
    from: String,
    /// For so long
    #[arg(long = "for", value_name = "LENGTH", default_value = "10m")]
    length: String,
    /// Where to: the name ends in .flac, .wav, .opus, .mp3 or .aac
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Renders the stretch.
///
/// # Errors
/// If the station can't be planned, or the file not be written.
pub fn run(args: &RenderArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let format = FileFormat::of_path(&args.output).ok_or_else(|| {
        let known: Vec<_> = FileFormat::ALL.iter().map(|format| format!(".{}", format.extension())).collect();
        Failure::Told(format!("{}: a file's name ends in one of {}", args.output.display(), known.join(", ")))
    })?;
    let programme = Programme::open(&args.station)?;
    let began = clock::now();
    let from = when::moment(&args.from, began.wall, &programme.station.timezone).map_err(Failure::Told)?;
    let length = when::length(&args.length).map_err(Failure::Told)?;
    let start = from - PREROLL;
    let director = programme.director(start, from + length)?;
    let mut studio = Studio::new(director, Mixer::new(start, &programme.station.sound));

    let file = File::options().create(true).truncate(true).read(true).write(true).open(&args.output);
    let file = file.map_err(|error| Failure::Told(format!("{}: {error}", args.output.display())))?;
    let mut sink = Sink::create(format, Box::new(file), None, Some(&programme.station.name))?;
    let mut files = Files;
    let mut block = [[0.0; 2]; BLOCK];
    let mut left = PREROLL.count();
    while left > 0 {
        left -= studio.render(&mut block[..left.min(BLOCK)], &mut files, Patience::Wait);
    }
    let mut left = length.count();
    while left > 0 {
        let rendered = studio.render(&mut block[..left.min(BLOCK)], &mut files, Patience::Wait);
        sink.write(&block[..rendered])?;
        left -= rendered;
    }
    sink.finish()?;
    let took = (clock::now().mono - began.mono).as_secs_f64();
    let speed = length.seconds() / took.max(1e-3);
    writeln!(out, "{}: {} in {took:.1} s, {speed:.0} times real time", args.output.display(), length)?;
    Ok(())
}

/// Decks that decode as they are read.
struct Files;

impl Decks for Files {
    fn open(&mut self, entry: &Arc<Entry>, first: Position) -> Result<Box<dyn Feed>, String> {
        let item = entry.item.as_ref().ok_or("the bed needs no deck")?;
        let feed = FileFeed::open(&item.path, offset(entry, first)).map_err(|error| error.to_string())?;
        Ok(Box::new(feed))
    }
}
