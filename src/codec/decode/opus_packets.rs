//! Opus packets to frames, mono to eight channels.
//!
//! In: an identification header and packets. Out: stereo frames at 48 kHz; the pre-skip is left to the caller,
//! the header's output gain is applied.
//! Spec: RFC 7845 section 5.1 (identification header), Encapsulation of Opus in ISO base media (dOps).

use super::downmix::{Downmix, Speaker};
use super::{DecodeError, length};
use crate::units::{Db, Frame};
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::packet::Packet;

/// Opus always decodes at this rate here.
pub const RATE: u32 = 48_000;
/// The longest packet, frames.
const PACKET_FRAMES_MAX: usize = 5_760;

/// A decoder of one stream.
pub struct OpusPackets {
    decoder: opus::MSDecoder,
    channels: usize,
    pre_skip: u64,
    gain: f32,
    mix: Downmix,
    pcm: Vec<f32>,
}

/// Frames in a packet, by its first bytes.
pub fn frames(data: &[u8]) -> Option<u64> {
    opus::packet::get_nb_samples(data, RATE).ok().map(|frames| frames as u64)
}

impl OpusPackets {
    /// Reads the identification header. In MP4 its numbers are big-endian.
    pub fn new(params: &AudioCodecParameters, big_endian: bool) -> Result<Self, DecodeError> {
        let refuse = |why: &str| DecodeError::Unsupported(format!("Opus {why}"));
        let head = params.extra_data.as_deref().unwrap_or_default();
        let fixed = head.get(..19).ok_or_else(|| refuse("without an identification header"))?;
        let number = |at: usize| {
            let pair = [fixed[at], fixed[at + 1]];
            if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        };
        let channels = usize::from(fixed[9]);
        let (streams, coupled, mapping) = match (fixed[18], channels) {
            (0, 1) => (1, 0, &[0][..]),
            (0, 2) => (1, 1, &[0, 1][..]),
            (1, 1..=8) => {
                let table =
                    head.get(19..21 + channels).ok_or_else(|| refuse("with a broken channel mapping"))?;
                (table[0], table[1], &table[2..])
            }
            (family, _) => return Err(refuse(&format!("of {channels} channels in mapping family {family}"))),
        };
        let decoder = opus::MSDecoder::new(RATE, streams, coupled, mapping)
            .map_err(|error| refuse(&format!("refused by its decoder: {error}")))?;
        Ok(Self {
            decoder,
            channels,
            pre_skip: u64::from(number(10)),
            gain: Db(f64::from(number(16) as i16) / 256.0).factor() as f32,
            mix: Downmix::of(&Speaker::vorbis_order(channels)),
            pcm: vec![0.0; PACKET_FRAMES_MAX * channels],
        })
    }

    /// Frames to drop at the beginning.
    pub fn pre_skip(&self) -> u64 {
        self.pre_skip
    }

    /// Appends a packet's frames; false if it is broken.
    pub fn decode(&mut self, packet: &Packet, out: &mut Vec<Frame>) -> bool {
        if packet.data.is_empty() {
            return false;
        }
        let Ok(frames) = self.decoder.decode_float(&packet.data, &mut self.pcm, false) else { return false };
        let kept = frames - (packet.trim_end.get().min(length::FRAMES_MAX) as usize).min(frames);
        let pcm = &mut self.pcm[..kept * self.channels];
        if self.gain != 1.0 {
            pcm.iter_mut().for_each(|sample| *sample *= self.gain);
        }
        self.mix.append(pcm, out);
        true
    }
}
