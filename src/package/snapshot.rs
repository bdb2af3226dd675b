//! What a station has published, at one moment: plain data, shared by all who fetch it, never changed.

use crate::station::{Codec, Output};
use crate::units::{Cell, Latency, Msn, Position, StationId};
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;

/// All that a station has published up to the end of a cell: one consistent cut through its renditions.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Which station.
    pub station: StationId,
    /// How long its parts are.
    pub latency: Latency,
    /// The live edge: every rendition is published up to here. The start of a cell that begins a part.
    pub edge: Position,
    /// The HLS renditions, in the order of the station's outputs.
    pub windows: Vec<Window>,
    /// The endless streams, in the order of the station's outputs.
    pub streams: Vec<Stream>,
}

/// One HLS rendition: its latest segments and the parts of the one that is being made.
#[derive(Clone, Debug)]
pub struct Window {
    /// Which encode.
    pub output: Output,
    /// Its name in URLs, `opus-96`.
    pub name: Arc<str>,
    /// The initialization segment: ftyp and moov.
    pub init: Bytes,
    /// Complete segments, oldest first, without a gap in their numbers. The newest
    /// [`SEGMENTS_LISTED`](crate::package::snapshot::SEGMENTS_LISTED) are listed; the older ones are kept for
    /// those who were told of them.
    pub segments: VecDeque<Arc<Segment>>,
    /// The number of the segment that is being made.
    pub open_msn: Msn,
    /// The parts of it that are published, each a moof and an mdat; fewer than a whole segment's.
    pub open_parts: Vec<Bytes>,
    /// What was audible at the start of the open segment, `Artist - Title`; empty if nothing has a title.
    pub open_title: Arc<str>,
}

/// A complete segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its number; its start on the timeline is `msn.start()`.
    pub msn: Msn,
    /// Its parts, whose concatenation it is.
    pub parts: Vec<Bytes>,
    /// What was audible at its start, `Artist - Title`; empty if nothing has a title.
    pub title: Arc<str>,
    /// The same packets as MPEG-TS (AAC only).
    pub ts: Option<Bytes>,
}

/// Segments in a playlist: 12, 23.04 s.
pub const SEGMENTS_LISTED: usize = 12;
/// Complete segments kept: those listed, and for as long again as any playlist listed them (draft section 6.2.2).
pub const SEGMENTS_KEPT: usize = 2 * SEGMENTS_LISTED + 3;

/// One endless stream: its newest chunks, one a part.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Which encode.
    pub output: Output,
    /// Chunks in order, the newest last, at most [`CHUNKS_KEPT`] without a gap.
    pub chunks: VecDeque<Arc<Chunk>>,
}

/// Chunks of an endless stream that are kept: 30 s at the shortest parts. A listener who falls behind loses
/// its own connection.
pub const CHUNKS_KEPT: usize = 94;

/// The frames of an endless stream whose position lies within one part, as bytes that follow each other on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The first cell of the part.
    pub cell: Cell,
    /// Whole ADTS frames (AAC) or MP3 frames.
    pub bytes: Bytes,
    /// The title for ICY listeners at this place, `Artist - Title`.
    pub title: Arc<str>,
    /// The address path of its picture, `/harbour/art/…`, or empty.
    pub art: Arc<str>,
}

impl Snapshot {
    /// The window of a rendition by its name in URLs.
    pub fn window(&self, name: &str) -> Option<&Window> {
        self.windows.iter().find(|window| &*window.name == name)
    }
    /// The first endless stream of a codec.
    pub fn stream(&self, codec: Codec) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.output.codec == codec)
    }
}

impl Window {
    /// The complete segments that are listed, oldest first.
    pub fn listed(&self) -> impl ExactSizeIterator<Item = &Arc<Segment>> {
        let from = self.segments.len().saturating_sub(SEGMENTS_LISTED);
        self.segments.range(from..)
    }
    /// A complete segment that is still kept.
    pub fn segment(&self, msn: Msn) -> Option<&Arc<Segment>> {
        let first = self.segments.front()?.msn;
        let index = msn.0.checked_sub(first.0)?;
        self.segments.get(usize::try_from(index).ok()?)
    }
    /// A part by its segment's number and its own, if it is published and kept.
    pub fn part(&self, msn: Msn, part: u32) -> Option<&Bytes> {
        let parts = if msn == self.open_msn { &self.open_parts } else { &self.segment(msn)?.parts };
        parts.get(part as usize)
    }
}
