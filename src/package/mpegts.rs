//! MPEG-TS: one AAC programme in packets of 188 bytes, for players that know nothing newer.
//!
//! In: the access units of a segment, part by part. Out: the segment's packets. Never: keeps anything from one
//! run of three segments to the next: a run is what a player is given as one.
//! Spec: ISO/IEC 13818-1 sections 2.4.3 and 2.4.4.
//!
//! Continuity counters have four bits and must not jump. Each segment has one PAT and one PMT, whose counters
//! are therefore the segment's number; and the audio's packets are made a multiple of sixteen a run, by
//! spreading its last frames thinner, so that each run begins at zero.

use super::cmaf::AAC_PACKET;
use crate::codec::adts;
use crate::units::{Frames, Latency, Msn, Position};

/// Segments in a run: what a player is given as one segment.
pub const RUN: u64 = 3;

const PACKET: usize = 188;
const HEADER: usize = 4;
const PID_PAT: u16 = 0;
const PID_PMT: u16 = 0x1000;
const PID_AUDIO: u16 = 0x100;
const PROGRAMME: u16 = 1;
const STREAM_TYPE_ADTS: u8 = 0x0f;
const STREAM_ID_AUDIO: u8 = 0xc0;
/// AAC frames in a PES packet: 85 ms, so that a clock reference with each is less than 100 ms after the last.
const FRAMES_PER_PES: usize = 4;
/// Header of a PES packet with a time stamp.
const PES_HEADER: usize = 14;
/// Adaptation field with flags and a clock reference.
const ADAPTATION_PCR: usize = 8;
/// Counters of packets have four bits.
const COUNTERS: usize = 16;
/// How far the clock reference is behind the presentation of the audio beside it: 100 ms, at least the length of
/// a PES packet, which has to have arrived.
const DELAY_TICKS: u64 = 9_000;
const TICKS_MASK: u64 = (1 << 33) - 1;

/// A segment that is being made.
#[derive(Clone, Debug)]
pub struct Ts {
    bytes: Vec<u8>,
    /// Packets of audio since the run began.
    packets: usize,
    /// Where the run ends, if it does with this segment.
    fill_at: Option<Position>,
}

impl Ts {
    /// Begins a segment with its tables. It carries on the counters of the one before, if there is one and it is
    /// of the same run; what begins in the middle of a run is no use until the next.
    pub fn begin(msn: Msn, before: Option<&Self>) -> Self {
        let mut bytes = Vec::with_capacity(48 * 1024);
        let counter = (msn.0 % COUNTERS as u64) as u8;
        table(&mut bytes, PID_PAT, counter, &pat());
        table(&mut bytes, PID_PMT, counter, &pmt());
        let packets = match before {
            Some(before) if !msn.0.is_multiple_of(RUN) => before.packets,
            _ => 0,
        };
        Self { bytes, packets, fill_at: msn.next().0.is_multiple_of(RUN).then(|| msn.end()) }
    }

    /// Appends consecutive access units, a part's worth; those that end the run fill up its counters.
    ///
    /// `sizes` are those of the access units in `payload`, `at` the position of the first, `frame` the length of each.
    pub fn push(&mut self, at: Position, frame: Frames, sizes: &[u32], payload: &[u8]) {
        let mut rest = payload;
        let mut at = at;
        let mut pes = Vec::with_capacity(8 * 1024);
        for group in sizes.chunks(FRAMES_PER_PES) {
            pes_packet(&mut pes, at, group, &mut rest);
            let start = at;
            at += frame * group.len() as i64;
            let natural = packets_of(pes.len());
            let count = if self.fill_at == Some(at) {
                (self.packets + natural).next_multiple_of(COUNTERS) - self.packets
            } else {
                natural
            };
            self.write(&pes, start, count);
        }
    }

    /// The segment's bytes, when all its parts were pushed.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Spreads a PES packet over this many transport packets, the first with a clock reference.
    fn write(&mut self, pes: &[u8], at: Position, count: usize) {
        let mut rest = pes;
        for n in 0..count {
            let first = n == 0;
            let least = if first { ADAPTATION_PCR } else { 0 };
            let room = PACKET - HEADER - least;
            // Every packet carries at least a byte: one without payload would not count.
            let take = room.min(rest.len() - (count - 1 - n));
            let (payload, later) = rest.split_at(take);
            rest = later;
            let adaptation = PACKET - HEADER - take;
            header(&mut self.bytes, PID_AUDIO, first, adaptation > 0, (self.packets % COUNTERS) as u8);
            adaptation_field(&mut self.bytes, adaptation, first.then_some(at));
            self.bytes.extend_from_slice(payload);
            self.packets += 1;
        }
        debug_assert!(rest.is_empty());
    }
}

/// What a run takes whose access units have this many bytes: on average, where the last packet of a PES packet is
/// half full, and at most.
pub fn run_bytes(access_units: u64, latency: Latency) -> (u64, u64) {
    let frames_per_part = (latency.part().0 / AAC_PACKET.0) as usize;
    let parts = RUN * u64::from(latency.parts_per_segment());
    let pes = frames_per_part.div_ceil(FRAMES_PER_PES) as u64 * parts;
    let headers =
        parts * (frames_per_part * adts::HEADER) as u64 + pes * (PES_HEADER + ADAPTATION_PCR) as u64;
    let full = (access_units + headers) / (PACKET - HEADER) as u64;
    let counters = COUNTERS as u64;
    let with_tables = |packets: u64| (packets + 2 * RUN) * PACKET as u64;
    (with_tables(full + pes / 2 + counters / 2), with_tables((full + pes).next_multiple_of(counters)))
}

/// Time stamp of a position: 90 kHz in 33 bits. Every AAC frame of the grid lies on a whole tick.
const fn ticks(at: Position) -> u64 {
    ((at.0 as i128 * 15 / 8) as u64) & TICKS_MASK
}

/// Transport packets that a PES packet needs.
const fn packets_of(pes: usize) -> usize {
    (pes + ADAPTATION_PCR).div_ceil(PACKET - HEADER)
}

/// Writes a PES packet of these access units, taken from the front of `payload`.
fn pes_packet(pes: &mut Vec<u8>, at: Position, sizes: &[u32], payload: &mut &[u8]) {
    pes.clear();
    let audio: usize = sizes.iter().map(|&size| size as usize + adts::HEADER).sum();
    let length = (PES_HEADER - 6 + audio) as u16;
    pes.extend_from_slice(&[0, 0, 1, STREAM_ID_AUDIO, (length >> 8) as u8, length as u8]);
    // Marker, data aligned; a presentation time stamp and nothing else.
    pes.extend_from_slice(&[0x84, 0x80, 5]);
    let pts = ticks(at);
    pes.extend_from_slice(&[
        0x21 | ((pts >> 29) & 0x0e) as u8,
        (pts >> 22) as u8,
        ((pts >> 14) & 0xfe) as u8 | 1,
        (pts >> 7) as u8,
        ((pts << 1) & 0xfe) as u8 | 1,
    ]);
    for &size in sizes {
        let (access_unit, rest) = payload.split_at(size as usize);
        pes.extend_from_slice(&adts::header(access_unit.len()));
        pes.extend_from_slice(access_unit);
        *payload = rest;
    }
}

fn header(out: &mut Vec<u8>, pid: u16, start: bool, adaptation: bool, counter: u8) {
    let flags = if start { 0x40 } else { 0 };
    let control = if adaptation { 0x30 } else { 0x10 };
    out.extend_from_slice(&[0x47, flags | (pid >> 8) as u8, pid as u8, control | counter]);
}

/// An adaptation field of this many bytes in all: with a clock reference where a PES packet begins, else stuffing.
fn adaptation_field(out: &mut Vec<u8>, bytes: usize, at: Option<Position>) {
    if bytes == 0 {
        return;
    }
    let end = out.len() + bytes;
    out.push((bytes - 1) as u8);
    if let Some(at) = at {
        let base = ticks(at).wrapping_sub(DELAY_TICKS) & TICKS_MASK;
        // random_access_indicator and PCR_flag; six reserved bits; no extension.
        out.extend_from_slice(&[
            0x50,
            (base >> 25) as u8,
            (base >> 17) as u8,
            (base >> 9) as u8,
            (base >> 1) as u8,
            ((base << 7) & 0x80) as u8 | 0x7e,
            0,
        ]);
    } else if bytes > 1 {
        out.push(0);
    }
    out.resize(end, 0xff);
}

/// A transport packet that holds one table section.
fn table(out: &mut Vec<u8>, pid: u16, counter: u8, section: &[u8]) {
    let end = out.len() + PACKET;
    header(out, pid, true, false, counter);
    out.push(0);
    out.extend_from_slice(section);
    out.extend_from_slice(&crc32(section).to_be_bytes());
    out.resize(end, 0xff);
}

fn pat() -> [u8; 12] {
    let [pid_high, pid_low] = (0xe000 | PID_PMT).to_be_bytes();
    let [programme_high, programme_low] = PROGRAMME.to_be_bytes();
    [0x00, 0xb0, 13, 0, 1, 0xc1, 0, 0, programme_high, programme_low, pid_high, pid_low]
}

fn pmt() -> [u8; 17] {
    let [pid_high, pid_low] = (0xe000 | PID_AUDIO).to_be_bytes();
    let [programme_high, programme_low] = PROGRAMME.to_be_bytes();
    [
        0x02,
        0xb0,
        18,
        programme_high,
        programme_low,
        0xc1,
        0,
        0,
        pid_high,
        pid_low,
        0xf0,
        0,
        STREAM_TYPE_ADTS,
        pid_high,
        pid_low,
        0xf0,
        0,
    ]
}

/// ISO/IEC 13818-1 annex A.
fn crc32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ (u32::from(byte) << 24), |crc, _| {
            if crc & 0x8000_0000 == 0 { crc << 1 } else { (crc << 1) ^ 0x04c1_1db7 }
        })
    })
}
