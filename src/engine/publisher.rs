//! Encodes the programme of one station and packages it: blocks in, snapshots out.
//!
//! In: the programme's frames in order, and what became audible where. Out: an immutable snapshot at each part.
//! Never: waits, reads a clock, knows a listener.

use crate::codec::{Encode, EncodeError, Packets, encoder};
use crate::package::{Packager, PackagerError, Rendition, Snapshot, TitleChange};
use crate::schedule::Entry;
use crate::station::{Codec, Kind, Output, Station};
use crate::units::{CELL, Frame, Frames, Msn, Position, StationId};
use std::sync::Arc;

/// So much of a stream without a place in HLS is made before the live edge at the start: two bursts.
const STREAMED_BEFORE: u64 = 4;

/// One encode and what it has not handed on.
pub struct Encoder {
    encode: Box<dyn Encode>,
    /// Frames to be left out before the first that it is fed.
    skip: usize,
    packets: Packets,
}

/// Publishes one station.
pub struct Publisher {
    station: StationId,
    name: Arc<str>,
    encoders: Vec<Encoder>,
    packager: Packager,
}

/// Why a station can't be published.
#[derive(Debug, thiserror::Error)]
pub enum PublisherError {
    /// An encoder can't be had.
    #[error(transparent)]
    Encoder(#[from] EncodeError),
    /// The renditions can't be packaged.
    #[error(transparent)]
    Packager(#[from] PackagerError),
}

impl Encoder {
    /// Takes the programme's next frames.
    ///
    /// # Errors
    /// If the codec's library fails.
    pub fn encode(&mut self, pcm: &[Frame]) -> Result<(), EncodeError> {
        let skipped = self.skip.min(pcm.len());
        self.skip -= skipped;
        self.encode.encode(&pcm[skipped..], &mut self.packets)
    }
}

impl Publisher {
    /// Publishes a station's outputs from the segment `first` on. Encoders are fed from the segment before it,
    /// so that what is published does not begin with their silence: [`feed_from`](Self::feed_from).
    ///
    /// Where the first listener is at `live`, only HLS lists what lies before it, so MP3, which is only streamed,
    /// begins a few segments before `live`: its encoder, the dearest, is spared the rest.
    ///
    /// # Errors
    /// If an encoder can't be had or its packets not be packaged.
    pub fn new(station: &Station, first: Msn, live: Msn) -> Result<Self, PublisherError> {
        let streams = first.max(Msn(live.0.saturating_sub(STREAMED_BEFORE)));
        let begins = |output: &Output| if output.codec == Codec::Mp3 { streams } else { first };
        let outputs = station.outputs.iter();
        let encoders = outputs
            .map(|output| Ok((*output, encoder(output, Self::feed_from(begins(output)))?)))
            .collect::<Result<_, EncodeError>>()?;
        let mut publisher = Self::with_encoders(station, first, encoders)?;
        publisher.packager.begin_streams(streams);
        for (output, encoder) in station.outputs.iter().zip(&mut publisher.encoders) {
            encoder.skip = (begins(output).start() - first.start()).count();
        }
        Ok(publisher)
    }

    /// The same with encoders of one's own, each fed from [`feed_from`](Self::feed_from).
    ///
    /// # Errors
    /// If their packets can't be packaged.
    pub fn with_encoders(
        station: &Station,
        first: Msn,
        encoders: Vec<(Output, Box<dyn Encode>)>,
    ) -> Result<Self, PackagerError> {
        let renditions: Vec<_> = encoders
            .iter()
            .map(|(output, encode)| Rendition { output: *output, config: encode.config().to_vec() })
            .collect();
        let packager = Packager::new(station.id.clone(), station.latency, &renditions, first.first_cell())?;
        let encoders = encoders
            .into_iter()
            .map(|(_, encode)| Encoder { encode, skip: 0, packets: Packets::new() })
            .collect();
        Ok(Self { station: station.id.clone(), name: station.name.as_str().into(), encoders, packager })
    }

    /// The position of the first frame that has to be fed, for a publisher whose first segment is this.
    pub fn feed_from(first: Msn) -> Position {
        Msn(first.0 - 1).start()
    }

    /// How much of the programme after the end of a part has to be fed before the part comes out: what encoders
    /// hear ahead, and what a packet that straddles the end holds of the next part.
    pub fn look_ahead(&self) -> Frames {
        let of = |encoder: &Encoder| {
            let packet = encoder.encode.packet_frames();
            let straddles = if CELL % packet == Frames::ZERO { Frames::ZERO } else { packet };
            encoder.encode.look_ahead() + straddles
        };
        self.encoders.iter().map(of).max().unwrap_or_default()
    }

    /// Says what became audible at a position: none is the bed.
    pub fn mark(&mut self, at: Position, entry: Option<&Entry>) {
        let item = entry.filter(|entry| entry.kind == Kind::Song).and_then(|entry| entry.item.as_deref());
        let line = item.map(|item| item.line()).filter(|line| !line.is_empty());
        let art = item.and_then(|item| item.art).map(|hash| format!("/{}/art/{hash:016x}", self.station));
        self.packager.title(TitleChange {
            at,
            title: line.map_or_else(|| self.name.clone(), Arc::from),
            art: art.unwrap_or_default().into(),
        });
    }

    /// The encoders, for whoever runs them side by side. Each is given the same frames.
    pub fn encoders(&mut self) -> impl Iterator<Item = &mut Encoder> {
        self.encoders.iter_mut()
    }

    /// Takes the programme's next frames, with every encoder in turn.
    ///
    /// # Errors
    /// If a codec's library fails; the publisher is then of no further use.
    pub fn encode(&mut self, pcm: &[Frame]) -> Result<(), EncodeError> {
        self.encoders.iter_mut().try_for_each(|encoder| encoder.encode(pcm))
    }

    /// Packages what was encoded; gives the newest snapshot if that made one.
    pub fn package(&mut self) -> Option<Arc<Snapshot>> {
        let mut newest = None;
        for (rendition, encoder) in self.encoders.iter_mut().enumerate() {
            self.packager.push(rendition, &encoder.packets);
            encoder.packets.clear();
        }
        while let Some(snapshot) = self.packager.close() {
            newest = Some(snapshot);
        }
        newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::read;
    use crate::units::{SAMPLE_RATE, SEGMENT};
    use std::path::Path;

    const FIRST: Msn = Msn(900_000_000);

    /// Publishes so many segments of a tone for a station with these outputs, cell by cell.
    fn published(outputs: &str, live: Msn, segments: i64) -> Arc<Snapshot> {
        let text = format!(
            "name: Tone\nlanguage: en\ntimezone: UTC\ncategories:\n  music: {{ from: music }}\noutputs: [{outputs}]\n"
        );
        let station = read(Path::new("tone.yaml"), &text).station.expect("the station file is right");
        let mut publisher = Publisher::new(&station, FIRST, live).expect("all of these encoders are built");
        let fed = (SEGMENT * (segments + 1) + publisher.look_ahead()).0;
        let tone = |n: i64| [(n as f32 * 440.0 * std::f32::consts::TAU / SAMPLE_RATE as f32).sin() * 0.3; 2];
        let pcm: Vec<Frame> = (0..fed).map(tone).collect();
        let mut newest = None;
        for cell in pcm.chunks(CELL.count()) {
            publisher.encode(cell).expect("a tone can be encoded");
            newest = publisher.package().or(newest);
        }
        newest.expect("whole segments were fed")
    }

    #[cfg(all(feature = "aac", feature = "mp3"))]
    #[test]
    fn what_is_only_streamed_begins_shortly_before_the_first_listener_and_all_else_with_the_window() {
        for (outputs, live, expected) in [
            ("opus 96k, aac 128k, mp3 128k", Msn(FIRST.0 + 7), Msn(FIRST.0 + 3)),
            ("mp3 128k", Msn(FIRST.0 + 7), Msn(FIRST.0 + 3)),
            ("opus 96k, mp3 128k", FIRST, FIRST),
        ] {
            let snapshot = published(outputs, live, 8);
            assert_eq!(snapshot.edge, Msn(FIRST.0 + 8).start(), "{outputs}");
            for window in &snapshot.windows {
                assert_eq!(window.segments.front().map(|segment| segment.msn), Some(FIRST), "{outputs}");
            }
            let mp3 = snapshot.stream(Codec::Mp3).expect("there is one");
            assert_eq!(mp3.chunks.front().map(|chunk| chunk.cell), Some(expected.first_cell()), "{outputs}");
            assert!(mp3.chunks.iter().all(|chunk| !chunk.bytes.is_empty()), "{outputs}");
        }
    }
}
