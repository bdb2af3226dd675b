//! AAC-LC in ADTS: a header before each access unit, and nothing else.
//!
//! In: frames. Out: ADTS frames. The form has no word for delay: the programme begins 1,600 frames into it,
//! and silence fills its last unit.
//! Spec: ISO/IEC 14496-3 section 1.A.2.2.

use super::{SinkError, Target};
use crate::codec::aac::{AacEncoder, PACKET};
use crate::codec::adts;
use crate::codec::blocks::Lead;
use crate::codec::packet::{Encode, Packets};
use crate::units::{Bitrate, Frame, Frames, Position};
use std::io::{BufWriter, Write};

/// An ADTS file in the making.
pub(super) struct Adts {
    encoder: AacEncoder,
    to: BufWriter<Box<dyn Target>>,
    packets: Packets,
    /// Frames of programme so far.
    frames: Frames,
    /// How far the written units reach.
    reached: Position,
}

impl Adts {
    pub(super) fn create(to: Box<dyn Target>, bitrate: Bitrate) -> Result<Self, SinkError> {
        let encoder = AacEncoder::new(bitrate, Position(0), Lead::Kept)?;
        let reached = Position(0) - encoder.delay();
        let to = BufWriter::new(to);
        Ok(Self { encoder, to, packets: Packets::new(), frames: Frames::ZERO, reached })
    }

    pub(super) fn write(&mut self, pcm: &[Frame]) -> Result<(), SinkError> {
        self.frames += Frames(pcm.len() as i64);
        self.units(pcm)
    }

    pub(super) fn finish(mut self) -> Result<(), SinkError> {
        let silence = vec![[0.0; 2]; PACKET.count()];
        while self.reached < Position(0) + self.frames {
            self.units(&silence)?;
        }
        self.to.flush()?;
        Ok(())
    }

    fn units(&mut self, pcm: &[Frame]) -> Result<(), SinkError> {
        self.encoder.encode(pcm, &mut self.packets)?;
        for unit in self.packets.drain(..) {
            self.to.write_all(&adts::header(unit.bytes.len()))?;
            self.to.write_all(&unit.bytes)?;
            self.reached = unit.at + unit.frames;
        }
        Ok(())
    }
}
