//! AAC-LC: access units of 1,024 frames at 48 kHz, constant bit rate with a bit reservoir, by the FDK.
//!
//! In: the programme from a position on. Out: raw access units at the positions of their audio.
//! Spec: ISO/IEC 14496-3.

mod fdk;

use super::blocks::{Blocks, Lead};
use super::packet::{Encode, EncodeError, Packet, Packets};
use super::quantize::to_i16;
use crate::units::{Bitrate, Frame, Frames, Position};

/// Frames in an access unit.
pub(super) const PACKET: Frames = Frames(1024);

/// An AAC-LC encoder.
pub(super) struct AacEncoder {
    library: fdk::Fdk,
    blocks: Blocks,
    next: Position,
    delay: Frames,
    pcm: [i16; 2 * PACKET.0 as usize],
}

impl AacEncoder {
    /// An encoder that will be fed from `first` on. Rates 16k to 512k.
    pub(super) fn new(bitrate: Bitrate, first: Position, lead: Lead) -> Result<Self, EncodeError> {
        let library = fdk::Fdk::open(bitrate)?;
        let delay = Frames(i64::from(library.delay()));
        Ok(Self {
            library,
            blocks: Blocks::new(PACKET, delay, lead),
            next: lead.starts(first, delay),
            delay,
            pcm: [0; 2 * PACKET.0 as usize],
        })
    }

    /// How far its packets lag behind its input.
    pub(super) fn delay(&self) -> Frames {
        self.delay
    }
}

impl Encode for AacEncoder {
    fn packet_frames(&self) -> Frames {
        PACKET
    }

    fn look_ahead(&self) -> Frames {
        self.delay
    }

    fn config(&self) -> &[u8] {
        self.library.config()
    }

    fn encode(&mut self, pcm: &[Frame], out: &mut Packets) -> Result<(), EncodeError> {
        let Self { library, blocks, next, pcm: whole, .. } = self;
        blocks.feed(pcm, |block| {
            for (to, &from) in whole.iter_mut().zip(block.as_flattened()) {
                *to = to_i16(from);
            }
            let bytes = library.encode(whole)?.to_vec();
            out.push(Packet { at: *next, frames: PACKET, bytes });
            *next += PACKET;
            Ok(())
        })
    }
}
