//! Media playlists as text.
//!
//! In: a [`Window`] (and for reports, its [`Snapshot`]). Out: the whole playlist, or its delta.
//! Never: waits, or knows what was asked: that is [`reload`](super::reload).
//! Spec: draft-pantos-hls-rfc8216bis sections 4.4, 6.2.1 and 6.2.5.1; RFC 8216 for those without low latency.
//!
//! What a playlist says follows from the snapshot alone, so all listeners are given the same bytes.

use super::mpegts::RUN;
use super::snapshot::{Segment, Snapshot, Window};
use super::tags::{Contract, Inf, Part, PartInf, PartUri, PreloadHint, RenditionReport, ServerControl, Skip};
use crate::units::{Latency, Msn, Position, SEGMENT};
use bytes::Bytes;
use hls_m3u8::tags::{ExtXMap, ExtXProgramDateTime};
use std::fmt::{self, Write};
use std::sync::Arc;

/// The address of the initialization segment, relative to its playlist.
pub const INIT_URI: &str = "init.mp4";
/// Segments listed in `radio.m3u8`.
pub const RADIO_SEGMENTS_LISTED: u64 = 4;

/// Version that the fMP4 playlists need: EXT-X-MAP.
const VERSION: u8 = 6;
/// Version that a delta needs: EXT-X-SKIP.
const VERSION_OF_DELTA: u8 = 9;

/// `live.m3u8`: low latency. With `delta`, the segments before the Skip Boundary are left out and counted;
/// if none is that old, it is the whole playlist.
pub fn live(snapshot: &Snapshot, window: &Window, delta: bool) -> String {
    let contract = Contract::of(snapshot.latency);
    let skipped = if delta { skippable(window, contract) } else { 0 };
    written(|out| {
        let version = if skipped > 0 { VERSION_OF_DELTA } else { VERSION };
        head(out, version, contract)?;
        writeln!(out, "{}", ServerControl(contract))?;
        writeln!(out, "{}", PartInf(contract))?;
        writeln!(out, "#EXT-X-MEDIA-SEQUENCE:{}", first_listed(window))?;
        if skipped > 0 {
            writeln!(out, "{}", Skip(skipped))?;
        }
        // It applies to the segments that a delta keeps, too: players that read a delta by itself need it there.
        writeln!(out, "{}", ExtXMap::new(INIT_URI))?;
        let parts_from = snapshot.edge - contract.target_duration * 3;
        for segment in window.listed().skip(skipped) {
            date(out, segment.msn.start())?;
            if segment.msn.start() >= parts_from {
                parts(out, snapshot.latency, segment.msn, segment.parts.len())?;
            }
            media(out, segment)?;
        }
        if !window.open_parts.is_empty() {
            date(out, window.open_msn.start())?;
            parts(out, snapshot.latency, window.open_msn, window.open_parts.len())?;
        }
        writeln!(out, "{}", PreloadHint(next_part(window)))?;
        let (last_msn, last_part) = last_part(snapshot.latency, window);
        for other in &snapshot.windows {
            if other.output.codec == window.output.codec && other.name != window.name {
                let uri = format!("../{}/live.m3u8", other.name);
                writeln!(out, "{}", RenditionReport { uri: &uri, last_msn, last_part })?;
            }
        }
        Ok(())
    })
}

/// `hls.m3u8`: the same segments without any tag of low latency.
pub fn plain(window: &Window) -> String {
    written(|out| {
        head(out, VERSION, Contract::of(Latency::default()))?;
        writeln!(out, "#EXT-X-MEDIA-SEQUENCE:{}", first_listed(window))?;
        if !window.segments.is_empty() {
            writeln!(out, "{}", ExtXMap::new(INIT_URI))?;
        }
        for segment in window.listed() {
            date(out, segment.msn.start())?;
            media(out, segment)?;
        }
        Ok(())
    })
}

/// `radio.m3u8`: MPEG-TS in segments of three of ours, version 3. None for a rendition without MPEG-TS, and
/// while no three that belong together are published.
pub fn radio(window: &Window) -> Option<String> {
    let numbers = radio_listed(window)?;
    let segments: Vec<_> = numbers.map(|number| radio_run(window, number)).collect::<Option<_>>()?;
    Some(written(|out| {
        writeln!(out, "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6")?;
        let number = |run: &[&Arc<Segment>; 3]| run[0].msn.0 / RUN;
        writeln!(out, "#EXT-X-MEDIA-SEQUENCE:{}", segments.first().map_or(0, number))?;
        for run in &segments {
            date(out, run[0].msn.start())?;
            writeln!(out, "{}", Inf(SEGMENT * RUN as i64, &run[0].title))?;
            writeln!(out, "{}.ts", number(run))?;
        }
        Ok(())
    }))
}

/// The bytes of `{number}.ts`, in three pieces that follow each other; none if they are not all kept.
pub fn radio_segment(window: &Window, number: u64) -> Option<[Bytes; 3]> {
    let [a, b, c] = radio_run(window, number)?;
    Some([a.ts.clone()?, b.ts.clone()?, c.ts.clone()?])
}

/// The address of the part that will be published next, which is hinted and may be asked for.
pub fn next_part(window: &Window) -> PartUri {
    PartUri(window.open_msn, window.open_parts.len() as u32)
}

/// The newest part that is published: its segment and its number there.
pub fn last_part(latency: Latency, window: &Window) -> (Msn, u32) {
    match window.open_parts.len() as u32 {
        0 => (Msn(window.open_msn.0.saturating_sub(1)), latency.parts_per_segment() - 1),
        parts => (window.open_msn, parts - 1),
    }
}

/// The number of the first segment that is listed, or that will be.
pub fn first_listed(window: &Window) -> Msn {
    window.listed().next().map_or(window.open_msn, |segment| segment.msn)
}

/// How many segments a delta leaves out: those whose end is further than the Skip Boundary from the end of the
/// last segment.
fn skippable(window: &Window, contract: Contract) -> usize {
    let boundary = window.open_msn.start() - contract.can_skip_until;
    window.listed().take_while(|segment| segment.msn.end() < boundary).count()
}

fn radio_listed(window: &Window) -> Option<std::ops::Range<u64>> {
    let first = window.segments.front()?.msn.0.div_ceil(RUN);
    let end = window.open_msn.0 / RUN;
    (first < end).then(|| first.max(end.saturating_sub(RADIO_SEGMENTS_LISTED))..end)
}

fn radio_run(window: &Window, number: u64) -> Option<[&Arc<Segment>; 3]> {
    let first = number.checked_mul(RUN)?;
    let at = |n| window.segment(Msn(first.checked_add(n)?)).filter(|segment| segment.ts.is_some());
    Some([at(0)?, at(1)?, at(2)?])
}

fn written(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut text = String::with_capacity(4096);
    write(&mut text).expect("a string takes all that is written to it");
    text
}

fn head(out: &mut String, version: u8, contract: Contract) -> fmt::Result {
    let target = contract.target_duration.duration().as_secs();
    writeln!(out, "#EXTM3U\n#EXT-X-VERSION:{version}\n#EXT-X-TARGETDURATION:{target}")?;
    writeln!(out, "#EXT-X-INDEPENDENT-SEGMENTS")
}

/// A segment begins at a multiple of 1.92 s of Unix time, so its date is exact in milliseconds.
fn date(out: &mut String, at: Position) -> fmt::Result {
    writeln!(out, "{}", ExtXProgramDateTime::new(at.rfc3339()))
}

fn parts(out: &mut String, latency: Latency, msn: Msn, count: usize) -> fmt::Result {
    (0..count as u32).try_for_each(|part| writeln!(out, "{}", Part(latency.part(), PartUri(msn, part))))
}

fn media(out: &mut String, segment: &Segment) -> fmt::Result {
    writeln!(out, "{}\n{}.m4s", Inf(SEGMENT, &segment.title), segment.msn)
}
