//! A request's method, path and query as an enum: what is asked for, before anything is looked up.
//!
//! In: text from the wire. Out: a [`Verb`] and a [`Route`]. Never: knows which stations exist.

use crate::package::multivariant::Multivariant;
use crate::station::Codec;
use crate::units::{Msn, StationId};
use hyper::Method;

/// What is to be done with a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Answer it.
    Get,
    /// Answer it with the headers alone.
    Head,
    /// Say what is allowed: CORS's question before the request.
    Options,
    /// Refuse: nothing here takes another method.
    Other,
}

/// The methods that every route takes, as the `Allow` header lists them.
pub const ALLOWED: &str = "GET, HEAD, OPTIONS";

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/`: the list of stations, for people.
    Directory,
    /// `/static/{file}` or `/static/{version}/{file}`.
    Asset {
        /// The version that the page named, if it did.
        version: Option<String>,
        /// The file's name.
        file: String,
    },
    /// `/{station}` and what lies below, and a station in the API.
    Of(StationId, Of),
    /// `/api/v1/stations`.
    Stations,
    /// `/health/live`.
    Live,
    /// `/health/ready`.
    Ready,
    /// `/metrics`.
    Metrics,
    /// `/favicon.ico`.
    Favicon,
    /// `/robots.txt`.
    Robots,
    /// Nothing that the server knows.
    Unknown,
}

/// What is asked of a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// `/{station}`: the player.
    Player,
    /// `/{station}/art`: its picture.
    Art,
    /// `/{station}/art/{hash}`: a cover, by the hash of its bytes.
    Cover(u64),
    /// `/{station}/live.m3u8` and its like: the choice of renditions.
    Multivariant(Multivariant),
    /// `/{station}/{rendition}/live.m3u8` and its like: a rendition's media playlist.
    Playlist {
        /// Its name, `opus-96`.
        rendition: String,
        /// For whom it is written.
        form: Form,
        /// The delivery directives and whatever else came with it, as it was written.
        query: String,
    },
    /// `/{station}/{rendition}/…`: media of a rendition.
    Media {
        /// Its name, `opus-96`.
        rendition: String,
        /// Which.
        media: Media,
    },
    /// `/{station}/stream.mp3`, `.aac`: an endless stream.
    Stream {
        /// Which encode.
        codec: Codec,
        /// `?len=fake`: the device insists on a length, so it gets one.
        fake_length: bool,
    },
    /// `/{station}/listen.m3u`, `.pls`: files that point at the endless streams.
    Pointer(Pointer),
    /// `/{station}/events`: server-sent events.
    Events,
    /// `/api/v1/stations/{station}` and what lies below.
    About(About),
}

/// For whom a media playlist is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Low-latency players.
    Live,
    /// Players that know whole segments only.
    Hls,
    /// Players of MPEG-TS.
    Radio,
}

/// A file of a rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `init.mp4`.
    Init,
    /// `{msn}.m4s`.
    Segment(Msn),
    /// `{msn}.{part}.m4s`.
    Part(Msn, u32),
    /// `{n}.ts`: the number as `radio.m3u8` counts.
    Ts(u64),
}

/// The forms of a file that points at the endless streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// M3U.
    M3u,
    /// PLS.
    Pls,
}

/// What the API tells of a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// All of it.
    All,
    /// What is on.
    Now,
    /// What follows.
    Next,
    /// What was on.
    History,
}

impl Verb {
    /// What a method asks for.
    pub fn of(method: &Method) -> Self {
        match *method {
            Method::GET => Self::Get,
            Method::HEAD => Self::Head,
            Method::OPTIONS => Self::Options,
            _ => Self::Other,
        }
    }
}

/// What a path and its query ask for.
pub fn parse(path: &str, query: Option<&str>) -> Route {
    let Some(path) = path.strip_prefix('/') else { return Route::Unknown };
    let query = query.unwrap_or_default();
    let steps: Vec<&str> = path.split('/').collect();
    let fixed = match *steps.as_slice() {
        [""] => Some(Route::Directory),
        ["favicon.ico"] => Some(Route::Favicon),
        ["robots.txt"] => Some(Route::Robots),
        ["metrics"] => Some(Route::Metrics),
        ["health", "live"] => Some(Route::Live),
        ["health", "ready"] => Some(Route::Ready),
        ["static", file] => Some(Route::Asset { version: None, file: file.to_owned() }),
        ["static", version, file] => {
            Some(Route::Asset { version: Some(version.to_owned()), file: file.to_owned() })
        }
        ["api", "v1", "stations"] => Some(Route::Stations),
        ["api", "v1", "stations", station, ref rest @ ..] => of_api(station, rest),
        [station] | [station, ""] => of_id(station, Of::Player),
        [station, ref rest @ ..] => of_station(rest, query).and_then(|of| of_id(station, of)),
        [] => None,
    };
    fixed.unwrap_or(Route::Unknown)
}

fn of_id(station: &str, of: Of) -> Option<Route> {
    StationId::new(station).ok().map(|id| Route::Of(id, of))
}

fn of_api(station: &str, rest: &[&str]) -> Option<Route> {
    let about = match *rest {
        [] => About::All,
        ["now"] => About::Now,
        ["next"] => About::Next,
        ["history"] => About::History,
        _ => return None,
    };
    of_id(station, Of::About(about))
}

fn of_station(rest: &[&str], query: &str) -> Option<Of> {
    Some(match *rest {
        ["art"] => Of::Art,
        ["art", hash] => Of::Cover(cover(hash)?),
        ["live.m3u8"] => Of::Multivariant(Multivariant::Live),
        ["opus.m3u8"] => Of::Multivariant(Multivariant::Opus),
        ["hls.m3u8"] => Of::Multivariant(Multivariant::Plain),
        ["radio.m3u8"] => Of::Multivariant(Multivariant::Radio),
        ["stream.mp3"] => Of::Stream { codec: Codec::Mp3, fake_length: fake_length(query) },
        ["stream.aac"] => Of::Stream { codec: Codec::Aac, fake_length: fake_length(query) },
        ["listen.m3u"] => Of::Pointer(Pointer::M3u),
        ["listen.pls"] => Of::Pointer(Pointer::Pls),
        ["events"] => Of::Events,
        [rendition, file] => {
            let rendition = rendition.to_owned();
            let form = match file {
                "live.m3u8" => Form::Live,
                "hls.m3u8" => Form::Hls,
                "radio.m3u8" => Form::Radio,
                _ => return Some(Of::Media { rendition, media: media(file)? }),
            };
            Of::Playlist { rendition, form, query: query.to_owned() }
        }
        _ => return None,
    })
}

fn media(file: &str) -> Option<Media> {
    if file == "init.mp4" {
        return Some(Media::Init);
    }
    if let Some(number) = file.strip_suffix(".ts") {
        return decimal(number).map(Media::Ts);
    }
    let stem = file.strip_suffix(".m4s")?;
    match stem.split_once('.') {
        None => decimal(stem).map(|msn| Media::Segment(Msn(msn))),
        Some((msn, part)) => {
            let part = u32::try_from(decimal(part)?).ok()?;
            Some(Media::Part(Msn(decimal(msn)?), part))
        }
    }
}

/// A number as the server writes it: digits alone and no zero before them, so that a thing has one address.
fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// A cover's hash: 16 lower-case hexadecimal digits.
fn cover(text: &str) -> Option<u64> {
    let plain = text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if plain { u64::from_str_radix(text, 16).ok() } else { None }
}

fn fake_length(query: &str) -> bool {
    query.split('&').any(|pair| pair == "len=fake")
}

impl Route {
    /// Its name in metrics and logs.
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Directory => "page",
            Self::Asset { .. } | Self::Favicon | Self::Robots => "static",
            Self::Stations => "api",
            Self::Live | Self::Ready => "health",
            Self::Metrics => "metrics",
            Self::Unknown => "unknown",
            Self::Of(_, of) => match of {
                Of::Player => "page",
                Of::Art | Of::Cover(_) => "art",
                Of::Multivariant(_) => "multivariant",
                Of::Playlist { .. } => "playlist",
                Of::Media { media: Media::Init, .. } => "init",
                Of::Media { media: Media::Part(..), .. } => "part",
                Of::Media { media: Media::Segment(_) | Media::Ts(_), .. } => "segment",
                Of::Stream { .. } => "stream",
                Of::Pointer(_) => "pointer",
                Of::Events => "events",
                Of::About(_) => "api",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_read_as_what_it_names() {
        let of = |of| Route::Of(StationId::new("harbour").unwrap(), of);
        let rendition = || "opus-96".to_owned();
        let playlist =
            |form, query: &str| of(Of::Playlist { rendition: rendition(), form, query: query.to_owned() });
        let media = |media| of(Of::Media { rendition: rendition(), media });
        let stream = |codec, fake_length| of(Of::Stream { codec, fake_length });
        let asset = |version: Option<&str>| Route::Asset {
            version: version.map(str::to_owned),
            file: "page.css".to_owned(),
        };
        for (path, query, route) in [
            ("/", None, Route::Directory),
            ("/", Some("utm=1"), Route::Directory),
            ("/harbour", None, of(Of::Player)),
            ("/harbour/", None, of(Of::Player)),
            ("/static/page.css", None, asset(None)),
            ("/static/1a2b/page.css", None, asset(Some("1a2b"))),
            ("/harbour/art", None, of(Of::Art)),
            ("/harbour/art/00000000000000ff", None, of(Of::Cover(255))),
            ("/harbour/art/ff", None, Route::Unknown),
            ("/harbour/art/00000000000000FF", None, Route::Unknown),
            ("/harbour/live.m3u8", None, of(Of::Multivariant(Multivariant::Live))),
            ("/harbour/opus.m3u8", None, of(Of::Multivariant(Multivariant::Opus))),
            ("/harbour/hls.m3u8", None, of(Of::Multivariant(Multivariant::Plain))),
            ("/harbour/radio.m3u8", None, of(Of::Multivariant(Multivariant::Radio))),
            ("/harbour/opus-96/live.m3u8", None, playlist(Form::Live, "")),
            ("/harbour/opus-96/live.m3u8", Some("_HLS_msn=7"), playlist(Form::Live, "_HLS_msn=7")),
            ("/harbour/opus-96/hls.m3u8", None, playlist(Form::Hls, "")),
            ("/harbour/opus-96/radio.m3u8", None, playlist(Form::Radio, "")),
            ("/harbour/opus-96/other.m3u8", None, Route::Unknown),
            ("/harbour/opus-96/init.mp4", None, media(Media::Init)),
            ("/harbour/opus-96/7.m4s", None, media(Media::Segment(Msn(7)))),
            ("/harbour/opus-96/7.2.m4s", None, media(Media::Part(Msn(7), 2))),
            ("/harbour/opus-96/7.0.m4s", None, media(Media::Part(Msn(7), 0))),
            ("/harbour/opus-96/7.2.1.m4s", None, Route::Unknown),
            ("/harbour/opus-96/07.m4s", None, Route::Unknown),
            ("/harbour/opus-96/+7.m4s", None, Route::Unknown),
            ("/harbour/opus-96/.m4s", None, Route::Unknown),
            ("/harbour/opus-96/99999999999999999999.m4s", None, Route::Unknown),
            ("/harbour/opus-96/7.99999999999.m4s", None, Route::Unknown),
            ("/harbour/opus-96/7.ts", None, media(Media::Ts(7))),
            ("/harbour/opus-96/", None, Route::Unknown),
            ("/harbour/stream.mp3", None, stream(Codec::Mp3, false)),
            ("/harbour/stream.mp3", Some("a=b&len=fake"), stream(Codec::Mp3, true)),
            ("/harbour/stream.mp3", Some("len=faked"), stream(Codec::Mp3, false)),
            ("/harbour/stream.aac", None, stream(Codec::Aac, false)),
            ("/harbour/listen.m3u", None, of(Of::Pointer(Pointer::M3u))),
            ("/harbour/listen.pls", None, of(Of::Pointer(Pointer::Pls))),
            ("/harbour/events", None, of(Of::Events)),
            ("/api/v1/stations", None, Route::Stations),
            ("/api/v1/stations/harbour", None, of(Of::About(About::All))),
            ("/api/v1/stations/harbour/now", None, of(Of::About(About::Now))),
            ("/api/v1/stations/harbour/next", None, of(Of::About(About::Next))),
            ("/api/v1/stations/harbour/history", None, of(Of::About(About::History))),
            ("/api/v1/stations/harbour/later", None, Route::Unknown),
            ("/api/v2/stations", None, Route::Unknown),
            ("/health/live", None, Route::Live),
            ("/health/ready", None, Route::Ready),
            ("/health", None, Route::Unknown),
            ("/metrics", None, Route::Metrics),
            ("/favicon.ico", None, Route::Favicon),
            ("/robots.txt", None, Route::Robots),
            ("/Harbour", None, Route::Unknown),
            ("/%68arbour", None, Route::Unknown),
            ("/harbour/../metrics", None, Route::Unknown),
            ("//", None, Route::Unknown),
            ("*", None, Route::Unknown),
            ("", None, Route::Unknown),
        ] {
            assert_eq!(parse(path, query), route, "{path} ? {query:?}");
        }
    }

    #[test]
    fn only_reading_is_allowed() {
        for (method, verb) in [
            (Method::GET, Verb::Get),
            (Method::HEAD, Verb::Head),
            (Method::OPTIONS, Verb::Options),
            (Method::POST, Verb::Other),
            (Method::PUT, Verb::Other),
            (Method::DELETE, Verb::Other),
        ] {
            assert_eq!(Verb::of(&method), verb, "{method}");
        }
    }
}
