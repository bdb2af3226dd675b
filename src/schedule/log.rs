//! An entry of the log: one item on the timeline.

use super::item::Item;
use crate::station::Kind;
use crate::units::{Db, Frames, Position};
use std::collections::VecDeque;
use std::sync::Arc;

/// One item on the timeline, with all that the mixer needs to air it.
///
/// It sounds from `at` for `length` frames, read from `from` in its file. It fades in over its first
/// `fade_in` frames and out over its last `fade_out`. The next entry begins at `next_at()`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where it begins to sound.
    pub at: Position,
    /// How long it sounds, fades included.
    pub length: Frames,
    /// How much of its end sounds together with the next entry; 0 to `length`.
    pub overlap: Frames,
    /// The first frame of the file that sounds, counted at 48 kHz after gapless trimming.
    pub from: Frames,
    /// Length of the fade at its beginning; 0 is none.
    pub fade_in: Frames,
    /// Length of the fade at its end; 0 is none.
    pub fade_out: Frames,
    /// The gain that brings it to the station's loudness.
    pub gain: Db,
    /// What plays; none is the built-in bed, the last rung of the ladder.
    pub item: Option<Arc<Item>>,
    /// What it is on the air.
    pub kind: Kind,
    /// The category it was picked from; `fallback` for a rung of the ladder.
    pub category: Arc<str>,
}

impl Entry {
    /// Where it has ceased to sound.
    pub fn end(&self) -> Position {
        self.at + self.length
    }
    /// Where the next entry begins.
    pub fn next_at(&self) -> Position {
        self.end() - self.overlap
    }
    /// Whether it sounds at a position.
    pub fn sounds_at(&self, position: Position) -> bool {
        self.at <= position && position < self.end()
    }
}

impl Entry {
    /// `Artist - Title` of what plays; empty for an item without tags, or the bed.
    pub fn line(&self) -> String {
        self.item.as_ref().map(|item| item.line()).unwrap_or_default()
    }
}

/// Entries in the order of their positions, each beginning where the one before it says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    entries: VecDeque<Arc<Entry>>,
}

impl Log {
    /// A log of these entries.
    ///
    /// # Errors
    /// The index of the first entry that does not begin where the one before it ends.
    pub fn new(entries: impl IntoIterator<Item = Arc<Entry>>) -> Result<Self, usize> {
        let entries: VecDeque<_> = entries.into_iter().collect();
        let broken = entries.iter().zip(entries.iter().skip(1)).position(|(a, b)| a.next_at() != b.at);
        match broken {
            Some(index) => Err(index + 1),
            None => Ok(Self { entries }),
        }
    }

    /// All entries, in order.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Arc<Entry>> + ExactSizeIterator {
        self.entries.iter()
    }

    /// The entries that sound anywhere from `from` to before `until`.
    pub fn between(&self, from: Position, until: Position) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.iter().take_while(move |entry| entry.at < until).filter(move |entry| entry.end() > from)
    }

    /// The entries that begin at or after a position.
    pub fn beginning_from(&self, from: Position) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.range(self.entries.partition_point(|entry| entry.at < from)..)
    }

    /// Where the first entry begins.
    pub fn start(&self) -> Option<Position> {
        self.entries.front().map(|entry| entry.at)
    }

    /// Where the next entry to be planned begins.
    pub fn end(&self) -> Option<Position> {
        self.entries.back().map(|entry| entry.next_at())
    }

    /// The last entry.
    pub fn last(&self) -> Option<&Arc<Entry>> {
        self.entries.back()
    }

    /// Appends an entry.
    ///
    /// # Panics
    /// If it does not begin where the log ends.
    pub fn push(&mut self, entry: Arc<Entry>) {
        if let Some(end) = self.end() {
            assert_eq!(entry.at, end, "an entry begins where the log ends");
        }
        self.entries.push_back(entry);
    }

    /// Puts another entry in the place of the last, which begins where that one did.
    ///
    /// # Panics
    /// If it begins elsewhere, or there is no last entry.
    pub fn amend_last(&mut self, entry: Arc<Entry>) {
        let last = self.entries.back_mut().expect("there is a last entry to amend");
        assert_eq!(entry.at, last.at, "an amended entry stays where it is");
        *last = entry;
    }

    /// Takes away all entries that begin at or after a position.
    pub fn truncate(&mut self, from: Position) {
        while self.entries.back().is_some_and(|entry| entry.at >= from) {
            self.entries.pop_back();
        }
    }

    /// Forgets all entries that have ceased to sound before a position.
    pub fn forget(&mut self, before: Position) {
        while self.entries.front().is_some_and(|entry| entry.end() <= before) {
            self.entries.pop_front();
        }
    }
}
