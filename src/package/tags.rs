//! The playlist tags that we write ourselves, each a type that prints as its line.
//!
//! In: lengths, numbers, addresses. Out: one line each, without its line end. Never: knows of a snapshot.
//! Spec: draft-pantos-hls-rfc8216bis sections 4.4.3.7, 4.4.3.8, 4.4.4.1, 4.4.4.9, 4.4.5.
//!
//! `hls_m3u8` gives the tags of RFC 8216; it has none of low latency, and prints EXTINF in as few digits as
//! it can, where we want every segment's line alike.

use crate::units::{Frames, Latency, Msn, SEGMENT};
use std::borrow::Cow;
use std::fmt;

/// The longest title that a playlist carries, in bytes of UTF-8; more is cut at a character.
pub const TITLE_BYTES_MAX: usize = 240;

/// The numbers that a low-latency playlist promises. They follow from the length of its parts alone, so they
/// never change while a stream lives: players treat them as a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contract {
    /// PART-TARGET. Parts are exactly as long, so it needs no headroom: both print as the same number.
    pub part_target: Frames,
    /// PART-HOLD-BACK: three parts, as Apple's authoring specification demands at least, rounded up to whole
    /// seconds: the margin of 40 or 80 ms keeps `>= 3 * PART-TARGET` true in anyone's floating point.
    pub part_hold_back: Frames,
    /// EXT-X-TARGETDURATION: 1.92 s, rounded.
    pub target_duration: Frames,
    /// HOLD-BACK: three target durations, the least that is allowed.
    pub hold_back: Frames,
    /// CAN-SKIP-UNTIL: six target durations, the least that is allowed.
    pub can_skip_until: Frames,
}

impl Contract {
    /// What a station of this latency promises.
    pub const fn of(latency: Latency) -> Self {
        let target = 2;
        Self {
            part_target: latency.part(),
            part_hold_back: Frames::from_secs(match latency {
                Latency::Low => 1,
                Latency::Steady => 2,
            }),
            target_duration: Frames::from_secs(target),
            hold_back: Frames::from_secs(3 * target),
            can_skip_until: Frames::from_secs(6 * target),
        }
    }
}

/// Seconds as a decimal with as few digits as are exact to the microsecond, at least one: `0.32`, `2.0`.
struct Seconds(Frames);

/// `#EXTINF:1.92000,Artist - Title`.
pub struct Inf<'a>(pub Frames, pub &'a str);

/// `#EXT-X-SERVER-CONTROL`, all of it from the contract.
pub struct ServerControl(pub Contract);

/// `#EXT-X-PART-INF`.
pub struct PartInf(pub Contract);

/// The address of a part, relative to its playlist: `935000000.3.m4s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartUri(pub Msn, pub u32);

/// `#EXT-X-PART`. Audio can be joined at any packet, so every part is independent.
pub struct Part(pub Frames, pub PartUri);

/// `#EXT-X-PRELOAD-HINT` of the next part.
pub struct PreloadHint(pub PartUri);

/// `#EXT-X-SKIP` of this many segments.
pub struct Skip(pub usize);

/// `#EXT-X-RENDITION-REPORT`: how far another playlist of the same multivariant is.
pub struct RenditionReport<'a> {
    /// Its address, relative to the playlist that reports.
    pub uri: &'a str,
    /// The segment of its newest part.
    pub last_msn: Msn,
    /// The newest part in that segment.
    pub last_part: u32,
}

/// A text as one line: control characters become spaces, and the ends are trimmed.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    if !text.contains(breaks) {
        return Cow::Borrowed(text.trim());
    }
    let clean: String = text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect();
    Cow::Owned(clean.trim().to_owned())
}

/// The start of a text: at most this many bytes of it, cut between characters.
pub fn cut(text: &str, bytes_max: usize) -> &str {
    let fits = |&end: &usize| text.is_char_boundary(end);
    &text[..(0..=bytes_max.min(text.len())).rev().find(fits).unwrap_or(0)]
}

fn micros(length: Frames) -> u128 {
    length.duration().as_micros()
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = micros(self.0);
        let digits = format!("{:06}", micros % 1_000_000);
        let digits = digits.trim_end_matches('0');
        write!(f, "{}.{}", micros / 1_000_000, if digits.is_empty() { "0" } else { digits })
    }
}

impl fmt::Display for Inf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = micros(self.0);
        let title = one_line(self.1);
        // A comma may stay: the title is all that follows the first comma of its line.
        let title = cut(&title, TITLE_BYTES_MAX);
        write!(f, "#EXTINF:{}.{:05},{title}", micros / 1_000_000, micros % 1_000_000 / 10)
    }
}

impl fmt::Display for ServerControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={},HOLD-BACK={},PART-HOLD-BACK={}",
            Seconds(self.0.can_skip_until),
            Seconds(self.0.hold_back),
            Seconds(self.0.part_hold_back)
        )
    }
}

impl fmt::Display for PartInf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#EXT-X-PART-INF:PART-TARGET={}", Seconds(self.0.part_target))
    }
}

impl fmt::Display for PartUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.m4s", self.0, self.1)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#EXT-X-PART:DURATION={},URI=\"{}\",INDEPENDENT=YES", Seconds(self.0), self.1)
    }
}

impl fmt::Display for PreloadHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{}\"", self.0)
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#EXT-X-SKIP:SKIPPED-SEGMENTS={}", self.0)
    }
}

impl fmt::Display for RenditionReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { uri, last_msn, last_part } = self;
        write!(f, "#EXT-X-RENDITION-REPORT:URI=\"{uri}\",LAST-MSN={last_msn},LAST-PART={last_part}")
    }
}

const _: () = assert!(SEGMENT.0 <= Contract::of(Latency::Low).target_duration.0);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SAMPLE_RATE;

    fn check(tag: impl fmt::Display, line: &str) {
        assert_eq!(tag.to_string(), line);
    }

    #[test]
    fn each_tag_prints_as_its_line() {
        let low = Contract::of(Latency::Low);
        let steady = Contract::of(Latency::Steady);
        let next = PartUri(Msn(935_000_000), 3);
        check(
            ServerControl(low),
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.0,HOLD-BACK=6.0,PART-HOLD-BACK=1.0",
        );
        check(
            ServerControl(steady),
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.0,HOLD-BACK=6.0,PART-HOLD-BACK=2.0",
        );
        check(PartInf(low), "#EXT-X-PART-INF:PART-TARGET=0.32");
        check(PartInf(steady), "#EXT-X-PART-INF:PART-TARGET=0.64");
        check(
            Part(low.part_target, next),
            "#EXT-X-PART:DURATION=0.32,URI=\"935000000.3.m4s\",INDEPENDENT=YES",
        );
        check(PreloadHint(next), "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"935000000.3.m4s\"");
        check(Skip(5), "#EXT-X-SKIP:SKIPPED-SEGMENTS=5");
        check(
            RenditionReport { uri: "../aac-64/live.m3u8", last_msn: Msn(7), last_part: 5 },
            "#EXT-X-RENDITION-REPORT:URI=\"../aac-64/live.m3u8\",LAST-MSN=7,LAST-PART=5",
        );
        check(Inf(SEGMENT, ""), "#EXTINF:1.92000,");
        check(Inf(SEGMENT * 3, "Sea"), "#EXTINF:5.76000,Sea");
    }

    #[test]
    fn a_title_is_one_line_whatever_is_in_it() {
        for (title, line) in [
            ("Fado Quartet - Maré, Maré", "Fado Quartet - Maré, Maré"),
            ("  spaces  ", "spaces"),
            ("one\r\n#EXT-X-ENDLIST", "one  #EXT-X-ENDLIST"),
            ("a\u{2028}b\u{7f}c\u{85}d\u{feff}", "a b c d"),
            ("\n", ""),
        ] {
            assert_eq!(one_line(title), line, "{title:?}");
        }
        let long = "a".to_owned() + &"ã".repeat(500);
        assert_eq!(Inf(SEGMENT, &long).to_string().len(), "#EXTINF:1.92000,".len() + TITLE_BYTES_MAX - 1);
    }

    #[test]
    fn the_contract_holds_what_the_draft_and_apple_demand() {
        for latency in [Latency::Low, Latency::Steady] {
            let contract = Contract::of(latency);
            assert!(contract.part_hold_back.seconds() >= 3.0 * contract.part_target.seconds());
            assert_eq!(contract.hold_back, contract.target_duration * 3);
            assert_eq!(contract.can_skip_until, contract.target_duration * 6);
            assert_eq!(contract.target_duration % Frames(SAMPLE_RATE), Frames::ZERO);
            assert_eq!((SEGMENT.seconds()).round(), contract.target_duration.seconds());
        }
    }
}
