//! Made-up packets at true positions, and a station that publishes them.

use longwave::codec::Packet;
use longwave::package::snapshot::Snapshot;
use longwave::package::{Packager, Rendition, TitleChange};
use longwave::station::{Codec, Output};
use longwave::units::{Bitrate, CELL, Cell, Frames, Latency, Position, Seed, StationId};
use std::sync::Arc;

/// AudioSpecificConfig of AAC-LC, 48 kHz, stereo.
pub const AAC_CONFIG: [u8; 2] = [0x11, 0x90];

/// How big made-up packets are.
#[derive(Clone, Copy, Debug)]
pub enum Sizes {
    /// Each as the bit rate says.
    Constant,
    /// Anything from a byte to twice that.
    Random,
}

pub fn output(codec: Codec, kilobits: u32) -> Output {
    Output { codec, bitrate: Some(Bitrate::kilobits(kilobits)) }
}

/// Two of each codec that is packaged as HLS, and an endless stream.
pub fn outputs() -> Vec<Output> {
    vec![
        output(Codec::Opus, 96),
        output(Codec::Aac, 128),
        output(Codec::Mp3, 128),
        output(Codec::Aac, 64),
        output(Codec::Opus, 32),
    ]
}

pub fn frames_of(codec: Codec) -> Frames {
    Frames(match codec {
        Codec::Opus => 960,
        Codec::Aac => 1024,
        Codec::Mp3 => 1152,
        Codec::Flac => 3840,
    })
}

/// The packet of an encode that begins at a position: its bytes follow from both.
pub fn packet(output: Output, sizes: Sizes, at: Position) -> Packet {
    let frames = frames_of(output.codec);
    let constant = i64::from(output.bitrate.expect("lossy").0) * frames.0 / 48_000 / 8;
    let seed = Seed::of_text(&output.rendition()).with(at.0 as u64);
    let length = match sizes {
        Sizes::Constant => constant as u64,
        Sizes::Random => 1 + seed.below(2 * constant as u64),
    };
    let mut bytes: Vec<u8> = (0..length.div_ceil(8)).flat_map(|n| seed.with(n).0.to_le_bytes()).collect();
    bytes.truncate(length as usize);
    Packet { at, frames, bytes }
}

/// The packets of an encode that begin within a stretch. It must begin where one does.
pub fn packets(output: Output, sizes: Sizes, from: Position, to: Position) -> Vec<Packet> {
    let frames = frames_of(output.codec);
    let count = (to - from).0.max(0) + frames.0 - 1;
    (0..count / frames.0).map(|n| packet(output, sizes, from + frames * n)).collect()
}

/// A station on air: what it is asked to publish, cell by cell.
#[derive(Clone, Debug)]
pub struct Air {
    pub latency: Latency,
    pub outputs: Vec<Output>,
    pub sizes: Sizes,
    pub first: Cell,
    pub cells: i64,
    /// Titles from these cells after the first on.
    pub titles: Vec<(i64, String)>,
    /// How much later than the cell's end each encoder has its packets; a seed for it.
    pub jitter: u64,
}

impl Default for Air {
    fn default() -> Self {
        Self {
            latency: Latency::Low,
            outputs: outputs(),
            sizes: Sizes::Random,
            first: Cell(933_828_000 * 6),
            cells: 40,
            titles: Vec::new(),
            jitter: 0,
        }
    }
}

impl Air {
    /// Every snapshot that it publishes, in order.
    pub fn snapshots(&self) -> Vec<Arc<Snapshot>> {
        let renditions: Vec<_> = self.outputs.iter().map(|&output| rendition(output)).collect();
        let station = StationId::new("harbour").expect("a plain word");
        let mut packager =
            Packager::new(station, self.latency, &renditions, self.first).expect("the outputs are packaged");
        for (cell, title) in &self.titles {
            packager.title(TitleChange {
                at: Cell(self.first.0 + cell).start(),
                title: title.as_str().into(),
                art: format!("/harbour/art/{cell}").into(),
            });
        }
        // Encoders had begun a segment before, as they do after a restart.
        let begun = self.first.start() - CELL * 6;
        let mut fed = vec![begun; self.outputs.len()];
        let mut snapshots = Vec::new();
        for cell in 0..self.cells {
            let heard = Cell(self.first.0 + cell).end();
            for (n, &output) in self.outputs.iter().enumerate() {
                let late = Seed(self.jitter).with(n as u64).with(cell as u64).below(3) as i64;
                let last = cell == self.cells - 1;
                let until = if last { heard } else { heard - frames_of(output.codec) * late };
                let next = packets(output, self.sizes, fed[n], until);
                fed[n] += frames_of(output.codec) * next.len() as i64;
                packager.push(n, &next);
            }
            snapshots.extend(std::iter::from_fn(|| packager.close()));
        }
        snapshots
    }
}

pub fn rendition(output: Output) -> Rendition {
    let config = if output.codec == Codec::Aac { AAC_CONFIG.to_vec() } else { Vec::new() };
    Rendition { output, config }
}
