//! How one item runs into the next: where each is cued, and how long both sound.
//!
//! Songs overlap by the station's crossfade, an equal-power fade that is placed where the music of the
//! one ends and that of the other begins. Everything else is butted: a voice is never faded.

use super::item::Item;
use crate::station::{Cue, Kind, Transition};
use crate::units::Frames;

/// No item gives more than this share of itself to one crossfade: 1/3.
const SHARE: i64 = 3;

/// The part of an item that airs: its first frame and how many.
pub fn extent(item: &Item, transition: Transition) -> (Frames, Frames) {
    match transition.cue {
        Cue::Auto => (item.cue_in, item.cue_out - item.cue_in),
        Cue::Off => (Frames::ZERO, item.duration),
    }
}

/// How long two items that follow each other both sound.
pub fn overlap(from: (Kind, Frames), to: (Kind, Frames), transition: Transition) -> Frames {
    match (from.0, to.0) {
        (Kind::Song | Kind::Bed, Kind::Song | Kind::Bed) => {
            transition.crossfade.min(from.1 / SHARE).min(to.1 / SHARE)
        }
        _ => Frames::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn songs_overlap_by_what_both_allow_and_voices_not_at_all() {
        let transition = Transition::default();
        let s = Frames::from_secs;
        for (from, to, expected) in [
            ((Kind::Song, s(200)), (Kind::Song, s(180)), s(3)),
            ((Kind::Song, s(200)), (Kind::Song, s(6)), s(2)),
            ((Kind::Song, s(3)), (Kind::Song, s(200)), s(1)),
            ((Kind::Song, s(200)), (Kind::Ident, s(5)), s(0)),
            ((Kind::Ident, s(5)), (Kind::Song, s(200)), s(0)),
            ((Kind::Speech, s(60)), (Kind::Speech, s(60)), s(0)),
        ] {
            assert_eq!(overlap(from, to, transition), expected, "{from:?} {to:?}");
        }
    }
}
