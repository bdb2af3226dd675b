//! A file as the timeline wants it: stereo frames at 48 kHz from any frame on.

use super::tags::Tags;
use super::{AMPLITUDE_MAX, DecodeError, Decoder, Health, MediaSource};
use crate::audio::resample::Resampler;
use crate::units::position::SAMPLE_RATE;
use crate::units::{Frame, Frames};

/// A decoder and a resampler.
pub struct Source {
    decoder: Decoder,
    resampler: Resampler,
    decoded: Vec<Frame>,
    ready: Vec<Frame>,
    given: usize,
    ended: bool,
}

impl Source {
    /// Takes a reader; the first frame that is read is `from`, counted at 48 kHz after gapless trimming. What comes is
    /// what reading from the beginning would give there, to the bit where the codec allows (the table in `skip`).
    ///
    /// # Errors
    /// If it is not audio that can be decoded.
    pub fn open(media: Box<dyn MediaSource>, extension: &str, from: Frames) -> Result<Self, DecodeError> {
        let mut decoder = Decoder::open(media, extension)?;
        let resampler = Resampler::new(decoder.rate(), from)
            .map_err(|error| DecodeError::Unsupported(error.to_string()))?;
        decoder.skip(resampler.taken());
        Ok(Self { decoder, resampler, decoded: Vec::new(), ready: Vec::new(), given: 0, ended: false })
    }

    /// Writes the next frames to the front of `out`. Fewer than asked for, or none: the file has ended.
    pub fn read(&mut self, out: &mut [Frame]) -> usize {
        let mut filled = 0;
        while filled < out.len() {
            let block = self.block();
            if block.is_empty() {
                break;
            }
            let count = block.len().min(out.len() - filled);
            out[filled..filled + count].copy_from_slice(&block[..count]);
            filled += count;
            self.advance(count);
        }
        filled
    }

    /// What is ready, decoding more if nothing is; empty at the end.
    pub fn block(&mut self) -> &[Frame] {
        while self.given == self.ready.len() && !self.ended {
            self.ready.clear();
            self.given = 0;
            self.decoded.clear();
            if self.decoder.next(&mut self.decoded) > 0 {
                self.resampler.push(&self.decoded, &mut self.ready);
            } else {
                self.resampler.finish(&mut self.ready);
                self.ended = true;
            }
            if self.decoder.rate() != SAMPLE_RATE as u32 {
                // Between samples at their bounds the band-limited signal goes beyond them.
                let bound = |sample: &mut f32| *sample = sample.clamp(-AMPLITUDE_MAX, AMPLITUDE_MAX);
                self.ready.as_flattened_mut().iter_mut().for_each(bound);
            }
        }
        &self.ready[self.given..]
    }

    /// Passes over frames of the block.
    pub fn advance(&mut self, frames: usize) {
        self.given = (self.given + frames).min(self.ready.len());
    }

    /// What the file says of itself.
    pub fn tags(&mut self) -> Tags {
        self.decoder.tags()
    }
    /// What was met so far.
    pub fn health(&self) -> Health {
        self.decoder.health()
    }
    /// The file's own rate, Hz.
    pub fn rate(&self) -> u32 {
        self.decoder.rate()
    }
}
