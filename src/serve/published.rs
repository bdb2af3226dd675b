//! A snapshot with every text that listeners are given of it, rendered and compressed once for all of them.
//!
//! In: a snapshot and what was published before it. Out: [`Published`]. Never: waits, or knows who asks.

use crate::package::multivariant::Multivariant;
use crate::package::{Snapshot, Window, playlist};
use crate::station::Output;
use crate::units::{Latency, Msn};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::sync::Arc;

/// Effort of gzip for what is rendered at each part. 0 to 9.
pub const GZIP_LEVEL: u32 = 5;

/// A text, as it is and compressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// As it is.
    pub identity: Bytes,
    /// Compressed, RFC 1952.
    pub gzip: Bytes,
}

/// What a station has published, with the texts made of it. Never changed.
#[derive(Clone, Debug)]
pub struct Published {
    /// The media.
    pub snapshot: Arc<Snapshot>,
    /// The playlists of each of the snapshot's windows, in their order.
    playlists: Vec<Playlists>,
    /// In the order of [`Multivariant::ALL`]; none for those that no rendition is for.
    multivariants: Arc<[Option<Text>]>,
}

/// The playlists of one rendition.
#[derive(Clone, Debug)]
pub struct Playlists {
    /// With low latency, whole.
    pub live: Text,
    /// With low latency, without the segments that a listener already knows.
    pub delta: Text,
    /// Of whole segments.
    pub hls: Text,
    /// Of MPEG-TS; none for other codecs than AAC.
    pub radio: Option<Text>,
}

impl Text {
    /// Compresses a text.
    pub fn new(text: impl Into<Bytes>) -> Self {
        let identity = text.into();
        let gzip = gzip(&identity, Compression::new(GZIP_LEVEL));
        Self { identity, gzip }
    }
}

/// A text compressed; the same bytes whenever it is done.
pub fn gzip(text: &[u8], effort: Compression) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 4 + 64), effort);
    encoder
        .write_all(text)
        .and_then(|()| encoder.finish())
        .map(Bytes::from)
        .expect("a Vec takes all that is written to it")
}

/// Renders what is said of a snapshot. Texts that have not changed are those of `previous`.
pub fn publish(snapshot: Arc<Snapshot>, previous: Option<&Published>) -> Published {
    let playlists = snapshot
        .windows
        .iter()
        .map(|window| {
            let before = previous.and_then(|previous| previous.rendition(&window.name));
            render(&snapshot, window, before)
        })
        .collect();
    let multivariants = previous
        .filter(|previous| contract(&previous.snapshot) == contract(&snapshot))
        .map_or_else(|| multivariants(&snapshot), |previous| previous.multivariants.clone());
    Published { snapshot, playlists, multivariants }
}

/// All that a multivariant playlist is made of.
fn contract(snapshot: &Snapshot) -> (Vec<Output>, Latency) {
    (snapshot.windows.iter().map(|window| window.output).collect(), snapshot.latency)
}

fn multivariants(snapshot: &Snapshot) -> Arc<[Option<Text>]> {
    let (outputs, latency) = contract(snapshot);
    Multivariant::ALL.map(|which| which.text(&outputs, latency).map(Text::new)).into()
}

fn render(snapshot: &Snapshot, window: &Window, before: Option<(&Window, &Playlists)>) -> Playlists {
    let live = playlist::live(snapshot, window, false);
    let delta = playlist::live(snapshot, window, true);
    let same = delta == live;
    let live = Text::new(live);
    let delta = if same { live.clone() } else { Text::new(delta) };
    // Between two ends of segments only the parts differ, which these don't list.
    let before = before.filter(|(before, _)| ends(before) == ends(window)).map(|(_, playlists)| playlists);
    let (hls, radio) = match before {
        Some(before) => (before.hls.clone(), before.radio.clone()),
        None => (Text::new(playlist::plain(window)), playlist::radio(window).map(Text::new)),
    };
    Playlists { live, delta, hls, radio }
}

fn ends(window: &Window) -> (Option<Msn>, usize) {
    (window.segments.back().map(|segment| segment.msn), window.segments.len())
}

impl Published {
    /// A rendition's window and playlists, by its name.
    pub fn rendition(&self, name: &str) -> Option<(&Window, &Playlists)> {
        self.snapshot.windows.iter().zip(&self.playlists).find(|(window, _)| &*window.name == name)
    }

    /// A multivariant playlist; none if the station has no rendition for it.
    pub fn multivariant(&self, which: Multivariant) -> Option<&Text> {
        let index = Multivariant::ALL.iter().position(|each| *each == which)?;
        self.multivariants.get(index)?.as_ref()
    }
}
