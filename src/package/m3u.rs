//! The lists that a radio or a desktop player opens: `listen.m3u` and `listen.pls`.
//!
//! In: a station, and the address at which it is reached. Out: text. Never: relative addresses, for those who
//! save such a list play it from their own disk.
//! Spec: none; RFC 3986 for the addresses, the habits of Winamp and of SHOUTcast's PLS version 2 for the rest.

use super::tags::one_line;
use crate::station::{Codec, Station};
use std::fmt::Write;

/// `listen.m3u`: the station's endless streams, MP3 first. `base` is scheme and authority, `http://host:8000`.
pub fn m3u(station: &Station, base: &str) -> String {
    let mut text = "#EXTM3U\n".to_owned();
    for url in streams(station, base) {
        write!(text, "#EXTINF:-1,{}\n{url}\n", one_line(&station.name)).expect("a string takes all");
    }
    text
}

/// `listen.pls`, version 2: the same streams.
pub fn pls(station: &Station, base: &str) -> String {
    let urls = streams(station, base);
    let mut text = format!("[playlist]\nNumberOfEntries={}\n", urls.len());
    for (url, n) in urls.iter().zip(1..) {
        let title = one_line(&station.name);
        write!(text, "File{n}={url}\nTitle{n}={title}\nLength{n}=-1\n").expect("a string takes all");
    }
    text.push_str("Version=2\n");
    text
}

/// The address of an endless stream: `http://host:8000/harbour/stream.mp3`. None for codecs without one.
pub fn stream_url(station: &Station, base: &str, codec: Codec) -> Option<String> {
    let extension = match codec {
        Codec::Mp3 => "mp3",
        Codec::Aac => "aac",
        Codec::Opus | Codec::Flac => return None,
    };
    let base = base.trim_end_matches('/');
    Some(format!("{base}/{}/stream.{extension}", station.id))
}

fn streams(station: &Station, base: &str) -> Vec<String> {
    [Codec::Mp3, Codec::Aac]
        .into_iter()
        .filter(|&codec| station.outputs.iter().any(|output| output.codec == codec))
        .filter_map(|codec| stream_url(station, base, codec))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::icy::tests::station;

    #[test]
    fn mp3_is_first_and_every_address_is_absolute() {
        let station = station("Harbour Radio");
        assert_eq!(
            m3u(&station, "http://localhost:8000/"),
            "#EXTM3U\n\
             #EXTINF:-1,Harbour Radio\nhttp://localhost:8000/harbour/stream.mp3\n\
             #EXTINF:-1,Harbour Radio\nhttp://localhost:8000/harbour/stream.aac\n"
        );
        assert_eq!(
            pls(&station, "https://radio.example"),
            "[playlist]\nNumberOfEntries=2\n\
             File1=https://radio.example/harbour/stream.mp3\nTitle1=Harbour Radio\nLength1=-1\n\
             File2=https://radio.example/harbour/stream.aac\nTitle2=Harbour Radio\nLength2=-1\n\
             Version=2\n"
        );
    }

    #[test]
    fn a_name_with_a_line_break_stays_one_entry() {
        let station = station("Harbour\r\nFile9=http://elsewhere");
        assert_eq!(m3u(&station, "http://h").lines().count(), 5);
        assert_eq!(pls(&station, "http://h").lines().count(), 9);
    }

    #[test]
    fn a_station_without_endless_streams_has_empty_lists() {
        let mut station = station("Harbour");
        station.outputs.retain(|output| output.codec == Codec::Opus);
        assert_eq!(m3u(&station, "http://h"), "#EXTM3U\n");
        assert_eq!(pls(&station, "http://h"), "[playlist]\nNumberOfEntries=0\nVersion=2\n");
    }
}
