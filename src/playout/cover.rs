//! The bed that covers what is missing: the last rung of the ladder.
//!
//! In: whether the bed is wanted. Out: the bed, faded in and out over the programme, always at the place of its
//! loop that the position says. Never: keeps a state that outlives its fades.

use super::deck::{Feed, Read};
use crate::audio::{Bed, bed, sine};
use crate::station::Sound;
use crate::units::{Db, Frame, Frames, Position};

/// How far below the station's loudness the bed lies, so that it asks for no attention: 6 dB.
pub const BED_UNDER: Db = Db(6.0);
/// How long the bed takes to come where no entry is, and at least to go: 250 ms.
pub const SLOW: Frames = Frames(12_000);
/// How long the bed takes at most to go when an entry that fades in slowly takes over: 5 s.
pub const SLOWEST: Frames = Frames(240_000);

const CHUNK: usize = 256;

/// The factor that brings the bed to its place below a station's loudness.
fn factor(sound: &Sound) -> f32 {
    Db((sound.loudness - bed::LOUDNESS).0 - BED_UNDER.0).factor() as f32
}

/// The bed over the programme.
pub(super) struct Cover {
    factor: f32,
    /// How far it has faded in: 0 to [`sine::QUARTER`].
    level: u64,
    rise: u64,
    fall: u64,
}

impl Cover {
    pub(super) fn new(sound: &Sound) -> Self {
        let step = sine::QUARTER / SLOW.0 as u64;
        Self { factor: factor(sound), level: 0, rise: step, fall: step }
    }

    /// From now on it comes over this many frames.
    pub(super) fn come_over(&mut self, length: Frames) {
        self.rise = sine::QUARTER / length.0 as u64;
    }

    /// From now on it goes over this many frames, within [`SLOW`] and [`SLOWEST`].
    pub(super) fn go_over(&mut self, length: Frames) {
        self.fall = sine::QUARTER / length.clamp(SLOW, SLOWEST).0 as u64;
    }

    /// Adds the bed to the programme from a position on.
    pub(super) fn add(&mut self, from: Position, wanted: bool, onto: &mut [Frame]) {
        let mut at = from;
        let mut bed = [[0.0; 2]; CHUNK];
        for chunk in onto.chunks_mut(CHUNK) {
            if !wanted && self.level == 0 {
                return;
            }
            let bed = &mut bed[..chunk.len()];
            Bed.fill(at, bed);
            at += Frames(chunk.len() as i64);
            for (frame, bed) in chunk.iter_mut().zip(bed) {
                self.level = if wanted {
                    (self.level + self.rise).min(sine::QUARTER)
                } else {
                    self.level.saturating_sub(self.fall)
                };
                let factor = self.factor * sine::quarter(self.level);
                frame[0] += bed[0] * factor;
                frame[1] += bed[1] * factor;
            }
        }
    }
}

/// The bed as a feed, for entries of the log that have no item: its loudness is that of the bed where the
/// mixer itself puts it, for an entry whose gain is 0 dB.
pub struct BedFeed {
    at: Position,
    factor: f32,
}

impl BedFeed {
    /// A feed whose first frame is at a position.
    pub fn new(first: Position, sound: &Sound) -> Self {
        Self { at: first, factor: factor(sound) }
    }
}

impl Feed for BedFeed {
    fn read(&mut self, out: &mut [Frame]) -> Read {
        Bed.fill(self.at, out);
        self.at += Frames(out.len() as i64);
        for sample in out.as_flattened_mut() {
            *sample *= self.factor;
        }
        Read::Frames(out.len())
    }
}
