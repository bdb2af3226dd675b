//! A deck: what the mixer reads one entry's audio from.

use crate::schedule::Entry;
use crate::units::{Frame, Position};
use std::sync::Arc;

/// What a read of a feed gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// This many frames were written, 1 to the length asked for, from the front. More may come at once.
    Frames(usize),
    /// Nothing is ready yet; something will be.
    Starved,
    /// Nothing more will come: the item's audio has ended or failed.
    Ended,
}

/// Where a deck's audio comes from: stereo frames at 48 kHz, in order, gapless.
///
/// A true seam: a ring filled by a reader thread on air, a decoder when rendering to a file, made-up
/// audio in the simulator. Reading never waits, allocates or locks (a feed for offline rendering may).
pub trait Feed: Send {
    /// Writes the next frames to the front of `out`, which is not empty.
    fn read(&mut self, out: &mut [Frame]) -> Read;
}

/// An entry with a feed to play it from.
pub struct Cued {
    /// What to play.
    pub entry: Arc<Entry>,
    /// The position on the timeline of the feed's first frame: `entry.at`, or later when joining in its middle.
    pub first: Position,
    /// Its audio.
    pub feed: Box<dyn Feed>,
}
