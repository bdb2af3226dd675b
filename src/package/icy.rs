//! Titles within an endless stream, as SHOUTcast began them and every radio reads them.
//!
//! In: the stream's chunks in order. Out: the same bytes with a metadata block after each 16,000.
//! Never: copies a byte of audio, allocates per byte, knows of a socket.
//! Spec: none was ever written; Icecast's and SHOUTcast's behaviour, and the v2 headers that directories read.

use super::m3u::stream_url;
use super::snapshot::Chunk;
use super::tags::{cut, one_line};
use crate::station::{Output, Station};
use bytes::{BufMut, Bytes, BytesMut};
use std::fmt::Write;
use std::sync::Arc;

/// Bytes of audio between two metadata blocks.
pub const METAINT: usize = 16_000;
/// The longest metadata block, without its length byte: that counts sixteens.
pub const BLOCK_BYTES_MAX: usize = 255 * 16;
/// The longest title in a block; the picture's address has the rest.
const TITLE_BYTES_MAX: usize = 2048;
/// The longest value of a header, in bytes; more is cut at a character.
const HEADER_BYTES_MAX: usize = 240;

/// Puts titles into one listener's stream.
#[derive(Clone, Debug)]
pub struct Interleaver {
    base: String,
    /// Audio still to come before the next block; 1 to [`METAINT`].
    left: usize,
    told: Option<(Arc<str>, Arc<str>)>,
}

impl Interleaver {
    /// For a new listener. `base` is scheme and authority, `http://host:8000`, for the addresses of pictures.
    pub fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), left: METAINT, told: None }
    }

    /// Appends a chunk to `out`, in pieces to be sent one after the other, with the blocks that fall into it.
    pub fn push(&mut self, chunk: &Chunk, out: &mut Vec<Bytes>) {
        let mut audio = chunk.bytes.clone();
        while audio.len() >= self.left {
            out.push(audio.split_to(self.left));
            out.push(self.block(chunk));
            self.left = METAINT;
        }
        self.left -= audio.len();
        if !audio.is_empty() {
            out.push(audio);
        }
    }

    fn block(&mut self, chunk: &Chunk) -> Bytes {
        if self.told.as_ref().is_some_and(|(title, art)| *title == chunk.title && *art == chunk.art) {
            return Bytes::from_static(&[0]);
        }
        self.told = Some((chunk.title.clone(), chunk.art.clone()));
        let art = if chunk.art.is_empty() { String::new() } else { format!("{}{}", self.base, chunk.art) };
        block(&chunk.title, &art)
    }
}

/// A metadata block with its length byte: `StreamTitle='…';StreamUrl='…';` and zeros up to a multiple of 16.
///
/// Both end at the first `';` in many players, so an apostrophe becomes the typographic one.
pub fn block(title: &str, url: &str) -> Bytes {
    let mut text = String::with_capacity(title.len() + url.len() + 32);
    let clean = one_line(title).replace('\'', "\u{2019}");
    write!(text, "StreamTitle='{}';", cut(&clean, TITLE_BYTES_MAX)).expect("a string takes all");
    let url = one_line(url).replace('\'', "%27");
    // Half an address leads nowhere: one that is too long is left out.
    let fits = text.len() + url.len() + "StreamUrl='';".len() <= BLOCK_BYTES_MAX;
    write!(text, "StreamUrl='{}';", if fits { &url } else { "" }).expect("a string takes all");
    let sixteens = text.len().div_ceil(16);
    let mut block = BytesMut::with_capacity(1 + sixteens * 16);
    block.put_u8(u8::try_from(sixteens).expect("the title and the address were cut to fit"));
    block.put_slice(text.as_bytes());
    block.put_bytes(0, 1 + sixteens * 16 - block.len());
    block.freeze()
}

/// The headers of an endless stream: name and value. Values have no control character and no space at an end;
/// those with letters beyond ASCII are UTF-8, which radios expect here.
///
/// `base` is scheme and authority; `titles` says whether blocks are interleaved: only for those who asked.
pub fn headers(station: &Station, output: Output, base: &str, titles: bool) -> Vec<(&'static str, String)> {
    let base = base.trim_end_matches('/');
    let mut headers = vec![
        ("icy-name", plain(&station.name)),
        ("icy-pub", "1".to_owned()),
        ("icy-url", format!("{base}/{}", station.id)),
        ("icy-sr", crate::units::SAMPLE_RATE.to_string()),
        ("icy-version", "2".to_owned()),
        ("icy-index-metadata", "1".to_owned()),
    ];
    if let Some(url) = stream_url(station, base, output.codec) {
        headers.push(("icy-main-stream-url", url));
    }
    if let Some(rate) = output.bitrate {
        headers.push(("icy-br", rate.in_kilobits().to_string()));
    }
    let texts = [
        ("icy-description", &station.tagline),
        ("icy-genre", &station.genre),
        ("icy-language-codes", &station.language),
    ];
    for (name, text) in texts {
        if let Some(text) = text.as_deref().map(plain).filter(|text| !text.is_empty()) {
            headers.push((name, text));
        }
    }
    if titles {
        headers.push(("icy-metaint", METAINT.to_string()));
    }
    headers
}

fn plain(text: &str) -> String {
    cut(&one_line(text), HEADER_BYTES_MAX).to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::station::{Codec, Sound, Transition};
    use crate::units::{Bitrate, Cell, Latency, StationId};
    use proptest::prelude::*;

    /// A station with all default outputs.
    pub(crate) fn station(name: &str) -> Station {
        let output = |codec, rate| Output { codec, bitrate: Some(Bitrate::kilobits(rate)) };
        Station {
            id: StationId::new("harbour").expect("a plain word"),
            name: name.to_owned(),
            tagline: Some("Songs for the\nwater's edge".to_owned()),
            language: Some("pt".to_owned()),
            genre: None,
            timezone: jiff::tz::TimeZone::UTC,
            art: None,
            website: None,
            categories: Vec::new(),
            sound: Sound::default(),
            transition: Transition::default(),
            fallback: Vec::new(),
            outputs: vec![output(Codec::Opus, 96), output(Codec::Aac, 128), output(Codec::Mp3, 128)],
            latency: Latency::Low,
        }
    }

    fn chunk(bytes: Vec<u8>, title: &str, art: &str) -> Chunk {
        Chunk { cell: Cell(0), bytes: bytes.into(), title: title.into(), art: art.into() }
    }

    /// What a radio does: audio and titles apart.
    fn listen(stream: &[u8]) -> (Vec<u8>, Vec<String>) {
        let (mut audio, mut titles) = (Vec::new(), Vec::new());
        let mut rest = stream;
        while rest.len() >= METAINT {
            audio.extend_from_slice(&rest[..METAINT]);
            let length = usize::from(rest[METAINT]) * 16;
            let block = &rest[METAINT + 1..METAINT + 1 + length];
            if length > 0 {
                let text = String::from_utf8(block.to_vec()).expect("a block is UTF-8");
                titles.push(text.trim_end_matches('\0').to_owned());
            }
            rest = &rest[METAINT + 1 + length..];
        }
        audio.extend_from_slice(rest);
        (audio, titles)
    }

    #[test]
    fn a_block_is_a_length_in_sixteens_and_text_and_zeros() {
        for (title, url, text) in [
            ("Ana - Maré", "", "StreamTitle='Ana - Maré';StreamUrl='';"),
            ("Don't; 'stop';", "http://h/a'b", "StreamTitle='Don’t; ’stop’;';StreamUrl='http://h/a%27b';"),
            ("", "", "StreamTitle='';StreamUrl='';"),
            ("a\0b\nc", "", "StreamTitle='a b c';StreamUrl='';"),
        ] {
            let block = block(title, url);
            assert_eq!(block.len(), 1 + usize::from(block[0]) * 16, "{title:?}");
            let (written, padding) = block[1..].split_at(text.len());
            assert_eq!(written, text.as_bytes(), "{title:?}");
            assert!(padding.len() < 16 && padding.iter().all(|&b| b == 0), "{title:?}");
        }
    }

    #[test]
    fn no_title_or_address_is_too_long_for_a_block() {
        let long = "ã'".repeat(4000);
        let block = block(&long, &long);
        assert!(block.len() <= 1 + BLOCK_BYTES_MAX);
        let text = std::str::from_utf8(&block[1..]).expect("cut between characters");
        assert!(text.trim_end_matches('\0').ends_with("';StreamUrl='';"));
    }

    #[test]
    fn a_title_is_told_at_first_and_when_it_changes() {
        let mut interleaver = Interleaver::new("http://h:8000");
        let mut out = Vec::new();
        for (title, art) in [("a", "/harbour/art/1"), ("a", "/harbour/art/1"), ("b", ""), ("b", "")] {
            interleaver.push(&chunk(vec![7; METAINT], title, art), &mut out);
        }
        let (audio, titles) = listen(&out.concat());
        assert_eq!(audio, vec![7; 4 * METAINT]);
        assert_eq!(
            titles,
            ["StreamTitle='a';StreamUrl='http://h:8000/harbour/art/1';", "StreamTitle='b';StreamUrl='';"]
        );
    }

    #[test]
    fn header_values_are_safe_and_titles_are_announced_only_when_they_come() {
        let station = station("Harbour\r\nSet-Cookie: a=b");
        let aac = station.outputs[1];
        let with = headers(&station, aac, "http://h:8000/", true);
        let value = |name| with.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str());
        assert_eq!(value("icy-name"), Some("Harbour  Set-Cookie: a=b"));
        assert_eq!(value("icy-description"), Some("Songs for the water's edge"));
        assert_eq!(value("icy-br"), Some("128"));
        assert_eq!(value("icy-url"), Some("http://h:8000/harbour"));
        assert_eq!(value("icy-main-stream-url"), Some("http://h:8000/harbour/stream.aac"));
        assert_eq!(value("icy-language-codes"), Some("pt"));
        assert_eq!(value("icy-genre"), None);
        assert_eq!(value("icy-metaint"), Some("16000"));
        assert!(with.iter().all(|(_, value)| !value.contains(char::is_control)));
        let without = headers(&station, aac, "http://h:8000", false);
        assert!(without.iter().all(|(name, _)| *name != "icy-metaint"));
    }

    proptest! {
        #[test]
        fn a_radio_hears_every_byte_and_reads_the_title_of_its_place(
            chunks in prop::collection::vec((0usize..40_000, 0u8..3), 1..12)
        ) {
            let mut interleaver = Interleaver::new("");
            let (mut out, mut sent, mut expected) = (Vec::new(), Vec::new(), Vec::new());
            for (n, &(length, title)) in chunks.iter().enumerate() {
                let title = format!("{title}");
                let blocks = (sent.len() + length) / METAINT - sent.len() / METAINT;
                if blocks > 0 && expected.last() != Some(&title) {
                    expected.push(title.clone());
                }
                let bytes = vec![n as u8; length];
                sent.extend_from_slice(&bytes);
                interleaver.push(&chunk(bytes, &title, ""), &mut out);
            }
            let (audio, titles) = listen(&out.concat());
            prop_assert!(audio == sent);
            let expected: Vec<_> =
                expected.iter().map(|title| format!("StreamTitle='{title}';StreamUrl='';")).collect();
            prop_assert_eq!(titles, expected);
        }
    }
}
