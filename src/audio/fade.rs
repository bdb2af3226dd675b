//! Fades: how loud something is at a place between silence and all of it.
//!
//! In: a place within a fade. Out: a factor, 0 to 1. The curve is of equal power: what rises and what
//! falls by it at the same place have squares that sum to 1, so two uncorrelated sounds cross without a
//! dip. Never: remembers the frame before; a factor is a function of its place alone.

use super::sine::{QUARTER, quarter};
use crate::units::Frames;

/// How long a cut takes so that it makes no click: 240 frames, 5 ms.
pub const DECLICK: Frames = Frames(240);

/// A fade of equal power over a length.
///
/// Frame `i` of `n` is taken at its middle, `(i + 1/2) / n`, so that the rise read backwards is the fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fade {
    length: i64,
    step: u64,
}

impl Fade {
    /// A fade over this many frames; none or fewer is a cut. Up to 2^32 frames, a day.
    ///
    /// The phase of a frame is off by at most `length` / 2^48 of the fade.
    pub const fn over(length: Frames) -> Self {
        let length = if length.0 < 0 { 0 } else { length.0 };
        Self { length, step: if length == 0 { 0 } else { QUARTER / length as u64 } }
    }

    /// Its length.
    pub const fn length(self) -> Frames {
        Frames(self.length)
    }

    /// The factor at a place of what begins with this fade: 0 before it, 1 after it.
    #[inline]
    pub fn rise(self, place: Frames) -> f32 {
        if place.0 >= self.length {
            1.0
        } else if place.0 < 0 {
            0.0
        } else {
            quarter(place.0 as u64 * self.step + self.step / 2)
        }
    }

    /// The factor at a place of what ends with this fade: 1 before it, 0 after it.
    #[inline]
    pub fn fall(self, place: Frames) -> f32 {
        self.rise(Frames(self.length - 1 - place.0))
    }
}

/// A ramp of [`DECLICK`] frames without a corner at either end: the square of the rise.
///
/// What rises and what falls by it at the same place sum to 1.
#[inline]
pub fn declick(place: Frames) -> f32 {
    const RAMP: Fade = Fade::over(DECLICK);
    let rise = RAMP.rise(place);
    rise * rise
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::FRAC_PI_2;

    #[test]
    fn a_fade_is_its_closed_form_and_keeps_the_power() {
        for length in [1, 2, 3, 240, 4_801, 144_000, 960_000] {
            let fade = Fade::over(Frames(length));
            for i in (0..length).step_by(1 + length as usize / 1000) {
                let (rise, fall) = (fade.rise(Frames(i)), fade.fall(Frames(i)));
                let exact = ((i as f64 + 0.5) / length as f64 * FRAC_PI_2).sin();
                assert!((f64::from(rise) - exact).abs() < 2e-7, "{i} of {length}: {rise} {exact}");
                assert!((rise * rise + fall * fall - 1.0).abs() < 5e-7, "{i} of {length}");
                let (ramp, back) = (declick(Frames(i)), declick(Frames(239 - i)));
                assert!((ramp + back - 1.0).abs() < 5e-7, "{i}");
            }
        }
    }

    #[test]
    fn outside_a_fade_there_is_silence_or_all() {
        for length in [0, 1, 100] {
            let fade = Fade::over(Frames(length));
            for (place, rise, fall) in [(-1, 0.0, 1.0), (length, 1.0, 0.0), (length + 9, 1.0, 0.0)] {
                assert_eq!((fade.rise(Frames(place)), fade.fall(Frames(place))), (rise, fall), "{place}");
            }
        }
    }
}
