//! CPU seconds of a station-hour: the whole chain on one thread, beside its encoders alone.
//!
//! `cargo bench --bench station_hour [-- STATION.yaml] [-- --rounds N] [-- --chain]`; about two minutes for the
//! nine rounds of a minute of programme. Without a station file, the demo's Harbour Radio.
//! In: a station file and its music. Out: the chain (files decoded, resampled, mixed and limited; encoded,
//! packaged; playlists rendered and compressed at each part) and the floor (the same encoders fed the same
//! frames from memory) in CPU seconds a station-hour, and their ratio. Both take turns segment by segment, so a
//! machine that is busy with other things slows both. With `--chain` only the chain runs.
//! Never: waits, listens, plays; the library is scanned and the first segments are made before it measures.

use longwave::codec::{Encode, Packets, encoder};
use longwave::engine::{Director, Publisher, Stored, Studio, studio};
use longwave::library::deck::FileFeed;
use longwave::library::{Store, scan_now};
use longwave::playout::{Feed, Mixer, Patience};
use longwave::schedule::{Entry, Past};
use longwave::serve::Published;
use longwave::serve::published::publish;
use longwave::station::{Station, read_bytes};
use longwave::units::{CELL, Frame, Msn, Position, SEGMENT};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

type Failure = Box<dyn std::error::Error>;

/// Segments in a round: about a minute.
const ROUND: usize = 31;
/// Segments that are made before the first round.
const WARM_UP: usize = 16;
const HOUR: f64 = 3600.0;

fn main() -> Result<(), Failure> {
    let asked = Asked::parse(std::env::args().skip(1))?;
    let clock = Clock::open()?;
    let mut chain = Chain::new(&asked.station)?;
    let mut floor = Floor::new(&chain.station, chain.studio.position())?;
    for _ in 0..WARM_UP {
        floor.encode(chain.segment(&clock)?)?;
    }
    let hours = ROUND as f64 * SEGMENT.seconds() / HOUR;
    let mut rounds = Vec::with_capacity(asked.rounds);
    for _ in 0..asked.rounds {
        chain.spent = Spent::default();
        let mut encoders = 0.0;
        for _ in 0..ROUND {
            let pcm = chain.segment(&clock)?;
            if !asked.only_chain {
                let before = clock.seconds()?;
                floor.encode(pcm)?;
                encoders += clock.seconds()? - before;
            }
        }
        let Spent { mix, encode, package } = chain.spent;
        rounds.push([mix, encode, package, mix + encode + package, encoders].map(|spent| spent / hours));
    }
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{}: {} rounds of {:.0} s, medians in CPU seconds a station-hour",
        chain.station.name,
        rounds.len(),
        hours * HOUR
    )?;
    let mut tell = |name: &str, figure: &dyn Fn(&[f64; 5]) -> f64, digits: usize| {
        let mut figures: Vec<_> = rounds.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        let (least, most) = (figures[0], figures[figures.len() - 1]);
        writeln!(
            out,
            "{name:<34} {:>8.digits$}   ({least:.digits$} to {most:.digits$})",
            figures[figures.len() / 2]
        )
    };
    tell("  decode, resample, mix, limit", &|round| round[0], 1)?;
    tell("  encode", &|round| round[1], 1)?;
    tell("  package, playlists, gzip", &|round| round[2], 1)?;
    tell("chain", &|round| round[3], 1)?;
    tell("times real time on one core", &|round| HOUR / round[3], 0)?;
    if !asked.only_chain {
        tell("floor: the encoders alone", &|round| round[4], 1)?;
        tell("chain / floor", &|round| round[3] / round[4], 3)?;
        tell("(chain - its encoders) / floor", &|round| (round[0] + round[2]) / round[4], 3)?;
    }
    Ok(())
}

/// The arguments.
struct Asked {
    station: PathBuf,
    rounds: usize,
    only_chain: bool,
}

impl Asked {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("stations/harbour.yaml");
        let mut asked = Self { station: demo, rounds: 9, only_chain: false };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--rounds" => asked.rounds = arguments.next().ok_or("--rounds wants a number")?.parse()?,
                "--chain" => asked.only_chain = true,
                // Cargo tells every bench that it is one.
                "--bench" => {}
                path => asked.station = path.into(),
            }
        }
        Ok(Self { rounds: asked.rounds.max(1), ..asked })
    }
}

/// CPU time of this thread as the scheduler counts it: the first number of `schedstat`, in nanoseconds.
struct Clock {
    file: File,
}

impl Clock {
    fn open() -> Result<Self, Failure> {
        let file = File::open("/proc/thread-self/schedstat");
        Ok(Self { file: file.map_err(|error| format!("no CPU time of threads here: {error}"))? })
    }
    fn seconds(&self) -> Result<f64, Failure> {
        let mut text = [0; 64];
        let read = self.file.read_at(&mut text, 0)?;
        let first = text[..read].split(|byte| *byte == b' ').next().unwrap_or_default();
        Ok(std::str::from_utf8(first)?.parse::<u64>()? as f64 / 1e9)
    }
}

/// CPU seconds of the chain's stages.
#[derive(Default)]
struct Spent {
    mix: f64,
    encode: f64,
    package: f64,
}

/// All that a station on the air does, as fast as it can.
struct Chain {
    station: Arc<Station>,
    studio: Studio,
    publisher: Publisher,
    published: Option<Published>,
    pcm: Vec<Frame>,
    spent: Spent,
}

impl Chain {
    fn new(file: &Path) -> Result<Self, Failure> {
        let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let station = read_bytes(file, &bytes).station;
        let station = station.ok_or_else(|| format!("`longwave check {}` tells why not", file.display()))?;
        let data = std::env::temp_dir().join(format!("longwave-station-hour-{}", std::process::id()));
        let index = {
            let store = Store::open(&data)?;
            scan_now(&store, std::slice::from_ref(&station), &mut |_| {}).into_iter().next()
        };
        std::fs::remove_dir_all(&data)?;
        let (_, index) = index.ok_or("the station has no music")?;
        let station = Arc::new(station);
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let first = Msn::holding(Position::from_unix_nanos(now.as_nanos() as i128));
        let start = Publisher::feed_from(first);
        let director = Director::new(station.clone(), index, Stored::default(), Past::default(), start);
        let mixer = Mixer::new(start, &station.sound);
        Ok(Self {
            studio: Studio::new(director, mixer),
            publisher: Publisher::new(&station, first, first)?,
            station,
            published: None,
            pcm: vec![[0.0; 2]; SEGMENT.count()],
            spent: Spent::default(),
        })
    }

    /// Airs one segment, cell by cell, and gives its frames.
    fn segment(&mut self, clock: &Clock) -> Result<&[Frame], Failure> {
        let mut before = clock.seconds()?;
        let mut lap = |spent: &mut f64| -> Result<(), Failure> {
            let now = clock.seconds()?;
            *spent += now - std::mem::replace(&mut before, now);
            Ok(())
        };
        for cell in self.pcm.chunks_mut(CELL.count()) {
            let at = self.studio.position();
            let rendered = self.studio.render(cell, &mut Files, Patience::Wait);
            assert_eq!(rendered, cell.len(), "decks that decode as they are read are never waited for");
            while self.studio.poll().is_some() {}
            for entry in self.studio.director().log().between(at, at + CELL).filter(|entry| entry.at >= at) {
                self.publisher.mark(entry.at, Some(entry));
            }
            lap(&mut self.spent.mix)?;
            self.publisher.encode(cell)?;
            lap(&mut self.spent.encode)?;
            if let Some(snapshot) = self.publisher.package() {
                self.published = Some(publish(snapshot, self.published.as_ref()));
            }
            lap(&mut self.spent.package)?;
        }
        Ok(&self.pcm)
    }
}

/// The encoders of the station and nothing else.
struct Floor {
    encoders: Vec<Box<dyn Encode>>,
    packets: Packets,
}

impl Floor {
    fn new(station: &Station, start: Position) -> Result<Self, Failure> {
        let encoders = station.outputs.iter().map(|output| encoder(output, start));
        Ok(Self { encoders: encoders.collect::<Result<_, _>>()?, packets: Packets::new() })
    }

    fn encode(&mut self, pcm: &[Frame]) -> Result<(), Failure> {
        for cell in pcm.chunks(CELL.count()) {
            for encoder in &mut self.encoders {
                encoder.encode(cell, &mut self.packets)?;
                self.packets.clear();
            }
        }
        Ok(())
    }
}

/// Decks that decode as they are read.
struct Files;

impl studio::Decks for Files {
    fn open(&mut self, entry: &Arc<Entry>, first: Position) -> Result<Box<dyn Feed>, String> {
        let item = entry.item.as_ref().ok_or("the bed needs no deck")?;
        let feed =
            FileFeed::open(&item.path, studio::offset(entry, first)).map_err(|error| error.to_string())?;
        Ok(Box::new(feed))
    }
}
