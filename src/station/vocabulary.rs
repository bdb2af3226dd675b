//! The words of station files, in one table: the reader, the check for unknown words and the JSON Schema all come
//! from it, so they can't disagree.

use super::{Cue, Kind, Pick};
use crate::units::Latency;

/// A word that may stand before a colon.
#[derive(Debug)]
pub struct Word {
    /// As it is written.
    pub name: &'static str,
    /// What it does, in a sentence or two for a curator.
    pub about: &'static str,
    /// What may stand after it.
    pub form: Form,
    /// Values as they are written in YAML; none of them is the default.
    pub examples: &'static [&'static str],
    /// What it is when it isn't written, as it would be written.
    pub default: Option<&'static str>,
    /// Whether this version acts upon it.
    pub status: Status,
    /// Whether it must be there.
    pub required: bool,
    /// What people write for it elsewhere.
    pub also: &'static [&'static str],
}

/// Whether this version acts upon a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It does.
    Acted,
    /// It knows the word and leaves it aside, with a warning.
    Later,
}

/// What may stand after a word.
#[derive(Debug)]
pub enum Form {
    /// A text of at least one and at most so many characters, without control characters.
    Text(usize),
    /// One text or a list of them.
    Texts,
    /// A BCP 47 tag.
    Language,
    /// An IANA name.
    Timezone,
    /// An http or https address.
    Website,
    /// One path.
    Path,
    /// One path or a list of them.
    Paths,
    /// A year or a range of years.
    Years,
    /// A level and its range.
    Level(LevelForm),
    /// A duration from none to so many milliseconds.
    Duration(u64),
    /// One of a few words.
    Choice(fn() -> Vec<Choice>),
    /// A list of codecs with bit rates.
    Outputs,
    /// A category or a path, or a list of them.
    Rungs,
    /// Words of their own.
    Words(&'static [Word]),
    /// Names that the curator chooses, each with words of its own.
    Named(&'static [Word]),
    /// Anything: the word is not acted upon yet.
    Anything,
}

/// A level with its units, the recommended one first, and the range it may have.
#[derive(Debug)]
pub struct LevelForm {
    /// What may stand after the number.
    pub units: &'static [&'static str],
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

/// One of the words that a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As it is written.
    pub word: &'static str,
    /// What it means.
    pub about: &'static str,
}

/// An enum whose every value a curator can name.
pub(super) trait Choices: Copy + 'static {
    /// All values, the default first.
    const ALL: &'static [Self];
    /// How a curator names it and what it means.
    fn choice(self) -> Choice;
    /// All values as choices.
    fn choices() -> Vec<Choice> {
        Self::ALL.iter().map(|value| value.choice()).collect()
    }
}

impl Choices for Pick {
    const ALL: &'static [Self] = &[Pick::MostRested, Pick::Shuffle, Pick::Rotate, Pick::Newest];
    fn choice(self) -> Choice {
        let about = match self {
            Pick::MostRested => "the one that has not played for longest",
            Pick::Shuffle => "all in a random order, then all in another",
            Pick::Rotate => "in the order of the file names, round and round",
            Pick::Newest => "the newest file, until a newer one comes",
        };
        Choice { word: self.word(), about }
    }
}

impl Choices for Kind {
    const ALL: &'static [Self] =
        &[Kind::Song, Kind::Ident, Kind::Sweeper, Kind::Bed, Kind::Spot, Kind::Speech];
    fn choice(self) -> Choice {
        let about = match self {
            Kind::Song => "music",
            Kind::Ident => "says which station this is",
            Kind::Sweeper => "a short line over or between songs",
            Kind::Bed => "music to talk over",
            Kind::Spot => "an advert or a notice",
            Kind::Speech => "talk",
        };
        Choice { word: self.word(), about }
    }
}

impl Choices for Cue {
    const ALL: &'static [Self] = &[Cue::Auto, Cue::Off];
    fn choice(self) -> Choice {
        match self {
            Cue::Auto => Choice { word: "auto", about: "fade where the music really ends and begins" },
            Cue::Off => Choice { word: "off", about: "fade at the ends of the files" },
        }
    }
}

impl Choices for Latency {
    const ALL: &'static [Self] = &[Latency::Low, Latency::Steady];
    fn choice(self) -> Choice {
        match self {
            Latency::Low => Choice { word: "low", about: "parts of 320 ms: listeners are about 2 s behind" },
            Latency::Steady => {
                Choice { word: "steady", about: "parts of 640 ms: for listeners on unsteady networks" }
            }
        }
    }
}

const fn word(name: &'static str, form: Form, about: &'static str) -> Word {
    Word {
        name,
        about,
        form,
        examples: &[],
        default: None,
        status: Status::Acted,
        required: false,
        also: &[],
    }
}

const fn later(name: &'static str, about: &'static str) -> Word {
    Word { status: Status::Later, ..word(name, Form::Anything, about) }
}

impl Word {
    const fn like(mut self, examples: &'static [&'static str]) -> Self {
        self.examples = examples;
        self
    }
    const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }
    const fn also(mut self, words: &'static [&'static str]) -> Self {
        self.also = words;
        self
    }
}

/// The words at the left margin.
pub static STATION: &[Word] = &[
    word("name", Form::Text(120), "What listeners call the station. Its URL comes from the file's name.")
        .like(&["Harbour Radio"])
        .required()
        .also(&["title", "station", "station_name"]),
    word("tagline", Form::Text(240), "One line about the station, shown to listeners.")
        .like(&["Songs for the water's edge"])
        .also(&["description", "slogan", "about", "subtitle"]),
    word("language", Form::Language, "The language that the station speaks, as a BCP 47 tag.")
        .like(&["en", "pt-BR"])
        .also(&["lang", "locale"]),
    word("genre", Form::Text(120), "The genre under which directories list the station.")
        .like(&["eclectic"])
        .also(&["genres", "style"]),
    word("timezone", Form::Timezone, "The wall clock of every time in this file, as a region and a city.")
        .like(&["Europe/Lisbon", "America/New_York"])
        .required()
        .also(&["tz", "zone", "time_zone"]),
    word("art", Form::Path, "The station's picture, a path relative to this file.")
        .like(&["art/harbour.png"])
        .also(&["logo", "image", "picture", "cover", "icon"]),
    word("website", Form::Website, "The station's website.")
        .like(&["https://harbour.example"])
        .also(&["url", "homepage", "link", "site"]),
    word(
        "music",
        Form::Paths,
        "A folder of music, relative to this file, played around the clock: short for one category `music`.",
    )
    .like(&["media/music", "[media/music, media/lists/extra.m3u]"])
    .also(&["folder", "path", "playlist", "songs", "tracks", "library"]),
    word("categories", Form::Named(CATEGORY), "Pools of like items, each with a name of its own.")
        .like(&["{ gold: { from: media/music/gold } }"])
        .also(&["pools", "category", "playlists"]),
    later("rules", "Which items must or should rest before they play again."),
    later("clocks", "What an hour is made of."),
    later("week", "Which clock plays when."),
    later("shows", "Programmes with a host, at their times."),
    later("events", "One-offs at a date and time."),
    later("inputs", "Who may go live."),
    later("accounts_file", "The file of the hosts' accounts."),
    word("transitions", Form::Words(TRANSITIONS), "How one item follows another.")
        .like(&["{ default: { crossfade: 4s } }"])
        .also(&["transition", "fades"]),
    word("sound", Form::Words(SOUND), "Loudness and ceiling of the programme.")
        .like(&["{ loudness: -18 LUFS, true_peak: -2 dBTP }"])
        .also(&["audio", "processing"]),
    word(
        "fallback",
        Form::Rungs,
        "What plays when nothing else can, first to last: categories or audio files. Below lies a built-in bed.",
    )
    .like(&["[gold, media/imaging/sorry-loop.wav]", "media/imaging/sorry-loop.wav"])
    .also(&["fallbacks", "backup", "emergency"]),
    later("clock_changes", "What happens to the hours that daylight saving skips or repeats."),
    word("outputs", Form::Outputs, "The encodes of the programme, each a codec and a bit rate.")
        .like(&["[opus 64k, aac 96k]", "[aac 192k, mp3 320k]"])
        .or("[opus 96k, aac 128k, mp3 128k]")
        .also(&["output", "formats", "codecs", "streams", "bitrates", "encodings"]),
    word("latency", Form::Choice(Latency::choices), "How close to live listeners are.")
        .like(&["steady"])
        .or("low")
        .also(&["delay"]),
    later("time_shift", "How far back a listener may go."),
    later("webhooks", "Addresses that are told what happens on air."),
];

/// The words of a category.
pub static CATEGORY: &[Word] = &[
    word(
        "from",
        Form::Paths,
        "Where the items are: folders with all below them, audio files, M3U lists; relative to this file.",
    )
    .like(&["media/music/gold", "[media/music/gold, media/lists/extra.m3u]"])
    .also(&["folder", "path", "source", "dir", "files", "music"]),
    word("where", Form::Words(WHERE), "Which of the items belong, by their tags; all of these must hold.")
        .like(&["{ genre: ambient }"])
        .also(&["filter", "tags", "match"]),
    word("pick", Form::Choice(Pick::choices), "How the next item is picked.")
        .like(&["shuffle", "rotate", "newest"])
        .or("most-rested")
        .also(&["order", "mode", "select", "rotation"]),
    word("kind", Form::Choice(Kind::choices), "What the items are on the air.")
        .like(&["ident", "sweeper", "bed", "spot", "speech"])
        .or("song")
        .also(&["type"]),
    later("podcast", "The feed that the items come from."),
    later("max_age", "How old the newest item may be."),
];

/// The words of `where`.
pub static WHERE: &[Word] = &[
    word("genre", Form::Texts, "Items of any of these genres.")
        .like(&["ambient", "[ambient, drone]"])
        .also(&["genres", "style"]),
    word("artist", Form::Texts, "Items by any of these artists.")
        .like(&["Fado Quartet", "[Fado Quartet, Maria Lua]"])
        .also(&["artists", "by", "performer"]),
    word("album", Form::Texts, "Items of any of these albums.")
        .like(&["Tides", "[Tides, Ebb]"])
        .also(&["albums", "record"]),
    word("year", Form::Years, "Items of this year or of these years, both ends included.")
        .like(&["1984", "1980-1989"])
        .also(&["years", "decade", "date"]),
];

/// The words of `transitions`.
pub static TRANSITIONS: &[Word] = &[
    word("default", Form::Words(TRANSITION), "Between any two items.").like(&["{ crossfade: 5s }"]),
    later("pairs", "Between items of certain kinds."),
];

/// The words of `transitions.default`.
pub static TRANSITION: &[Word] = &[
    word("crossfade", Form::Duration(20_000), "How long two items sound together; 0s for none, at most 20s.")
        .like(&["5s", "1500ms", "0s"])
        .or("3s")
        .also(&["fade", "duration", "length", "overlap"]),
    word("cue", Form::Choice(Cue::choices), "Where fades are placed.").like(&["off"]).or("auto"),
];

/// The words of `sound`.
pub static SOUND: &[Word] = &[
    word(
        "loudness",
        Form::Level(LevelForm { units: &["LUFS"], min: -31.0, max: -9.0 }),
        "The integrated loudness that every item is brought to.",
    )
    .like(&["-18 LUFS", "-23 LUFS"])
    .or("-16 LUFS")
    .also(&["lufs", "volume", "level", "target"]),
    word(
        "true_peak",
        Form::Level(LevelForm { units: &["dBTP", "dB"], min: -9.0, max: 0.0 }),
        "The programme never exceeds this.",
    )
    .like(&["-2 dBTP"])
    .or("-1 dBTP")
    .also(&["peak", "ceiling", "limit", "limiter"]),
    later("duck", "How far music steps back under talk."),
];

/// Every word with the word it belongs to; none at the left margin.
pub fn everywhere() -> impl Iterator<Item = (Option<&'static str>, &'static Word)> {
    fn list(
        above: Option<&'static str>,
        words: &'static [Word],
    ) -> Vec<(Option<&'static str>, &'static Word)> {
        let below = |word: &'static Word| match word.form {
            Form::Words(words) | Form::Named(words) => list(Some(word.name), words),
            _ => Vec::new(),
        };
        words.iter().flat_map(|word| std::iter::once((above, word)).chain(below(word))).collect()
    }
    list(None, STATION).into_iter()
}

/// Whether a key is one whose value is a secret. Compared without regard to case and separators.
pub(super) fn is_secret(key: &str) -> bool {
    const SECRETS: [&str; 12] = [
        "password",
        "passwd",
        "passphrase",
        "pass",
        "pwd",
        "secret",
        "token",
        "apikey",
        "privatekey",
        "streamkey",
        "accesskey",
        "credentials",
    ];
    const KEY_BYTES_MAX: usize = 64;
    if key.len() > KEY_BYTES_MAX {
        return false;
    }
    let plain: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    // Short ones are parts of other words: compass, bypass.
    SECRETS.iter().any(|secret| plain == *secret || secret.len() > 4 && plain.ends_with(secret))
}

/// Whether a line of text may hold a secret: one of its words before a colon is the key of one.
pub(super) fn hints_at_secret(line: &str) -> bool {
    secret_in(line).is_some()
}

/// Where on a line a secret may begin: behind the colon of the first key that is one of a secret.
pub(super) fn secret_in(line: &str) -> Option<usize> {
    line.match_indices(':').map(|(colon, _)| colon).find_map(|colon| {
        let before = line[..colon].trim_end().trim_end_matches(['"', '\'']);
        let key = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).next()?;
        is_secret(key).then_some(colon + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_a_secret_is_known_however_it_is_written() {
        for (line, secret) in [
            ("password: x", true),
            ("  Api-Key: x", true),
            ("stream_key: x", true),
            ("{ a: b, \"token\" : x }", true),
            ("admin_password: x", true),
            ("pass: x", true),
            ("compass: north", false),
            ("name: token of love", false),
            ("secretary: x", false),
        ] {
            assert_eq!(hints_at_secret(line), secret, "{line:?}");
        }
    }

    #[test]
    fn no_word_stands_twice_in_a_place_and_each_is_told() {
        let words: Vec<_> = everywhere().collect();
        for (at, (above, word)) in words.iter().enumerate() {
            assert!(word.about.ends_with('.'), "{}", word.name);
            assert!(
                words[..at].iter().all(|(other, w)| (*other, w.name) != (*above, word.name)),
                "{}",
                word.name
            );
            assert_eq!(word.status == Status::Later, matches!(word.form, Form::Anything), "{}", word.name);
            assert!(word.status == Status::Later || !word.examples.is_empty(), "{}", word.name);
        }
    }
}
