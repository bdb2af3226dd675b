//! Airs a station on virtual time, and compares what was heard with the as-run log.

use super::listener::{Listener, Sound};
use super::report::Report;
use super::watermark::{Watermark, is_marked, mark};
use super::world::{Faults, World};
use crate::engine::studio::Studio;
use crate::engine::{AsRun, Director, Output, Publisher, Stored};
use crate::playout::{Mixer, Patience};
use crate::schedule::{Index, Past};
use crate::station::{Codec, Output as Rendition, Station};
use crate::units::{Bitrate, CELL, Cell, Dbtp, Frames, Msn, Position, Seed};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// How far beyond a cell the mixer goes, as on the air.
const AHEAD: Frames = Frames(2400);
/// Around the ends of a row nothing is compared: fades into and out of the bed, and packets that straddle.
const BLURRED: Frames = Frames::from_millis(300);

/// What to air.
pub struct Setup {
    /// Whose programme.
    pub station: Arc<Station>,
    /// What it can play; only the lengths and names of items matter.
    pub index: Arc<Index>,
    /// From here.
    pub start: Position,
    /// For so long.
    pub length: Frames,
    /// What goes wrong.
    pub faults: Faults,
    /// Luck.
    pub seed: Seed,
}

/// Airs a station.
pub fn simulate(setup: &Setup) -> Report {
    // Marks are told apart by their level, so every item sounds at its own: no gain, and far below the ceiling.
    let station = Arc::new(Station {
        sound: crate::station::Sound { true_peak: Dbtp(0.0), ..setup.station.sound },
        outputs: vec![Rendition { codec: Codec::Opus, bitrate: Some(Bitrate::kilobits(96)) }],
        ..(*setup.station).clone()
    });
    let index = Arc::new(level(&setup.index, &station));
    let first = Msn::holding(setup.start).next();
    let feed = Publisher::feed_from(first);
    let clock = Arc::new(std::sync::atomic::AtomicI64::new(feed.0));
    let mut world = World::new(setup.faults, setup.seed, clock.clone());
    let director =
        Director::new_seeded(station.clone(), index, Stored::default(), Past::default(), feed, setup.seed);
    let mut studio = Studio::new(director, Mixer::new(feed, &station.sound));
    let encoder: Box<dyn crate::codec::Encode> = Box::new(Watermark::new(feed));
    let mut publisher = Publisher::with_encoders(&station, first, vec![(station.outputs[0], encoder)])
        .expect("one Opus rendition that begins a segment is packaged");

    let mut listener: Option<Listener> = None;
    let mut comparison = Comparison::default();
    let mut block = vec![[0.0; 2]; (CELL + AHEAD).count()];
    let (mut report, mut behind) = (Report::default(), Frames::ZERO);
    let cells = (first.first_cell().0 - 6)..Cell::holding(setup.start + setup.length).0;
    for cell in cells.map(Cell) {
        // A machine that does nothing comes back late, and catches up at the cells that follow.
        behind = (behind - CELL / 2).max(world.hiccup(cell.0));
        let now = cell.end() + behind;
        clock.store(now.0, Ordering::Relaxed);
        let wanted = (cell.end() + AHEAD - studio.position()).count();
        studio.render(&mut block[..wanted], &mut world, Patience::Never);
        while let Some(asked) = studio.poll() {
            if let Output::AsRun(row) = asked {
                comparison.row(row);
            }
        }
        publisher.encode(&block[..wanted]).expect("a watermark never fails");
        let Some(snapshot) = publisher.package() else { continue };
        let listener = listener.get_or_insert_with(|| Listener::new("opus-96", &snapshot));
        listener.tick(&snapshot, now, &mut |sound| comparison.sound(sound));
    }
    let end = studio.position();
    comparison.rows.extend(studio.director().sign_off(end));
    comparison.compare();

    if let Some(listener) = listener {
        report.parts = listener.parts;
        report.late = listener.late;
        report.latest = listener.latest;
        report.broken_count = listener.broken_count;
        report.broken = listener.broken;
    }
    report.heard = station.latency.part() * report.parts as i64;
    report.had = world.had;
    report.rows = comparison.row_count;
    report.bed = comparison.bed;
    report.compared = comparison.compared;
    report.different = comparison.different;
    report.broken.extend(comparison.told);
    report
}

/// The same items, each at the station's loudness already.
fn level(index: &Index, station: &Station) -> Index {
    let at_target = |item: &Arc<crate::schedule::Item>| {
        Arc::new(crate::schedule::Item {
            loudness: Some(station.sound.loudness),
            true_peak: Dbtp(-20.0),
            ..(**item).clone()
        })
    };
    Index {
        items: index.items.iter().map(at_target).collect(),
        pools: index.pools.clone(),
        fallback_files: index.fallback_files.iter().map(|file| file.as_ref().map(at_target)).collect(),
    }
}

/// What was heard beside what the as-run log says, as far as both have come.
#[derive(Default)]
struct Comparison {
    rows: VecDeque<AsRun>,
    sounds: VecDeque<Sound>,
    last_end: Option<Position>,
    row_count: u64,
    bed: Frames,
    compared: u64,
    different: u64,
    told: Vec<String>,
}

impl Comparison {
    fn row(&mut self, row: AsRun) {
        if self.last_end.is_some_and(|end| end != row.at) {
            self.tell(format!("the as-run log has a gap before {}", row.at));
            self.different += 1;
        }
        self.last_end = Some(row.at + row.length);
        self.row_count += 1;
        if row.entry.is_none() {
            self.bed += row.length;
        }
        self.rows.push_back(row);
        self.compare();
    }

    fn sound(&mut self, sound: Sound) {
        self.sounds.push_back(sound);
    }

    fn compare(&mut self) {
        while let (Some(row), Some(&sound)) = (self.rows.front(), self.sounds.front()) {
            if row.at + row.length <= sound.at {
                self.rows.pop_front();
                continue;
            }
            self.sounds.pop_front();
            let faded = row.entry.as_ref().map_or(Frames::ZERO, |entry| entry.at + entry.fade_in - row.at);
            let clear_from = row.at + faded.max(Frames::ZERO) + BLURRED;
            let clear_until = row.at + row.length - BLURRED;
            if sound.at < clear_from || sound.at + Frames(960) > clear_until {
                continue;
            }
            self.compared += 1;
            let sounds_as = |entry: &Arc<crate::schedule::Entry>| {
                entry.item.as_ref().is_some_and(|item| is_marked(&sound.heard, mark(item.id)))
            };
            let told = match &row.entry {
                Some(entry) => sounds_as(entry),
                None => sound.heard.low != sound.heard.high,
            };
            if !told {
                self.different += 1;
                let line = row.entry.as_ref().map_or("the bed".into(), |entry| entry.line());
                let heard = sound.heard;
                self.tell(format!("at {} the as-run log says {line:?}, but {heard:?} sounds", sound.at));
            }
        }
    }

    fn tell(&mut self, sentence: String) {
        if self.told.len() < 20 {
            self.told.push(sentence);
        }
    }
}
