//! Cuts a run of frames of any length into a codec's blocks, and stamps what comes of them.
//!
//! In: the programme in pieces of any size. Out: blocks of one size, the lead dropped, free of what breaks
//! codecs. Never: allocates after it was made.

use crate::units::{Frame, Frames, Position};

/// What becomes of an encoder's delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// On the air: as much of the programme as the delay is dropped before the encoder, so that its first
    /// packet is at the position it was made for.
    Dropped,
    /// In files: nothing is lost, and the first packet is as far before that position as the delay.
    Kept,
}

impl Lead {
    /// The position of the first packet of an encoder that is fed from `first` on.
    pub(super) fn starts(self, first: Position, delay: Frames) -> Position {
        match self {
            Lead::Dropped => first,
            Lead::Kept => first - delay,
        }
    }
}

/// Gathers frames into blocks of one size.
pub(super) struct Blocks {
    lead: usize,
    filled: usize,
    block: Box<[Frame]>,
}

impl Blocks {
    /// Blocks of `size`, cut after the lead of an encoder with this delay.
    pub(super) fn new(size: Frames, delay: Frames, lead: Lead) -> Self {
        let lead = match lead {
            Lead::Dropped => delay.count(),
            Lead::Kept => 0,
        };
        Self { lead, filled: 0, block: vec![[0.0; 2]; size.count()].into() }
    }

    /// Takes the next frames and hands on each block that is full.
    pub(super) fn feed<E>(
        &mut self,
        pcm: &[Frame],
        mut each: impl FnMut(&[Frame]) -> Result<(), E>,
    ) -> Result<(), E> {
        let dropped = self.lead.min(pcm.len());
        self.lead -= dropped;
        let mut rest = &pcm[dropped..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(self.block.len() - self.filled));
            let room = &mut self.block[self.filled..self.filled + now.len()];
            for (to, from) in room.iter_mut().zip(now) {
                *to = from.map(sane);
            }
            self.filled += now.len();
            rest = later;
            if self.filled == self.block.len() {
                self.filled = 0;
                each(&self.block)?;
            }
        }
        Ok(())
    }
}

/// A sample that no codec stumbles over: at most full scale; what is not a number is silence.
pub(super) fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_a_number_is_silence_and_what_is_too_loud_is_full_scale() {
        for (from, to) in
            [(f32::NAN, 0.0), (f32::INFINITY, 0.0), (1.5, 1.0), (-7.0, -1.0), (0.25, 0.25), (-0.0, 0.0)]
        {
            assert_eq!(sane(from), to, "{from}");
        }
    }

    proptest! {
        #[test]
        fn blocks_are_the_input_without_its_lead_whatever_the_pieces(
            pieces in prop::collection::vec(0usize..40, 0..40), size in 1i64..30, delay in 0i64..50,
        ) {
            let mut blocks = Blocks::new(Frames(size), Frames(delay), Lead::Dropped);
            let total: usize = pieces.iter().sum();
            let pcm: Vec<Frame> = (0..total).map(|n| [n as f32 / 4096.0, -(n as f32) / 4096.0]).collect();
            let (mut out, mut from) = (Vec::new(), 0);
            for piece in pieces {
                let fed = blocks.feed(&pcm[from..from + piece], |block| {
                    assert_eq!(block.len(), size as usize);
                    out.extend_from_slice(block);
                    Ok::<_, ()>(())
                });
                prop_assert_eq!(fed, Ok(()));
                from += piece;
            }
            let expected = &pcm[(delay as usize).min(total)..];
            let whole = expected.len() - expected.len() % size as usize;
            prop_assert_eq!(&out[..], &expected[..whole]);
        }
    }
}
