//! The last thing that the programme passes: it never exceeds its ceiling, not even between samples.
//!
//! In: stereo frames of any level. Out: the same [`LOOK_AHEAD`] frames later, both channels lowered together
//! where a true peak would exceed the ceiling. Never: allocates, passes what is not a number, or gives
//! another sample for another block size or for a past more than [`MEMORY`] frames ago.
//! Spec: ITU-R BS.1770-5 annex 2 for the peaks; see [`gain`] for the law of the gain.

use super::gain::{self, Gain, UNITY};
use super::true_peak::{CHUNK, LATENCY, Oversampler};
use crate::units::{Db, Dbtp, Frame};

/// Frames between a frame's coming and its going: 240, 5 ms.
///
/// To find its peak takes 6 frames and to lower the gain 228; the 6 left keep the gain level over all that the
/// peak was computed from, so that the waveform between the samples is scaled and not bent.
pub const LOOK_AHEAD: usize = LATENCY + gain::ATTACK + LATENCY;

/// Frames after which the output depends on nothing older: 0.6 s.
pub const MEMORY: usize = gain::MEMORY + LOOK_AHEAD + 2 * LATENCY;

/// How much below the ceiling peaks are kept, for what four points a frame don't show. A sharper filter than a
/// meter of annex 2 still finds higher peaks in full-scale noise that reaches 24 kHz; music has nothing there.
const GUARD: Db = Db(-0.1);

/// Keeps a programme below its ceiling.
#[derive(Clone, Debug)]
pub struct Limiter {
    ceiling: f32,
    oversampler: Oversampler,
    gain: Gain,
    delay: Box<[Frame; LOOK_AHEAD]>,
    place: usize,
}

impl Limiter {
    /// With the level that its output never exceeds.
    pub fn new(ceiling: Dbtp) -> Self {
        Self {
            ceiling: (ceiling.amplitude() * GUARD.factor()) as f32,
            oversampler: Oversampler::default(),
            gain: Gain::default(),
            delay: Box::new([[0.0; 2]; LOOK_AHEAD]),
            place: 0,
        }
    }

    /// Takes the next frames and leaves in their place those of [`LOOK_AHEAD`] frames ago, limited.
    pub fn process(&mut self, block: &mut [Frame]) {
        for chunk in block.chunks_mut(CHUNK) {
            self.chunk(chunk);
        }
    }

    /// How much the programme was lowered at most since this was last asked: 0 dB or less.
    pub fn take_reduction(&mut self) -> Db {
        Db::from_factor(f64::from(self.gain.take_deepest()))
    }

    fn chunk(&mut self, chunk: &mut [Frame]) {
        silence_what_is_not_a_number(chunk);
        let mut peaks = [0.0; CHUNK];
        let any = self.oversampler.peaks(chunk, self.ceiling, &mut peaks);
        self.exchange(chunk);
        if !any && self.gain.rests() {
            return;
        }
        for (frame, peak) in chunk.iter_mut().zip(peaks) {
            let needed =
                if peak > self.ceiling { (self.ceiling / peak * UNITY as f32) as u32 } else { UNITY };
            let factor = self.gain.step(needed);
            *frame = frame.map(|sample| sample * factor);
        }
    }

    /// Swaps the chunk with the oldest frames of the delay.
    fn exchange(&mut self, mut chunk: &mut [Frame]) {
        while !chunk.is_empty() {
            let count = chunk.len().min(LOOK_AHEAD - self.place);
            let (now, later) = chunk.split_at_mut(count);
            self.delay[self.place..self.place + count].swap_with_slice(now);
            self.place = (self.place + count) % LOOK_AHEAD;
            chunk = later;
        }
    }
}

/// A decoder that fails must not poison the filters: NaN and infinities become 0.
fn silence_what_is_not_a_number(chunk: &mut [Frame]) {
    const INFINITE: u32 = f32::INFINITY.to_bits();
    let magnitude = |sample: &f32| sample.to_bits() & 0x7fff_ffff;
    let samples = chunk.as_flattened_mut();
    if samples.iter().fold(false, |bad, sample| bad | (magnitude(sample) >= INFINITE)) {
        for sample in samples.iter_mut().filter(|sample| magnitude(sample) >= INFINITE) {
            *sample = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::TruePeak;
    use crate::units::Seed;
    use proptest::prelude::*;
    use std::f64::consts::TAU;

    fn noise(seed: u64, i: usize) -> f32 {
        2.0 * Seed(seed).with(i as u64).unit() as f32 - 1.0
    }

    fn made(count: usize, at: impl Fn(usize) -> Frame) -> Vec<Frame> {
        (0..count).map(at).collect()
    }

    fn sine(parts: f64, degrees: f64, i: usize) -> f32 {
        (TAU * (i as f64 / parts + degrees / 360.0)).sin() as f32
    }

    /// Many sines, raised by 12 dB and clipped.
    fn clipped(i: usize) -> Frame {
        [0.0, 0.3].map(|shift| {
            let sum: f32 = (1..12).map(|n| sine(3000.0 / f64::from(n * n), shift * f64::from(n), i)).sum();
            (sum * 0.8).clamp(-1.0, 1.0)
        })
    }

    fn nasty() -> Vec<(&'static str, Vec<Frame>)> {
        let square =
            |period: usize| made(48_000, move |i| [if i % period < period / 2 { 1.0 } else { -1.0 }; 2]);
        vec![
            ("square of 100 frames", square(100)),
            ("square of 7 frames", square(7)),
            ("square of 4 frames", square(4)),
            ("fs/4 at 45 degrees, +3 dB", made(48_000, |i| [1.41 * sine(4.0, 45.0, i); 2])),
            ("fs/4 at 45 degrees, one side", made(48_000, |i| [1.41 * sine(4.0, 45.0, i), 0.0])),
            ("fs/5.3 at 10 degrees", made(48_000, |i| [1.2 * sine(5.3, 10.0, i); 2])),
            ("a sweep at full scale", made(96_000, |i| [sine(96_000.0 / (i as f64 * 0.2 + 1.0), 0.0, i); 2])),
            ("bass at 40 Hz, +6 dB", made(48_000, |i| [2.0 * sine(1200.0, 0.0, i); 2])),
            (
                "noise bursts, +12 dB",
                made(96_000, |i| {
                    let on = (i / 977) % 3 == 0;
                    [5, 6].map(|seed| if on { 4.0 * noise(seed, i) } else { 0.05 * noise(seed, i) })
                }),
            ),
            ("a single spike", made(24_000, |i| [if i == 9000 { 8.0 } else { 0.1 * noise(7, i) }; 2])),
            (
                "two spikes of either sign",
                made(24_000, |i| match i {
                    9000 => [3.0, -3.0],
                    9001 => [3.0, 3.0],
                    _ => [0.0; 2],
                }),
            ),
            ("clipped music", made(96_000, clipped)),
            ("clipped noise", made(48_000, |i| [(9.0 * noise(8, i)).clamp(-1.0, 1.0), noise(9, i)])),
        ]
    }

    fn limited(ceiling: Dbtp, mut frames: Vec<Frame>) -> Vec<Frame> {
        frames.resize(frames.len() + LOOK_AHEAD, [0.0; 2]);
        Limiter::new(ceiling).process(&mut frames);
        frames
    }

    #[test]
    fn nothing_exceeds_the_ceiling_not_even_between_samples() {
        for ceiling in [Dbtp(-1.0), Dbtp(0.0), Dbtp(-9.0)] {
            for (name, frames) in nasty() {
                let out = limited(ceiling, frames);
                let mut meter = ebur128::EbuR128::new(2, 48_000, ebur128::Mode::TRUE_PEAK).unwrap();
                meter.add_frames_f32(out.as_flattened()).unwrap();
                let theirs =
                    Dbtp::from_amplitude((0..2).map(|c| meter.true_peak(c).unwrap()).fold(0.0, f64::max));
                let mut meter = TruePeak::default();
                meter.add(&out);
                let over = (theirs - ceiling).0.max((meter.peak() - ceiling).0);
                assert!(over <= 0.0, "{name}: {over:+.3} dB over {ceiling}");
                assert!(over > GUARD.0 - 0.01, "{name}: {over:+.3} dB, lowered for nothing");
            }
        }
    }

    #[test]
    fn what_is_below_the_ceiling_passes_untouched() {
        let frames = made(20_000, |i| [0.4 * noise(1, i), 0.4 * noise(2, i)]);
        let out = limited(Dbtp(-1.0), frames.clone());
        assert_eq!(out[..LOOK_AHEAD], [[0.0; 2]; LOOK_AHEAD]);
        assert_eq!(out[LOOK_AHEAD..], frames);
    }

    #[test]
    fn bass_is_lowered_and_not_shaped() {
        let frames = made(96_000, |i| [2.0 * sine(1200.0, 0.0, i); 2]);
        let out = limited(Dbtp(-1.0), frames);
        let (mut off, mut on) = (0.0, 0.0);
        let gain = f64::from((Dbtp(-1.0).amplitude() * GUARD.factor()) as f32) / 2.0;
        for (i, frame) in out[LOOK_AHEAD..].iter().enumerate().skip(48_000) {
            let clean = 2.0 * gain * f64::from(sine(1200.0, 0.0, i));
            off += (f64::from(frame[0]) - clean).powi(2);
            on += clean * clean;
        }
        assert!(10.0 * (off / on).log10() < -38.0, "{:.1} dB", 10.0 * (off / on).log10());
    }

    #[test]
    fn what_is_not_a_number_becomes_silence() {
        let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -f32::NAN];
        let out = limited(Dbtp(-1.0), made(5000, |i| [bad[i % 4], if i % 10 == 0 { f32::MAX } else { 0.5 }]));
        assert!(out.iter().all(|frame| frame[0] == 0.0 && frame[1].abs() < 0.9));
    }

    #[test]
    fn the_reduction_is_told_once() {
        let mut limiter = Limiter::new(Dbtp(-1.0));
        limiter.process(&mut made(4800, |i| [2.0 * sine(48.0, 0.0, i); 2]));
        let told = limiter.take_reduction().0;
        assert!((told + 7.1).abs() < 0.1, "{told}");
        limiter.process(&mut vec![[0.0; 2]; MEMORY]);
        limiter.take_reduction();
        assert_eq!(limiter.take_reduction(), Db(0.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_output_is_the_same_whatever_the_blocks(
            seed in any::<u64>(),
            cuts in prop::collection::vec(1..700usize, 1..200),
        ) {
            let frames = made(30_000, |i| {
                let level = 1.6 * Seed(seed).with(1_000_000 + i as u64 / 3000).unit() as f32;
                [level * noise(seed, i), level * sine(37.7, 0.0, i)]
            });
            let mut whole = frames.clone();
            Limiter::new(Dbtp(-1.0)).process(&mut whole);
            let mut blocks = frames;
            let mut limiter = Limiter::new(Dbtp(-1.0));
            let (mut rest, mut cuts) = (&mut blocks[..], cuts.into_iter().cycle());
            while !rest.is_empty() {
                let cut = cuts.next().unwrap().min(rest.len());
                let (block, later) = rest.split_at_mut(cut);
                limiter.process(block);
                rest = later;
            }
            prop_assert!(whole == blocks);
        }

        #[test]
        fn the_past_is_forgotten(seed in any::<u64>(), loud in 0.5f32..9.0) {
            let since = made(MEMORY + 20_000, |i| [noise(seed, i), 1.2 * noise(seed + 1, i)]);
            let outs: Vec<Vec<Frame>> = [0.0, loud]
                .into_iter()
                .map(|level| {
                    let mut limiter = Limiter::new(Dbtp(-1.0));
                    limiter.process(&mut made(9_000, |i| [level * noise(3, i); 2]));
                    let mut out = since.clone();
                    limiter.process(&mut out);
                    out
                })
                .collect();
            prop_assert!(outs[0][MEMORY..] == outs[1][MEMORY..]);
        }
    }
}
