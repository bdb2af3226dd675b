//! How loud an entry is at each place: its gain, its fades, and the ramps that keep a break from clicking.
//!
//! In: an entry, positions. Out: factors, and frames multiplied by them. Never: depends on anything but
//! the position, so a transition is the same however it is cut into blocks.

use crate::audio::fade::{DECLICK, Fade, declick};
use crate::schedule::Entry;
use crate::units::{Frame, Frames, Position};

/// The loudness of one entry over its places.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    gain: f32,
    at: Position,
    end: Position,
    rise: Fade,
    fall: Fade,
    /// The entry is cut: it fades and has ceased here.
    cut: Option<(Position, Fade)>,
    /// Its sound comes in from silence here, away from its own beginning.
    comes: Option<Position>,
    /// Its sound has gone to silence here, away from its own end.
    gone: Option<Position>,
}

impl Envelope {
    /// That of an entry which airs as it was planned.
    pub fn of(entry: &Entry) -> Self {
        Self {
            gain: entry.gain.factor() as f32,
            at: entry.at,
            end: entry.end(),
            rise: Fade::over(entry.fade_in),
            fall: Fade::over(entry.fade_out),
            cut: None,
            comes: None,
            gone: None,
        }
    }

    /// The first position where the entry no longer sounds.
    pub fn end(&self) -> Position {
        self.cut.map_or(self.end, |(end, _)| end.min(self.end))
    }

    /// Lets the entry fade over `length` frames and cease at `end`. If at `now` it already fades from an earlier
    /// cut, it stays at that.
    pub fn cut(&mut self, now: Position, end: Position, length: Frames) {
        if self.cut.is_none_or(|(end, fade)| now < end - fade.length()) {
            self.cut = Some((end, Fade::over(length)));
        }
    }

    /// Whether the entry was cut.
    pub fn is_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// Brings the sound in from silence over [`DECLICK`] frames, beginning here.
    pub fn come(&mut self, at: Position) {
        (self.comes, self.gone) = (Some(at), None);
    }

    /// Takes the sound to silence over the [`DECLICK`] frames that end here.
    pub fn go(&mut self, at: Position) {
        self.gone = Some(at);
    }

    /// The factor at a position.
    pub fn factor(&self, position: Position) -> f32 {
        let mut factor = self.gain
            * self.rise.rise(position - self.at)
            * self.fall.fall(position - (self.end - self.fall.length()));
        if let Some((end, fade)) = self.cut {
            factor *= fade.fall(position - (end - fade.length()));
        }
        if let Some(at) = self.comes {
            factor *= declick(position - at);
        }
        if let Some(at) = self.gone {
            factor *= declick(at - position - Frames(1));
        }
        factor
    }

    /// Adds `source`, whose first frame is at `from`, to a mix, multiplied by the factor of each place.
    pub fn add(&self, from: Position, source: &[Frame], onto: &mut [Frame]) {
        if self.is_level(from, from + Frames(source.len() as i64)) {
            for (sum, sample) in onto.as_flattened_mut().iter_mut().zip(source.as_flattened()) {
                *sum += sample * self.gain;
            }
        } else {
            for (place, (sum, frame)) in (from.0..).zip(onto.iter_mut().zip(source)) {
                let factor = self.factor(Position(place));
                sum[0] += frame[0] * factor;
                sum[1] += frame[1] * factor;
            }
        }
    }

    /// Whether the gain alone counts from one position to another.
    fn is_level(&self, from: Position, to: Position) -> bool {
        from >= self.at + self.rise.length()
            && to <= self.end - self.fall.length()
            && self.cut.is_none_or(|(end, fade)| to <= end - fade.length())
            && self.comes.is_none_or(|at| from >= at + DECLICK)
            && self.gone.is_none_or(|at| to <= at - DECLICK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playout::tests::entry;
    use crate::units::Db;

    #[test]
    fn two_entries_that_cross_keep_the_power_within_a_hundredth_of_a_decibel() {
        for overlap in [1, 240, 48_000, 144_001] {
            let (length, overlap) = (Frames(300_000), Frames(overlap));
            let fades = (overlap, overlap);
            let from = Envelope::of(&entry("a", Position(0), length, fades, Db(0.0)));
            let to = Envelope::of(&entry("b", Position(0) + length - overlap, length, fades, Db(0.0)));
            for place in (300_000 - overlap.0 - 9..300_009).step_by(7) {
                let (from, to) = (from.factor(Position(place)), to.factor(Position(place)));
                let power = 10.0 * f64::from(from * from + to * to).log10();
                assert!(power.abs() < 0.01, "{power} dB at {place} of {overlap}");
            }
        }
    }

    #[test]
    fn every_break_reaches_silence_without_a_jump() {
        let whole = Envelope::of(&entry("a", Position(0), Frames(9000), (Frames(100), Frames(900)), Db(6.0)));
        let mut cut = whole;
        cut.cut(Position(0), Position(5000), Frames(700));
        let mut broken = whole;
        broken.go(Position(3000));
        let mut back = broken;
        back.come(Position(4000));
        for (name, envelope, silent, full) in [
            ("whole", whole, vec![-1, 9000], vec![100, 8099]),
            ("cut", cut, vec![-1, 5000, 7000], vec![100, 4299]),
            ("broken", broken, vec![3000, 3500, 8999], vec![100, 2759]),
            ("back", back, vec![3999, 9000], vec![4240, 8000]),
        ] {
            let at = |place| envelope.factor(Position(place));
            assert!(silent.iter().all(|&place| at(place) == 0.0), "{name}");
            assert!(full.iter().all(|&place| at(place) == Db(6.0).factor() as f32), "{name}");
            let steepest = (-10..9010).map(|place| (at(place + 1) - at(place)).abs()).fold(0.0, f32::max);
            assert!(steepest < 0.04, "{name}: {steepest}");
        }
    }

    #[test]
    fn a_cut_that_fades_already_is_not_cut_again() {
        let mut envelope = Envelope::of(&entry("a", Position(0), Frames(9000), Default::default(), Db(0.0)));
        for (now, end, expected) in [(0, 8000, 8000), (0, 6000, 6000), (5500, 5800, 6000)] {
            envelope.cut(Position(now), Position(end), Frames(1000));
            assert_eq!(envelope.end(), Position(expected), "cut at {now} to {end}");
        }
    }
}
