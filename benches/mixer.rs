//! How much faster than real time a programme is mixed: `cargo bench --bench mixer`.
//!
//! In: made-up music that is ready in memory. Out: for each case, times real time on one core, by the time that
//! the thread was on a core where the system tells it (Linux), else by the clock.

#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

use longwave::audio::{Bed, Limiter, TruePeak};
use longwave::playout::{Cued, Feed, Mixer, Patience, Read, Rendered};
use longwave::schedule::Entry;
use longwave::station::{Kind, Sound};
use longwave::units::{CELL, Db, Dbtp, Frame, Frames, Lufs, Position, Seed};
use std::sync::Arc;
use std::time::{Duration, Instant};

const SOUND: Sound = Sound { loudness: Lufs(-16.0), true_peak: Dbtp(-1.0) };
const LOOP: usize = 30 * 48_000;
const CELLS: i64 = 1800;

/// A loop of music, again and again from memory.
struct Memory {
    music: Arc<[Frame]>,
    place: usize,
}

impl Feed for Memory {
    fn read(&mut self, out: &mut [Frame]) -> Read {
        let count = out.len().min(self.music.len() - self.place);
        out[..count].copy_from_slice(&self.music[self.place..self.place + count]);
        self.place = (self.place + count) % self.music.len();
        Read::Frames(count)
    }
}

/// Measures how long this thread has worked.
struct Work {
    began: Instant,
    ran: Option<Duration>,
}

impl Work {
    fn begin() -> Self {
        Self { began: Instant::now(), ran: Self::ran() }
    }
    fn seconds(&self) -> f64 {
        match (self.ran, Self::ran()) {
            (Some(before), Some(now)) => now - before,
            _ => self.began.elapsed(),
        }
        .as_secs_f64()
    }
    /// What the scheduler has counted for this thread: the first number of `schedstat`, in nanoseconds.
    fn ran() -> Option<Duration> {
        let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(Duration::from_nanos(counted.split(' ').next()?.parse().ok()?))
    }
}

/// 30 s of four chords, a bass and a beat, of a loudness near -16 LUFS; its peaks exceed -1 dBTP on some beats.
fn music() -> Arc<[Frame]> {
    (0..LOOP)
        .map(|i| {
            let t = i as f64 / 48_000.0;
            let chord = [220.0, 196.0, 174.61, 164.81][(t / 2.0) as usize % 4];
            let pad: f64 = [1.0, 1.25, 1.5, 2.0, 3.01]
                .iter()
                .map(|ratio| (std::f64::consts::TAU * chord * ratio * t).sin() / ratio)
                .sum();
            let bass = (std::f64::consts::TAU * chord / 4.0 * t).sin();
            let beat = (-(t % 0.5) * 30.0).exp();
            let hit = beat * (Seed(1).with(i as u64).unit() - 0.5);
            let accent = if ((t / 0.5) as u64).is_multiple_of(16) { 1.5 } else { 1.0 };
            [0.06 * pad + 0.14 * bass + 0.9 * accent * hit, 0.05 * pad + 0.14 * bass + 0.8 * accent * hit]
                .map(|sample| sample as f32)
        })
        .collect()
}

fn entry(at: Position, length: Frames, fade: Frames, gain: Db) -> Arc<Entry> {
    let (kind, category) = (Kind::Song, "music".into());
    let (from, item) = (Frames::ZERO, None);
    Arc::new(Entry {
        at,
        length,
        overlap: fade,
        from,
        fade_in: fade,
        fade_out: fade,
        gain,
        item,
        kind,
        category,
    })
}

/// Airs entries of a length that cross by a fade, and gives the seconds that rendering took and the reduction.
fn air(music: &Arc<[Frame]>, entries: Option<(Frames, Frames)>, gain: Db) -> (f64, Db) {
    let start = Position(85_900_000_000_000);
    let mut mixer = Mixer::new(start, &SOUND);
    let mut block = vec![[0.0; 2]; CELL.count()];
    let mut at = start;
    let work = Work::begin();
    for _ in 0..CELLS {
        drop(mixer.take_spent());
        if let Some((length, fade)) = entries {
            while at < mixer.position() + CELL * 2 {
                let feed = Box::new(Memory { music: music.clone(), place: 0 });
                let cued = Cued { entry: entry(at, length, fade, gain), first: at, feed };
                if mixer.cue(cued).is_err() {
                    break;
                }
                at += length - fade;
            }
        }
        assert_eq!(mixer.render(&mut block, Patience::Never), Rendered::All);
        while mixer.take_event().is_some() {}
    }
    (work.seconds(), mixer.take_reduction())
}

fn blocks(music: &[Frame], mut each: impl FnMut(&mut [Frame])) -> f64 {
    let mut music = music.to_vec();
    let blocks = music.chunks_exact_mut(CELL.count());
    let scale = CELLS as f64 / blocks.len() as f64;
    let work = Work::begin();
    blocks.for_each(&mut each);
    work.seconds() * scale
}

fn main() {
    let music = music();
    let aired = (CELL * CELLS).seconds();
    let tell = |name: &str, seconds: f64, reduction: Db| {
        println!("{name:<52} {:>7.0} x real time {:>9} lowered", aired / seconds, reduction.to_string());
    };
    let (long, cross) = (Frames::from_secs(180), Frames::from_secs(3));
    for (name, entries, gain) in [
        ("mixer: songs of 180 s, no peak above the ceiling", Some((long, cross)), Db(-9.0)),
        ("mixer: songs of 180 s, some beats limited", Some((long, cross)), Db(0.0)),
        ("mixer: songs of 180 s, limited all the time", Some((long, cross)), Db(9.0)),
        ("mixer: crossing all the time, some beats limited", Some((cross * 2, cross)), Db(0.0)),
        ("mixer: nothing cued, the bed", None, Db(0.0)),
    ] {
        let (seconds, reduction) = air(&music, entries, gain);
        tell(name, seconds, reduction);
    }
    let none = Db(0.0);
    let mut limiter = Limiter::new(SOUND.true_peak);
    let seconds = blocks(&music, |block| limiter.process(block));
    tell("limiter: the same music", seconds, limiter.take_reduction());
    let mut meter = TruePeak::default();
    tell("true-peak meter: the same music", blocks(&music, |block| meter.add(block)), none);
    tell("bed", blocks(&music, |block| Bed.fill(Position(0), block)), none);
}
