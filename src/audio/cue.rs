//! Where the sound of an item really begins and ends.
//!
//! In: stereo frames at 48 kHz, then the item's loudness. Out: the first frame worth hearing and the one after the last.
//! What lies [`BELOW_LOUDNESS`] under the item counts as silence, but never anything above [`FLOOR_MAX`], so that a fade is
//! heard until it has really gone; nor does anything below [`FLOOR_MIN`], so that hiss and dither are not music.
//! Never: keeps the samples; 1 s of audio costs 800 bytes.

use crate::units::{Db, Frame, Frames, Lufs};

/// A window's length: 10 ms.
pub const WINDOW: usize = 480;
/// Its steps, to which a cue is refined: 2 ms. Within a step the ear tells no edge from another.
const STEP: usize = 96;
/// So far under the item's integrated loudness lies silence.
pub const BELOW_LOUDNESS: Db = Db(40.0);
/// The threshold's upper bound, RMS: louder than this is always heard.
pub const FLOOR_MAX: Db = Db(-50.0);
/// The threshold's lower bound, RMS: quieter than this never is.
pub const FLOOR_MIN: Db = Db(-70.0);

/// Follows the level of an item from its beginning to its end.
#[derive(Default)]
pub struct Levels {
    /// The mean square of each whole step, both channels together.
    steps: Vec<f32>,
    sum: f64,
    within: usize,
    frames: i64,
}

/// Where the sound is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cues {
    /// The first frame that sounds.
    pub start: Frames,
    /// The frame after the last that sounds; `start < end`.
    pub end: Frames,
}

impl Levels {
    /// Takes the next frames.
    pub fn push(&mut self, frames: &[Frame]) {
        self.frames += frames.len() as i64;
        let mut rest = frames;
        while !rest.is_empty() {
            let (now, later) = rest.split_at((STEP - self.within).min(rest.len()));
            self.sum += now.iter().map(|f| f64::from(f[0]).powi(2) + f64::from(f[1]).powi(2)).sum::<f64>();
            self.within += now.len();
            if self.within == STEP {
                self.close();
            }
            rest = later;
        }
    }

    fn close(&mut self) {
        self.steps.push((self.sum / (2 * self.within) as f64) as f32);
        (self.sum, self.within) = (0.0, 0);
    }

    /// Frames taken so far.
    pub fn frames(&self) -> Frames {
        Frames(self.frames)
    }

    /// Finds both ends; none if nothing is above the threshold. `loudness` is the item's own, if it has one.
    ///
    /// A sound begins with the first step of the first window above the threshold that is itself audible, and ends
    /// likewise. A single click shorter than a window counts by its energy.
    pub fn cues(mut self, loudness: Option<Lufs>) -> Option<Cues> {
        if self.within > 0 {
            self.close();
        }
        let below = loudness.map_or(FLOOR_MIN.0, |loudness| loudness.0 - BELOW_LOUDNESS.0);
        let threshold = Db(below.clamp(FLOOR_MIN.0, FLOOR_MAX.0)).factor().powi(2) as f32;
        let first = edge(self.steps.iter().copied(), threshold)?;
        let last = self.steps.len() - edge(self.steps.iter().rev().copied(), threshold)?;
        let end = ((last * STEP) as i64).min(self.frames);
        Some(Cues { start: Frames((first * STEP) as i64), end: Frames(end) })
    }
}

/// The first step from which on it sounds.
fn edge(steps: impl Iterator<Item = f32> + Clone, threshold: f32) -> Option<usize> {
    const STEPS: usize = WINDOW / STEP;
    let mut window = [0.0f32; STEPS];
    for (at, step) in steps.clone().enumerate() {
        window[at % STEPS] = step;
        if window.iter().sum::<f32>() >= threshold * STEPS as f32 {
            let start = (at + 1).saturating_sub(STEPS);
            // Within the window, what is 12 dB under the threshold still belongs to the attack.
            let quiet = steps.skip(start).take_while(|&step| step < threshold / 16.0).count();
            return Some((start + quiet).min(at));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Silence, a tone of a level in dBFS (RMS) fading out linearly over its end, silence: lengths in milliseconds.
    fn item(before: i64, tone: i64, fade: i64, after: i64, level: f64, hiss: f64) -> Vec<Frame> {
        let count = |ms: i64| Frames::from_millis(ms).0;
        let (begin, end) = (count(before), count(before + tone));
        (0..end + count(after))
            .map(|k| {
                let noise = hiss * ((k as f64 * 12.9898).sin() * 43_758.545_3).fract();
                let gain = ((end - k) as f64 / count(fade).max(1) as f64).clamp(0.0, 1.0);
                let tone = Db(level).factor() * 2f64.sqrt() * (k as f64 * 0.13).sin() * gain;
                [(if (begin..end).contains(&k) { tone + noise } else { noise }) as f32; 2]
            })
            .collect()
    }

    fn check(
        signal: &[Frame],
        loudness: Option<f64>,
        expected: Option<(i64, i64)>,
        within_ms: i64,
        name: &str,
    ) {
        for block in [1, 333, 96_000] {
            let mut levels = Levels::default();
            signal.chunks(block).for_each(|block| levels.push(block));
            assert_eq!(levels.frames().0 as usize, signal.len());
            let found = levels.cues(loudness.map(Lufs));
            let near = |found: Frames, ms: i64| (found.0 - Frames::from_millis(ms).0).abs() <= within_ms * 48;
            let fits = match (found, expected) {
                (None, None) => true,
                (Some(cues), Some((start, end))) => near(cues.start, start) && near(cues.end, end),
                _ => false,
            };
            assert!(fits, "{name} in blocks of {block}: {found:?}, not {expected:?} ms");
        }
    }

    #[test]
    fn the_sound_is_found_where_it_is() {
        check(
            &item(500, 2_000, 0, 700, -20.0, 0.0),
            Some(-20.0),
            Some((500, 2_500)),
            2,
            "digital silence around",
        );
        check(
            &item(500, 2_000, 0, 700, -20.0, 1e-4),
            Some(-20.0),
            Some((500, 2_500)),
            10,
            "hiss at -80 around",
        );
        check(&item(0, 2_000, 0, 0, -20.0, 0.0), Some(-20.0), Some((0, 2_000)), 0, "sound from edge to edge");
        check(&item(100, 60, 0, 100, -20.0, 0.0), None, Some((100, 160)), 2, "a short item without loudness");
        // A linear fade from -20 crosses -60 at a hundredth of its length.
        check(&item(0, 10_000, 5_000, 2_000, -20.0, 0.0), Some(-20.0), Some((0, 9_950)), 15, "a long fade");
        check(&item(300, 2_000, 0, 300, -45.0, 0.0), Some(-45.0), Some((300, 2_300)), 2, "a quiet item");
        check(&[[0.0; 2]; 48_000], None, None, 0, "digital silence");
        check(&item(0, 0, 0, 1_000, -20.0, 1e-4), None, None, 0, "hiss alone");
        check(&[], None, None, 0, "nothing at all");
    }
}
