//! A made-up station and a server that has it: every part is published when the test says so.

use bytes::Bytes;
use longwave::package::snapshot::{CHUNKS_KEPT, SEGMENTS_KEPT};
use longwave::package::{Chunk, Segment, Snapshot, Stream, Window};
use longwave::serve::{Channel, Entry, House, Limits, Server};
use longwave::station::{Codec, Kind, Output, Sound, Station, Transition};
use longwave::units::{Bitrate, Cell, Frames, Latency, Msn, Now, Position, StationId};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The first segment that is not complete when a studio opens.
pub const OPEN: u64 = 935_000_001;
/// The hash of the one cover that there is.
pub const COVER: u64 = 0xc0de;
/// That cover.
pub const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";

/// The bytes of a part.
pub fn part(rendition: &str, msn: u64, part: u32) -> Bytes {
    format!("<{rendition} {msn}.{part}>").repeat(40).into()
}

/// The bytes of a chunk.
pub fn chunk(codec: Codec, cell: i64) -> Bytes {
    format!("<{} {cell}>", codec.word()).repeat(200).into()
}

/// A station whose parts are published one by one.
pub struct Studio {
    pub channel: Arc<Channel>,
    pub snapshot: Snapshot,
    clock: Arc<AtomicI64>,
    /// How much longer than usual its chunks are.
    pub chunk_repeats: usize,
    pub title: Arc<str>,
}

/// A server with a house, and its end.
pub struct On {
    pub house: Arc<House>,
    pub at: SocketAddr,
    pub clock: Arc<AtomicI64>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

pub fn station(id: &str, latency: Latency) -> Station {
    let output = |codec, rate| Output { codec, bitrate: Some(Bitrate::kilobits(rate)) };
    Station {
        website: None,
        id: StationId::new(id).unwrap(),
        name: "Harbour & Sea".to_owned(),
        tagline: Some("Songs for the water’s edge".to_owned()),
        language: Some("en".to_owned()),
        genre: Some("eclectic".to_owned()),
        timezone: jiff::tz::TimeZone::UTC,
        art: Some(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/serve/pages/icon.svg"))),
        categories: Vec::new(),
        sound: Sound::default(),
        transition: Transition::default(),
        fallback: Vec::new(),
        outputs: vec![
            output(Codec::Opus, 96),
            output(Codec::Aac, 128),
            output(Codec::Aac, 64),
            output(Codec::Mp3, 128),
        ],
        latency,
    }
}

pub fn entry(position: Position, seconds: i64, title: &str) -> Entry {
    Entry {
        position,
        length: Frames::from_secs(seconds),
        kind: Kind::Song,
        category: "power".into(),
        title: Some(title.into()),
        artist: Some("Ana".into()),
        album: None,
        art: Some("/harbour/art/000000000000c0de".into()),
    }
}

impl On {
    pub async fn air() -> Self {
        Self::limited(Limits::default()).await
    }

    pub async fn limited(limits: Limits) -> Self {
        let clock = Arc::new(AtomicI64::new(Msn(OPEN).start().0));
        let read = clock.clone();
        let house = Arc::new(House::new(
            Arc::new(move || Now { mono: Duration::ZERO, wall: Position(read.load(Ordering::Relaxed)) }),
            Arc::new(|id, hash| {
                (id.as_str() == "harbour" && hash == COVER).then(|| Bytes::from_static(PICTURE))
            }),
        ));
        let server = Server::bind(&["127.0.0.1:0".to_owned()]).await.unwrap().limited(limits);
        let at = server.addresses()[0];
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        let served = tokio::spawn(server.run(house.clone(), shutdown));
        Self { house, at, clock, stop, served }
    }

    /// With one station, `harbour`, of the shortest parts.
    pub async fn harbour() -> (Self, Studio) {
        let on = Self::air().await;
        let studio = on.studio(station("harbour", Latency::Low));
        (on, studio)
    }

    /// Puts a station in that has a full window published.
    pub fn studio(&self, station: Station) -> Studio {
        let station = Arc::new(station);
        let channel = self.house.add(station.clone());
        let mut studio = Studio::new(&station, channel, self.clock.clone());
        for _ in 0..SEGMENTS_KEPT as u32 * station.latency.parts_per_segment() {
            studio.make();
        }
        studio.publish();
        studio
    }

    /// Stops the server; done once it has ended.
    pub async fn stop(self) {
        self.stopping().await.unwrap();
    }

    /// Tells the server to stop.
    pub fn stopping(self) -> JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.served
    }
}

impl Studio {
    fn new(station: &Station, channel: Arc<Channel>, clock: Arc<AtomicI64>) -> Self {
        let first = Msn(OPEN - SEGMENTS_KEPT as u64);
        let window = |output: &Output| Window {
            output: *output,
            name: output.rendition().into(),
            init: format!("<{} init>", output.rendition()).into(),
            segments: VecDeque::new(),
            open_msn: first,
            open_parts: Vec::new(),
            open_title: "".into(),
        };
        let stream = |output: &Output| Stream { output: *output, chunks: VecDeque::new() };
        let of = |codecs: &[Codec]| {
            station.outputs.iter().filter(|o| codecs.contains(&o.codec)).collect::<Vec<_>>()
        };
        let snapshot = Snapshot {
            station: station.id.clone(),
            latency: station.latency,
            edge: first.start(),
            windows: of(&[Codec::Opus, Codec::Aac]).into_iter().map(window).collect(),
            streams: of(&[Codec::Aac, Codec::Mp3]).into_iter().map(stream).collect(),
        };
        Self { channel, snapshot, clock, chunk_repeats: 1, title: "Ana - Maré".into() }
    }

    /// Makes the next part of everything, and lets the clock pass it; publishes nothing.
    pub fn make(&mut self) {
        let cell = Cell::holding(self.snapshot.edge);
        let msn = cell.msn();
        let latency = self.snapshot.latency;
        let number = ((cell.0 - msn.first_cell().0) / latency.cells_per_part()) as u32;
        for window in &mut self.snapshot.windows {
            if number == 0 {
                window.open_title = self.title.clone();
            }
            window.open_parts.push(part(&window.name, msn.0, number));
            if number + 1 == latency.parts_per_segment() {
                let aac = window.output.codec == Codec::Aac;
                window.segments.push_back(Arc::new(Segment {
                    msn,
                    parts: std::mem::take(&mut window.open_parts),
                    title: window.open_title.clone(),
                    ts: aac.then(|| format!("<{} {msn} ts>", window.name).into()),
                }));
                window.open_msn = msn.next();
                if window.segments.len() > SEGMENTS_KEPT {
                    window.segments.pop_front();
                }
            }
        }
        for stream in &mut self.snapshot.streams {
            let bytes = chunk(stream.output.codec, cell.0).repeat(self.chunk_repeats).into();
            let (title, art) = (self.title.clone(), "/harbour/art/000000000000c0de".into());
            stream.chunks.push_back(Arc::new(Chunk { cell, bytes, title, art }));
            if stream.chunks.len() > CHUNKS_KEPT {
                stream.chunks.pop_front();
            }
        }
        self.snapshot.edge += latency.part();
        self.clock.store(self.snapshot.edge.0, Ordering::Relaxed);
    }

    pub fn publish(&self) {
        self.channel.publish(Arc::new(self.snapshot.clone()));
    }

    /// The next part, on the air.
    pub fn air(&mut self) {
        self.make();
        self.publish();
    }

    /// The segment that is being made.
    pub fn open(&self) -> u64 {
        self.snapshot.windows[0].open_msn.0
    }

    /// What the listeners of a stream may hear, from the chunk of a cell on.
    pub fn heard(&self, codec: Codec, from: i64) -> Vec<u8> {
        let to = Cell::holding(self.snapshot.edge).0;
        let step = self.snapshot.latency.cells_per_part() as usize;
        (from..to).step_by(step).flat_map(|cell| chunk(codec, cell).repeat(self.chunk_repeats)).collect()
    }

    /// The first cell of the burst that a listener gets who comes now.
    pub fn burst_from(&self) -> i64 {
        Cell::holding(self.snapshot.edge).0 - 12
    }

    /// Until so many requests wait at the station.
    pub async fn held(&self, count: i64) {
        super::client::within(async {
            while self.channel.metrics.held.get() != count {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}
