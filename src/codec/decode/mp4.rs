//! Where the sound of an MP4 file begins and ends in its media: edit lists and iTunSMPB.
//!
//! In: the movie box. Out: the first frame that counts and how many do.
//! Spec: ISO/IEC 14496-12 section 8.6.6; iTunSMPB as iTunes writes it (delay, padding, frames in hexadecimal).

use super::MediaSource;
use mp4_atom::{Atom, Elst, Mdhd, Mvhd, Tkhd};
use std::io::{Read, Seek, SeekFrom};

/// A larger movie box is not looked into, bytes.
const MOVIE_BYTES_MAX: u64 = 64 << 20;
/// Boxes looked at on the top level before giving up.
const TOP_LEVEL_BOXES_MAX: usize = 100_000;

/// What a movie box says of time.
#[derive(Default)]
pub struct Movie {
    timescale: u32,
    tracks: Vec<Track>,
    /// Delay and frames that count.
    itunes: Option<(u64, u64)>,
}

#[derive(Default)]
struct Track {
    id: u32,
    timescale: u32,
    duration: u64,
    /// Duration in the movie's time, start in the media's, of the first edit that has media.
    edit: Option<(u64, u64)>,
}

impl Movie {
    /// Finds the movie box and reads it; a file where that fails has no edits.
    pub fn read(media: &mut Box<dyn MediaSource>) -> Self {
        let mut movie = Self::default();
        if let Some(bytes) = movie_box(media) {
            movie.itunes = itunes(&bytes);
            movie.walk(&bytes);
        }
        movie
    }

    fn walk(&mut self, bytes: &[u8]) {
        for (kind, body) in Boxes(bytes) {
            match &kind {
                b"mvhd" => self.timescale = body_of::<Mvhd>(body).map_or(0, |mvhd| mvhd.timescale),
                b"trak" => {
                    self.tracks.push(Track::default());
                    self.walk(body);
                }
                b"mdia" | b"edts" => self.walk(body),
                _ => {
                    if let Some(track) = self.tracks.last_mut() {
                        track.take(&kind, body);
                    }
                }
            }
        }
    }

    /// Frames at `rate` to drop, and how many then count if the end is not that of the media.
    /// None: the file says nothing.
    pub fn edit(&self, id: u32, rate: u32) -> Option<(u64, Option<u64>)> {
        let track = self.tracks.iter().find(|track| track.id == id)?;
        let in_frames = |count: u64, timescale: u32| {
            u64::try_from(
                (u128::from(count) * u128::from(rate) + u128::from(timescale) / 2) / u128::from(timescale),
            )
            .unwrap_or(u64::MAX)
        };
        let edit = track.edit.filter(|_| track.timescale > 0);
        match (edit, self.itunes) {
            (None | Some((_, 0)), Some((delay, frames))) => Some((delay, Some(frames))),
            (None | Some((_, 0)), None) => None,
            (Some((duration, start)), _) => {
                let lead = in_frames(start, track.timescale);
                if duration == 0 || self.timescale == 0 {
                    return Some((lead, None));
                }
                // An edit that ends within a tick of the movie's coarse clock of the media's end means that end.
                let frames = in_frames(duration, self.timescale);
                let rest = in_frames(track.duration.saturating_sub(start), track.timescale);
                let tick = in_frames(1, self.timescale) + 1;
                Some((lead, (frames + tick < rest).then_some(frames)))
            }
        }
    }
}

impl Track {
    fn take(&mut self, kind: &[u8; 4], body: &[u8]) {
        match kind {
            b"tkhd" => self.id = body_of::<Tkhd>(body).map_or(0, |tkhd| tkhd.track_id),
            b"mdhd" => {
                if let Some(mdhd) = body_of::<Mdhd>(body) {
                    (self.timescale, self.duration) = (mdhd.timescale, mdhd.duration);
                }
            }
            b"elst" => {
                self.edit = body_of::<Elst>(body).and_then(|list| {
                    list.entries.iter().find_map(|entry| Some((entry.segment_duration, entry.media_time?)))
                });
            }
            _ => {}
        }
    }
}

fn body_of<A: Atom>(mut body: &[u8]) -> Option<A> {
    A::decode_body(&mut body).ok()
}

/// Kinds and bodies of the boxes in a body.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);
    fn next(&mut self) -> Option<Self::Item> {
        let (&size, rest) = self.0.split_first_chunk::<4>()?;
        let (&kind, rest) = rest.split_first_chunk::<4>()?;
        let (body, after) = rest.split_at_checked((u32::from_be_bytes(size) as usize).checked_sub(8)?)?;
        self.0 = after;
        Some((kind, body))
    }
}

/// The body of the movie box.
fn movie_box(media: &mut Box<dyn MediaSource>) -> Option<Vec<u8>> {
    let mut at = 0u64;
    for _ in 0..TOP_LEVEL_BOXES_MAX {
        media.seek(SeekFrom::Start(at)).ok()?;
        let mut head = [0; 16];
        media.read_exact(&mut head[..8]).ok()?;
        let short = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let (size, header) = match short {
            1 => {
                media.read_exact(&mut head[8..]).ok()?;
                (u64::from_be_bytes(head[8..].try_into().ok()?), 16)
            }
            0 => (u64::MAX, 8),
            short => (u64::from(short), 8),
        };
        if &head[4..8] == b"moov" {
            let size = size.checked_sub(header)?;
            if size > MOVIE_BYTES_MAX {
                return None;
            }
            let mut body = Vec::new();
            media.take(size).read_to_end(&mut body).ok()?;
            return Some(body);
        }
        at = at.checked_add(size.max(header))?;
    }
    None
}

/// ` 00000000 00000840 000001CA 00000000003F31F6 ...`: delay and the number of frames.
fn itunes(movie: &[u8]) -> Option<(u64, u64)> {
    let name = movie.windows(8).position(|window| window == b"iTunSMPB")?;
    let after = &movie[name + 8..];
    let data = after.get(..64).unwrap_or(after).windows(4).position(|window| window == b"data")?;
    let text = after.get(data + 12..)?;
    let text = std::str::from_utf8(text.get(..text.len().min(60))?).ok()?;
    let mut words = text.split_ascii_whitespace().skip(1).map(|word| u64::from_str_radix(word, 16));
    let (delay, _padding, frames) = (words.next()?.ok()?, words.next()?.ok()?, words.next()?.ok()?);
    (frames > 0).then_some((delay, frames))
}
