//! HLS: playlists, some of them held until they say what was asked for, and the media that they list.
//!
//! In: a route below a station, a request's headers. Out: an answer with bytes that were rendered once for all.
//! Never: writes a playlist, decides when to hold: that is [`package`](crate::package); redirects.
//! Spec: draft-pantos-hls-rfc8216bis sections 6.2.2, 6.2.5, 6.2.6 and appendix B.1.

use super::answer::{self, Answer, Keep, media_type};
use super::desk::Desk;
use super::hold::{self, Ended};
use super::house::Channel;
use super::published::{Playlists, Published};
use super::route::{Form, Media};
use crate::package::multivariant::Multivariant;
use crate::package::reload::{Ask, Decision, PartDecision, decide, decide_part};
use crate::package::tags::Contract;
use crate::package::{Window, playlist};
use crate::units::{Latency, Msn};
use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::HeaderMap;
use std::collections::VecDeque;

/// EXT-X-TARGETDURATION in seconds, the measure of every age below.
const TARGET_S: u32 = Contract::of(Latency::Low).target_duration.0 as u32 / 48_000;
/// The choice of renditions: it does not change while the station is on the air.
const KEEP_MULTIVARIANT: Keep = Keep::Seconds(6 * TARGET_S);
/// A playlist that a request waited for, or could have: it is the same whenever it is asked for.
const KEEP_BLOCKING: Keep = Keep::Seconds(6 * TARGET_S);
/// A playlist as it is at the moment.
const KEEP_PLAIN: Keep = Keep::Seconds(TARGET_S / 2);
/// What a blocking request learns is not there.
const KEEP_BLOCKING_UNKNOWN: Keep = Keep::Seconds(4 * TARGET_S);
/// Any other error.
const KEEP_ERROR: Keep = Keep::Seconds(TARGET_S);
/// Segments and parts: their address is their place on the timeline. An hour is longer than any window.
const KEEP_MEDIA: Keep = Keep::Fixed(3600);
/// Initialization segments: the next version of the program may write another.
const KEEP_INIT: Keep = Keep::Seconds(60);

const UNKNOWN_RENDITION: &str = "the station has no such rendition";
const UNKNOWN_MEDIA: &str = "that is not published, or not kept any more";

/// What a look at a rendition said.
enum Seen<T> {
    Found(T),
    Unknown(&'static str),
    Refused(String),
}

/// A multivariant playlist.
pub fn multivariant(channel: &Channel, which: Multivariant, asked: &HeaderMap) -> Answer {
    let Some(published) = channel.published() else { return silent() };
    match published.multivariant(which) {
        Some(text) => answer::text(text, media_type::HLS, KEEP_MULTIVARIANT, asked),
        None => answer::unknown(KEEP_ERROR, "the station has no rendition for that"),
    }
}

/// A media playlist. Only low latency knows directives; any other form ignores them.
pub async fn playlist(
    desk: &Desk,
    channel: &Channel,
    rendition: &str,
    form: Form,
    query: &str,
    asked: &HeaderMap,
) -> Answer {
    let (name, answer) = match form {
        Form::Live => ("live", live(desk, channel, rendition, query, asked).await),
        Form::Hls => ("hls", plain(channel, rendition, asked, |playlists| Some(&playlists.hls))),
        Form::Radio => ("radio", plain(channel, rendition, asked, |playlists| playlists.radio.as_ref())),
    };
    if answer.status() == StatusCode::OK {
        channel.metrics.playlist(rendition, name);
    } else {
        channel.metrics.reject(answer.status().as_u16());
    }
    answer
}

fn plain(
    channel: &Channel,
    rendition: &str,
    asked: &HeaderMap,
    which: impl Fn(&Playlists) -> Option<&super::published::Text>,
) -> Answer {
    let Some(published) = channel.published() else { return silent() };
    let text = published.rendition(rendition).and_then(|(_, playlists)| which(playlists));
    match text {
        Some(text) => answer::text(text, media_type::HLS, KEEP_PLAIN, asked),
        None => answer::unknown(KEEP_ERROR, UNKNOWN_RENDITION),
    }
}

async fn live(desk: &Desk, channel: &Channel, rendition: &str, query: &str, asked: &HeaderMap) -> Answer {
    let ask = match Ask::parse(query) {
        Ok(ask) => ask,
        Err(refusal) => return answer::say(StatusCode::BAD_REQUEST, KEEP_ERROR, refusal.to_string()),
    };
    let look = |published: &Published| {
        let Some((window, playlists)) = published.rendition(rendition) else {
            return Some(Seen::Unknown(UNKNOWN_RENDITION));
        };
        match decide(published.snapshot.latency, window, ask) {
            Decision::Serve { delta: false } => Some(Seen::Found(playlists.live.clone())),
            Decision::Serve { delta: true } => Some(Seen::Found(playlists.delta.clone())),
            Decision::Hold { .. } => None,
            Decision::Reject(refusal) => Some(Seen::Refused(refusal.to_string())),
        }
    };
    let (keep, keep_unknown) = match ask.msn {
        Some(_) => (KEEP_BLOCKING, KEEP_BLOCKING_UNKNOWN),
        None => (KEEP_PLAIN, KEEP_ERROR),
    };
    match hold::until(channel, &desk.phase, desk.limits.patience(), look).await {
        Ok(Seen::Found(text)) => answer::text(&text, media_type::HLS, keep, asked),
        Ok(Seen::Unknown(what)) => answer::unknown(keep_unknown, what),
        Ok(Seen::Refused(why)) => answer::say(StatusCode::BAD_REQUEST, KEEP_ERROR, why),
        Err(ended) => ended_early(ended),
    }
}

/// A file of a rendition. The part that is hinted is held until it is there.
pub async fn media(
    desk: &Desk,
    channel: &Channel,
    rendition: &str,
    media: Media,
    asked: &HeaderMap,
) -> Answer {
    let look = |published: &Published| {
        let Some((window, _)) = published.rendition(rendition) else {
            return Some(Seen::Unknown(UNKNOWN_RENDITION));
        };
        let found = match media {
            Media::Init => Some(VecDeque::from([window.init.clone()])),
            Media::Segment(msn) => segment(window, msn),
            Media::Ts(number) => playlist::radio_segment(window, number).map(VecDeque::from),
            Media::Part(msn, part) => match decide_part(published.snapshot.latency, window, msn, part) {
                PartDecision::Serve(bytes) => Some(VecDeque::from([bytes])),
                PartDecision::Hold { .. } => return None,
                PartDecision::NotFound => None,
            },
        };
        Some(found.map_or(Seen::Unknown(UNKNOWN_MEDIA), Seen::Found))
    };
    let (media_type, keep) = match media {
        Media::Init => (media_type::MP4, KEEP_INIT),
        Media::Segment(_) | Media::Part(..) => (media_type::MP4, KEEP_MEDIA),
        Media::Ts(_) => (media_type::TS, KEEP_MEDIA),
    };
    match hold::until(channel, &desk.phase, desk.limits.patience(), look).await {
        Ok(Seen::Found(pieces)) => answer::media(pieces, media_type, keep, asked),
        Ok(Seen::Unknown(what)) => answer::unknown(KEEP_ERROR, what),
        Ok(Seen::Refused(why)) => answer::say(StatusCode::BAD_REQUEST, KEEP_ERROR, why),
        Err(ended) => ended_early(ended),
    }
}

fn segment(window: &Window, msn: Msn) -> Option<VecDeque<Bytes>> {
    window.segment(msn).map(|segment| segment.parts.iter().cloned().collect())
}

/// A station that has nothing on the air yet.
pub fn silent() -> Answer {
    answer::later(Keep::Not, "the station is not on the air yet")
}

fn ended_early(ended: Ended) -> Answer {
    match ended {
        Ended::Silent => silent(),
        Ended::Late => answer::later(KEEP_ERROR, "that did not come in time"),
        Ended::Gone => answer::unknown(KEEP_ERROR, "the station is gone"),
        Ended::Closing => answer::later(Keep::Not, "the server stops"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::server::HOLD_MAX;

    #[test]
    fn a_request_is_held_for_three_target_durations() {
        for latency in [Latency::Low, Latency::Steady] {
            let target = Contract::of(latency).target_duration.duration();
            assert_eq!(HOLD_MAX, target * 3);
            assert_eq!(target.as_secs(), u64::from(TARGET_S));
        }
    }
}
