//! Answers: a status, the headers that belong to it, a body.
//!
//! In: what is to be said, and what the caller can take. Out: a response. Never: an error as HTML on a stream's
//! path, or `application/octet-stream`.
//! Spec: RFC 9110 sections 8.3, 12.5.3, 14; Fetch (CORS); draft-pantos-hls-rfc8216bis appendix B.1 for ages.

use super::body::{Body, cut};
use super::published::Text;
use super::route::ALLOWED;
use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use std::collections::VecDeque;

/// An answer.
pub type Answer = Response<Body>;

/// For how long caches may keep an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Not at all.
    Not,
    /// This many seconds.
    Seconds(u32),
    /// This many seconds, and it never changes within them.
    Fixed(u32),
}

/// Media types, as devices insist on them.
pub mod media_type {
    /// HLS playlists.
    pub const HLS: &str = "application/vnd.apple.mpegurl";
    /// Fragmented MP4 with audio.
    pub const MP4: &str = "audio/mp4";
    /// MPEG transport streams.
    pub const TS: &str = "video/mp2t";
    /// MP3.
    pub const MP3: &str = "audio/mpeg";
    /// AAC in ADTS.
    pub const AAC: &str = "audio/aac";
    /// Files that point at streams: M3U.
    pub const M3U: &str = "audio/x-mpegurl";
    /// Files that point at streams: PLS.
    pub const PLS: &str = "audio/x-scpls";
    /// Plain text.
    pub const TEXT: &str = "text/plain; charset=utf-8";
    /// Pages.
    pub const HTML: &str = "text/html; charset=utf-8";
    /// The API.
    pub const JSON: &str = "application/json";
    /// Server-sent events.
    pub const EVENTS: &str = "text/event-stream";
    /// Metrics as Prometheus reads them.
    pub const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

/// How long a browser may remember what a preflight allowed, in seconds.
const PREFLIGHT_AGE_S: &str = "86400";
/// Headers that a page of another origin may read: the age and date for hls.js, lengths for all.
const EXPOSED: &str = "Age, Date, Content-Length, Content-Range, icy-name, icy-metaint";
/// Headers that a page of another origin may send.
const TAKEN: &str =
    "Range, If-Range, Accept, Accept-Encoding, Cache-Control, Content-Type, Icy-MetaData, Last-Event-ID";

/// An answer of a body.
pub fn with(status: StatusCode, media_type: &'static str, keep: Keep, body: Body) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, keep.header());
    answer
}

/// A short plain text with a status: an error, or a word to an operator.
pub fn say(status: StatusCode, keep: Keep, text: impl Into<String>) -> Answer {
    let mut text = text.into();
    text.push('\n');
    with(status, media_type::TEXT, keep, Body::bytes(text.into()))
}

/// 404.
pub fn unknown(keep: Keep, what: &str) -> Answer {
    say(StatusCode::NOT_FOUND, keep, what)
}

/// 503, worth asking again soon.
pub fn later(keep: Keep, why: &str) -> Answer {
    let mut answer = say(StatusCode::SERVICE_UNAVAILABLE, keep, why);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

/// 405.
pub fn not_allowed() -> Answer {
    let mut answer = say(StatusCode::METHOD_NOT_ALLOWED, Keep::Not, "only reading is allowed here");
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(ALLOWED));
    answer
}

/// What a browser asks before a request of another origin, and what OPTIONS asks at all.
pub fn preflight() -> Answer {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    for (name, value) in [
        (header::ALLOW, ALLOWED),
        (header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, TAKEN),
        (header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE_S),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// A text, compressed if the caller takes that.
pub fn text(text: &Text, media_type: &'static str, keep: Keep, asked: &HeaderMap) -> Answer {
    let gzip = takes_gzip(asked);
    let body = if gzip { &text.gzip } else { &text.identity };
    let mut answer = with(StatusCode::OK, media_type, keep, Body::bytes(body.clone()));
    let headers = answer.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    answer
}

/// Media, or the range of it that was asked for.
pub fn media(pieces: VecDeque<Bytes>, media_type: &'static str, keep: Keep, asked: &HeaderMap) -> Answer {
    let length = pieces.iter().map(|piece| piece.len() as u64).sum();
    let range = range(asked, length);
    let mut answer = match range {
        Range::Whole => with(StatusCode::OK, media_type, keep, Body::pieces(pieces)),
        Range::Part { start, end } => {
            let body = Body::pieces(cut(&pieces, start, end));
            let mut answer = with(StatusCode::PARTIAL_CONTENT, media_type, keep, body);
            let value = format!("bytes {start}-{}/{length}", end - 1);
            set(&mut answer, header::CONTENT_RANGE, &value);
            answer
        }
        Range::Outside => {
            let mut answer = say(StatusCode::RANGE_NOT_SATISFIABLE, keep, "there is nothing in that range");
            set(&mut answer, header::CONTENT_RANGE, &format!("bytes */{length}"));
            answer
        }
    };
    answer.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    answer
}

/// Sets a header to a text; characters that a header can't carry are left out.
pub fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    let clean: Vec<u8> = value.bytes().filter(|b| *b >= 0x20 && *b != 0x7f).collect();
    if let Ok(value) = HeaderValue::from_bytes(&clean) {
        answer.headers_mut().insert(name, value);
    }
}

/// What every answer carries, whatever it is; and for HEAD, the headers alone.
pub fn finish(mut answer: Answer, head: bool) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if head {
        let length =
            answer.body().length().filter(|_| !answer.headers().contains_key(header::CONTENT_LENGTH));
        if let Some(length) = length {
            answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        *answer.body_mut() = Body::unsent();
    }
    answer
}

impl Keep {
    fn header(self) -> HeaderValue {
        let text = match self {
            Self::Not => return HeaderValue::from_static("no-store"),
            Self::Seconds(seconds) => format!("public, max-age={seconds}"),
            Self::Fixed(seconds) => format!("public, max-age={seconds}, immutable"),
        };
        HeaderValue::from_str(&text).expect("digits and words are a header's value")
    }
}

/// Whether a caller takes gzip: it names it, or anything, and not with weight 0.
pub fn takes_gzip(asked: &HeaderMap) -> bool {
    let mut any = false;
    for value in asked.get_all(header::ACCEPT_ENCODING) {
        let Ok(value) = value.to_str() else { continue };
        for coding in value.split(',') {
            let mut words = coding.split(';').map(str::trim);
            let name = words.next().unwrap_or_default();
            let refused = words.any(|word| {
                word.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).is_some_and(|q| q <= 0.0)
            });
            if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
                return !refused;
            }
            any |= name == "*" && !refused;
        }
    }
    any
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    /// None was asked for, or one that may be ignored: several, or in no known form.
    Whole,
    /// From `start` up to `end`, not empty.
    Part { start: u64, end: u64 },
    /// Nothing lies there.
    Outside,
}

/// The range that is asked for of so many bytes.
fn range(asked: &HeaderMap, length: u64) -> Range {
    // No answer has a validator, so a range that depends on one is the whole.
    if asked.contains_key(header::IF_RANGE) {
        return Range::Whole;
    }
    let Some(text) = asked.get(header::RANGE).and_then(|value| value.to_str().ok()) else {
        return Range::Whole;
    };
    let Some((first, last)) = text.trim().strip_prefix("bytes=").and_then(|spec| spec.split_once('-')) else {
        return Range::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(start), Ok(last)) if start <= last => (start, last.saturating_add(1).min(length)),
        (Ok(start), Err(_)) if last.is_empty() => (start, length),
        (Err(_), Ok(count)) if first.is_empty() => (length - count.min(length), length),
        _ => return Range::Whole,
    };
    if start < end { Range::Part { start, end } } else { Range::Outside }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_range_is_read_as_rfc_9110_says() {
        let part = |start, end| Range::Part { start, end };
        for (text, expected) in [
            ("bytes=0-", part(0, 10)),
            ("bytes=0-0", part(0, 1)),
            ("bytes=2-4", part(2, 5)),
            ("bytes=9-99", part(9, 10)),
            ("bytes=-3", part(7, 10)),
            ("bytes=-99", part(0, 10)),
            ("bytes=10-", Range::Outside),
            ("bytes=10-11", Range::Outside),
            ("bytes=-0", Range::Outside),
            ("bytes=0-18446744073709551615", part(0, 10)),
            ("bytes=4-2", Range::Whole),
            ("bytes=0-1,3-4", Range::Whole),
            ("bytes=-", Range::Whole),
            ("bytes=a-b", Range::Whole),
            ("lines=0-1", Range::Whole),
            ("", Range::Whole),
        ] {
            assert_eq!(range(&asked(header::RANGE, text), 10), expected, "{text:?}");
        }
        assert_eq!(range(&HeaderMap::new(), 10), Range::Whole);
    }

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        for (text, taken) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("br, *", true),
            ("gzip;q=0", false),
            ("gzip;q=0.000, *", false),
            ("*;q=0", false),
            ("identity", false),
            ("", false),
        ] {
            assert_eq!(takes_gzip(&asked(header::ACCEPT_ENCODING, text)), taken, "{text:?}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
