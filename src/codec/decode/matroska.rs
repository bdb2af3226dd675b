//! Where the sound of a Matroska or WebM file begins and ends: CodecDelay and DiscardPadding.
//!
//! In: the first and last part of the file. Out: frames to drop at both ends.
//! Spec: RFC 9559 sections 5.1.4.1.25 (CodecDelay) and 5.1.3.5.7 (DiscardPadding).

use super::MediaSource;
use std::io::{Read, Seek, SeekFrom};

/// Tracks are looked for within this many bytes of the beginning.
const HEAD_BYTES: u64 = 1 << 20;
/// The last block is looked for within this many bytes of the end.
const TAIL_BYTES: u64 = 256 << 10;
/// No encoder pads more than this, nanoseconds: the longest Opus packet.
const PADDING_MAX: i64 = 120_000_000;

const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK_ENTRY: u32 = 0xae;
const TRACK_NUMBER: u32 = 0xd7;
const CODEC_DELAY: u32 = 0x56aa;
const DISCARD_PADDING: [u8; 2] = [0x75, 0xa2];

/// What a segment says of the ends of its sound.
#[derive(Default)]
pub struct Segment {
    /// Track number and CodecDelay in nanoseconds.
    delays: Vec<(u64, u64)>,
    /// DiscardPadding of the last block that has one, nanoseconds.
    padding: i64,
}

impl Segment {
    /// Looks at both ends of a file; what can't be read says nothing.
    pub fn read(media: &mut Box<dyn MediaSource>) -> Self {
        let mut segment = Self::default();
        let mut bytes = Vec::new();
        if media.seek(SeekFrom::Start(0)).is_ok() && media.take(HEAD_BYTES).read_to_end(&mut bytes).is_ok() {
            segment.walk(&bytes, 0);
        }
        bytes.clear();
        let end = media.seek(SeekFrom::End(0)).unwrap_or(0);
        if media.seek(SeekFrom::Start(end.saturating_sub(TAIL_BYTES))).is_ok()
            && media.take(TAIL_BYTES).read_to_end(&mut bytes).is_ok()
        {
            segment.padding = last_padding(&bytes).unwrap_or(0);
        }
        segment
    }

    fn walk(&mut self, mut bytes: &[u8], depth: u8) {
        while let Some((id, body, rest)) = element(bytes) {
            match id {
                SEGMENT | TRACKS if depth < 3 => self.walk(body, depth + 1),
                TRACK_ENTRY if depth < 3 => {
                    self.delays.push((0, 0));
                    self.walk(body, depth + 1);
                }
                TRACK_NUMBER | CODEC_DELAY => {
                    if let Some(entry) = self.delays.last_mut() {
                        let value = unsigned(body);
                        *(if id == TRACK_NUMBER { &mut entry.0 } else { &mut entry.1 }) = value;
                    }
                }
                _ => {}
            }
            bytes = rest;
        }
    }

    /// Frames at `rate` to drop at the beginning of a track.
    pub fn delay(&self, track: u64, rate: u32) -> u64 {
        let nanos = self.delays.iter().find(|(number, _)| *number == track).map_or(0, |(_, nanos)| *nanos);
        in_frames(nanos.min(10_000_000_000), rate)
    }

    /// Frames at `rate` to drop at the end.
    pub fn tail(&self, rate: u32) -> u64 {
        in_frames(self.padding.clamp(0, PADDING_MAX) as u64, rate)
    }
}

fn in_frames(nanos: u64, rate: u32) -> u64 {
    (nanos * u64::from(rate) + 500_000_000) / 1_000_000_000
}

fn unsigned(body: &[u8]) -> u64 {
    body.iter().take(8).fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// The first element: id, body (cut where the bytes end, or of unknown size), what follows.
fn element(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let width = 1 + bytes.first()?.leading_zeros() as usize;
    if width > 4 {
        return None;
    }
    let id = unsigned(bytes.get(..width)?) as u32;
    let bytes = &bytes[width..];
    let width = 1 + bytes.first()?.leading_zeros() as usize;
    if width > 8 {
        return None;
    }
    let mask = u64::MAX >> (64 - 7 * width);
    let size = unsigned(bytes.get(..width)?) & mask;
    let bytes = &bytes[width..];
    let size = if size == mask { bytes.len() } else { bytes.len().min(usize::try_from(size).ok()?) };
    Some((id, &bytes[..size], &bytes[size..]))
}

/// The last DiscardPadding: its id, a size of 1 to 8, a signed number.
///
/// Clusters may be of unknown size, so it is looked for by its bytes. Audio might spell the same by chance, but
/// not at the very end of the clusters: nothing but cues, tags and void follow the last block group.
fn last_padding(bytes: &[u8]) -> Option<i64> {
    let at = bytes.windows(2).rposition(|window| window == DISCARD_PADDING)?;
    let size = usize::from(bytes.get(at + 2)?.checked_sub(0x80)?);
    if !(1..=8).contains(&size) {
        return None;
    }
    let body = bytes.get(at + 3..at + 3 + size)?;
    let bits = 64 - 8 * size as u32;
    let value = (unsigned(body) << bits) as i64 >> bits;
    (1..=PADDING_MAX).contains(&value).then_some(value)
}
