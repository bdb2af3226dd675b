//! FLAC: frames of 3,840 at 48 kHz, 16 bits.
//!
//! In: the programme from a position on. Out: FLAC frames at the positions of their audio; no delay.
//! 16 bits and not 24: the low 8 bits of a programme that was scaled and mixed are noise that doubles its
//! rate. Files have 24, see [`sink`](super::sink).
//! Spec: RFC 9639.

use super::blocks::{Blocks, Lead};
use super::packet::{Encode, EncodeError, Packet, Packets};
use super::quantize::to_i16;
use crate::units::{Frame, Frames, Position, SAMPLE_RATE};
use flac_codec::encode::{FlacStreamWriter, Options};

/// Frames of audio in a FLAC frame: a quarter of a cell.
pub(super) const PACKET: Frames = Frames(3840);
/// Bits of a sample.
const BITS: u8 = 16;
/// Bytes of a frame, at most: stored without any prediction, with one bit more for a difference channel,
/// and its header and footer.
const PACKET_BYTES_MAX: usize = PACKET.0 as usize * (2 * BITS as usize + 1) / 8 + 64;
const CODEC: &str = "FLAC";

/// A FLAC encoder.
pub(super) struct FlacEncoder {
    library: FlacStreamWriter<rtrb::Producer<u8>>,
    /// What the library wrote. It keeps its writer to itself, so its bytes come back through a ring.
    written: rtrb::Consumer<u8>,
    blocks: Blocks,
    next: Position,
    samples: Vec<i32>,
    config: [u8; 34],
}

impl FlacEncoder {
    /// An encoder that will be fed from `first` on.
    pub(super) fn new(first: Position) -> Result<Self, EncodeError> {
        let refused = |what| move |why: String| EncodeError::Settings { codec: CODEC, what, why };
        let options = Options::default()
            .block_size(PACKET.0 as u16)
            .map_err(|error| error.to_string())
            .map_err(refused("blocks of 3,840"))?;
        let (writer, written) = rtrb::RingBuffer::new(PACKET_BYTES_MAX);
        Ok(Self {
            library: FlacStreamWriter::new(writer, options),
            written,
            blocks: Blocks::new(PACKET, Frames::ZERO, Lead::Dropped),
            next: first,
            samples: Vec::with_capacity(2 * PACKET.count()),
            config: stream_info(),
        })
    }
}

impl Encode for FlacEncoder {
    fn packet_frames(&self) -> Frames {
        PACKET
    }

    fn look_ahead(&self) -> Frames {
        Frames::ZERO
    }

    fn config(&self) -> &[u8] {
        &self.config
    }

    fn encode(&mut self, pcm: &[Frame], out: &mut Packets) -> Result<(), EncodeError> {
        let Self { library, written, blocks, next, samples, .. } = self;
        blocks.feed(pcm, |block| {
            samples.clear();
            samples.extend(block.as_flattened().iter().map(|&sample| i32::from(to_i16(sample))));
            let failed = |why: String| EncodeError::Failed { codec: CODEC, why };
            library
                .write(SAMPLE_RATE as u32, 2, u32::from(BITS), samples)
                .map_err(|error| failed(error.to_string()))?;
            let chunk = written.read_chunk(written.slots()).map_err(|error| failed(error.to_string()))?;
            let bytes = {
                let (head, tail) = chunk.as_slices();
                [head, tail].concat()
            };
            chunk.commit_all();
            out.push(Packet { at: *next, frames: PACKET, bytes });
            *next += PACKET;
            Ok(())
        })
    }
}

/// STREAMINFO of a stream without an end, RFC 9639 section 8.2: frame sizes, total and digest unknown.
fn stream_info() -> [u8; 34] {
    let mut info = [0; 34];
    let block = (PACKET.0 as u16).to_be_bytes();
    info[0..2].copy_from_slice(&block);
    info[2..4].copy_from_slice(&block);
    // 20 bits of rate, 3 of channels less one, 5 of bits less one, 36 of total.
    let packed = (SAMPLE_RATE as u64) << 44 | 1 << 41 | u64::from(BITS - 1) << 36;
    info[10..18].copy_from_slice(&packed.to_be_bytes());
    info
}
