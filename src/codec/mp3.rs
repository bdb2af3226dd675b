//! MP3: MPEG-1 layer III at 48 kHz, joint stereo, constant bit rate, by LAME.
//!
//! In: the programme from a position on. Out: whole MP3 frames at the positions of their audio, without an
//! Xing or ID3 header. The bit reservoir is in use: a frame's data may begin in the frames before it, so a
//! listener who joins hears sound from its second or third frame on.
//! Spec: ISO/IEC 11172-3.

use super::blocks::{Blocks, Lead};
use super::packet::{Encode, EncodeError, Packet, Packets};
use crate::units::{Bitrate, Frame, Frames, Position, SAMPLE_RATE};
use mp3lame_encoder as lame;

/// Frames of audio in an MP3 frame.
pub(super) const PACKET: Frames = Frames(1152);
/// The encoder's delay of 576 and the 529 of every decoder's filter bank: frame 0 holds what lies this far
/// before the input.
pub(super) const DELAY: Frames = Frames(1105);
/// Bytes of earlier frames that a frame's data may begin in, at most.
const RESERVOIR_BYTES: i64 = 511;
/// Bytes of a frame that are not its data: header and side information of two channels.
const HEAD_BYTES: i64 = 4 + 32;
/// How hard the encoder tries, 0 (most) to 9: `docs/decisions/0003-encoders.md`.
const QUALITY: lame::Quality = lame::Quality::Good;
pub(super) const CODEC: &str = "MP3";

/// Whether LAME writes a frame that says how much of its output is delay and padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InfoTag {
    /// As in files.
    Written,
    /// As on the air.
    Absent,
}

/// An MP3 encoder.
pub(super) struct Mp3Encoder {
    library: lame::Encoder,
    blocks: Blocks,
    next: Position,
    look_ahead: Frames,
    /// LAME's output that is not a whole frame yet.
    pending: Vec<u8>,
}

impl Mp3Encoder {
    /// An encoder that will be fed from `first` on. Rates: those of layer III, 32k to 320k.
    pub(super) fn new(bitrate: Bitrate, first: Position, lead: Lead) -> Result<Self, EncodeError> {
        Ok(Self {
            library: library(bitrate, InfoTag::Absent)?,
            blocks: Blocks::new(PACKET, DELAY, lead),
            next: lead.starts(first, DELAY),
            look_ahead: look_ahead(bitrate),
            pending: Vec::with_capacity(2 * output_bytes_max(PACKET.count())),
        })
    }
}

impl Encode for Mp3Encoder {
    fn packet_frames(&self) -> Frames {
        PACKET
    }

    fn look_ahead(&self) -> Frames {
        self.look_ahead
    }

    fn encode(&mut self, pcm: &[Frame], out: &mut Packets) -> Result<(), EncodeError> {
        let Self { library, blocks, next, pending, .. } = self;
        blocks.feed(pcm, |block| {
            encode_onto(library, block, pending)?;
            while let Some(length) = whole_frame(pending)? {
                out.push(Packet { at: *next, frames: PACKET, bytes: pending[..length].to_vec() });
                pending.drain(..length);
                *next += PACKET;
            }
            Ok(())
        })
    }
}

/// Beyond its delay LAME wants one more frame for its psychoacoustics, and a frame is complete only when
/// later frames have used up the reservoir that it begins.
fn look_ahead(bitrate: Bitrate) -> Frames {
    let data_bytes = (144 * i64::from(bitrate.0) / SAMPLE_RATE - HEAD_BYTES).max(1);
    let in_reservoir = (RESERVOIR_BYTES + data_bytes - 1) / data_bytes;
    DELAY + PACKET * (1 + in_reservoir)
}

/// LAME, set up.
pub(super) fn library(bitrate: Bitrate, tag: InfoTag) -> Result<lame::Encoder, EncodeError> {
    let refused = |what: &'static str| {
        move |error: lame::BuildError| EncodeError::Settings { codec: CODEC, what, why: error.to_string() }
    };
    let no_memory = || EncodeError::Settings { codec: CODEC, what: "to start", why: "no memory".to_owned() };
    lame::Builder::new()
        .ok_or_else(no_memory)?
        .with_num_channels(2)
        .map_err(refused("two channels"))?
        .with_sample_rate(SAMPLE_RATE as u32)
        .map_err(refused("48 kHz"))?
        .with_output_sample_rate(std::num::NonZeroU32::new(SAMPLE_RATE as u32))
        .map_err(refused("48 kHz"))?
        .with_brate(rate(bitrate)?)
        .map_err(refused("this bit rate"))?
        .with_mode(lame::Mode::JointStereo)
        .map_err(refused("joint stereo"))?
        .with_vbr_mode(lame::VbrMode::Off)
        .map_err(refused("a constant bit rate"))?
        .with_quality(QUALITY)
        .map_err(refused("this quality"))?
        .with_to_write_vbr_tag(tag == InfoTag::Written)
        .map_err(refused("an info tag"))?
        .build()
        .map_err(refused("these settings together"))
}

/// Encodes frames and appends what comes of them.
pub(super) fn encode_onto(
    library: &mut lame::Encoder,
    pcm: &[Frame],
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    out.reserve(output_bytes_max(pcm.len()));
    library.encode_to_vec(lame::InterleavedPcm(pcm.as_flattened()), out).map_err(failed)?;
    Ok(())
}

/// What LAME's failure is in our words.
pub(super) fn failed(error: lame::EncodeError) -> EncodeError {
    EncodeError::Failed { codec: CODEC, why: error.to_string() }
}

/// Bytes that LAME may write for this many frames.
pub(super) const fn output_bytes_max(frames: usize) -> usize {
    lame::max_required_buffer_size(frames)
}

/// The rates of MPEG-1 layer III, ISO/IEC 11172-3 section 2.4.2.3, that LAME knows by name.
fn rate(bitrate: Bitrate) -> Result<lame::Bitrate, EncodeError> {
    use lame::Bitrate as Rate;
    Ok(match bitrate.0 {
        32_000 => Rate::Kbps32,
        40_000 => Rate::Kbps40,
        48_000 => Rate::Kbps48,
        64_000 => Rate::Kbps64,
        80_000 => Rate::Kbps80,
        96_000 => Rate::Kbps96,
        112_000 => Rate::Kbps112,
        128_000 => Rate::Kbps128,
        160_000 => Rate::Kbps160,
        192_000 => Rate::Kbps192,
        224_000 => Rate::Kbps224,
        256_000 => Rate::Kbps256,
        320_000 => Rate::Kbps320,
        _ => {
            return Err(EncodeError::Settings {
                codec: CODEC,
                what: "this bit rate",
                why: format!("{bitrate} is not one of MPEG-1 layer III's"),
            });
        }
    })
}

/// Kilobits a second by the index in a frame's header; 0 is free format, 15 is forbidden.
const KILOBITS: [u32; 16] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];

/// The length of the frame that `bytes` begins with, once it is all there.
fn whole_frame(bytes: &[u8]) -> Result<Option<usize>, EncodeError> {
    let Some(&[sync, version, rates, _]) = bytes.first_chunk::<4>() else { return Ok(None) };
    let kilobits = KILOBITS[usize::from(rates >> 4)];
    // 11 bits of sync, MPEG-1, layer III; 48 kHz.
    if sync != 0xff || version & 0xfe != 0xfa || rates & 0b1100 != 0b0100 || kilobits == 0 {
        let why = format!("{sync:02x}{version:02x}{rates:02x} does not begin a frame at 48 kHz");
        return Err(EncodeError::Failed { codec: CODEC, why });
    }
    let padding = usize::from(rates >> 1 & 1);
    let length = 144 * kilobits as usize * 1000 / SAMPLE_RATE as usize + padding;
    Ok((bytes.len() >= length).then_some(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frames_length_is_in_its_header() {
        let frame =
            |rates: u8, length: usize| [&[0xff, 0xfb, rates, 0x44][..], &vec![0; length - 4]].concat();
        for (bytes, expected) in [
            (frame(0x94, 384), Some(384)),
            (frame(0x94, 383), None),
            (frame(0x96, 385), Some(385)),
            (frame(0xe4, 2000), Some(960)),
            (vec![0xff, 0xfb, 0x94], None),
            (vec![], None),
        ] {
            assert_eq!(whole_frame(&bytes).unwrap(), expected, "{:02x?}", &bytes[..bytes.len().min(4)]);
        }
        for header in
            [[0, 0, 0, 0], [0xff, 0xfb, 0x90, 0x44], [0xff, 0xf3, 0x94, 0x44], [0xff, 0xfb, 0xf4, 0]]
        {
            assert!(whole_frame(&header).is_err(), "{header:02x?}");
        }
    }
}
