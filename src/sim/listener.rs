//! A model listener: pulls every part of one rendition as it is hinted, and writes down what it hears.
//!
//! In: a snapshot and the time. Out: what was heard when, and each promise that was broken. It knows nothing of
//! the station but what is published: playlists, parts, and that a part is due when its audio has been played.

use super::watermark::Heard;
use crate::package::{Snapshot, playlist, reload};
use crate::units::{Frames, Msn, Position};

/// How much later than its end a part may be there: players hold back three parts.
pub const LATE: Frames = Frames::from_millis(640);
/// A listener reads the text of the playlist at every so many parts.
const TEXT_EVERY: u64 = 50;
/// Broken promises that are told in full.
const TOLD_MAX: usize = 20;

/// One packet as it was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sound {
    /// Its position, from the decode time of its part.
    pub at: Position,
    /// What it holds.
    pub heard: Heard,
}

/// A listener of one rendition.
#[derive(Clone, Debug)]
pub struct Listener {
    rendition: String,
    msn: Msn,
    part: u32,
    next: Option<Position>,
    /// Parts that it has heard.
    pub parts: u64,
    /// Parts that were there later than [`LATE`] after their end.
    pub late: u64,
    /// The worst lateness of a part.
    pub latest: Frames,
    /// Promises that were broken, each as a sentence; the first few.
    pub broken: Vec<String>,
    /// How many were.
    pub broken_count: u64,
}

impl Listener {
    /// A listener who begins with the open segment of a snapshot.
    pub fn new(rendition: &str, snapshot: &Snapshot) -> Self {
        let msn = snapshot.window(rendition).map_or(Msn(0), |window| window.open_msn);
        Self {
            rendition: rendition.to_owned(),
            msn,
            part: 0,
            next: None,
            parts: 0,
            late: 0,
            latest: Frames(i64::MIN),
            broken: Vec::new(),
            broken_count: 0,
        }
    }

    /// Takes what is published at a time; gives what it hears of it to `hear`.
    pub fn tick(&mut self, snapshot: &Snapshot, now: Position, hear: &mut dyn FnMut(Sound)) {
        let Some(window) = snapshot.window(&self.rendition) else {
            return self.broke(format!("{} is not published", self.rendition));
        };
        while let Some(bytes) = window.part(self.msn, self.part) {
            let lateness = now - (self.msn.start() + snapshot.latency.part() * (i64::from(self.part) + 1));
            self.latest = self.latest.max(lateness);
            self.late += u64::from(lateness > LATE);
            self.parts += 1;
            self.read(&bytes.clone(), snapshot, hear);
            self.part += 1;
            if self.part == snapshot.latency.parts_per_segment() {
                (self.msn, self.part) = (self.msn.next(), 0);
            }
        }
        if self.parts.is_multiple_of(TEXT_EVERY) {
            self.read_playlist(snapshot);
        }
    }

    /// Whether a part is missing that should have been there by now.
    pub fn waits(&self, snapshot: &Snapshot, now: Position) -> bool {
        now - (self.msn.start() + snapshot.latency.part() * (i64::from(self.part) + 1)) > LATE
    }

    fn read(&mut self, part: &[u8], snapshot: &Snapshot, hear: &mut dyn FnMut(Sound)) {
        let Some(read) = Part::read(part) else {
            return self.broke(format!("part {}.{} can't be read", self.msn, self.part));
        };
        let expected = self.msn.start() + snapshot.latency.part() * i64::from(self.part);
        if read.at != expected || self.next.is_some_and(|next| next != read.at) {
            self.broke(format!("part {}.{} begins at {}, not {expected}", self.msn, self.part, read.at.0));
        }
        let mut at = read.at;
        for packet in read.packets {
            match Heard::read(packet) {
                Some(heard) => hear(Sound { at, heard }),
                None => self.broke(format!("part {}.{} holds something else", self.msn, self.part)),
            }
            at += Frames(960);
        }
        if at != expected + snapshot.latency.part() {
            self.broke(format!("part {}.{} is {} long", self.msn, self.part, at - expected));
        }
        self.next = Some(at);
    }

    fn read_playlist(&mut self, snapshot: &Snapshot) {
        let Some(window) = snapshot.window(&self.rendition) else { return };
        let text = playlist::live(snapshot, window, false);
        let hint = format!("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{}.{}.m4s\"", self.msn, self.part);
        if !text.lines().any(|line| line == hint) {
            self.broke(format!("the playlist does not hint {}.{}", self.msn, self.part));
        }
        let ask = reload::Ask::parse(&format!("_HLS_msn={}&_HLS_part={}", self.msn, self.part));
        let decided = ask.map(|ask| reload::decide(snapshot.latency, window, ask));
        let holds = matches!(decided, Ok(reload::Decision::Hold { .. }));
        if !holds {
            self.broke(format!("a request for {}.{} is not held", self.msn, self.part));
        }
    }

    fn broke(&mut self, sentence: String) {
        self.broken_count += 1;
        if self.broken.len() < TOLD_MAX {
            self.broken.push(sentence);
        }
    }
}

/// A part as a listener reads it: a moof and an mdat. ISO/IEC 14496-12.
struct Part<'a> {
    at: Position,
    packets: Vec<&'a [u8]>,
}

impl<'a> Part<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (moof, rest) = take_box(bytes, b"moof")?;
        let (payload, _) = take_box(rest, b"mdat")?;
        let traf = find_box(moof, b"traf")?;
        let tfdt = find_box(traf, b"tfdt")?;
        let trun = find_box(traf, b"trun")?;
        let at = i64::from_be_bytes(tfdt.get(4..12)?.try_into().ok()?);
        let count = u32::from_be_bytes(trun.get(4..8)?.try_into().ok()?) as usize;
        let (mut packets, mut rest) = (Vec::with_capacity(count), payload);
        for size in trun.get(12..)?.chunks_exact(4).take(count) {
            let size = u32::from_be_bytes(size.try_into().ok()?) as usize;
            packets.push(rest.get(..size)?);
            rest = &rest[size..];
        }
        (packets.len() == count && rest.is_empty()).then_some(Self { at: Position(at), packets })
    }
}

/// The content of the box at the front, which must be of this type, and what follows it.
fn take_box<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<(&'a [u8], &'a [u8])> {
    let size = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    (bytes.get(4..8)? == kind && size >= 8).then_some(())?;
    Some((bytes.get(8..size)?, &bytes[size..]))
}

/// The content of the first box of a type within a box.
fn find_box<'a>(mut bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    loop {
        let size = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
        if size < 8 {
            return None;
        }
        if bytes.get(4..8)? == kind {
            return bytes.get(8..size);
        }
        bytes = bytes.get(size..)?;
    }
}
