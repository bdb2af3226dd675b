//! The header that makes an access unit of AAC-LC at 48 kHz stereo a frame of an ADTS stream.
//!
//! Spec: ISO/IEC 14496-3 section 1.A.2.2.

/// Bytes of a header without checksum.
pub const HEADER_BYTES: usize = 7;

/// The header of an access unit of this many bytes, at most 8,184.
pub fn header(unit_bytes: usize) -> [u8; HEADER_BYTES] {
    let length = unit_bytes + HEADER_BYTES;
    assert!(length < 1 << 13, "an access unit of two channels has at most 1,536 bytes");
    // Sync, MPEG-4, no checksum; AAC-LC, 48 kHz, 2 channels; the length; fullness for a variable rate; one unit.
    [
        0xff,
        0xf1,
        1 << 6 | 3 << 2,
        2 << 6 | (length >> 11) as u8,
        (length >> 3) as u8,
        (length << 5) as u8 | 0x1f,
        0xfc,
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_length_is_spread_over_three_bytes() {
        for (unit, header) in [
            (334, [0xff, 0xf1, 0x4c, 0x80, 0x2a, 0xbf, 0xfc]),
            (1, [0xff, 0xf1, 0x4c, 0x80, 0x01, 0x1f, 0xfc]),
            (8184, [0xff, 0xf1, 0x4c, 0x83, 0xff, 0xff, 0xfc]),
        ] {
            assert_eq!(super::header(unit), header, "{unit}");
        }
    }
}
