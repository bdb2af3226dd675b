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
}
