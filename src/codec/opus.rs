//! Opus: packets of 20 ms at 48 kHz, constrained VBR.
//!
//! In: the programme from a position on. Out: Opus packets at the positions of their audio.
//! Spec: RFC 6716; RFC 7845 section 5.1 for the description.

use super::blocks::{Blocks, Lead};
use super::packet::{Encode, EncodeError, Packet, Packets};
use crate::units::{Bitrate, Frame, Frames, Position, SAMPLE_RATE};
use ::opus::{Application, Bitrate as Rate, Channels};

/// Frames in a packet: 20 ms.
pub(super) const PACKET: Frames = Frames(960);
/// Bytes in a packet of one frame, at most (RFC 6716 section 3.4 R2, plus its first byte).
const PACKET_BYTES_MAX: usize = 1276;
/// How hard the encoder tries, 0 to 10: `docs/decisions/0003-encoders.md`.
const COMPLEXITY: i32 = 8;
const CODEC: &str = "Opus";

/// An Opus encoder.
pub(super) struct OpusEncoder {
    library: ::opus::Encoder,
    blocks: Blocks,
    next: Position,
    delay: Frames,
    config: [u8; 19],
    packet: [u8; PACKET_BYTES_MAX],
}

impl OpusEncoder {
    /// An encoder that will be fed from `first` on. Rates 6k to 510k.
    pub(super) fn new(bitrate: Bitrate, first: Position, lead: Lead) -> Result<Self, EncodeError> {
        let refused = |what| {
            move |error: ::opus::Error| EncodeError::Settings { codec: CODEC, what, why: error.to_string() }
        };
        let mut library = ::opus::Encoder::new(SAMPLE_RATE as u32, Channels::Stereo, Application::Audio)
            .map_err(refused("48 kHz stereo"))?;
        library.set_bitrate(Rate::Bits(bitrate.0 as i32)).map_err(refused("this bit rate"))?;
        library.set_vbr(true).map_err(refused("VBR"))?;
        library.set_vbr_constraint(true).map_err(refused("constrained VBR"))?;
        library.set_complexity(COMPLEXITY).map_err(refused("this complexity"))?;
        let look_ahead = library.get_lookahead().map_err(refused("to tell its look-ahead"))?;
        let delay = Frames(i64::from(look_ahead));
        Ok(Self {
            library,
            blocks: Blocks::new(PACKET, delay, lead),
            next: lead.starts(first, delay),
            delay,
            config: head(look_ahead as u16),
            packet: [0; PACKET_BYTES_MAX],
        })
    }

    /// How far its packets lag behind its input: the pre-skip of a file.
    pub(super) fn delay(&self) -> Frames {
        self.delay
    }
}

impl Encode for OpusEncoder {
    fn packet_frames(&self) -> Frames {
        PACKET
    }

    fn look_ahead(&self) -> Frames {
        self.delay
    }

    fn config(&self) -> &[u8] {
        &self.config
    }

    fn encode(&mut self, pcm: &[Frame], out: &mut Packets) -> Result<(), EncodeError> {
        let Self { library, blocks, next, packet, .. } = self;
        blocks.feed(pcm, |block| {
            let length = library
                .encode_float(block.as_flattened(), packet)
                .map_err(|error| EncodeError::Failed { codec: CODEC, why: error.to_string() })?;
            out.push(Packet { at: *next, frames: PACKET, bytes: packet[..length].to_vec() });
            *next += PACKET;
            Ok(())
        })
    }
}

/// The identification header, RFC 7845 section 5.1: stereo, no gain, mapping family 0.
fn head(pre_skip: u16) -> [u8; 19] {
    let mut head = *b"OpusHead\x01\x02\0\0\0\0\0\0\0\0\0";
    head[10..12].copy_from_slice(&pre_skip.to_le_bytes());
    head[12..16].copy_from_slice(&(SAMPLE_RATE as u32).to_le_bytes());
    head
}
