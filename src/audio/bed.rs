//! The built-in bed: what a listener hears when nothing else can play. It says "back in a moment".
//!
//! In: a position. Out: the bed's frames there: four soft chords of four seconds that flow into each other, with
//! a few bells above. Never: remembers anything; a frame is a function of its position alone, so the bed
//! can be entered and left anywhere and is the same on every machine.
//!
//! The loop is 16 s. Each partial makes a whole number of turns in it and each envelope is closed within it, so
//! there is no seam. Each voice is panned and none is out of phase between the channels: it survives mono.

use super::sine::wave;
use crate::units::{Frame, Lufs, Position};

/// Frames of the bed's loop: 768,000, 16 s.
pub const LOOP: u32 = 768_000;
/// Its integrated loudness, ITU-R BS.1770-5.
pub const LOUDNESS: Lufs = Lufs(-24.0);

const CHUNK: usize = 32;
const CHORDS: usize = 4;
const NOTES: usize = 4;
/// Per note of a chord: two that beat slowly, and an octave.
const STRANDS: usize = 3;
const BELLS: usize = 6;
const VOICES: usize = CHORDS * NOTES * STRANDS + 2 * BELLS;
const SECOND: u32 = 48_000;

/// Turns that a note of a frequency in hertz makes in a loop.
const fn turns(hertz: f64) -> u32 {
    (hertz * 16.0 + 0.5) as u32
}

/// D major seventh, B minor seventh, G major seventh, A suspended; low notes first.
const HARMONY: [[f64; NOTES]; CHORDS] = [
    [146.832, 220.0, 277.183, 369.994],
    [123.471, 184.997, 220.0, 293.665],
    [97.999, 146.832, 246.942, 369.994],
    [110.0, 164.814, 195.998, 293.665],
];
/// When each bell is struck, in quarters of a second, its frequency, and where it lies from left to right.
const STRUCK: [(u32, f64, f32); BELLS] = [
    (2, 739.989, 0.35),
    (5, 659.255, 0.65),
    (8, 440.0, 0.5),
    (34, 587.33, 0.65),
    (37, 659.255, 0.35),
    (40, 440.0, 0.5),
];
/// Scales the whole so that it has [`LOUDNESS`].
const LEVEL: f32 = 0.0584;

#[derive(Clone, Copy)]
enum Shape {
    /// Rises and falls as a raised cosine.
    Swell,
    /// Struck: there at once, then dies away.
    Bell,
}

#[derive(Clone, Copy)]
struct Voice {
    turns: u32,
    from: u32,
    length: u32,
    shape: Shape,
    gains: Frame,
}

const fn panned(gain: f32, right: f32) -> Frame {
    [gain * (1.0 - right), gain * right]
}

static SCORE: [Voice; VOICES] = {
    let silent = Voice { turns: 0, from: 0, length: 1, shape: Shape::Swell, gains: [0.0; 2] };
    let mut score = [silent; VOICES];
    let mut v = 0;
    let mut chord = 0;
    while chord < CHORDS {
        let mut note = 0;
        while note < NOTES {
            let base = turns(HARMONY[chord][note]);
            let side = if note % 2 == 0 { 0.3 } else { 0.7 };
            let strands = [(base - 1, 1.0, side), (base + 2, 0.8, 1.0 - side), (2 * base + 1, 0.16, side)];
            let mut s = 0;
            while s < STRANDS {
                let (turns, gain, right) = strands[s];
                let from = (chord as u32 * 4 + 14) * SECOND % LOOP;
                let gains = panned(LEVEL * gain, right);
                score[v] = Voice { turns, from, length: 8 * SECOND, shape: Shape::Swell, gains };
                v += 1;
                s += 1;
            }
            note += 1;
        }
        chord += 1;
    }
    let mut bell = 0;
    while bell < BELLS {
        let (at, hertz, right) = STRUCK[bell];
        let (from, length) = (at * (SECOND / 4), 4 * SECOND);
        let gains = panned(LEVEL * 0.6, right);
        score[v] = Voice { turns: turns(hertz), from, length, shape: Shape::Bell, gains };
        let gains = panned(LEVEL * 0.12, right);
        score[v + 1] = Voice { turns: 2 * turns(hertz), from, length, shape: Shape::Bell, gains };
        v += 2;
        bell += 1;
    }
    score
};

/// The built-in bed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bed;

impl Bed {
    /// Writes the bed's frames from a position on.
    pub fn fill(self, from: Position, out: &mut [Frame]) {
        let mut place = from.0.rem_euclid(i64::from(LOOP)) as u32;
        for chunk in out.chunks_mut(CHUNK) {
            let mut sums = [[0.0f32; CHUNK]; 2];
            for voice in &SCORE {
                voice.add(place, &mut sums);
            }
            for (i, frame) in chunk.iter_mut().enumerate() {
                *frame = [sums[0][i], sums[1][i]];
            }
            place = (place + chunk.len() as u32) % LOOP;
        }
    }
}

impl Voice {
    /// Adds the voice's next frames from a place in the loop on.
    fn add(&self, place: u32, sums: &mut [[f32; CHUNK]; 2]) {
        let since = (place + LOOP - self.from) % LOOP;
        if since >= self.length && since + (CHUNK as u32) <= LOOP {
            return;
        }
        let phase = (u64::from(self.turns) * u64::from(place) % u64::from(LOOP)) as i32;
        let samples = match self.shape {
            Shape::Swell => self.samples(phase, since as i32, |part| 0.5 + 0.5 * wave(part)),
            Shape::Bell => self.samples(phase, since as i32, |part| {
                let left = (1.0 - part) * (1.0 - part);
                let struck = if part < 0.0025 { part * 400.0 } else { 1.0 };
                struck * left * left * left
            }),
        };
        for (sums, gain) in sums.iter_mut().zip(self.gains) {
            for (sum, sample) in sums.iter_mut().zip(&samples) {
                *sum += gain * sample;
            }
        }
    }
}

impl Voice {
    /// The voice's samples under its shape. Signed numbers throughout: the compiler can widen those.
    #[inline(always)]
    fn samples(&self, phase: i32, since: i32, shape: impl Fn(f32) -> f32) -> [f32; CHUNK] {
        const ROUND: i32 = LOOP as i32;
        let (turns, length) = (self.turns as i32, self.length as i32);
        let (per_turn, per_length) = (1.0 / LOOP as f32, 1.0 / self.length as f32);
        let mut samples = [0.0f32; CHUNK];
        for (i, sample) in (0i32..).zip(&mut samples) {
            // Whole numbers until here: the phase of a frame doesn't depend on where its chunk began. One
            // subtraction is enough because no voice makes a turn in less than CHUNK frames.
            let phase = phase + turns * i;
            let phase = if phase >= ROUND { phase - ROUND } else { phase };
            let since = since + i;
            let since = if since >= ROUND { since - ROUND } else { since };
            let since = if since > length { length } else { since };
            *sample = shape(since as f32 * per_length) * wave(phase as f32 * per_turn);
        }
        samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::TruePeak;
    use crate::units::Frames;

    fn bed(from: i64, count: usize) -> Vec<Frame> {
        let mut out = vec![[0.0; 2]; count];
        Bed.fill(Position(from), &mut out);
        out
    }

    fn loudness(frames: &[Frame], mode: ebur128::Mode) -> ebur128::EbuR128 {
        let mut meter = ebur128::EbuR128::new(2, 48_000, mode).unwrap();
        meter.add_frames_f32(frames.as_flattened()).unwrap();
        meter
    }

    #[test]
    fn no_voice_turns_faster_than_its_phase_is_followed() {
        assert!(SCORE.iter().all(|voice| voice.turns * (CHUNK as u32) <= LOOP), "a voice is too high");
    }

    #[test]
    fn the_bed_has_the_loudness_it_states_and_is_even_and_mono_safe() {
        let frames = bed(0, 3 * LOOP as usize);
        let meter = loudness(&frames, ebur128::Mode::I | ebur128::Mode::LRA);
        let measured = meter.loudness_global().unwrap();
        assert!((measured - LOUDNESS.0).abs() < 0.1, "{measured} LUFS: scale LEVEL");
        assert!(meter.loudness_range().unwrap() < 5.0, "{} LU", meter.loudness_range().unwrap());
        let mono: Vec<Frame> = frames.iter().map(|[l, r]| [(l + r) / 2.0; 2]).collect();
        let mono = loudness(&mono, ebur128::Mode::I).loudness_global().unwrap();
        assert!(measured - mono < 1.5, "mono loses {} LU", measured - mono);
        let mut peak = TruePeak::default();
        peak.add(&frames);
        assert!(peak.peak().0 < -9.0, "{}", peak.peak());
    }

    #[test]
    fn the_bed_is_a_function_of_position_alone() {
        let whole = bed(-5000, 20_000);
        for (from, count) in [(-5000, 1), (-4999, 7), (-1, 2), (0, 333), (13, 12_000)] {
            assert_eq!(bed(from, count), whole[(from + 5000) as usize..][..count], "{from}");
            let later = Position(from) + Frames(i64::from(LOOP) * 111_979_167);
            assert_eq!(bed(later.0, count), bed(from, count), "{from}");
        }
    }

    #[test]
    fn the_bed_has_no_click_anywhere_not_even_where_it_loops() {
        let frames = bed(-24_000, LOOP as usize + 48_000);
        let sharpest =
            frames.windows(3).map(|w| (w[0][0] - 2.0 * w[1][0] + w[2][0]).abs()).fold(0.0, f32::max);
        // A sine of amplitude a and frequency f bends by a (tau f / 48000)^2 a frame: the bells' 1,480 Hz bound it.
        assert!(sharpest < 1.5e-3, "{sharpest}");
    }
}
