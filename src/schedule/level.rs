//! The gain that brings an item to the station's loudness.

use super::item::Item;
use crate::station::Sound;
use crate::units::Db;

/// No item is raised by more than this.
pub const GAIN_MAX: Db = Db(20.0);

/// How far an item's peaks may be raised above the ceiling: what the limiter takes off without being heard.
pub const LIMITING_MAX: Db = Db(4.0);

/// The gain of an item on the air.
///
/// An item that is too short to be measured (EBU R128 needs 400 ms) keeps its level, below the ceiling.
pub fn gain(item: &Item, sound: Sound) -> Db {
    let room = (sound.true_peak - item.true_peak).0;
    match item.loudness {
        Some(loudness) => {
            let wanted = (sound.loudness - loudness).0;
            Db(wanted.min(GAIN_MAX.0).min((room + LIMITING_MAX.0).max(0.0)))
        }
        None => Db(room.min(0.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::item::tests::song;
    use crate::units::{Dbtp, Lufs};

    #[test]
    fn an_item_is_brought_to_the_target_within_what_the_limiter_may_take() {
        let sound = Sound { loudness: Lufs(-16.0), true_peak: Dbtp(-1.0) };
        for (loudness, peak, expected, why) in [
            (Some(-9.0), 0.5, -7.0, "a loud item is turned down"),
            (Some(-20.0), -8.0, 4.0, "a quiet one is raised"),
            (Some(-40.0), -30.0, 20.0, "but by no more than the most"),
            (Some(-26.0), -3.0, 6.0, "and its peaks by no more than the limiter takes unheard"),
            (Some(-20.0), 6.0, 0.0, "an item that exceeds the ceiling is not turned down for it"),
            (None, 0.0, -1.0, "what can't be measured stays below the ceiling"),
            (None, -12.0, 0.0, "and is not raised"),
        ] {
            let mut item = song("a", "A", 200);
            item.loudness = loudness.map(Lufs);
            item.true_peak = Dbtp(peak);
            assert!((gain(&item, sound).0 - expected).abs() < 1e-9, "{why}: {:?}", gain(&item, sound));
        }
    }
}
