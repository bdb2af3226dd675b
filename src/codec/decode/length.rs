//! How many frames a packet lasts, told without decoding it.
//!
//! Spec: ISO/IEC 11172-3 section 2.4.1.3 (MPEG audio headers), RFC 6716 section 3.1 (Opus),
//! RFC 9639 section 9.1 (FLAC frame headers).

use super::opus_packets;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_FLAC, CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3, CODEC_ID_OPUS, CODEC_ID_VORBIS,
};
use symphonia::core::formats::FormatId;
use symphonia::core::formats::well_known::FORMAT_ID_MKV;
use symphonia::core::packet::Packet;

/// No packet lasts longer: the largest FLAC block.
pub const FRAMES_MAX: u64 = 65_536;

/// The rule for a track's packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// By the header of an MPEG audio frame, less what is trimmed.
    Mpeg {
        /// Whether the decoder trims what the container says.
        trimmed: bool,
    },
    /// Always the same.
    Fixed(u64),
    /// By the first bytes of an Opus packet, less what is trimmed at the end.
    Opus,
    /// By the header of a FLAC frame.
    Flac,
    /// As the container says, in frames.
    Duration,
    /// The same, but the first packet after a start gives nothing: it only primes the overlap.
    DurationAfterFirst,
    /// Only decoding tells.
    Unknown,
}

impl Length {
    /// The rule for a codec in a container; `in_frames` if the container counts time in frames, `gapless` if the
    /// decoder trims by what the packets say.
    pub fn of(params: &AudioCodecParameters, in_frames: bool, format: FormatId, gapless: bool) -> Self {
        match params.codec {
            CODEC_ID_MP1 | CODEC_ID_MP2 | CODEC_ID_MP3 => Self::Mpeg { trimmed: gapless },
            CODEC_ID_AAC => Self::Fixed(1024),
            CODEC_ID_OPUS => Self::Opus,
            CODEC_ID_FLAC if format == FORMAT_ID_MKV => Self::Flac,
            _ if format == FORMAT_ID_MKV || !in_frames => Self::Unknown,
            CODEC_ID_VORBIS => Self::DurationAfterFirst,
            _ => Self::Duration,
        }
    }

    /// The frames that decoding this packet gives.
    pub fn of_packet(self, packet: &Packet) -> Option<u64> {
        match self {
            Self::Mpeg { trimmed: false } => mpeg(&packet.data),
            Self::Mpeg { trimmed: true } => {
                Some(mpeg(&packet.data)?.saturating_sub(packet.trim_start.get() + packet.trim_end.get()))
            }
            Self::Fixed(frames) => Some(frames),
            Self::Opus => Some(opus_packets::frames(&packet.data)?.saturating_sub(packet.trim_end.get())),
            Self::Flac => flac(&packet.data),
            Self::Duration | Self::DurationAfterFirst => Some(packet.dur.get()),
            Self::Unknown => None,
        }
    }
}

/// Frames in an MPEG audio frame: layer I 384, II 1152, III 1152 in MPEG-1 and 576 in MPEG-2 and 2.5.
fn mpeg(data: &[u8]) -> Option<u64> {
    let second = *data.get(1)?;
    match (second >> 3 & 3, second >> 1 & 3) {
        (_, 3) => Some(384),
        (_, 2) => Some(1152),
        (3, 1) => Some(1152),
        (0 | 2, 1) => Some(576),
        _ => None,
    }
}

/// Frames in a FLAC frame, by its block size code; the uncommon sizes stand behind the frame's number.
fn flac(data: &[u8]) -> Option<u64> {
    let code = data.get(2)? >> 4;
    let behind_number = || {
        let number = match data.get(4)?.leading_ones() {
            0 => 1,
            ones => ones as usize,
        };
        data.get(4 + number..)
    };
    match code {
        1 => Some(192),
        2..=5 => Some(576 << (code - 2)),
        6 => Some(u64::from(*behind_number()?.first()?) + 1),
        7 => behind_number()?.first_chunk().map(|&size| u64::from(u16::from_be_bytes(size)) + 1),
        8..=15 => Some(256 << (code - 8)),
        _ => None,
    }
}
