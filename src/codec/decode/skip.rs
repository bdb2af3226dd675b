//! Joining a file in its middle.
//!
//! Packets before the place are read and counted, not decoded, up to a pre-roll that fills the codec's memory.
//! Nothing is sought in the container, whose indices are wrong too often, except in PCM, where a frame's place is
//! plain arithmetic.
//!
//! | codec | the same bits as from the beginning |
//! |---|---|
//! | PCM, FLAC, ALAC, MP1/2/3, Vorbis in Ogg | yes |
//! | AAC | yes in the first ten minutes; later save for noise that the bit stream leaves to the decoder |
//! | Opus | to rounding: its recursive filters forget over the pre-roll |
//! | anything whose packets don't tell their length (Vorbis in Matroska, ADPCM) | yes: decoded from the beginning |

use super::length::Length;
use super::{Codec, Decoder};
use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;
use symphonia::core::formats::well_known::{FORMAT_ID_AIFF, FORMAT_ID_WAVE};
use symphonia::core::formats::{SeekMode, SeekTo};
use symphonia::core::units::Timestamp;

/// PCM is sought from here on, frames.
const SEEK_FROM: u64 = 1 << 20;
/// Four seconds of Opus: band energies are predicted from packet to packet.
const PRE_ROLL_OPUS: u64 = 192_000;
/// An MP3 frame may begin 511 bytes back, which is over 20 frames at the lowest rates.
const PRE_ROLL_MPEG: u64 = 40 * 1_152;
/// Ten minutes at 48 kHz: the noise that a stream leaves to the decoder follows from all that it has decoded.
const PRE_ROLL_AAC: u64 = 600 * 48_000;
const PRE_ROLL_VORBIS: u64 = 2 * 8_192;

impl Decoder {
    /// Goes to a frame at the file's own rate, counted from the first that sounds. To be called before anything was
    /// decoded. Beyond the end: nothing more will come.
    pub(super) fn skip(&mut self, frames: u64) {
        if frames == 0 {
            return;
        }
        self.left = self.left.map(|left| left.saturating_sub(frames));
        let target = self.lead + frames;
        self.lead = target;
        if self.length == Length::Unknown {
            return;
        }
        let mut at = self.seek(target);
        let pre_roll = self.pre_roll();
        while let Some(packet) = self.next_packet() {
            let Some(length) = self.length.of_packet(&packet) else { continue };
            if at + length + pre_roll > target {
                self.ahead.push_front(packet);
                if self.length == Length::DurationAfterFirst && at > 0 {
                    at += length;
                }
                break;
            }
            at += length;
        }
        self.raw = at;
        self.lead = target - at.min(target);
    }

    fn pre_roll(&self) -> u64 {
        match (&self.codec, self.length) {
            (Codec::Opus(_), _) => PRE_ROLL_OPUS,
            (_, Length::Mpeg { .. }) => PRE_ROLL_MPEG,
            (_, Length::Fixed(_)) => PRE_ROLL_AAC,
            (Codec::Symphonia(decoder), _) if decoder.codec_params().codec == CODEC_ID_VORBIS => {
                PRE_ROLL_VORBIS
            }
            _ => 0,
        }
    }

    /// Jumps within PCM, and tells where the next packet lies.
    fn seek(&mut self, target: u64) -> u64 {
        let format = self.reader.format_info().format;
        let pcm = matches!(format, FORMAT_ID_WAVE | FORMAT_ID_AIFF);
        if !pcm || target < SEEK_FROM || self.length != Length::Duration {
            return 0;
        }
        let (Ok(target), track_id) = (i64::try_from(target), self.track) else { return 0 };
        let to = SeekTo::Timestamp { ts: Timestamp::new(target), track_id };
        match self.reader.seek(SeekMode::Accurate, to) {
            Ok(landed) => {
                self.ahead.clear();
                landed.actual_ts.get().max(0) as u64
            }
            Err(_) => 0,
        }
    }
}
