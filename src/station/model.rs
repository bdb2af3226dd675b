//! A station as the programme needs it: every default filled in, every path resolved, every level a type.

use crate::units::{Bitrate, Dbtp, Frames, Latency, Lufs, StationId};
use std::path::PathBuf;
use std::sync::Arc;

/// A whole station.
#[derive(Clone, Debug, PartialEq)]
pub struct Station {
    /// The stem of its file's name.
    pub id: StationId,
    /// What listeners call it.
    pub name: String,
    /// One line about it.
    pub tagline: Option<String>,
    /// BCP 47 tag of the language it speaks.
    pub language: Option<String>,
    /// As directories list it.
    pub genre: Option<String>,
    /// The wall clock of every time in its file.
    pub timezone: jiff::tz::TimeZone,
    /// Its picture.
    pub art: Option<PathBuf>,
    /// Where to read more about it: an http or https address.
    pub website: Option<String>,
    /// Pools of like items, in the order of the file. `music: folder` is one category named `music`.
    pub categories: Vec<Category>,
    /// Loudness and ceiling.
    pub sound: Sound,
    /// How one item follows another.
    pub transition: Transition,
    /// What plays when nothing else can, first to last; below it lies the built-in bed.
    pub fallback: Vec<Rung>,
    /// What is encoded, in the order of the file; no two alike.
    pub outputs: Vec<Output>,
    /// How long parts are.
    pub latency: Latency,
}

/// A pool of like items.
#[derive(Clone, Debug, PartialEq)]
pub struct Category {
    /// The curator's word for it.
    pub name: Arc<str>,
    /// Folders (with all below them), audio files and M3U lists.
    pub from: Vec<PathBuf>,
    /// Which of them belong.
    pub filter: Where,
    /// How the next is picked.
    pub pick: Pick,
    /// What they are.
    pub kind: Kind,
}

/// Tags that an item must carry to belong to a category. Values are compared without regard to case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Where {
    /// Any of these genres; empty admits all.
    pub genre: Vec<String>,
    /// Any of these artists; empty admits all.
    pub artist: Vec<String>,
    /// Any of these albums; empty admits all.
    pub album: Vec<String>,
    /// First and last year, both included.
    pub year: Option<(i16, i16)>,
}

/// How the next item of a category is picked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pick {
    /// The one that has not played for longest.
    #[default]
    MostRested,
    /// All in a seeded random order, then all in another.
    Shuffle,
    /// In the order of their paths, round and round.
    Rotate,
    /// The newest file, again and again until a newer one comes.
    Newest,
}

/// What an item is on the air.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Music.
    #[default]
    Song,
    /// Says which station this is.
    Ident,
    /// A short line over or between songs.
    Sweeper,
    /// Music to talk over.
    Bed,
    /// An advert or a notice.
    Spot,
    /// Talk.
    Speech,
}

/// Loudness and ceiling of the programme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sound {
    /// Integrated loudness of every item. Range -31 to -9; default -16.
    pub loudness: Lufs,
    /// The programme never exceeds this. Range -9 to 0; default -1.
    pub true_peak: Dbtp,
}

/// How one item follows another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// How long both sound. Range 0 to 20 s; default 3 s.
    pub crossfade: Frames,
    /// Where fades are placed.
    pub cue: Cue,
}

/// Where the fades of a transition are placed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cue {
    /// Where the sound really ends and begins.
    #[default]
    Auto,
    /// At the ends of the files.
    Off,
}

/// A rung of the fallback ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rung {
    /// A category, by its name.
    Category(Arc<str>),
    /// One audio file.
    File(PathBuf),
}

/// One encode of the programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Output {
    /// How.
    pub codec: Codec,
    /// How much of it; lossless codecs have none.
    pub bitrate: Option<Bitrate>,
}

/// The codecs of outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// Opus, RFC 6716. 32k to 256k.
    Opus,
    /// AAC-LC, ISO/IEC 14496-3. 64k to 256k.
    Aac,
    /// MPEG-1 layer III. 64k to 320k, one of the standard's rates.
    Mp3,
    /// FLAC, RFC 9639.
    Flac,
}

impl Output {
    /// Its name in URLs: `opus-96`, `flac`.
    pub fn rendition(&self) -> String {
        match self.bitrate {
            Some(rate) => format!("{}-{}", self.codec.word(), rate.in_kilobits()),
            None => self.codec.word().to_owned(),
        }
    }
}

impl Codec {
    /// The curators' word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Codec::Opus => "opus",
            Codec::Aac => "aac",
            Codec::Mp3 => "mp3",
            Codec::Flac => "flac",
        }
    }
}

impl Kind {
    /// The curators' word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Song => "song",
            Kind::Ident => "ident",
            Kind::Sweeper => "sweeper",
            Kind::Bed => "bed",
            Kind::Spot => "spot",
            Kind::Speech => "speech",
        }
    }
}

impl Pick {
    /// The curators' word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Pick::MostRested => "most-rested",
            Pick::Shuffle => "shuffle",
            Pick::Rotate => "rotate",
            Pick::Newest => "newest",
        }
    }
}

impl Default for Sound {
    fn default() -> Self {
        Self { loudness: Lufs(-16.0), true_peak: Dbtp(-1.0) }
    }
}

impl Default for Transition {
    fn default() -> Self {
        Self { crossfade: Frames::from_secs(3), cue: Cue::Auto }
    }
}
