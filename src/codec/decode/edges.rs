//! What containers say of the ends of the sound that Symphonia doesn't pass on.
//!
//! In: a reader at its beginning. Out: frames to drop; the reader is at its beginning again.

use super::{DecodeError, MediaSource, matroska, mp4, ogg};
use std::io::{Read, Seek, SeekFrom};

/// By the container.
pub enum Edges {
    /// An MP4 file's edits.
    Mp4(mp4::Movie),
    /// A Matroska file's delays.
    Matroska(matroska::Segment),
    /// An Ogg file whose last page is not whole.
    CutOgg,
    /// Nothing that is not passed on.
    None,
}

impl Edges {
    /// Looks into the container and leaves the reader at its beginning.
    pub fn of(media: &mut Box<dyn MediaSource>) -> Result<Self, DecodeError> {
        if !media.is_seekable() {
            return Ok(Self::None);
        }
        let mut magic = [0; 8];
        let known = media.read_exact(&mut magic).is_ok();
        let edges = match magic {
            _ if !known => Self::None,
            [_, _, _, _, b'f', b't', b'y', b'p'] => Self::Mp4(mp4::Movie::read(media)),
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Self::Matroska(matroska::Segment::read(media)),
            [b'O', b'g', b'g', b'S', ..] if ogg::is_cut(media) => Self::CutOgg,
            _ => Self::None,
        };
        media.seek(SeekFrom::Start(0))?;
        Ok(edges)
    }
    /// Frames to drop, and how many then count.
    pub fn mp4(&self, track: u32, rate: u32) -> Option<(u64, Option<u64>)> {
        match self {
            Self::Mp4(movie) => movie.edit(track, rate),
            _ => None,
        }
    }
    /// Frames to drop at the beginning.
    pub fn matroska_delay(&self, track: u64, rate: u32) -> u64 {
        match self {
            Self::Matroska(segment) => segment.delay(track, rate),
            _ => 0,
        }
    }
    /// Frames to drop at the end.
    pub fn matroska_tail(&self, rate: u32) -> u64 {
        match self {
            Self::Matroska(segment) => segment.tail(rate),
            _ => 0,
        }
    }
}
