//! One pass over one file: all that the station has to know of it, or why it is never heard.
//!
//! In: a path. Out: [`Facts`] and a cover, or a [`Rejection`]. Never: panics, whatever the file holds.

use crate::audio::cue::Levels;
use crate::audio::loudness::Loudness;
use crate::codec::decode::tags::{Cover, Tags};
use crate::codec::decode::{DecodeError, Source};
use crate::units::{Dbtp, Frames, Lufs};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Changes whenever the same file would give other facts; older analyses are done again.
pub const VERSION: i64 = 1;
/// Shorter items are rejected: 50 ms.
pub const DURATION_MIN: Frames = Frames::from_millis(50);
/// An item where more packets than one in so many are broken is rejected.
const BROKEN_SHARE_MAX: u64 = 10;
/// Pictures beside the file, the first that is there.
const PICTURES: [&str; 8] = [
    "cover.jpg",
    "cover.png",
    "folder.jpg",
    "folder.png",
    "Cover.jpg",
    "Folder.jpg",
    "cover.jpeg",
    "front.jpg",
];
/// Pictures beyond this size are not taken, bytes.
const PICTURE_BYTES_MAX: u64 = 16 << 20;

/// What is known of an item. Lengths are counted at 48 kHz, after gapless trimming.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// From the tags, or the file's name.
    pub title: Option<String>,
    /// From the tags.
    pub artist: Option<String>,
    /// From the tags.
    pub album: Option<String>,
    /// From the tags.
    pub genre: Vec<String>,
    /// From the tags.
    pub year: Option<i16>,
    /// From the tags.
    pub isrc: Option<String>,
    /// How long the file sounds.
    pub duration: Frames,
    /// Where the sound really begins.
    pub cue_in: Frames,
    /// Where the sound really ends.
    pub cue_out: Frames,
    /// Integrated loudness; none for what is shorter than 400 ms.
    pub loudness: Option<Lufs>,
    /// The highest true peak.
    pub true_peak: Dbtp,
    /// The hash that names its cover.
    pub art: Option<u64>,
}

/// Why an item is never heard.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// The file can't be opened.
    #[error("it can't be opened: {0}")]
    Open(std::io::Error),
    /// The file has no bytes.
    #[error("it is empty")]
    Empty,
    /// It can't be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// It breaks off.
    #[error("it is truncated: it breaks off after {0}")]
    Truncated(Frames),
    /// Too many packets can't be decoded.
    #[error("it is broken: {broken} of {all} packets can't be decoded")]
    Broken {
        /// Packets that can't be.
        broken: u64,
        /// All packets.
        all: u64,
    },
    /// Shorter than [`DURATION_MIN`].
    #[error("it lasts only {0}")]
    Short(Frames),
    /// Nothing in it can be heard.
    #[error("it is silent from end to end")]
    Silent,
    /// Its path is not text.
    #[error("its name is not UTF-8")]
    Name,
    /// A bug, told so that it can be mended.
    #[error("the decoder failed on it: {0}")]
    Bug(String),
}

/// Analyses a file.
///
/// # Errors
/// If it is not fit for the air.
pub fn analyse(path: &Path) -> Result<(Facts, Option<Cover>), Rejection> {
    if path.to_str().is_none() {
        return Err(Rejection::Name);
    }
    catch_unwind(AssertUnwindSafe(|| measure(path))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Rejection::Bug(text.unwrap_or_else(|| "a panic without words".to_owned())))
    })
}

fn measure(path: &Path) -> Result<(Facts, Option<Cover>), Rejection> {
    let file = File::open(path).map_err(Rejection::Open)?;
    if file.metadata().map_err(Rejection::Open)?.len() == 0 {
        return Err(Rejection::Empty);
    }
    let mut source = Source::open(Box::new(file), extension(path), Frames::ZERO)?;
    let (mut levels, mut loudness) = (Levels::default(), Loudness::default());
    loop {
        let block = source.block();
        if block.is_empty() {
            break;
        }
        levels.push(block);
        loudness.push(block);
        let frames = block.len();
        source.advance(frames);
    }
    let duration = levels.frames();
    let health = source.health();
    let all = health.sound + health.broken;
    if health.broken * BROKEN_SHARE_MAX > all {
        return Err(Rejection::Broken { broken: health.broken, all });
    }
    if health.truncated {
        return Err(Rejection::Truncated(duration));
    }
    if duration < DURATION_MIN {
        return Err(Rejection::Short(duration));
    }
    let integrated = loudness.integrated();
    let cues = levels.cues(integrated).ok_or(Rejection::Silent)?;
    let tags = source.tags();
    let cover = tags.cover.clone().or_else(|| picture_beside(path));
    let facts = Facts {
        art: cover.as_ref().map(|cover| hash(&cover.bytes)),
        duration,
        cue_in: cues.start,
        cue_out: cues.end,
        loudness: integrated,
        true_peak: loudness.true_peak(),
        ..words(tags, path)
    };
    Ok((facts, cover))
}

/// The extension of a file's name, or nothing.
pub fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

fn words(tags: Tags, path: &Path) -> Facts {
    let Tags { title, artist, album, genre, year, isrc, cover: _ } = tags;
    Facts {
        title: title.or_else(|| path.file_stem().and_then(|stem| readable(stem.to_str()?))),
        artist,
        album,
        genre,
        year,
        isrc,
        duration: Frames::ZERO,
        cue_in: Frames::ZERO,
        cue_out: Frames::ZERO,
        loudness: None,
        true_peak: Dbtp(f64::NEG_INFINITY),
        art: None,
    }
}

/// A file's stem as a title: underscores are spaces, a track's number is left out when something follows it.
fn readable(stem: &str) -> Option<String> {
    let text = stem.replace('_', " ");
    let text = text.trim();
    let after = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - after.len();
    let mark = after.trim_start_matches([' ', '-', '.', ')']);
    let numbered = (1..=3).contains(&digits) && mark.len() < after.len() && !mark.is_empty();
    // "99 Luftballons" keeps its number: a track's has two digits with a zero, or a mark behind it.
    let marked = after[..after.len() - mark.len()].contains(['-', '.', ')']);
    let title = if numbered && (marked || text.starts_with('0')) { mark } else { text };
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    (!title.is_empty()).then_some(title)
}

fn picture_beside(path: &Path) -> Option<Cover> {
    let folder = path.parent()?;
    PICTURES.iter().find_map(|name| {
        let path = folder.join(name);
        let fits =
            std::fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= PICTURE_BYTES_MAX);
        Cover::new(std::fs::read(path).ok().filter(|_| fits)?)
    })
}

/// FNV-1a over a picture's bytes.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_becomes_a_title() {
        for (stem, title) in [
            ("03 - Some_Song", Some("Some Song")),
            ("07_Low_Tide", Some("Low Tide")),
            ("1. Prelude", Some("Prelude")),
            ("99 Luftballons", Some("99 Luftballons")),
            ("1999", Some("1999")),
            ("12", Some("12")),
            ("Artist - Title", Some("Artist - Title")),
            ("  ", None),
        ] {
            assert_eq!(readable(stem).as_deref(), title, "{stem:?}");
        }
    }
}
