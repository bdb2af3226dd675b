//! Made-up entries and feeds for the tests of this room.

use super::deck::{Cued, Feed, Read};
use crate::schedule::{Entry, Item};
use crate::station::{Kind, Sound};
use crate::units::{Db, Dbtp, Frame, Frames, ItemId, Lufs, Position};
use std::f64::consts::TAU;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The loudness and ceiling of a station by default.
pub(crate) const SOUND: Sound = Sound { loudness: Lufs(-16.0), true_peak: Dbtp(-1.0) };

/// An entry whose item has a title.
pub(crate) fn entry(
    title: &str,
    at: Position,
    length: Frames,
    fades: (Frames, Frames),
    gain: Db,
) -> Arc<Entry> {
    let item = Item {
        id: ItemId(0),
        path: Arc::new(title.into()),
        title: Some(title.into()),
        artist: None,
        album: None,
        genre: Vec::new(),
        year: None,
        isrc: None,
        duration: length,
        cue_in: Frames::ZERO,
        cue_out: length,
        loudness: None,
        true_peak: Dbtp(0.0),
        modified: 0,
        art: None,
    };
    Arc::new(Entry {
        at,
        length,
        overlap: Frames::ZERO,
        from: Frames::ZERO,
        fade_in: fades.0,
        fade_out: fades.1,
        gain,
        item: Some(Arc::new(item)),
        kind: Kind::Song,
        category: "music".into(),
    })
}

/// The tone that a title stands for, at a place of its item: 100 Hz for `a`, 200 at half the
/// amplitude for `b` ...; each is at 0 at place 0 and after each 480 frames.
pub(crate) fn tone(title: &str, place: i64) -> Frame {
    let n = i64::from(title.as_bytes()[0] - b'a' + 1);
    let sample = 0.25 / n as f64 * (TAU * ((place * n) % 480) as f64 / 480.0).sin();
    [sample as f32, -0.5 * sample as f32]
}

/// A feed of a made-up item, of which a test says how much is ready.
pub(crate) struct Made<S> {
    /// What sounds at a place of the item.
    pub signal: S,
    /// The place of the next frame.
    pub place: i64,
    /// The item's length.
    pub length: i64,
    /// Places before this one are ready.
    pub ready: Arc<AtomicI64>,
    /// The most frames that one read gives.
    pub grain: usize,
}

impl<S: Fn(i64) -> Frame + Send> Feed for Made<S> {
    fn read(&mut self, out: &mut [Frame]) -> Read {
        if self.place >= self.length {
            return Read::Ended;
        }
        let ready = self.ready.load(Ordering::Relaxed).min(self.length);
        let count = out.len().min(self.grain).min(usize::try_from(ready - self.place).unwrap_or(0));
        if count == 0 {
            return Read::Starved;
        }
        for (place, frame) in (self.place..).zip(&mut out[..count]) {
            *frame = (self.signal)(place);
        }
        self.place += count as i64;
        Read::Frames(count)
    }
}

/// An entry with a feed that is all there, from `first` on.
pub(crate) fn cued(
    entry: &Arc<Entry>,
    first: Position,
    grain: usize,
    signal: impl Fn(i64) -> Frame + Send + 'static,
) -> Cued {
    let place = (first - entry.at).0;
    let ready = Arc::new(AtomicI64::new(i64::MAX));
    let feed = Box::new(Made { signal, place, length: entry.length.0, ready, grain });
    Cued { entry: entry.clone(), first, feed }
}
