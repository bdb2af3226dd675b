//! Plans the log forward in time: item after item, each placed where the one before it says.
//!
//! In: a station, an index, the past, a log so far. Out: the log, longer. Each choice depends on these and
//! on the seed mixed with the position where the item begins, so that planning in one go or in many gives
//! the same log.

use super::item::{Index, Item};
use super::level::gain;
use super::log::{Entry, Log};
use super::past::Past;
use super::rotation::{self, Choice};
use super::segue;
use crate::station::{Kind, Station};
use crate::units::{Db, Frames, ItemId, Position, Seed};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How long one entry of the built-in bed is: short, so that music is back soon after there is some.
pub const BED_ENTRY: Frames = Frames::from_secs(5);

/// Plans one station.
#[derive(Debug)]
pub struct Planner {
    /// Whose programme it is.
    pub station: Arc<Station>,
    /// What it can play.
    pub index: Arc<Index>,
    /// Items that were found broken since the index was made.
    pub unplayable: BTreeSet<ItemId>,
    seed: Seed,
}

impl Planner {
    /// A planner whose choices come from the station's id.
    pub fn new(station: Arc<Station>, index: Arc<Index>) -> Self {
        let seed = Seed::of_text(station.id.as_str());
        Self { station, index, unplayable: BTreeSet::new(), seed }
    }

    /// The same planner with other luck.
    pub fn with_seed(mut self, seed: Seed) -> Self {
        self.seed = self.seed.with(seed.0);
        self
    }

    /// Whether there is anything to air but the built-in bed.
    pub fn has_programme(&self) -> bool {
        let past = Past::default();
        rotation::next(&self.station, &self.index, &past, &self.unplayable, self.seed).item.is_some()
    }

    /// A number that changes when what may be planned changes: to know whether a stored log still holds.
    pub fn fingerprint(&self) -> u64 {
        let station = &self.station;
        let words = (&station.categories, &station.sound, &station.transition, &station.fallback);
        Seed::of_text(&format!("{words:?}")).with(self.index.fingerprint()).0
    }

    /// Where the log of a station without one begins: midnight UTC before a position.
    pub fn anchor(before: Position) -> Position {
        let day = Frames::from_secs(86_400).0;
        Position(before.0.div_euclid(day) * day)
    }

    /// Plans on from where the log ends (or from `start`, if it is empty) until an entry begins at or after `until`.
    /// The built-in bed is planned only until `bed_until`: there may be music by then.
    ///
    /// The last entry is amended with its crossfade unless it begins before `frozen`: what is there is
    /// already cued or audible. `past` has noted every entry of the log, and notes every new one.
    pub fn extend(
        &self,
        log: &mut Log,
        past: &mut Past,
        start: Position,
        frozen: Position,
        until: Position,
        bed_until: Position,
    ) {
        while log.last().is_none_or(|last| last.at < until) {
            let at = log.end().unwrap_or(start);
            let choice = rotation::next(
                &self.station,
                &self.index,
                past,
                &self.unplayable,
                self.seed.with(at.0 as u64),
            );
            if choice.item.is_none() && at >= bed_until {
                return;
            }
            let mut entry = self.entry(at, choice);
            if let Some(last) = log.last() {
                let overlap = if last.at < frozen {
                    last.overlap.min(entry.length)
                } else {
                    let both_bed = last.item.is_none() && entry.item.is_none();
                    let overlap = match both_bed {
                        true => Frames::ZERO,
                        false => segue::overlap(
                            (last.kind, last.length),
                            (entry.kind, entry.length),
                            self.station.transition,
                        ),
                    };
                    log.amend_last(Arc::new(Entry { overlap, fade_out: overlap, ..(**last).clone() }));
                    overlap
                };
                entry.at = log.end().unwrap_or(at);
                if !matches!(entry.kind, Kind::Ident | Kind::Speech | Kind::Spot | Kind::Sweeper) {
                    entry.fade_in = overlap;
                }
            }
            past.note(&entry);
            log.push(Arc::new(entry));
        }
    }

    /// A stretch of the built-in bed.
    pub fn bed(&self, at: Position, length: Frames) -> Entry {
        let choice = Choice { item: None, kind: Kind::Bed, category: rotation::FALLBACK.into() };
        Entry { length, ..self.entry(at, choice) }
    }

    fn entry(&self, at: Position, choice: Choice) -> Entry {
        let (from, length, gain) = match &choice.item {
            Some(item) => self.placed(item),
            None => (Frames::ZERO, BED_ENTRY, Db(0.0)),
        };
        Entry {
            at,
            length,
            overlap: Frames::ZERO,
            from,
            fade_in: Frames::ZERO,
            fade_out: Frames::ZERO,
            gain,
            item: choice.item,
            kind: choice.kind,
            category: choice.category,
        }
    }

    fn placed(&self, item: &Item) -> (Frames, Frames, Db) {
        let (from, length) = segue::extent(item, self.station.transition);
        (from, length, gain(item, self.station.sound))
    }
}

#[cfg(test)]
pub(crate) mod tests;
