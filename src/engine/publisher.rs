//! Encodes the programme of one station and packages it: blocks in, snapshots out.
//!
//! In: the programme's frames in order, and what became audible where. Out: an immutable snapshot at each part.
//! Never: waits, reads a clock, knows a listener.

use crate::codec::{Encode, EncodeError, Packets, encoder};
use crate::package::{Packager, PackagerError, Rendition, Snapshot, TitleChange};
use crate::schedule::Entry;
use crate::station::{Kind, Output, Station};
use crate::units::{CELL, Frame, Frames, Msn, Position, StationId};
use std::sync::Arc;

/// One encode and what it has not handed on.
pub struct Encoder {
    encode: Box<dyn Encode>,
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
        self.encode.encode(pcm, &mut self.packets)
    }
}

impl Publisher {
    /// Publishes a station's outputs from the segment `first` on. Encoders are fed from the segment before it,
    /// so that what is published does not begin with their silence: [`feed_from`](Self::feed_from).
    ///
    /// # Errors
    /// If an encoder can't be had or its packets not be packaged.
    pub fn new(station: &Station, first: Msn) -> Result<Self, PublisherError> {
        let feed = Self::feed_from(first);
        let outputs = station.outputs.iter();
        let encoders = outputs
            .map(|output| Ok((*output, encoder(output, feed)?)))
            .collect::<Result<_, EncodeError>>()?;
        Ok(Self::with_encoders(station, first, encoders)?)
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
        let encoders =
            encoders.into_iter().map(|(_, encode)| Encoder { encode, packets: Packets::new() }).collect();
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
