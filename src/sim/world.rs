//! Decks of a world where files vanish, end early and come late, all from a seed.

use super::watermark::mark;
use crate::engine::studio::{Decks, offset};
use crate::playout::{Feed, Read};
use crate::schedule::Entry;
use crate::units::{Frame, Frames, Position, Seed};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// How often things go wrong; each is a share of the entries, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    /// The file is not there when its deck is opened.
    pub vanished: f64,
    /// The file ends before it should.
    pub ends_early: f64,
    /// The disk stalls for 0.1 to 5 s while it plays.
    pub stalls: f64,
    /// The machine does nothing at all for up to 600 ms: a share of the cells.
    pub hiccups: f64,
}

impl Faults {
    /// Nothing goes wrong.
    pub const NONE: Self = Self { vanished: 0.0, ends_early: 0.0, stalls: 0.0, hiccups: 0.0 };
}

impl Default for Faults {
    fn default() -> Self {
        Self { vanished: 0.02, ends_early: 0.02, stalls: 0.05, hiccups: 0.002 }
    }
}

/// The virtual clock, read by feeds: where the timeline is.
pub type VirtualClock = Arc<AtomicI64>;

/// Opens decks in which things go wrong.
pub struct World {
    faults: Faults,
    seed: Seed,
    clock: VirtualClock,
    /// How many of each fault there were.
    pub had: Had,
}

/// How many of each fault there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Had {
    /// Files that were not there.
    pub vanished: u64,
    /// Files that ended early.
    pub ended_early: u64,
    /// Disks that stalled.
    pub stalled: u64,
    /// Times when the machine did nothing.
    pub hiccups: u64,
}

impl World {
    /// A world of so many faults.
    pub fn new(faults: Faults, seed: Seed, clock: VirtualClock) -> Self {
        Self { faults, seed, clock, had: Had::default() }
    }

    /// For how long the machine does nothing before a cell.
    pub fn hiccup(&mut self, cell: i64) -> Frames {
        let luck = self.seed.with(cell as u64).with(9);
        if luck.unit() >= self.faults.hiccups {
            return Frames::ZERO;
        }
        self.had.hiccups += 1;
        Frames(luck.with(1).below(Frames::from_millis(600).0 as u64) as i64)
    }
}

impl Decks for World {
    fn open(&mut self, entry: &Arc<Entry>, first: Position) -> Result<Box<dyn Feed>, String> {
        let item = entry.item.as_ref().ok_or("the bed needs no deck")?;
        let luck = |fault: u64| self.seed.with(entry.at.0 as u64).with(item.id.0).with(fault);
        if luck(0).unit() < self.faults.vanished {
            self.had.vanished += 1;
            return Err("the file has vanished".into());
        }
        let mut left = item.duration - offset(entry, first);
        if luck(1).unit() < self.faults.ends_early {
            self.had.ended_early += 1;
            left = Frames(luck(2).below(left.0.max(1) as u64) as i64);
        }
        let stall = (luck(3).unit() < self.faults.stalls).then(|| {
            self.had.stalled += 1;
            let from = first + Frames(luck(4).below(entry.length.0.max(1) as u64) as i64);
            let length = Frames::from_millis(100 + luck(5).below(4900) as i64);
            (from, from + length)
        });
        Ok(Box::new(Mark { mark: mark(item.id), at: first, left, stall, clock: self.clock.clone() }))
    }
}

/// A feed that sounds as one mark.
struct Mark {
    mark: Frame,
    at: Position,
    left: Frames,
    stall: Option<(Position, Position)>,
    clock: VirtualClock,
}

impl Feed for Mark {
    fn read(&mut self, out: &mut [Frame]) -> Read {
        if self.left <= Frames::ZERO {
            return Read::Ended;
        }
        let mut count = out.len().min(self.left.count());
        if let Some((from, until)) = self.stall {
            let now = Position(self.clock.load(Ordering::Relaxed));
            if now < until {
                if self.at >= from {
                    return Read::Starved;
                }
                count = count.min((from - self.at).count());
            }
        }
        out[..count].fill(self.mark);
        self.at += Frames(count as i64);
        self.left -= Frames(count as i64);
        Read::Frames(count)
    }
}
