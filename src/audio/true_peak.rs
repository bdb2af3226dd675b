//! How high the waveform between the samples goes.
//!
//! In: stereo frames. Out: for each frame the greatest magnitude, over both channels, of the frame and of
//! three points between it and the next. Never: allocates; does the work where it can't matter.
//! Spec: ITU-R BS.1770-5 annex 2: four times oversampling by a polyphase filter of 4 x 12 taps. The taps
//! here are a sinc under a Hann window of 12 frames, so that the phase of the frames themselves is exact.

use super::sine::sin;
use crate::units::{Dbtp, Frame};
use std::f64::consts::PI;

/// Taps of a phase of the filter.
pub const TAPS: usize = 12;
/// A frame's peak is known when this many frames after it have come.
pub const LATENCY: usize = TAPS / 2;
/// The most frames that one call of [`Oversampler::peaks`] takes.
pub const CHUNK: usize = 64;

const HISTORY: usize = TAPS - 1;
const GROUP: usize = 16;
/// Where in the chunk's lane, counted from the first tap, the frame lies whose peak is asked.
const CENTRE: usize = LATENCY - 1;

/// The tap `k` of the phase that interpolates this part of a frame after the centre.
const fn tap(k: usize, after: f64) -> f64 {
    let t = after - (k as f64 - CENTRE as f64);
    let window = sin(PI / 2.0 + PI * t / TAPS as f64);
    sin(PI * t) / (PI * t) * window * window
}

const fn phase(after: f64) -> [f32; TAPS] {
    let mut taps = [0.0; TAPS];
    let mut k = 0;
    while k < TAPS {
        taps[k] = tap(k, after) as f32;
        k += 1;
    }
    taps
}

const PHASES: [[f32; TAPS]; 3] = [phase(0.25), phase(0.5), phase(0.75)];

/// No point between samples of magnitude 1 or less is higher than this: the greatest sum of a phase's
/// magnitudes, with room for the rounding of the sums.
const HIGHEST: f32 = {
    let (mut highest, mut p) = (1.0, 0);
    while p < PHASES.len() {
        let (mut sum, mut k) = (0.0, 0);
        while k < TAPS {
            let tap = PHASES[p][k];
            sum += if tap < 0.0 { -tap } else { tap };
            k += 1;
        }
        if sum > highest {
            highest = sum;
        }
        p += 1;
    }
    highest * 1.0001
};

/// Finds the peaks around each frame; remembers the last 11 frames.
#[derive(Clone, Debug)]
pub struct Oversampler {
    lanes: [[f32; HISTORY + CHUNK]; 2],
}

impl Default for Oversampler {
    fn default() -> Self {
        Self { lanes: [[0.0; HISTORY + CHUNK]; 2] }
    }
}

impl Oversampler {
    /// Takes the next frames, at most [`CHUNK`], and writes into `peaks[i]` the peak about the frame that came
    /// [`LATENCY`] frames before `frames[i]`. Where no peak can exceed `ceiling`, 0 stands for it.
    ///
    /// Returns whether any of them may exceed the ceiling; if not, `peaks` is not written.
    pub fn peaks(&mut self, frames: &[Frame], ceiling: f32, peaks: &mut [f32; CHUNK]) -> bool {
        let count = frames.len();
        for (i, &[left, right]) in frames.iter().enumerate() {
            self.lanes[0][HISTORY + i] = left;
            self.lanes[1][HISTORY + i] = right;
        }
        let mut any = false;
        if highest(&self.lanes, 0, HISTORY + count) * HIGHEST > ceiling {
            for at in (0..count).step_by(GROUP) {
                let group = peaks[at..].first_chunk_mut::<GROUP>().expect("a chunk is whole groups");
                if highest(&self.lanes, at, HISTORY + GROUP) * HIGHEST > ceiling {
                    any = true;
                    *group = [0.0; GROUP];
                    for lane in &self.lanes {
                        raise(lane[at..].first_chunk().expect("the history precedes each group"), group);
                    }
                } else {
                    *group = [0.0; GROUP];
                }
            }
        }
        for lane in &mut self.lanes {
            lane.copy_within(count..count + HISTORY, 0);
        }
        any
    }
}

/// The greatest magnitude of both lanes from a place on.
fn highest(lanes: &[[f32; HISTORY + CHUNK]; 2], from: usize, count: usize) -> f32 {
    let mut widest = [0.0f32; 8];
    for lane in lanes {
        let (whole, rest) = lane[from..from + count].as_chunks::<8>();
        for eight in whole {
            for (high, sample) in widest.iter_mut().zip(eight) {
                *high = if sample.abs() > *high { sample.abs() } else { *high };
            }
        }
        for (high, sample) in widest.iter_mut().zip(rest) {
            *high = if sample.abs() > *high { sample.abs() } else { *high };
        }
    }
    widest.into_iter().fold(0.0, f32::max)
}

/// Raises each peak to the greatest of its frame and the three points after it.
#[inline]
fn raise(lane: &[f32; HISTORY + GROUP], peaks: &mut [f32; GROUP]) {
    let mut points = [[0.0f32; GROUP]; 3];
    for k in 0..TAPS {
        let samples: &[f32; GROUP] = lane[k..].first_chunk().expect("a lane has 11 frames more than a group");
        for (sums, taps) in points.iter_mut().zip(&PHASES) {
            for (sum, sample) in sums.iter_mut().zip(samples) {
                *sum += taps[k] * sample;
            }
        }
    }
    let frames: &[f32; GROUP] = lane[CENTRE..].first_chunk().expect("the centre is within the history");
    for line in points.iter().chain([frames]) {
        for (peak, point) in peaks.iter_mut().zip(line) {
            *peak = if point.abs() > *peak { point.abs() } else { *peak };
        }
    }
}

/// A meter of the highest true peak of what it was given, both channels taken together.
#[derive(Clone, Debug, Default)]
pub struct TruePeak {
    oversampler: Oversampler,
    peak: f32,
}

impl TruePeak {
    /// Measures the next frames.
    pub fn add(&mut self, frames: &[Frame]) {
        let mut peaks = [0.0; CHUNK];
        for chunk in frames.chunks(CHUNK) {
            if self.oversampler.peaks(chunk, self.peak, &mut peaks) {
                self.peak = peaks[..chunk.len()].iter().copied().fold(self.peak, f32::max);
            }
        }
    }

    /// The highest true peak so far, to the last frame: as if silence followed.
    pub fn peak(&self) -> Dbtp {
        let mut rest = self.clone();
        rest.add(&[[0.0; 2]; LATENCY]);
        Dbtp::from_amplitude(f64::from(rest.peak))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Seed;
    use std::f64::consts::TAU;

    fn check(name: &str, frames: &[Frame], expected: f64) {
        let mut meter = TruePeak::default();
        meter.add(frames);
        let error = meter.peak().0 - expected;
        assert!((-0.4..=0.2).contains(&error), "{name}: {expected} dBTP is read {error:+.3} dB off");
    }

    /// A sine of an amplitude, a frequency in parts of the sample rate and a phase in degrees, faded in and out.
    fn tone(amplitude: f64, parts: f64, degrees: f64) -> Vec<Frame> {
        (0..48_000)
            .map(|i| {
                let edge = (f64::from(i.min(47_999 - i)) / 4800.0).min(1.0);
                let sample = amplitude * edge * (TAU * (f64::from(i) / parts + degrees / 360.0)).sin();
                [sample as f32; 2]
            })
            .collect()
    }

    /// EBU Tech 3341 (2016), table 1, cases 15 to 19; tolerance +0.2/-0.4 dB.
    #[test]
    fn the_meter_reads_the_sines_of_tech_3341() {
        for (case, amplitude, parts, degrees, expected) in [
            (15, 0.5, 4.0, 0.0, -6.0),
            (16, 0.5, 4.0, 45.0, -6.0),
            (17, 0.5, 6.0, 60.0, -6.0),
            (18, 0.5, 8.0, 67.5, -6.0),
            (19, 1.41, 4.0, 45.0, 3.0),
        ] {
            check(&format!("case {case}"), &tone(amplitude, parts, degrees), expected);
        }
    }

    /// As EBU Tech 3341 cases 20 to 23: one period at full scale within a sine of fs/6 at half of it, made at four
    /// times the rate, band-limited, and brought down from each of the four offsets.
    #[test]
    fn the_meter_reads_one_loud_period_wherever_it_lies_between_the_samples() {
        let at_four_times: Vec<f64> = (0..4 * 4800)
            .map(|i| {
                let loud = (9600..9624).contains(&i);
                (if loud { 1.0 } else { 0.5 }) * (TAU * f64::from(i) / 24.0).sin()
            })
            .collect();
        let limited = |at: usize| -> f64 {
            (0..=512)
                .filter_map(|k| Some((k, at_four_times.get((at + k).checked_sub(256)?)?)))
                .map(|(k, sample)| {
                    let t = (k as f64 - 256.0) / 4.0;
                    let sinc = if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) };
                    sample * sinc * (PI * t / 128.0).cos().powi(2) / 4.0
                })
                .sum()
        };
        for offset in 0..4 {
            let frames: Vec<Frame> = (0..4800).map(|i| [limited(4 * i + offset) as f32, 0.0]).collect();
            check(&format!("case {}", 20 + offset), &frames[480..4320], 0.0);
        }
    }

    #[test]
    fn what_is_skipped_never_was_above_the_ceiling() {
        let mut whole = Oversampler::default();
        let mut skipping = Oversampler::default();
        let (mut all, mut some) = ([0.0; CHUNK], [0.0; CHUNK]);
        let mut skipped = 0;
        for block in 0..4000u64 {
            let level = Seed(block).with(1).unit() as f32;
            let frames: Vec<Frame> = (0..1 + Seed(block).with(2).below(CHUNK as u64))
                .map(|i| [2, 3].map(|c| level * (2.0 * Seed(block).with(c).with(i).unit() as f32 - 1.0)))
                .collect();
            whole.peaks(&frames, -1.0, &mut all);
            if !skipping.peaks(&frames, 0.8, &mut some) {
                some = [0.0; CHUNK];
            }
            for (all, some) in all.iter().zip(&some).take(frames.len()) {
                assert!(some == all || *some == 0.0 && *all <= 0.8, "{some} stands for {all}");
                skipped += usize::from(*some == 0.0);
            }
        }
        assert!(skipped > 10_000, "{skipped}");
    }
}
