//! WAV: PCM of 24 bits, stereo, 48 kHz; an RF64 once the data no longer fits 32-bit sizes.
//!
//! In: frames. Out: RIFF with a JUNK chunk where RF64 keeps its 64-bit sizes. Rounding: `quantize`.
//! Spec: Microsoft's Multimedia Programming Interface 1.0 and WAVEFORMATEXTENSIBLE; EBU Tech 3306.

use super::{SinkError, Target};
use crate::codec::quantize::to_i24;
use crate::units::{Frame, SAMPLE_RATE};
use std::io::{BufWriter, Seek, SeekFrom, Write};

/// Bytes before the samples.
const HEAD_BYTES: usize = 12 + 8 + JUNK_BYTES + 8 + FMT_BYTES + 8;
/// As many as a ds64 chunk without a table has.
const JUNK_BYTES: usize = 28;
/// Of a WAVEFORMATEXTENSIBLE.
const FMT_BYTES: usize = 40;
/// Bytes of a stereo frame.
const FRAME_BYTES: usize = 6;
/// KSDATAFORMAT_SUBTYPE_PCM as its bytes lie in a file.
const SUBTYPE_PCM: [u8; 16] = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/// A WAV file in the making.
pub(super) struct Wav {
    to: BufWriter<Box<dyn Target>>,
    frames: u64,
}

impl Wav {
    pub(super) fn create(to: Box<dyn Target>) -> Result<Self, SinkError> {
        let mut to = BufWriter::new(to);
        to.write_all(&head(0))?;
        Ok(Self { to, frames: 0 })
    }

    pub(super) fn write(&mut self, pcm: &[Frame]) -> Result<(), SinkError> {
        for &[left, right] in pcm {
            let [[a, b, c, _], [d, e, f, _]] = [left, right].map(|sample| to_i24(sample).to_le_bytes());
            self.to.write_all(&[a, b, c, d, e, f])?;
        }
        self.frames += pcm.len() as u64;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), SinkError> {
        self.to.seek(SeekFrom::Start(0))?;
        self.to.write_all(&head(self.frames))?;
        self.to.flush()?;
        Ok(())
    }
}

/// All that comes before the samples of a file with this many frames.
fn head(frames: u64) -> [u8; HEAD_BYTES] {
    let data = frames * FRAME_BYTES as u64;
    let riff = data + HEAD_BYTES as u64 - 8;
    let small = u32::try_from(riff).is_ok();
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let size = |bytes: u64| (if small { bytes as u32 } else { u32::MAX }).to_le_bytes();
    head.extend(if small { b"RIFF" } else { b"RF64" });
    head.extend(size(riff));
    head.extend(b"WAVE");
    head.extend(if small { b"JUNK" } else { b"ds64" });
    head.extend((JUNK_BYTES as u32).to_le_bytes());
    let [riff_64, data_64, frames_64] = if small { [0; 3] } else { [riff, data, frames] };
    for number in [riff_64, data_64, frames_64] {
        head.extend(number.to_le_bytes());
    }
    head.extend([0; 4]);
    head.extend(b"fmt ");
    head.extend((FMT_BYTES as u32).to_le_bytes());
    let rate = SAMPLE_RATE as u32;
    head.extend(0xfffeu16.to_le_bytes());
    head.extend(2u16.to_le_bytes());
    head.extend(rate.to_le_bytes());
    head.extend((rate * FRAME_BYTES as u32).to_le_bytes());
    head.extend((FRAME_BYTES as u16).to_le_bytes());
    head.extend(24u16.to_le_bytes());
    // The extension: its bytes, valid bits, front left and front right, PCM.
    head.extend(22u16.to_le_bytes());
    head.extend(24u16.to_le_bytes());
    head.extend(0b11u32.to_le_bytes());
    head.extend(SUBTYPE_PCM);
    head.extend(b"data");
    head.extend(size(data));
    head.try_into().expect("the chunks above have these many bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_go_to_64_bits_when_32_do_not_hold_them() {
        let limit = (u64::from(u32::MAX) - HEAD_BYTES as u64 + 8) / FRAME_BYTES as u64;
        for (frames, form, chunk) in [
            (0, b"RIFF", b"JUNK"),
            (48_000, b"RIFF", b"JUNK"),
            (limit, b"RIFF", b"JUNK"),
            (limit + 1, b"RF64", b"ds64"),
        ] {
            let head = head(frames);
            assert_eq!((&head[0..4], &head[12..16]), (&form[..], &chunk[..]), "{frames}");
            let data = u32::from_le_bytes(head[HEAD_BYTES - 4..].try_into().unwrap());
            if form == b"RIFF" {
                assert_eq!(u64::from(data), frames * 6);
            } else {
                assert_eq!(data, u32::MAX);
                assert_eq!(head[28..36], (frames * 6).to_le_bytes());
                assert_eq!(head[36..44], frames.to_le_bytes());
            }
        }
    }
}
