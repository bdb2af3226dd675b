//! What a file says of itself: its tags and its cover.
//!
//! In: Symphonia's metadata of any kind. Out: the few words that a station needs, trimmed and bounded.
//! ReplayGain is not read: loudness is measured.

use symphonia::core::formats::FormatReader;
use symphonia::core::meta::{MetadataContainer, RawValue, StandardTag, StandardVisualKey, Visual};

/// Longer words are cut, characters.
const WORD_CHARS_MAX: usize = 400;
/// More genres are not kept.
const GENRES_MAX: usize = 16;

/// Tags of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// The title of the track.
    pub title: Option<String>,
    /// Who plays it; the album's artist if only that is told.
    pub artist: Option<String>,
    /// The album.
    pub album: Option<String>,
    /// The genres.
    pub genre: Vec<String>,
    /// The year of its release.
    pub year: Option<i16>,
    /// Its International Standard Recording Code: 12 characters.
    pub isrc: Option<String>,
    /// Its front cover.
    pub cover: Option<Cover>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// Its media type, by its first bytes.
    pub mime: &'static str,
    /// The picture as it was stored.
    pub bytes: Vec<u8>,
}

impl Cover {
    /// Takes a picture whose first bytes are those of a JPEG, PNG, WebP or GIF file.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        let mime = match bytes.as_slice() {
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
            [b'G', b'I', b'F', b'8', ..] => "image/gif",
            _ => return None,
        };
        Some(Self { mime, bytes })
    }
}

impl Tags {
    /// Reads all that the container has. Where two kinds of tags disagree, the later one in the file's log wins, which
    /// is the container's own.
    pub fn read(reader: &mut dyn FormatReader) -> Self {
        let mut tags = Self::default();
        let mut album_artist = None;
        let mut cover_is_front = false;
        let mut metadata = reader.metadata();
        loop {
            if let Some(revision) = metadata.current() {
                let tracks = revision.per_track.iter().map(|track| &track.metadata);
                for container in std::iter::once(&revision.media).chain(tracks) {
                    tags.take(container, &mut album_artist);
                    for visual in &container.visuals {
                        tags.take_cover(visual, &mut cover_is_front);
                    }
                }
            }
            if metadata.pop().is_none() {
                break;
            }
        }
        tags.artist = tags.artist.or(album_artist);
        tags
    }

    fn take(&mut self, container: &MetadataContainer, album_artist: &mut Option<String>) {
        let mut genre = Vec::new();
        for tag in &container.tags {
            let Some(standard) = &tag.std else { continue };
            match standard {
                StandardTag::TrackTitle(text) => replace(&mut self.title, text),
                StandardTag::Artist(text) => replace(&mut self.artist, text),
                StandardTag::AlbumArtist(text) => replace(album_artist, text),
                StandardTag::Album(text) => replace(&mut self.album, text),
                StandardTag::Genre(text) => genre.extend(words(text)),
                StandardTag::IdentIsrc(text) => {
                    let code: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
                    if code.len() == 12 {
                        self.isrc = Some(code.to_ascii_uppercase());
                    }
                }
                StandardTag::ReleaseDate(text) | StandardTag::RecordingDate(text) => {
                    self.take_year(year_of(text))
                }
                StandardTag::ReleaseYear(year) | StandardTag::RecordingYear(year) => {
                    self.take_year(i16::try_from(*year).ok());
                }
                StandardTag::OriginalReleaseDate(text) if self.year.is_none() => {
                    self.take_year(year_of(text))
                }
                _ => {
                    if let (true, RawValue::String(text)) =
                        (tag.raw.key.eq_ignore_ascii_case("year"), &tag.raw.value)
                    {
                        self.take_year(year_of(text));
                    }
                }
            }
        }
        if !genre.is_empty() {
            genre.dedup();
            genre.truncate(GENRES_MAX);
            self.genre = genre;
        }
    }

    fn take_year(&mut self, year: Option<i16>) {
        self.year = year.filter(|year| (1000..=9999).contains(year)).or(self.year);
    }

    fn take_cover(&mut self, visual: &Visual, is_front: &mut bool) {
        let front = matches!(visual.usage, Some(StandardVisualKey::FrontCover));
        let better = self.cover.is_none() || (front && !*is_front);
        if better && let Some(cover) = Cover::new(visual.data.to_vec()) {
            self.cover = Some(cover);
            *is_front = front;
        }
    }
}

fn replace(slot: &mut Option<String>, text: &str) {
    if let Some(word) = words(text).next() {
        *slot = Some(word);
    }
}

/// The words of a tag that may hold several, separated by NUL as ID3v2.4 does: clean, bounded, not empty.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split('\0').filter_map(|word| {
        let clean: String =
            word.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORD_CHARS_MAX).collect();
        let clean = clean.trim();
        (!clean.is_empty()).then(|| clean.to_owned())
    })
}

/// `2019-05-03`, `03/05/2019`, `2019`: the first run of four digits.
fn year_of(text: &str) -> Option<i16> {
    text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 4)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_found_in_any_date() {
        for (text, year) in
            [("2019", Some(2019)), ("2019-05-03", Some(2019)), ("03/05/1987", Some(1987)), ("n.d.", None)]
        {
            assert_eq!(year_of(text), year, "{text}");
        }
    }
}
