//! Any sample rate to the timeline's 48 kHz.
//!
//! In: stereo frames at one rate, in blocks of any size. Out: frame k at the time k / 48,000 s of the input, its
//! delay taken out; as many frames as the input lasts. 48 kHz passes bit for bit.
//!
//! The work is done in blocks on a fixed raster of the input, and a block's output depends on that block and the one
//! before. So a resampler that starts in the middle gives the very samples that one from the beginning gives.
//! Never: allocates per block once its buffers have grown.

use crate::units::position::SAMPLE_RATE;
use crate::units::{Frame, Frames};
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _};

/// The shorter side of a block has at least so many frames: it sets how steep the filter is.
const BLOCK_FRAMES_MIN: u64 = 1024;

/// Why no resampler could be made.
#[derive(Debug, thiserror::Error)]
#[error("no resampler from {rate} Hz: {why}")]
pub struct ResampleError {
    /// The input's rate.
    pub rate: u32,
    /// In the library's words.
    pub why: String,
}

/// A converter to 48 kHz.
pub struct Resampler {
    rate: u32,
    blocks: Option<Blocks>,
    /// Input frames that were taken, counted from the beginning of the file.
    taken: u64,
    /// The next frame that comes out, counted from the beginning of the file.
    next: u64,
}

struct Blocks {
    fft: Fft<f32>,
    size_in: usize,
    size_out: usize,
    input: Vec<Frame>,
    output: Vec<Frame>,
    /// Frames of output still to be dropped: the delay, and what lies before the start.
    drop: u64,
}

impl Resampler {
    /// Converts from `rate`, which is not 0; the first frame that comes out is `from`, counted at 48 kHz from the
    /// beginning of the file. The input has to begin at [`Self::taken`].
    ///
    /// # Errors
    /// If the library refuses the rate.
    pub fn new(rate: u32, from: Frames) -> Result<Self, ResampleError> {
        let from = from.0.max(0) as u64;
        if i64::from(rate) == SAMPLE_RATE {
            return Ok(Self { rate, blocks: None, taken: from, next: from });
        }
        let refuse = |why: String| ResampleError { rate, why };
        if rate == 0 {
            return Err(refuse("no rate".to_owned()));
        }
        let (rate_in, rate_out) = (u64::from(rate), SAMPLE_RATE as u64);
        let common = gcd(rate_in, rate_out);
        let (unit_in, unit_out) = (rate_in / common, rate_out / common);
        // Both halves whole: the delay is half a block, and then exact on both sides.
        let units = BLOCK_FRAMES_MIN.div_ceil(unit_in.min(unit_out)).next_multiple_of(2);
        let (size_in, size_out) = (units * unit_in, units * unit_out);
        let fft = Fft::new(rate as usize, SAMPLE_RATE as usize, size_in as usize, 2, FixedSync::Both)
            .map_err(|error| refuse(error.to_string()))?;
        assert_eq!((fft.fft_size_in() as u64, fft.fft_size_out() as u64), (size_in, size_out), "{rate} Hz");
        let delay = size_out / 2;
        // The block that gives frame `from`, and the one before it.
        let first = ((from + delay) / size_out).saturating_sub(1);
        let blocks = Blocks {
            fft,
            size_in: size_in as usize,
            size_out: size_out as usize,
            input: Vec::with_capacity(size_in as usize),
            output: vec![[0.0; 2]; size_out as usize],
            drop: from + delay - first * size_out,
        };
        Ok(Self { rate, blocks: Some(blocks), taken: first * size_in, next: from })
    }

    /// The input frame that is to be pushed next, counted from the beginning of the file.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes the next frames of input and appends what can be told of the output.
    pub fn push(&mut self, mut input: &[Frame], out: &mut Vec<Frame>) {
        self.taken += input.len() as u64;
        let before = out.len();
        match &mut self.blocks {
            None => out.extend_from_slice(input),
            Some(blocks) => {
                while !input.is_empty() {
                    let room = (blocks.size_in - blocks.input.len()).min(input.len());
                    let (now, later) = input.split_at(room);
                    blocks.input.extend_from_slice(now);
                    input = later;
                    if blocks.input.len() == blocks.size_in {
                        blocks.turn(out);
                    }
                }
            }
        }
        self.next += (out.len() - before) as u64;
    }

    /// The input has ended: appends the rest, so that as many frames came out as the input lasts.
    pub fn finish(&mut self, out: &mut Vec<Frame>) {
        let end = Frames::rescaled(self.taken as i64, self.rate).0 as u64;
        let before = out.len();
        if let Some(blocks) = &mut self.blocks {
            while self.next + ((out.len() - before) as u64) < end {
                blocks.input.resize(blocks.size_in, [0.0; 2]);
                blocks.turn(out);
            }
            out.truncate(before + end.saturating_sub(self.next) as usize);
            blocks.input.clear();
        }
        self.next += (out.len() - before) as u64;
    }
}

impl Blocks {
    /// Converts the full input block.
    fn turn(&mut self, out: &mut Vec<Frame>) {
        let input = InterleavedSlice::new(self.input.as_flattened(), 2, self.size_in)
            .expect("the slice has two samples for each frame");
        let mut output = InterleavedSlice::new_mut(self.output.as_flattened_mut(), 2, self.size_out)
            .expect("the slice has two samples for each frame");
        self.fft
            .process_into_buffer(&input, &mut output, None)
            .expect("both buffers have the sizes that the converter was made for");
        self.input.clear();
        let dropped = self.drop.min(self.size_out as u64);
        self.drop -= dropped;
        out.extend_from_slice(&self.output[dropped as usize..]);
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const RATES: [u32; 8] = [8_000, 11_025, 22_050, 32_000, 44_100, 88_200, 96_000, 192_000];

    fn sampled(rate: u32, frames: usize, signal: impl Fn(f64) -> f64) -> Vec<Frame> {
        let at = |k: usize| signal(k as f64 / f64::from(rate)) as f32;
        (0..frames).map(|k| [at(k), -at(k)]).collect()
    }

    fn convert(rate: u32, from: i64, input: &[Frame], block: usize) -> Vec<Frame> {
        let mut resampler = Resampler::new(rate, Frames(from)).unwrap();
        let mut out = Vec::new();
        let start = (resampler.taken() as usize).min(input.len());
        for block in input[start..].chunks(block) {
            resampler.push(block, &mut out);
        }
        resampler.finish(&mut out);
        out
    }

    /// Signal over error in dB, the edges left out.
    fn fidelity(out: &[Frame], expected: &[Frame]) -> f64 {
        assert_eq!(out.len(), expected.len());
        let inner = 4_000..out.len() - 4_000;
        let power = |value: f32| f64::from(value).powi(2);
        let signal: f64 = expected[inner.clone()].iter().map(|f| power(f[0]) + power(f[1])).sum();
        let error: f64 = out[inner.clone()]
            .iter()
            .zip(&expected[inner])
            .map(|(a, b)| power(a[0] - b[0]) + power(a[1] - b[1]))
            .sum();
        10.0 * (signal / error.max(1e-30)).log10()
    }

    #[test]
    fn a_sine_keeps_its_time_and_level_at_any_rate() {
        for rate in RATES {
            for hertz in [100.0, 997.0, 3_000.0, 10_000.0, 19_000.0, 20_000.0] {
                if hertz > f64::from(rate) * 0.445 {
                    continue;
                }
                let sine = |t: f64| 0.7 * (TAU * hertz * t + 0.3).sin();
                let out = convert(rate, 0, &sampled(rate, rate as usize, sine), 777);
                let snr = fidelity(&out, &sampled(48_000, 48_000, sine));
                assert!(snr > 100.0, "{hertz} Hz at {rate}: {snr:.1} dB against the closed form");
            }
        }
    }

    #[test]
    fn a_chirp_lies_where_it_lay() {
        for rate in RATES {
            let top = 0.4 * f64::from(rate.min(48_000));
            let chirp = |t: f64| 0.5 * (TAU * (50.0 * t + (top - 50.0) * t * t / 2.0)).sin();
            let out = convert(rate, 0, &sampled(rate, rate as usize, chirp), 4_096);
            let snr = fidelity(&out, &sampled(48_000, 48_000, chirp));
            assert!(snr > 90.0, "{rate}: {snr:.1} dB");
        }
    }

    #[test]
    fn starting_in_the_middle_gives_the_same_samples_whatever_the_blocks() {
        for rate in RATES.into_iter().chain([48_000, 44_056]) {
            let noise = |t: f64| ((t * 7919.0).sin() * 43_758.545).fract() * 0.5;
            let input = sampled(rate, rate as usize / 2, noise);
            let whole = convert(rate, 0, &input, 1_000);
            assert_eq!(whole.len() as i64, Frames::rescaled(input.len() as i64, rate).0);
            for from in [1, 559, 640, 5_000, 12_345, 23_990] {
                for block in [1_152, 65_536] {
                    assert!(
                        convert(rate, from, &input, block) == whole[from as usize..],
                        "{rate} from {from} in blocks of {block}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_end_within_a_block_is_not_lost() {
        for rate in RATES {
            for frames in [1, 100, 1_023, 5_001] {
                let out = convert(rate, 0, &sampled(rate, frames, |_| 0.25), 64);
                assert_eq!(
                    out.len() as i64,
                    Frames::rescaled(frames as i64, rate).0,
                    "{frames} frames at {rate}"
                );
            }
        }
    }
}
