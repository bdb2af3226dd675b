//! Cuts the packets of all renditions into parts and segments on the grid.
//!
//! In: packets of each rendition in order, and titles. Out: a new [`Snapshot`] whenever all renditions are
//! complete up to the end of a part. Never: reads a clock, allocates per packet, publishes one rendition before
//! another, remembers anything that the position does not give.
//! Spec: draft-pantos-hls-rfc8216bis sections 3.2 and 6.2.

use super::cmaf::{self, Coding};
use super::mpegts::Ts;
use super::snapshot::{CHUNKS_KEPT, Chunk, SEGMENTS_KEPT, Segment, Snapshot, Stream, Window};
use super::titles::{TitleChange, Titles};
use crate::codec::Packet;
use crate::codec::adts;
use crate::station::{Codec, Output};
use crate::units::{Cell, Frames, Latency, Msn, Position, SEGMENT, StationId};
use bytes::{BufMut, Bytes, BytesMut};
use std::collections::VecDeque;
use std::sync::Arc;

/// How far one rendition may be ahead of the slowest: two segments. Beyond it an encoder has failed, and
/// waiting for it would only fill the memory: [`Packager::push`] panics.
pub const AHEAD_MAX: Frames = Frames(2 * SEGMENT.0);

/// One encode, as its encoder was set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// Which.
    pub output: Output,
    /// AAC's AudioSpecificConfig; empty for Opus and MP3.
    pub config: Vec<u8>,
}

/// Why a station's renditions can't be packaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackagerError {
    /// There is no packaging for this codec.
    #[error("{} is not packaged", .0.word())]
    NotPackaged(Codec),
    /// AAC can't be decoded without it.
    #[error("an AAC rendition needs its AudioSpecificConfig")]
    NoConfig,
    /// Segments begin where the grid says.
    #[error("cell {} does not begin a segment", .0.0)]
    NotABoundary(Cell),
}

/// Cuts the packets of a station's renditions.
#[derive(Debug)]
pub struct Packager {
    station: StationId,
    latency: Latency,
    edge: Position,
    titles: Titles,
    tracks: Vec<Track>,
}

/// One rendition: what waits to be cut, and the forms in which it is published.
#[derive(Debug)]
struct Track {
    output: Output,
    /// Nothing is published of it before.
    from: Position,
    pending: Pending,
    cmaf: Option<Window>,
    ts: Option<Ts>,
    stream: Option<Stream>,
}

/// Packets beyond the edge, one after the other without a gap.
#[derive(Debug, Default)]
struct Pending {
    start: Position,
    frame: Frames,
    sizes: Vec<u32>,
    payload: Vec<u8>,
}

impl Packager {
    /// A packager that publishes nothing before the cell `first`, which begins a segment.
    ///
    /// # Errors
    /// If the cell does not, or a rendition can't be packaged.
    pub fn new(
        station: StationId,
        latency: Latency,
        renditions: &[Rendition],
        first: Cell,
    ) -> Result<Self, PackagerError> {
        if !first.begins_segment() {
            return Err(PackagerError::NotABoundary(first));
        }
        let track = |rendition| Track::new(rendition, first.msn());
        Ok(Self {
            station,
            latency,
            edge: first.start(),
            titles: Titles::default(),
            tracks: renditions.iter().map(track).collect::<Result<_, _>>()?,
        })
    }

    /// Takes the next packets of a rendition, by its place in the list that [`new`](Self::new) was given.
    /// Those that begin before the first cell are dropped.
    ///
    /// # Panics
    /// If packets do not follow each other, or run more than [`AHEAD_MAX`] ahead of another rendition.
    pub fn push(&mut self, rendition: usize, packets: &[Packet]) {
        let Track { from, pending, .. } = &mut self.tracks[rendition];
        for packet in packets.iter().filter(|packet| packet.at >= *from) {
            assert!(
                packet.at < self.edge + AHEAD_MAX,
                "rendition {rendition} runs ahead: another has stopped"
            );
            pending.push(packet);
        }
    }

    /// Publishes nothing of the endless streams without a place in HLS, MP3, before a segment: what came earlier
    /// no listener is sent. To be said before the first packets.
    pub fn begin_streams(&mut self, from: Msn) {
        for track in self.tracks.iter_mut().filter(|track| track.cmaf.is_none()) {
            track.from = track.from.max(from.start());
        }
    }

    /// Takes what listeners are told from a position on; see [`Titles::change`].
    pub fn title(&mut self, change: TitleChange) {
        self.titles.change(change);
    }

    /// Up to where everything is published.
    pub fn edge(&self) -> Position {
        self.edge
    }

    /// Publishes the next part, if all renditions have all packets that begin before its end. To be called until
    /// it gives none.
    pub fn close(&mut self) -> Option<Arc<Snapshot>> {
        let end = self.edge + self.latency.part();
        if self.tracks.is_empty() || self.tracks.iter().any(|track| track.lacks(self.edge, end)) {
            return None;
        }
        let (title, art) = self.titles.at(self.edge);
        for track in self.tracks.iter_mut().filter(|track| track.from <= self.edge) {
            track.close(self.edge, end, &title, &art);
        }
        self.edge = end;
        self.titles.forget_before(end);
        let (next, _) = self.titles.at(end);
        if Cell::holding(end).begins_segment() {
            self.tracks.iter_mut().for_each(|track| track.end_segment(&next));
        }
        Some(Arc::new(Snapshot {
            station: self.station.clone(),
            latency: self.latency,
            edge: end,
            windows: self.tracks.iter().filter_map(|track| track.cmaf.clone()).collect(),
            streams: self.tracks.iter().filter_map(|track| track.stream.clone()).collect(),
        }))
    }
}

impl Track {
    fn new(rendition: &Rendition, first: Msn) -> Result<Self, PackagerError> {
        let Rendition { output, config } = rendition;
        let coding = match output.codec {
            Codec::Opus => Some(Coding::Opus),
            Codec::Aac if config.is_empty() => return Err(PackagerError::NoConfig),
            Codec::Aac => Some(Coding::Aac(config)),
            Codec::Mp3 => None,
            Codec::Flac => return Err(PackagerError::NotPackaged(Codec::Flac)),
        };
        let window = |coding| Window {
            output: *output,
            name: output.rendition().into(),
            init: cmaf::init(coding),
            segments: VecDeque::with_capacity(SEGMENTS_KEPT + 1),
            open_msn: first,
            open_parts: Vec::new(),
            open_title: "".into(),
        };
        let endless = matches!(output.codec, Codec::Aac | Codec::Mp3);
        Ok(Self {
            output: *output,
            from: first.start(),
            pending: Pending::default(),
            cmaf: coding.map(window),
            ts: (output.codec == Codec::Aac).then(|| Ts::begin(first, None)),
            stream: endless
                .then(|| Stream { output: *output, chunks: VecDeque::with_capacity(CHUNKS_KEPT + 1) }),
        })
    }

    /// Whether packets have yet to come that begin before `end`; `start` is the edge.
    fn lacks(&self, start: Position, end: Position) -> bool {
        self.from <= start && self.pending.end() < end
    }

    /// Publishes the packets that begin before `end`; `start` is the edge.
    fn close(&mut self, start: Position, end: Position, title: &Arc<str>, art: &Arc<str>) {
        let (at, frame) = (self.pending.start, self.pending.frame);
        let count = self.pending.count_before(end);
        let sizes = &self.pending.sizes[..count];
        let bytes = sizes.iter().map(|&size| size as usize).sum::<usize>();
        let payload = &self.pending.payload[..bytes];
        if let Some(window) = &mut self.cmaf {
            assert_eq!(
                (at, at + frame * count as i64),
                (start, end),
                "packets of {} fill the grid",
                window.name
            );
            if window.open_parts.is_empty() {
                window.open_title = title.clone();
            }
            window.open_parts.push(cmaf::part(at, sizes, payload));
        }
        if let Some(ts) = &mut self.ts {
            ts.push(at, frame, sizes, payload);
        }
        if let Some(stream) = &mut self.stream {
            let bytes = match self.output.codec {
                Codec::Aac => adts_frames(sizes, payload),
                _ => Bytes::copy_from_slice(payload),
            };
            let cell = Cell::holding(start);
            stream.chunks.push_back(Arc::new(Chunk { cell, bytes, title: title.clone(), art: art.clone() }));
            if stream.chunks.len() > CHUNKS_KEPT {
                stream.chunks.pop_front();
            }
        }
        self.pending.drop_front(count, bytes);
    }

    /// Makes the open segment a complete one, and begins the next.
    fn end_segment(&mut self, next_title: &Arc<str>) {
        let Some(window) = &mut self.cmaf else { return };
        let next = window.open_msn.next();
        let ts = self.ts.as_mut().map(|ts| {
            let begun = Ts::begin(next, Some(ts));
            std::mem::replace(ts, begun).finish().into()
        });
        let title = std::mem::replace(&mut window.open_title, next_title.clone());
        let parts = std::mem::take(&mut window.open_parts);
        window.segments.push_back(Arc::new(Segment { msn: window.open_msn, parts, title, ts }));
        if window.segments.len() > SEGMENTS_KEPT {
            window.segments.pop_front();
        }
        window.open_msn = next;
    }
}

impl Pending {
    fn push(&mut self, packet: &Packet) {
        if self.frame == Frames::ZERO {
            (self.start, self.frame) = (packet.at, packet.frames);
        }
        assert_eq!((packet.at, packet.frames), (self.end(), self.frame), "packets follow each other");
        self.sizes.push(u32::try_from(packet.bytes.len()).expect("a packet has less than 4 GiB"));
        self.payload.extend_from_slice(&packet.bytes);
    }

    /// The position after the last packet; before there was any, the beginning of time.
    fn end(&self) -> Position {
        if self.frame == Frames::ZERO {
            return Position(i64::MIN);
        }
        self.start + self.frame * self.sizes.len() as i64
    }

    /// How many packets begin before a position that is not after the end.
    fn count_before(&self, end: Position) -> usize {
        let beyond = (self.end() - end).0 / self.frame.0;
        self.sizes.len() - beyond as usize
    }

    fn drop_front(&mut self, count: usize, bytes: usize) {
        self.start += self.frame * count as i64;
        self.sizes.drain(..count);
        self.payload.drain(..bytes);
    }
}

fn adts_frames(sizes: &[u32], payload: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(payload.len() + sizes.len() * adts::HEADER);
    let mut rest = payload;
    for &size in sizes {
        let (access_unit, later) = rest.split_at(size as usize);
        out.put_slice(&adts::header(access_unit.len()));
        out.put_slice(access_unit);
        rest = later;
    }
    out.freeze()
}
