//! What to do with a request at the live edge: answer, hold, or refuse.
//!
//! In: what was asked, what is published. Out: a [`Decision`]. Never: waits; whoever holds a request asks again
//! when the edge has reached the position that it was given.
//! Spec: draft-pantos-hls-rfc8216bis sections 6.2.5 and 6.2.6.

use super::playlist::{first_listed, next_part};
use super::snapshot::Window;
use super::tags::PartUri;
use crate::units::{Frames, Latency, Msn, Position};
use bytes::Bytes;

/// What a request for a low-latency playlist asks, beside the playlist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ask {
    /// `_HLS_msn`: not before this segment is there.
    pub msn: Option<u64>,
    /// `_HLS_part`: not before this part of it is there.
    pub part: Option<u64>,
    /// `_HLS_skip`: a delta will do.
    pub skip: bool,
}

/// Why a request is refused: all are answered 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A number was expected.
    #[error("{0} takes a whole number")]
    NotANumber(&'static str),
    /// A part of which segment?
    #[error("_HLS_part needs _HLS_msn")]
    PartWithoutMsn,
    /// Twice, with different values.
    #[error("{0} is there twice with different values")]
    Twice(&'static str),
    /// More than two segments after the last complete one, or further than the Advance Part Limit.
    #[error("that is too far ahead: the newest is segment {last_msn}, part {last_part}")]
    TooFarAhead {
        /// The segment that is being made.
        last_msn: Msn,
        /// How many of its parts are published, less one; -1 for none.
        last_part: i64,
    },
}

/// What to do with a request for a low-latency playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Answer with the playlist as it is: the whole, or as a delta.
    Serve {
        /// Whether a delta will do.
        delta: bool,
    },
    /// Answer when the edge has reached this position: decide again then.
    Hold {
        /// See [`Snapshot::edge`](super::Snapshot::edge).
        until: Position,
    },
    /// Answer 400 at once.
    Reject(Refusal),
}

/// What to do with a request for a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartDecision {
    /// Answer with these bytes.
    Serve(Bytes),
    /// It is hinted: answer when the edge has reached this position.
    Hold {
        /// See [`Snapshot::edge`](super::Snapshot::edge).
        until: Position,
    },
    /// Answer 404: never published, not kept any more, or further ahead than the hint.
    NotFound,
}

impl Ask {
    /// Reads the directives in a query, `_HLS_msn=7&_HLS_part=2`, without its question mark. Other parameters,
    /// and other directives, are ignored; so is a `_HLS_skip` that is neither `YES` nor `v2`.
    ///
    /// # Errors
    /// If a number is none, one is there twice with different values, or a part has no segment.
    pub fn parse(query: &str) -> Result<Self, Refusal> {
        let mut ask = Self::default();
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            match key {
                "_HLS_msn" => number(&mut ask.msn, "_HLS_msn", value)?,
                "_HLS_part" => number(&mut ask.part, "_HLS_part", value)?,
                "_HLS_skip" => ask.skip |= matches!(value, "YES" | "v2"),
                _ => {}
            }
        }
        if ask.part.is_some() && ask.msn.is_none() {
            return Err(Refusal::PartWithoutMsn);
        }
        Ok(ask)
    }
}

fn number(field: &mut Option<u64>, name: &'static str, value: &str) -> Result<(), Refusal> {
    if !value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refusal::NotANumber(name));
    }
    let value = value.parse().map_err(|_| Refusal::NotANumber(name))?;
    match field.replace(value) {
        Some(before) if before != value => Err(Refusal::Twice(name)),
        _ => Ok(()),
    }
}

/// Decides on a request for the low-latency playlist of a window.
pub fn decide(latency: Latency, window: &Window, ask: Ask) -> Decision {
    let serve = |delta| Decision::Serve { delta };
    let Some(msn) = ask.msn else { return serve(ask.skip) };
    let open = window.open_msn.0;
    // Whoever comes from before the window lacks what a delta leaves out.
    if msn < first_listed(window).0 {
        return serve(false);
    }
    let published = window.open_parts.len() as u64;
    let too_far =
        Decision::Reject(Refusal::TooFarAhead { last_msn: window.open_msn, last_part: published as i64 - 1 });
    // The last complete segment is the one before the open one.
    if msn > open + 1 {
        return too_far;
    }
    let Some(part) = ask.part else {
        return if msn < open { serve(ask.skip) } else { Decision::Hold { until: Msn(msn).end() } };
    };
    let in_segment = u64::from(latency.parts_per_segment());
    // How far beyond the newest part, as if a segment's numbers went on into the next.
    let ahead = i128::from(msn) * i128::from(in_segment) + i128::from(part) + 1
        - i128::from(open) * i128::from(in_segment)
        - i128::from(published);
    if msn >= open && ahead * i128::from(latency.part().0) > i128::from(advance_limit(latency).0) {
        return too_far;
    }
    // Beyond the end of a segment means the first part of the next.
    let (msn, part) = if part < in_segment { (msn, part) } else { (msn + 1, 0) };
    if msn < open || (msn == open && part < published) {
        return serve(ask.skip);
    }
    Decision::Hold { until: part_end(latency, Msn(msn), part) }
}

/// Decides on a request for a part of a window.
pub fn decide_part(latency: Latency, window: &Window, msn: Msn, part: u32) -> PartDecision {
    if let Some(bytes) = window.part(msn, part) {
        return PartDecision::Serve(bytes.clone());
    }
    if next_part(window) == PartUri(msn, part) {
        return PartDecision::Hold { until: part_end(latency, msn, u64::from(part)) };
    }
    PartDecision::NotFound
}

/// The Advance Part Limit, as a length: three parts, or as many shorter ones as fit into three seconds.
fn advance_limit(latency: Latency) -> Frames {
    let second = Frames::from_secs(1);
    if latency.part() < second { second * 3 } else { latency.part() * 3 }
}

fn part_end(latency: Latency, msn: Msn, part: u64) -> Position {
    msn.start() + latency.part() * (part as i64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::snapshot::{SEGMENTS_KEPT, Segment};
    use crate::station::{Codec, Output};
    use crate::units::Bitrate;
    use Refusal::{NotANumber, PartWithoutMsn, Twice};
    use std::sync::Arc;

    const OPEN: u64 = 1000;
    const FIRST_LISTED: u64 = OPEN - 12;

    /// Segments up to 999 are complete, and these parts of 1000 are published.
    fn window(latency: Latency, open_parts: u32) -> Window {
        let bytes = |msn, part| Bytes::from(format!("{msn}.{part}"));
        let segment = |msn| {
            let parts = (0..latency.parts_per_segment()).map(|part| bytes(msn, part)).collect();
            Arc::new(Segment { msn: Msn(msn), parts, title: "".into(), ts: None })
        };
        Window {
            output: Output { codec: Codec::Opus, bitrate: Some(Bitrate::kilobits(96)) },
            name: "opus-96".into(),
            init: Bytes::new(),
            segments: (OPEN - SEGMENTS_KEPT as u64..OPEN).map(segment).collect(),
            open_msn: Msn(OPEN),
            open_parts: (0..open_parts).map(|part| bytes(OPEN, part)).collect(),
            open_title: "".into(),
        }
    }

    /// What is expected of a request, in a word.
    #[derive(Debug, PartialEq)]
    enum Is {
        Whole,
        Delta,
        /// Until this part of this segment is published, or the end of the segment.
        HeldFor(u64, u64),
        HeldForAll(u64),
        TooFar,
    }

    fn check(latency: Latency, open_parts: u32, query: &str, expected: Is) {
        let ask = Ask::parse(query).expect("the table has legal queries");
        let is = match decide(latency, &window(latency, open_parts), ask) {
            Decision::Serve { delta: false } => Is::Whole,
            Decision::Serve { delta: true } => Is::Delta,
            Decision::Reject(Refusal::TooFarAhead { .. }) => Is::TooFar,
            Decision::Reject(why) => panic!("{query}: {why}"),
            Decision::Hold { until } => {
                let msn = Msn::holding(until - Frames(1));
                let parts = (until - msn.start()).0 / latency.part().0;
                if Ask::parse(query).is_ok_and(|ask| ask.part.is_none()) {
                    assert_eq!(until, msn.end());
                    Is::HeldForAll(msn.0)
                } else {
                    Is::HeldFor(msn.0, parts as u64 - 1)
                }
            }
        };
        assert_eq!(is, expected, "{query} with {open_parts} open parts, {}", latency.word());
    }

    #[test]
    fn a_request_without_directives_is_answered_at_once() {
        check(Latency::Low, 2, "", Is::Whole);
        check(Latency::Low, 2, "_HLS_skip=YES", Is::Delta);
        check(Latency::Low, 2, "_HLS_skip=v2", Is::Delta);
        check(Latency::Low, 2, "_HLS_skip=maybe", Is::Whole);
    }

    /// Rule 38.
    #[test]
    fn a_segment_alone_is_held_until_it_is_complete() {
        check(Latency::Low, 2, "_HLS_msn=999", Is::Whole);
        check(Latency::Low, 2, "_HLS_msn=1000", Is::HeldForAll(1000));
        check(Latency::Low, 5, "_HLS_msn=1000", Is::HeldForAll(1000));
        check(Latency::Low, 0, "_HLS_msn=1001", Is::HeldForAll(1001));
    }

    /// Rule 39.
    #[test]
    fn a_part_is_held_until_it_or_anything_later_is_there() {
        check(Latency::Low, 2, "_HLS_msn=999&_HLS_part=0", Is::Whole);
        check(Latency::Low, 2, "_HLS_msn=999&_HLS_part=5", Is::Whole);
        check(Latency::Low, 2, "_HLS_msn=1000&_HLS_part=1", Is::Whole);
        check(Latency::Low, 2, "_HLS_msn=1000&_HLS_part=2", Is::HeldFor(1000, 2));
        check(Latency::Low, 0, "_HLS_msn=1000&_HLS_part=0", Is::HeldFor(1000, 0));
        check(Latency::Low, 5, "_HLS_msn=1001&_HLS_part=0", Is::HeldFor(1001, 0));
        check(Latency::Steady, 1, "_HLS_msn=1000&_HLS_part=2&_HLS_skip=YES", Is::HeldFor(1000, 2));
        check(Latency::Steady, 1, "_HLS_msn=1000&_HLS_part=0&_HLS_skip=YES", Is::Delta);
    }

    /// Rule 40.
    #[test]
    fn a_part_past_the_end_of_a_segment_means_the_first_of_the_next() {
        check(Latency::Low, 1, "_HLS_msn=999&_HLS_part=6", Is::Whole);
        check(Latency::Low, 0, "_HLS_msn=999&_HLS_part=6", Is::HeldFor(1000, 0));
        check(Latency::Low, 0, "_HLS_msn=999&_HLS_part=12345678901234567890", Is::HeldFor(1000, 0));
        check(Latency::Low, 0, "_HLS_msn=998&_HLS_part=6", Is::Whole);
        check(Latency::Low, 3, "_HLS_msn=1000&_HLS_part=6", Is::HeldFor(1001, 0));
        check(Latency::Steady, 0, "_HLS_msn=999&_HLS_part=3", Is::HeldFor(1000, 0));
    }

    /// Rule 41.
    #[test]
    fn a_segment_from_before_the_window_gets_the_whole_playlist_at_once() {
        for msn in [0, 1, FIRST_LISTED - 1] {
            check(Latency::Low, 0, &format!("_HLS_msn={msn}&_HLS_skip=YES"), Is::Whole);
            check(Latency::Low, 0, &format!("_HLS_msn={msn}&_HLS_part=0&_HLS_skip=YES"), Is::Whole);
        }
        check(Latency::Low, 0, &format!("_HLS_msn={FIRST_LISTED}&_HLS_skip=YES"), Is::Delta);
    }

    /// Rule 43.
    #[test]
    fn more_than_two_segments_after_the_last_complete_one_is_too_far() {
        check(Latency::Low, 5, "_HLS_msn=1001", Is::HeldForAll(1001));
        check(Latency::Low, 5, "_HLS_msn=1002", Is::TooFar);
        check(Latency::Low, 5, "_HLS_msn=1002&_HLS_part=0", Is::TooFar);
        check(Latency::Low, 5, "_HLS_msn=18446744073709551615", Is::TooFar);
    }

    /// Rule 43: nine parts of 320 ms, four of 640 ms.
    #[test]
    fn more_parts_ahead_than_the_advance_part_limit_is_too_far() {
        check(Latency::Low, 0, "_HLS_msn=1001&_HLS_part=2", Is::HeldFor(1001, 2));
        check(Latency::Low, 0, "_HLS_msn=1001&_HLS_part=3", Is::TooFar);
        check(Latency::Low, 5, "_HLS_msn=1000&_HLS_part=13", Is::HeldFor(1001, 0));
        check(Latency::Low, 5, "_HLS_msn=1000&_HLS_part=14", Is::TooFar);
        check(Latency::Low, 5, "_HLS_msn=1000&_HLS_part=18446744073709551615", Is::TooFar);
        check(Latency::Steady, 0, "_HLS_msn=1001&_HLS_part=0", Is::HeldFor(1001, 0));
        check(Latency::Steady, 0, "_HLS_msn=1001&_HLS_part=1", Is::TooFar);
    }

    /// Rules 44, 46 and 50.
    #[test]
    fn a_query_is_read_strictly_where_it_is_ours_and_not_at_all_elsewhere() {
        let ask = |msn, part, skip| Ok(Ask { msn, part, skip });
        for (query, expected) in [
            ("", ask(None, None, false)),
            ("_HLS_msn=7", ask(Some(7), None, false)),
            ("_HLS_part=2&_HLS_msn=7&_HLS_skip=v2", ask(Some(7), Some(2), true)),
            ("token=a%20b&_HLS_msn=7&_HLS_future=x&&=", ask(Some(7), None, false)),
            ("_HLS_msn=7&_HLS_msn=7", ask(Some(7), None, false)),
            ("_HLS_msn=7&_HLS_msn=8", Err(Twice("_HLS_msn"))),
            ("_HLS_part=2", Err(PartWithoutMsn)),
            ("_HLS_part=2&_HLS_skip=YES", Err(PartWithoutMsn)),
            ("_HLS_msn=", Err(NotANumber("_HLS_msn"))),
            ("_HLS_msn", Err(NotANumber("_HLS_msn"))),
            ("_HLS_msn=-1", Err(NotANumber("_HLS_msn"))),
            ("_HLS_msn=+1", Err(NotANumber("_HLS_msn"))),
            ("_HLS_msn=7.0", Err(NotANumber("_HLS_msn"))),
            ("_HLS_msn=18446744073709551616", Err(NotANumber("_HLS_msn"))),
            ("_HLS_msn=7&_HLS_part=x", Err(NotANumber("_HLS_part"))),
        ] {
            assert_eq!(Ask::parse(query), expected, "{query}");
        }
    }

    /// Rules 52 to 54.
    #[test]
    fn a_published_part_is_served_the_hinted_one_held_and_any_other_unknown() {
        let window = window(Latency::Low, 2);
        let decided = |msn, part| decide_part(Latency::Low, &window, Msn(msn), part);
        let oldest = OPEN - SEGMENTS_KEPT as u64;
        assert_eq!(decided(OPEN, 1), PartDecision::Serve("1000.1".into()));
        assert_eq!(decided(OPEN - 1, 5), PartDecision::Serve("999.5".into()));
        assert_eq!(decided(oldest, 0), PartDecision::Serve(format!("{oldest}.0").into()));
        let until = Msn(OPEN).start() + Latency::Low.part() * 3;
        assert_eq!(decided(OPEN, 2), PartDecision::Hold { until });
        for (msn, part) in
            [(OPEN, 3), (OPEN, 6), (OPEN - 1, 6), (OPEN + 1, 0), (oldest - 1, 0), (u64::MAX, 0)]
        {
            assert_eq!(decided(msn, part), PartDecision::NotFound, "{msn}.{part}");
        }
    }

    /// Rule 52.
    #[test]
    fn at_the_end_of_a_segment_the_first_part_of_the_next_is_hinted() {
        for latency in [Latency::Low, Latency::Steady] {
            let window = window(latency, 0);
            let until = Msn(OPEN).start() + latency.part();
            assert_eq!(decide_part(latency, &window, Msn(OPEN), 0), PartDecision::Hold { until });
        }
    }
}
