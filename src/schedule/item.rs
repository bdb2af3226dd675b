//! What the library knows of the audio it owns, as the planner needs it.

use crate::units::{Dbtp, Frames, ItemId, Lufs};
use std::path::PathBuf;
use std::sync::Arc;

/// One analysed, playable item of audio. Lengths are counted at 48 kHz, after gapless trimming.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its identity.
    pub id: ItemId,
    /// Its file.
    pub path: Arc<PathBuf>,
    /// From its tags, or the stem of the file's name.
    pub title: Option<Arc<str>>,
    /// From its tags.
    pub artist: Option<Arc<str>>,
    /// From its tags.
    pub album: Option<Arc<str>>,
    /// From its tags; several are separated as the tags had them.
    pub genre: Vec<Arc<str>>,
    /// From its tags.
    pub year: Option<i16>,
    /// International Standard Recording Code, from its tags.
    pub isrc: Option<Arc<str>>,
    /// How long the file sounds.
    pub duration: Frames,
    /// Where the sound really begins: silence before it is not music.
    pub cue_in: Frames,
    /// Where the sound really ends; `cue_in < cue_out <= duration`.
    pub cue_out: Frames,
    /// Integrated loudness; none for what is too short or silent to measure.
    pub loudness: Option<Lufs>,
    /// The highest true peak.
    pub true_peak: Dbtp,
    /// When the file was last changed, seconds of Unix time.
    pub modified: i64,
    /// A hash that names its embedded cover, if there is one.
    pub art: Option<u64>,
}

/// What a category holds at the moment, in the order of paths.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pool {
    /// Indices into [`Index::items`].
    pub members: Vec<u32>,
}

/// All that a station can play at the moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    /// Every item once, in the order of paths.
    pub items: Vec<Arc<Item>>,
    /// For each of the station's categories, in the station's order, what belongs to it.
    pub pools: Vec<Pool>,
    /// For each file rung of the station's fallback, in order: the item, once it is known and sound.
    pub fallback_files: Vec<Option<Arc<Item>>>,
}
