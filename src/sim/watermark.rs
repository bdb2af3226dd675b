//! Audio that says what it is: each item sounds as a constant, and an encoder keeps what it hears.
//!
//! A mark is one of 45 x 45 pairs of levels, 0.05 to 0.49 on each side; neighbours are 20 times further apart
//! than [`TOLERANCE`].

use crate::codec::{Encode, EncodeError, Packet, Packets};
use crate::units::{Frame, Frames, ItemId, Position, Seed};

/// Levels on each side.
const LEVELS: u64 = 45;
/// What two samples of one mark differ by at most.
pub const TOLERANCE: f32 = 0.0005;
/// Frames in a packet: as Opus.
const PACKET: usize = 960;

/// The mark of an item. Two items may share one; neighbours in a log hardly do.
pub fn mark(item: ItemId) -> Frame {
    let side = |n: u64| 0.05 + Seed(item.0).with(n).below(LEVELS) as f32 * 0.01;
    [side(1), side(2)]
}

/// Whether a packet holds nothing but a mark.
pub fn is_marked(heard: &Heard, mark: Frame) -> bool {
    (0..2).all(|side| {
        (heard.low[side] - mark[side]).abs() < TOLERANCE && (heard.high[side] - mark[side]).abs() < TOLERANCE
    })
}

/// What a packet says that it heard: the lowest and the highest sample of each side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// Lowest.
    pub low: Frame,
    /// Highest.
    pub high: Frame,
}

impl Heard {
    /// Reads a packet of [`Watermark`]; none if it is not one.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let values: [u8; 16] = bytes.try_into().ok()?;
        let value = |n: usize| f32::from_le_bytes([values[n], values[n + 1], values[n + 2], values[n + 3]]);
        Some(Self { low: [value(0), value(4)], high: [value(8), value(12)] })
    }

    fn write(self) -> Vec<u8> {
        [self.low[0], self.low[1], self.high[0], self.high[1]]
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect()
    }
}

/// An encoder whose packets say what they heard.
pub struct Watermark {
    next: Position,
    pending: Vec<Frame>,
}

impl Watermark {
    /// An encoder whose first packet is at `first`.
    pub fn new(first: Position) -> Self {
        Self { next: first, pending: Vec::with_capacity(2 * PACKET) }
    }
}

impl Encode for Watermark {
    fn packet_frames(&self) -> Frames {
        Frames(PACKET as i64)
    }

    fn look_ahead(&self) -> Frames {
        Frames::ZERO
    }

    fn encode(&mut self, mut pcm: &[Frame], out: &mut Packets) -> Result<(), EncodeError> {
        while !pcm.is_empty() {
            let taken = (PACKET - self.pending.len()).min(pcm.len());
            self.pending.extend_from_slice(&pcm[..taken]);
            pcm = &pcm[taken..];
            if self.pending.len() == PACKET {
                let mut heard = Heard { low: [f32::MAX; 2], high: [f32::MIN; 2] };
                for &[left, right] in &self.pending {
                    heard.low = [heard.low[0].min(left), heard.low[1].min(right)];
                    heard.high = [heard.high[0].max(left), heard.high[1].max(right)];
                }
                out.push(Packet { at: self.next, frames: Frames(PACKET as i64), bytes: heard.write() });
                self.next += Frames(PACKET as i64);
                self.pending.clear();
            }
        }
        Ok(())
    }
}
