//! The readable twin of what is fetched in MP4: boxes as an indented list, with the fields that matter.
//!
//! In: the bytes of an initialization segment, a part or a segment. Out: text. Never: fails; what can't be read
//! is said so in its line.
//! Spec: ISO/IEC 14496-12.

use crate::units::Position;
use mp4_atom::{Decode, Ftyp, Mdhd, Mfhd, Opus, Tfdt, Tfhd, Trex, Trun};
use std::fmt::{self, Write};

/// Boxes that hold boxes, and how many bytes of fields come before those.
const CONTAINERS: [(&[u8; 4], usize); 12] = [
    (b"moov", 0),
    (b"trak", 0),
    (b"mdia", 0),
    (b"minf", 0),
    (b"dinf", 0),
    (b"stbl", 0),
    (b"mvex", 0),
    (b"moof", 0),
    (b"traf", 0),
    (b"dref", 8),
    (b"stsd", 8),
    (b"mp4a", 28),
];

/// Boxes as an indented list, one a line: kind, bytes, fields.
pub fn describe(bytes: &[u8]) -> String {
    let mut out = String::new();
    boxes(&mut out, bytes, 0).expect("a string takes all that is written to it");
    out
}

fn boxes(out: &mut String, bytes: &[u8], depth: usize) -> fmt::Result {
    let mut rest = bytes;
    while !rest.is_empty() {
        write!(out, "{:1$}", "", depth * 2)?;
        let size = rest.first_chunk::<4>().map_or(0, |size| u32::from_be_bytes(*size) as usize);
        let (Some(whole), Some(kind)) = (rest.get(..size), rest.get(4..8)) else {
            return writeln!(out, "{} bytes that are no box", rest.len());
        };
        if size < 8 {
            return writeln!(out, "{} bytes that are no box", rest.len());
        }
        rest = &rest[size..];
        write!(out, "{} {size}", kind.escape_ascii())?;
        fields(out, kind, whole)?;
        out.push('\n');
        let container = CONTAINERS.iter().find(|(name, _)| name.as_slice() == kind);
        if let Some(inner) = container.and_then(|(_, skip)| whole.get(8 + skip..)) {
            boxes(out, inner, depth + 1)?;
        }
    }
    Ok(())
}

fn fields(out: &mut String, kind: &[u8], whole: &[u8]) -> fmt::Result {
    match kind {
        b"ftyp" => field(out, whole, |out, ftyp: Ftyp| {
            let brands = ftyp.compatible_brands.iter().map(ToString::to_string).collect::<Vec<_>>();
            write!(out, " {} compatible with {}", ftyp.major_brand, brands.join(" "))
        }),
        b"mdhd" => field(out, whole, |out, mdhd: Mdhd| {
            write!(out, " timescale={} duration={} language={}", mdhd.timescale, mdhd.duration, mdhd.language)
        }),
        b"Opus" => field(out, whole, |out, opus: Opus| {
            let dops = opus.dops;
            write!(out, " channels={} pre_skip={}", dops.output_channel_count, dops.pre_skip)
        }),
        b"esds" => field(out, whole, |out, esds: mp4_atom::esds::Esds| {
            let config =
                esds.es_desc.dec_config.dec_specific.map(|specific| specific.raw).unwrap_or_default();
            write!(out, " config={config:02x?}")
        }),
        b"trex" => field(out, whole, |out, trex: Trex| {
            let flags = trex.default_sample_flags;
            write!(
                out,
                " track={} duration={} flags={flags:#010x}",
                trex.track_id, trex.default_sample_duration
            )
        }),
        b"mfhd" => field(out, whole, |out, mfhd: Mfhd| write!(out, " sequence={}", mfhd.sequence_number)),
        b"tfhd" => field(out, whole, |out, tfhd: Tfhd| {
            write!(out, " track={} default_base_is_moof={}", tfhd.track_id, tfhd.default_base_is_moof)
        }),
        b"tfdt" => field(out, whole, |out, tfdt: Tfdt| {
            let at = Position(tfdt.base_media_decode_time as i64);
            write!(out, " position={} at={}", at.0, at.rfc3339())
        }),
        b"trun" => field(out, whole, |out, trun: Trun| {
            let sizes: Vec<_> = trun.samples.iter().filter_map(|sample| sample.size).collect();
            let offset = trun.data_offset.unwrap_or(0);
            write!(out, " offset={offset} packets={} sizes={sizes:?}", trun.samples.len())
        }),
        _ => Ok(()),
    }
}

fn field<T: Decode>(
    out: &mut String,
    mut whole: &[u8],
    write: impl FnOnce(&mut String, T) -> fmt::Result,
) -> fmt::Result {
    match T::decode(&mut whole) {
        Ok(atom) => write(out, atom),
        Err(error) => write!(out, " can't be read: {error}"),
    }
}
