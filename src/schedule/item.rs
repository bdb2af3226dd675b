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

impl Item {
    /// `Artist - Title`, or what of it there is.
    pub fn line(&self) -> String {
        match (&self.artist, &self.title) {
            (Some(artist), Some(title)) => format!("{artist} - {title}"),
            (None, Some(title)) => title.to_string(),
            (Some(artist), None) => artist.to_string(),
            (None, None) => String::new(),
        }
    }

    /// The artist as separation compares it: without regard to case and surrounding space.
    pub fn artist_key(&self) -> Option<String> {
        let artist = self.artist.as_deref()?.trim().to_lowercase();
        (!artist.is_empty()).then_some(artist)
    }
}

impl Index {
    /// The items of a category, in the order of paths.
    pub fn pool(&self, category: usize) -> impl Iterator<Item = &Arc<Item>> {
        let members = self.pools.get(category).map_or(&[][..], |pool| &pool.members);
        members.iter().filter_map(|&member| self.items.get(member as usize))
    }

    /// A number that changes when what can be played changes: to know whether a stored log still holds.
    pub fn fingerprint(&self) -> u64 {
        let seed = self.pools.iter().fold(crate::units::Seed(0), |seed, pool| {
            let members = pool.members.iter().filter_map(|&member| self.items.get(member as usize));
            members.fold(seed.with(u64::MAX), |seed, item| {
                seed.with(item.id.0).with(item.duration.0 as u64).with(item.modified as u64)
            })
        });
        self.fallback_files
            .iter()
            .fold(seed, |seed, file| seed.with(file.as_ref().map_or(0, |item| item.id.0)))
            .0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::path::Path;

    /// A song of so many seconds, at the default loudness, without silence at its ends.
    pub(crate) fn song(title: &str, artist: &str, seconds: i64) -> Item {
        let path = format!("music/{artist}/{title}.flac");
        Item {
            id: ItemId::of_path(Path::new(&path)),
            path: Arc::new(path.into()),
            title: Some(title.into()),
            artist: (!artist.is_empty()).then(|| artist.into()),
            album: None,
            genre: Vec::new(),
            year: None,
            isrc: None,
            duration: Frames::from_secs(seconds),
            cue_in: Frames::ZERO,
            cue_out: Frames::from_secs(seconds),
            loudness: Some(Lufs(-16.0)),
            true_peak: Dbtp(-3.0),
            modified: 0,
            art: None,
        }
    }

    /// An index with these pools, in order.
    pub(crate) fn index(pools: Vec<Vec<Item>>) -> Index {
        let mut index = Index::default();
        for items in pools {
            let mut pool = Pool::default();
            for item in items {
                pool.members.push(index.items.len() as u32);
                index.items.push(Arc::new(item));
            }
            index.pools.push(pool);
        }
        index
    }
}
