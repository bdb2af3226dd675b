//! An entry of the log: one item on the timeline.

use super::item::Item;
use crate::station::Kind;
use crate::units::{Db, Frames, Position};
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
