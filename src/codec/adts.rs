//! ADTS: AAC frames that a stream can be cut between, each with its own header.
//!
//! In: an AAC-LC access unit, 48 kHz stereo. Out: its header. Never: a CRC.
//! Spec: ISO/IEC 14496-3 section 1.A.2.2.

/// Bytes of a header.
pub const HEADER: usize = 7;
/// The longest access unit: a frame's length has 13 bits.
pub const ACCESS_UNIT_BYTES_MAX: usize = 0x1fff - HEADER;

/// The header of an access unit of this many bytes.
///
/// # Panics
/// If it is longer than [`ACCESS_UNIT_BYTES_MAX`]: AAC-LC stereo has at most 1,536 bytes a frame.
pub const fn header(access_unit: usize) -> [u8; HEADER] {
    assert!(access_unit <= ACCESS_UNIT_BYTES_MAX, "an AAC frame has at most 13 bits of length");
    let length = (access_unit + HEADER) as u32;
    // Syncword, MPEG-4, layer 0, no CRC; AAC-LC, 48 kHz (index 3), stereo (2), length, VBR, one block.
    [
        0xff,
        0xf1,
        (1 << 6) | (3 << 2),
        (2 << 6) | (length >> 11) as u8,
        (length >> 3) as u8,
        ((length as u8) << 5) | 0x1f,
        0xfc,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_what_the_frame_is_and_how_long() {
        for (access_unit, expected) in [
            (0, [0xff, 0xf1, 0x4c, 0x80, 0x00, 0xff, 0xfc]),
            (341, [0xff, 0xf1, 0x4c, 0x80, 0x2b, 0x9f, 0xfc]),
            (ACCESS_UNIT_BYTES_MAX, [0xff, 0xf1, 0x4c, 0x83, 0xff, 0xff, 0xfc]),
        ] {
            assert_eq!(header(access_unit), expected, "{access_unit}");
        }
    }
}
