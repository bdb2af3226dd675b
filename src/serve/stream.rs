//! Endless streams: MP3 and AAC as radios have taken them since the nineties, with titles for those who ask.
//!
//! In: the chunks of a station's snapshots. Out: a body that begins with a burst and goes on at the pace of the
//! programme. Never: waits for a listener: whoever falls behind what is kept loses the connection.
//! Spec: RFC 9112 section 6.3 (a body that ends with the connection); Icecast's and SHOUTcast's behaviour.

use super::answer::{self, Answer, Keep, media_type};
use super::body::{Body, Source};
use super::desk::{Caller, Desk};
use super::hls;
use super::house::{Air, Channel};
use super::metrics::Counted;
use super::server::Phase;
use crate::package::Stream;
use crate::package::icy::{self, Interleaver};
use crate::package::snapshot::CHUNKS_KEPT;
use crate::station::Codec;
use crate::units::{Cell, Frames};
use bytes::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{StatusCode, Version};
use prometheus_client::metrics::counter::Counter;
use std::sync::Arc;
use tokio::sync::watch;

/// What a listener is given at once, so that playing starts without a wait: 3.84 s.
pub const BURST: Frames = Frames::from_millis(3840);
/// The length that is told to those who insist on one: the most that a device which counts in signed 32 bits can
/// hold, 37 h at 128 kb/s. The stream ends there.
pub const FAKE_LENGTH: u32 = i32::MAX as u32;

/// An endless stream.
pub fn stream(
    desk: &Desk,
    channel: &Arc<Channel>,
    codec: Codec,
    fake_length: bool,
    caller: &Caller,
) -> Answer {
    let station = channel.station();
    let Some(output) = station.outputs.iter().copied().find(|output| output.codec == codec) else {
        return answer::unknown(Keep::Not, "the station has no such stream");
    };
    if channel.published().is_none() {
        return hls::silent();
    }
    let media_type = match codec {
        Codec::Mp3 => media_type::MP3,
        _ => media_type::AAC,
    };
    let base = caller.base();
    let titles = caller.wants_titles();
    // HEAD opens no stream, and is no listener.
    let body = if caller.head {
        Body::unsent()
    } else {
        Body::flow(Pump {
            air: channel.air(),
            phase: desk.phase.clone(),
            codec,
            next: None,
            titles: titles.then(|| Interleaver::new(&base)),
            dropped: channel.metrics.dropped(codec.word()),
            _listener: Counted::new(&channel.metrics.listeners(codec.word())),
        })
    };
    let mut answer = answer::with(StatusCode::OK, media_type, Keep::Not, body);
    // In HTTP/1.0's words a body without a length ends with the connection, and is never chunked: some devices
    // can't read chunks, whatever version they speak.
    *answer.version_mut() = Version::HTTP_10;
    let headers = answer.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("none"));
    if fake_length {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(FAKE_LENGTH));
    }
    for (name, value) in icy::headers(&station, output, &base, titles) {
        answer::set(&mut answer, HeaderName::from_static(name), &value);
    }
    answer
}

/// One listener's place in a stream.
struct Pump {
    air: watch::Receiver<Air>,
    phase: watch::Receiver<Phase>,
    codec: Codec,
    /// The chunk to send next; none before the burst.
    next: Option<Cell>,
    titles: Option<Interleaver>,
    dropped: Counter,
    _listener: Counted,
}

/// What is there for a listener.
#[derive(Debug, PartialEq)]
enum Due {
    /// From this index on.
    From(usize),
    /// Nothing yet.
    Nothing,
    /// What should come next is not kept any more.
    Behind,
}

/// What is due to a listener who waits for the chunk of a cell; one without a place gets the burst.
fn due(stream: &Stream, next: Option<Cell>, burst: usize) -> Due {
    let chunks = &stream.chunks;
    let Some(first) = chunks.front().map(|chunk| chunk.cell) else { return Due::Nothing };
    let Some(next) = next else { return Due::From(chunks.len().saturating_sub(burst)) };
    if next < first && chunks.len() >= CHUNKS_KEPT {
        return Due::Behind;
    }
    // A station that has just started anew keeps little: its listeners go on with what there is.
    match chunks.partition_point(|chunk| chunk.cell < next) {
        index if index == chunks.len() => Due::Nothing,
        index => Due::From(index),
    }
}

impl Pump {
    /// Takes what is there. None: the stream ends.
    fn take(&mut self) -> Option<Vec<Bytes>> {
        let published = match &*self.air.borrow_and_update() {
            Air::On(published) => published.clone(),
            Air::Silent => return Some(Vec::new()),
            Air::Gone => return None,
        };
        let snapshot = &published.snapshot;
        let stream = snapshot.stream(self.codec)?;
        let burst = usize::try_from(BURST.0 / snapshot.latency.part().0).expect("a burst is short");
        let from = match due(stream, self.next, burst) {
            Due::From(index) => index,
            Due::Nothing => return Some(Vec::new()),
            Due::Behind => {
                self.dropped.inc();
                return None;
            }
        };
        let mut pieces = Vec::with_capacity(stream.chunks.len() - from);
        for chunk in stream.chunks.range(from..) {
            match &mut self.titles {
                Some(titles) => titles.push(chunk, &mut pieces),
                None => pieces.push(chunk.bytes.clone()),
            }
            self.next = Some(Cell(chunk.cell.0 + snapshot.latency.cells_per_part()));
        }
        Some(pieces)
    }
}

impl Source for Pump {
    async fn next(mut self) -> Option<(Vec<Bytes>, Self)> {
        loop {
            let pieces = self.take()?;
            if !pieces.is_empty() {
                return Some((pieces, self));
            }
            tokio::select! {
                changed = self.air.changed() => changed.ok()?,
                _ = self.phase.wait_for(|phase| *phase != Phase::Open) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::Chunk;
    use crate::station::Output;
    use std::collections::VecDeque;

    #[test]
    fn a_listener_gets_what_follows_and_is_cut_only_for_its_own_slowness() {
        for (kept, next, expected) in [
            (0, None, Due::Nothing),
            (0, Some(500), Due::Nothing),
            (5, None, Due::From(0)),
            (40, None, Due::From(28)),
            (40, Some(100), Due::From(0)),
            (40, Some(139), Due::From(39)),
            (40, Some(140), Due::Nothing),
            // Only a full store can have let go of what a listener still lacks.
            (40, Some(99), Due::From(0)),
            (CHUNKS_KEPT as i64, Some(100), Due::From(0)),
            (CHUNKS_KEPT as i64, Some(99), Due::Behind),
        ] {
            let chunk =
                |n| Arc::new(Chunk { cell: Cell(n), bytes: Bytes::new(), title: "".into(), art: "".into() });
            let output = Output { codec: Codec::Mp3, bitrate: None };
            let stream = Stream { output, chunks: (100..100 + kept).map(chunk).collect::<VecDeque<_>>() };
            assert_eq!(due(&stream, next.map(Cell), 12), expected, "{kept} kept, next {next:?}");
        }
    }
}
