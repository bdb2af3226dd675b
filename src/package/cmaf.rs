//! CMAF: the initialization segment of a rendition, and its parts.
//!
//! In: packets on the timeline. Out: `ftyp moov`, and a `moof mdat` a part.
//! Never: keeps anything from one part to the next. All numbers come from the position.
//! Spec: ISO/IEC 23000-19; ISO/IEC 14496-12; Encapsulation of Opus in ISO Base Media File Format; ISO/IEC
//! 14496-1 and 14496-14 for `esds`.
//!
//! The media timescale is the timeline's, 48 kHz, and a part's decode time is its position: 64 bits, for 32
//! would be full after a day. Encoder delay is taken out where packets are made, so there is no edit list and
//! Opus has no pre-skip: a second trimming would move the audio.

use crate::units::{Cell, Frames, Position, SAMPLE_RATE};
use bytes::Bytes;
use mp4_atom::{Audio, Encode, FourCC, Mfhd, Moof, Tfdt, Tfhd, Traf, Trun, TrunEntry, TrunSamples};
use mp4_atom::{Dinf, Dops, DrefEntry, Ftyp, Hdlr, Matrix, Mdhd, Mdia, Minf, Moov, Mp4a, Mvex, Mvhd};
use mp4_atom::{Opus, Smhd, Stbl, Stco, Stsd, Tkhd, Trak, Trex, Url, esds};

/// Frames in an Opus packet: 20 ms.
pub const OPUS_PACKET: Frames = Frames(960);
/// Frames in an AAC-LC access unit.
pub const AAC_PACKET: Frames = Frames(1024);

const TRACK: u32 = 1;
const CHANNELS: u16 = 2;
/// Every packet can be decoded by itself: sample_depends_on = 2, and it is a sync sample.
const INDEPENDENT: u32 = 0x0200_0000;
/// ISO/IEC 14496-1 tables 5 and 6: Audio ISO/IEC 14496-3, in an AudioStream.
const OBJECT_TYPE_AAC: u8 = 0x40;
const STREAM_TYPE_AUDIO: u8 = 5;
/// Bytes of a part that are not packets, but for each packet's size: headers of moof, mfhd, traf, tfhd, tfdt,
/// trun and mdat with their fields.
const PART_HEADER: usize = 8 + 16 + 8 + 16 + 20 + 20 + 8;
/// Bytes for the size of a packet.
const PACKET_ENTRY: usize = 4;

/// What a rendition's decoder has to be told before its first packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding<'a> {
    /// Opus, stereo, packets of 20 ms.
    Opus,
    /// AAC-LC with its AudioSpecificConfig.
    Aac(&'a [u8]),
}

impl Coding<'_> {
    /// Frames in each packet.
    pub const fn packet(self) -> Frames {
        match self {
            Coding::Opus => OPUS_PACKET,
            Coding::Aac(_) => AAC_PACKET,
        }
    }
}

/// Bytes that a part has beside its packets.
pub const fn overhead(packets: usize) -> usize {
    PART_HEADER + PACKET_ENTRY * packets
}

/// The initialization segment: no samples, no durations, no edit list.
pub fn init(coding: Coding<'_>) -> Bytes {
    let ftyp = Ftyp {
        major_brand: FourCC::new(b"iso6"),
        minor_version: 0,
        compatible_brands: vec![FourCC::new(b"iso6"), FourCC::new(b"cmfc"), FourCC::new(b"mp41")],
    };
    let mut out = Vec::with_capacity(640);
    ftyp.encode(&mut out).expect("a box of plain fields encodes");
    moov(coding).encode(&mut out).expect("a box of plain fields encodes");
    out.into()
}

/// A part: one fragment that begins at `at` and holds the packets whose sizes are given, one after the other in
/// `payload`.
pub fn part(at: Position, sizes: &[u32], payload: &[u8]) -> Bytes {
    let total = overhead(sizes.len()) + payload.len();
    let sample = |&size: &u32| TrunEntry { size: Some(size), ..TrunEntry::default() };
    let moof = Moof {
        // The number of the part's first cell, in the 32 bits that there are: it needs no memory, and players
        // that look at it at all only want it to rise.
        mfhd: Mfhd { sequence_number: Cell::holding(at).0 as u32 },
        traf: vec![Traf {
            tfhd: Tfhd { track_id: TRACK, default_base_is_moof: true, ..Tfhd::default() },
            tfdt: Some(Tfdt { base_media_decode_time: at.0.max(0) as u64 }),
            trun: vec![Trun {
                data_offset: Some(overhead(sizes.len()) as i32),
                samples: TrunSamples::Explicit(sizes.iter().map(sample).collect()),
            }],
            ..Traf::default()
        }],
    };
    let mut out = Vec::with_capacity(total);
    moof.encode(&mut out).expect("a box of plain fields encodes");
    out.extend_from_slice(&(payload.len() as u32 + 8).to_be_bytes());
    out.extend_from_slice(b"mdat");
    out.extend_from_slice(payload);
    debug_assert_eq!(out.len(), total);
    out.into()
}

fn moov(coding: Coding<'_>) -> Moov {
    let trex = Trex {
        track_id: TRACK,
        default_sample_description_index: 1,
        default_sample_duration: coding.packet().0 as u32,
        default_sample_size: 0,
        default_sample_flags: INDEPENDENT,
    };
    Moov {
        mvhd: Mvhd {
            timescale: SAMPLE_RATE as u32,
            rate: 1.into(),
            volume: 1.into(),
            matrix: Matrix::default(),
            next_track_id: TRACK + 1,
            ..Mvhd::default()
        },
        meta: None,
        mvex: Some(Mvex { mehd: None, trex: vec![trex] }),
        trak: vec![trak(coding)],
        udta: None,
        ainf: None,
    }
}

fn trak(coding: Coding<'_>) -> Trak {
    let entry = match coding {
        Coding::Opus => mp4_atom::Codec::from(opus()),
        Coding::Aac(config) => mp4_atom::Codec::from(mp4a(config)),
    };
    Trak {
        tkhd: Tkhd { track_id: TRACK, enabled: true, in_movie: true, volume: 1.into(), ..Tkhd::default() },
        mdia: Mdia {
            mdhd: Mdhd { timescale: SAMPLE_RATE as u32, language: "und".to_owned(), ..Mdhd::default() },
            hdlr: Hdlr { handler: FourCC::new(b"soun"), name: String::new() },
            minf: Minf {
                smhd: Some(Smhd::default()),
                dinf: Dinf { dref: mp4_atom::Dref { entries: vec![DrefEntry::Url(Url::default())] } },
                stbl: Stbl {
                    stsd: Stsd { codecs: vec![entry] },
                    stco: Some(Stco::default()),
                    ..Stbl::default()
                },
                ..Minf::default()
            },
        },
        ..Trak::default()
    }
}

fn audio() -> Audio {
    Audio {
        data_reference_index: 1,
        channel_count: CHANNELS,
        sample_size: 16,
        sample_rate: (SAMPLE_RATE as u16).into(),
    }
}

fn opus() -> Opus {
    let dops = Dops {
        output_channel_count: CHANNELS as u8,
        pre_skip: 0,
        input_sample_rate: SAMPLE_RATE as u32,
        output_gain: 0,
        channel_mapping: None,
    };
    Opus { audio: audio(), dops, btrt: None }
}

fn mp4a(config: &[u8]) -> Mp4a {
    let es_desc = esds::EsDescriptor {
        dec_config: esds::DecoderConfig {
            object_type_indication: OBJECT_TYPE_AAC,
            stream_type: STREAM_TYPE_AUDIO,
            dec_specific: Some(esds::DecoderSpecific { raw: config.to_vec(), ..Default::default() }),
            ..Default::default()
        },
        ..Default::default()
    };
    Mp4a { audio: audio(), esds: esds::Esds { es_desc }, btrt: None, taic: None }
}
