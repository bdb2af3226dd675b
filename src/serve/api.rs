//! The API: what stations there are and what is on, as JSON.
//!
//! In: stations, programmes, a position. Out: JSON text. Never: a float for a position; times are RFC 3339 in UTC
//! with milliseconds.

use super::programme::{Entry, Moment, Programme};
use crate::station::{Codec, Station};
use crate::units::Position;
use serde::Serialize;
use std::sync::Arc;

/// One item of the programme.
#[derive(Debug, Serialize)]
pub struct EntryJson<'a> {
    /// When it begins.
    pub at: String,
    /// The same in frames since 1970.
    pub position: i64,
    /// How long it sounds, in seconds.
    pub duration: f64,
    /// What it is on the air.
    pub kind: &'static str,
    /// The category it was picked from.
    pub category: &'a str,
    /// From its tags.
    pub title: Option<&'a str>,
    /// From its tags.
    pub artist: Option<&'a str>,
    /// From its tags.
    pub album: Option<&'a str>,
    /// The address path of its cover.
    pub art: Option<&'a str>,
}

/// A station.
#[derive(Debug, Serialize)]
pub struct StationJson<'a> {
    /// Its name in URLs.
    pub id: &'a str,
    /// What listeners call it.
    pub name: &'a str,
    /// One line about it.
    pub tagline: Option<&'a str>,
    /// As directories list it.
    pub genre: Option<&'a str>,
    /// BCP 47 tag.
    pub language: Option<&'a str>,
    /// The address path of its picture.
    pub art: Option<String>,
    /// What is on.
    pub now: Option<EntryJson<'a>>,
    /// Where it can be heard.
    pub streams: StreamsJson,
}

/// The address paths of a station's forms; null for one that it does not have.
#[derive(Debug, Serialize)]
pub struct StreamsJson {
    /// Low latency, Opus.
    pub opus: Option<String>,
    /// Low latency, AAC.
    pub live: Option<String>,
    /// HLS of whole segments.
    pub hls: Option<String>,
    /// HLS of MPEG-TS.
    pub radio: Option<String>,
    /// Endless MP3.
    pub mp3: Option<String>,
    /// Endless AAC.
    pub aac: Option<String>,
}

#[derive(Serialize)]
struct StationsJson<'a> {
    stations: Vec<StationJson<'a>>,
}

#[derive(Serialize)]
struct NowJson<'a> {
    at: String,
    position: i64,
    entry: Option<EntryJson<'a>>,
}

#[derive(Serialize)]
struct EntriesJson<'a> {
    entries: Vec<EntryJson<'a>>,
}

#[derive(Serialize)]
struct MomentJson<'a> {
    now: Option<EntryJson<'a>>,
    next: Option<EntryJson<'a>>,
    previous: Option<EntryJson<'a>>,
}

impl<'a> From<&'a Entry> for EntryJson<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            at: entry.position.rfc3339(),
            position: entry.position.0,
            duration: entry.length.seconds(),
            kind: entry.kind.word(),
            category: &entry.category,
            title: entry.title.as_deref(),
            artist: entry.artist.as_deref(),
            album: entry.album.as_deref(),
            art: entry.art.as_deref(),
        }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and lists of them are JSON")
}

fn entry(entry: &Option<Arc<Entry>>) -> Option<EntryJson<'_>> {
    entry.as_deref().map(EntryJson::from)
}

/// A station and what is on.
pub fn station_value<'a>(station: &'a Station, moment: &'a Moment) -> StationJson<'a> {
    let id = &station.id;
    let has = |codec| station.outputs.iter().any(|output| output.codec == codec);
    let path = |codec, file| has(codec).then(|| format!("/{id}/{file}"));
    StationJson {
        id: id.as_str(),
        name: &station.name,
        tagline: station.tagline.as_deref(),
        genre: station.genre.as_deref(),
        language: station.language.as_deref(),
        art: station.art.as_ref().map(|_| format!("/{id}/art")),
        now: entry(&moment.now),
        streams: StreamsJson {
            opus: path(Codec::Opus, "opus.m3u8"),
            live: path(Codec::Aac, "live.m3u8"),
            hls: path(Codec::Aac, "hls.m3u8"),
            radio: path(Codec::Aac, "radio.m3u8"),
            mp3: path(Codec::Mp3, "stream.mp3"),
            aac: path(Codec::Aac, "stream.aac"),
        },
    }
}

/// `/api/v1/stations/{station}`.
pub fn station(station: &Station, moment: &Moment) -> String {
    json(&station_value(station, moment))
}

/// `/api/v1/stations`.
pub fn stations(stations: &[(Arc<Station>, Moment)]) -> String {
    json(&StationsJson {
        stations: stations.iter().map(|(station, moment)| station_value(station, moment)).collect(),
    })
}

/// `…/now`: what is on at a position.
pub fn now(programme: &Programme, at: Position) -> String {
    let moment = programme.moment(at);
    json(&NowJson { at: at.rfc3339(), position: at.0, entry: entry(&moment.now) })
}

/// `…/next`: what begins after a position, soonest first.
pub fn next(programme: &Programme, at: Position) -> String {
    json(&EntriesJson { entries: programme.next(at).iter().map(|entry| EntryJson::from(&**entry)).collect() })
}

/// `…/history`: what was on before a position, newest first.
pub fn history(programme: &Programme, at: Position) -> String {
    json(&EntriesJson { entries: programme.history(at).map(|entry| EntryJson::from(&**entry)).collect() })
}

/// The data of a `track` event: one line.
pub fn moment(moment: &Moment) -> String {
    json(&MomentJson {
        now: entry(&moment.now),
        next: entry(&moment.next),
        previous: entry(&moment.previous),
    })
}
