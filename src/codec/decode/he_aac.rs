//! Tells high-efficiency AAC from low-complexity AAC.
//!
//! A decoder of the core alone gives half the rate and half the band without an error, so such files have to be
//! known before. In: an AudioSpecificConfig, or raw packets. Out: whether spectral band replication is there.
//! Spec: ISO/IEC 14496-3 sections 1.6.2.1, 4.4.2.1 (raw_data_block), 4.4.2.7 (extension_payload).

/// Cores above this rate are not looked at: band replication doubles the rate, and nobody makes more than 48 kHz.
pub const CORE_RATE_MAX: u32 = 24_000;
/// Packets that are looked at.
pub const PACKETS_LOOKED_AT: usize = 24;

/// Object types of band replication and parametric stereo.
const SBR: u32 = 5;
const PS: u32 = 29;
/// Announces band replication behind a low-complexity config.
const SYNC_EXTENSION: u32 = 0x2b7;

/// Whether an AudioSpecificConfig declares band replication, up front or behind the core's config.
pub fn is_declared(config: &[u8]) -> bool {
    let bits = Bits(config);
    match bits.get(0, 5) {
        Some(SBR | PS) => return true,
        Some(_) => {}
        None => return false,
    }
    (16..(config.len() * 8).saturating_sub(16)).any(|at| {
        bits.get(at, 11) == Some(SYNC_EXTENSION)
            && bits.get(at + 11, 5) == Some(SBR)
            && bits.get(at + 16, 1) == Some(1)
    })
}

/// Whether packets carry band replication: most of them end in a fill element with it.
///
/// A raw block ends in fill elements, the end mark and zeros to the byte. Reading them backwards needs no decoding;
/// a packet without them looks as if it had them about once in 150.
pub fn is_carried<'a>(packets: impl Iterator<Item = &'a [u8]>) -> bool {
    let (mut with, mut all) = (0, 0);
    for packet in packets.filter(|packet| packet.len() > 8) {
        all += 1;
        with += usize::from(ends_in_replication(packet));
    }
    all >= 2 && with * 3 > all * 2
}

fn ends_in_replication(packet: &[u8]) -> bool {
    const FILL: u32 = 6;
    const END: u32 = 7;
    let bits = Bits(packet);
    let end = packet.len() * 8;
    let is_end = |at: usize| {
        bits.get(at, 3) == Some(END)
            && end - at - 3 < 8
            && (at + 3..end).all(|bit| bits.get(bit, 1) == Some(0))
    };
    // Where the rest reads as fill elements and the end mark. Fill elements hold at most 270 bytes.
    let first = end.saturating_sub(8 * 600);
    let mut reads_to_end = vec![false; end - first];
    for at in (first..end.saturating_sub(2)).rev() {
        if is_end(at) {
            reads_to_end[at - first] = true;
            continue;
        }
        if bits.get(at, 3) != Some(FILL) {
            continue;
        }
        let Some(count) = bits.get(at + 3, 4) else { continue };
        let (count, body) = match count {
            15 => match bits.get(at + 7, 8) {
                Some(more) => (14 + more as usize, at + 15),
                None => continue,
            },
            count => (count as usize, at + 7),
        };
        let after = body + 8 * count;
        if after < end && reads_to_end[after - first] {
            reads_to_end[at - first] = true;
            if count > 0 && matches!(bits.get(body, 4), Some(0xd | 0xe)) {
                return true;
            }
        }
    }
    false
}

/// Bits of a slice, the highest first.
struct Bits<'a>(&'a [u8]);

impl Bits<'_> {
    fn get(&self, at: usize, count: usize) -> Option<u32> {
        (at..at + count).try_fold(0, |value, bit| {
            let byte = *self.0.get(bit / 8)?;
            Some(value << 1 | u32::from(byte >> (7 - bit % 8) & 1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "aac")]
    use crate::codec::decode::{DecodeError, Decoder};

    #[test]
    fn a_config_tells_band_replication_up_front_or_behind() {
        for (config, expected) in [
            (&[0x12, 0x10][..], false),
            (&[0x2b, 0x11, 0x88, 0x00], true),
            (&[0xeb, 0x09, 0x88, 0x00], true),
            (&[0x13, 0x10, 0x56, 0xe5, 0x98], true),
            (&[0x13, 0x10, 0x56, 0xe5, 0x00], false),
            (&[], false),
        ] {
            assert_eq!(is_declared(config), expected, "{config:02x?}");
        }
    }

    /// Raw packets of 3 s of a chord, at a rate and object type, made by FDK.
    #[cfg(feature = "aac")]
    #[expect(unsafe_code, reason = "the encoder's interface is C")]
    fn encoded(object_type: u32, rate: u32, bitrate: u32) -> Vec<Vec<u8>> {
        use fdk_aac_sys as fdk;
        use std::ptr::null_mut;
        let mut packets = Vec::new();
        let mut encoder = null_mut();
        // SAFETY: the handle is made here, used by this thread alone with buffers that outlive each call, and closed once.
        unsafe {
            assert_eq!(fdk::aacEncOpen(&mut encoder, 0, 2), fdk::AACENC_ERROR_AACENC_OK);
            for (parameter, value) in [
                (fdk::AACENC_PARAM_AACENC_AOT, object_type),
                (fdk::AACENC_PARAM_AACENC_SAMPLERATE, rate),
                (fdk::AACENC_PARAM_AACENC_CHANNELMODE, 2),
                (fdk::AACENC_PARAM_AACENC_BITRATE, bitrate),
                (fdk::AACENC_PARAM_AACENC_TRANSMUX, 0),
                (fdk::AACENC_PARAM_AACENC_SIGNALING_MODE, 0),
            ] {
                let set = fdk::aacEncoder_SetParam(encoder, parameter, value);
                assert_eq!(set, fdk::AACENC_ERROR_AACENC_OK);
            }
            let begun = fdk::aacEncEncode(encoder, null_mut(), null_mut(), null_mut(), null_mut());
            assert_eq!(begun, fdk::AACENC_ERROR_AACENC_OK);
            for block in 0..3 * rate / 1024 {
                let mut pcm: Vec<i16> = (0..2048)
                    .map(|k| {
                        let t = f64::from(block * 1024 + k / 2) / f64::from(rate);
                        ((t * 1_400.0).sin() * 9_000.0 + (t * t * 21_000.0).sin() * 6_000.0) as i16
                    })
                    .collect();
                let mut bytes = vec![0u8; 8192];
                let (mut input, mut output) = (pcm.as_mut_ptr().cast(), bytes.as_mut_ptr().cast());
                let (mut in_id, mut out_id) = (0, 3);
                let (mut in_size, mut out_size) = (4096, 8192);
                let (mut in_element, mut out_element) = (2, 1);
                let source = fdk::AACENC_BufDesc {
                    numBufs: 1,
                    bufs: &mut input,
                    bufferIdentifiers: &mut in_id,
                    bufSizes: &mut in_size,
                    bufElSizes: &mut in_element,
                };
                let sink = fdk::AACENC_BufDesc {
                    numBufs: 1,
                    bufs: &mut output,
                    bufferIdentifiers: &mut out_id,
                    bufSizes: &mut out_size,
                    bufElSizes: &mut out_element,
                };
                let arguments = fdk::AACENC_InArgs { numInSamples: 2048, numAncBytes: 0 };
                let mut result: fdk::AACENC_OutArgs = std::mem::zeroed();
                let done = fdk::aacEncEncode(encoder, &source, &sink, &arguments, &mut result);
                assert_eq!(done, fdk::AACENC_ERROR_AACENC_OK);
                bytes.truncate(result.numOutBytes as usize);
                if !bytes.is_empty() {
                    packets.push(bytes);
                }
            }
            fdk::aacEncClose(&mut encoder);
        }
        packets
    }

    /// The packets as a file with ADTS headers, which tell the core's rate and channels.
    #[cfg(feature = "aac")]
    fn adts(packets: &[Vec<u8>], core_rate: u32, channels: u8) -> Vec<u8> {
        const RATES: [u32; 13] = [
            96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
            7_350,
        ];
        let rate = RATES.iter().position(|&rate| rate == core_rate).unwrap() as u8;
        let mut file = Vec::new();
        for packet in packets {
            let size = packet.len() + 7;
            let head =
                [0xff, 0xf1, 1 << 6 | rate << 2, channels << 6 | (size >> 11) as u8, (size >> 3) as u8];
            file.extend(head);
            file.extend([(size << 5) as u8 | 0x1f, 0xfc]);
            file.extend(packet);
        }
        file
    }

    #[cfg(feature = "aac")]
    #[test]
    fn packets_tell_band_replication_that_nothing_declares() {
        for (object_type, rate, bitrate, expected) in [
            (5, 44_100, 48_000, true),
            (5, 48_000, 64_000, true),
            (5, 32_000, 40_000, true),
            (29, 44_100, 32_000, true),
            (29, 48_000, 24_000, true),
            (2, 22_050, 48_000, false),
            (2, 24_000, 96_000, false),
            (2, 16_000, 32_000, false),
        ] {
            let packets = encoded(object_type, rate, bitrate);
            assert!(packets.len() > PACKETS_LOOKED_AT / 2, "{} packets", packets.len());
            for part in packets.chunks(PACKETS_LOOKED_AT).filter(|part| part.len() > 8) {
                let found = is_carried(part.iter().map(Vec::as_slice));
                assert_eq!(found, expected, "object type {object_type} at {rate} Hz, {bitrate} bit/s");
            }
            let core_rate = if expected { rate / 2 } else { rate };
            let file = adts(&packets, core_rate, if object_type == 29 { 1 } else { 2 });
            let opened = Decoder::open(Box::new(std::io::Cursor::new(file)), "aac");
            let refused = matches!(opened, Err(DecodeError::HeAac));
            assert_eq!(refused, expected, "object type {object_type} at {rate} Hz: {:?}", opened.err());
        }
    }
}
