//! A receiver of MPEG-TS that shares nothing with the writer: ISO/IEC 13818-1.

/// One PES packet of audio.
#[derive(Clone, Debug, PartialEq)]
pub struct Pes {
    pub pts: u64,
    pub pcr: u64,
    pub payload: Vec<u8>,
}

/// Receives a whole stream of packets, and checks what a receiver may rely on.
pub fn receive(bytes: &[u8]) -> Vec<Pes> {
    assert_eq!(bytes.len() % 188, 0);
    let mut counters = std::collections::BTreeMap::<u16, u8>::new();
    let mut pmt_pid = None;
    let mut audio_pid = None;
    let mut received: Vec<(Option<u64>, Vec<u8>)> = Vec::new();
    for packet in bytes.chunks(188) {
        assert_eq!(packet[0], 0x47, "sync byte");
        assert_eq!(packet[1] & 0x80, 0, "no transport error");
        let start = packet[1] & 0x40 != 0;
        let pid = u16::from(packet[1] & 0x1f) << 8 | u16::from(packet[2]);
        assert_eq!(packet[3] & 0xc0, 0, "not scrambled");
        let counter = packet[3] & 0x0f;
        assert_ne!(packet[3] & 0x10, 0, "every packet has payload");
        if let Some(last) = counters.insert(pid, counter) {
            assert_eq!(counter, (last + 1) % 16, "2.4.3.3: counters of PID {pid} go on");
        }
        let (adaptation, payload) = if packet[3] & 0x20 != 0 {
            let (field, payload) = packet[5..].split_at(usize::from(packet[4]));
            (field, payload)
        } else {
            (&[][..], &packet[4..])
        };
        assert!(!payload.is_empty());
        if pid == 0 {
            let section = section(payload, 0x00);
            assert_eq!(&section[8..10], [0, 1], "one programme");
            pmt_pid = Some(u16::from(section[10] & 0x1f) << 8 | u16::from(section[11]));
        } else if Some(pid) == pmt_pid {
            let section = section(payload, 0x02);
            let pcr_pid = u16::from(section[8] & 0x1f) << 8 | u16::from(section[9]);
            assert_eq!(section[12], 0x0f, "ADTS");
            audio_pid = Some(u16::from(section[13] & 0x1f) << 8 | u16::from(section[14]));
            assert_eq!(Some(pcr_pid), audio_pid);
        } else {
            assert_eq!(Some(pid), audio_pid, "tables come first");
            let pcr = adaptation.first().filter(|&&flags| flags & 0x10 != 0).map(|_| {
                let base = adaptation[1..5].iter().fold(0u64, |base, &byte| base << 8 | u64::from(byte));
                base << 1 | u64::from(adaptation[5] >> 7)
            });
            assert!(!start || adaptation[0] & 0x40 != 0, "audio can be joined at every PES packet");
            match (start, received.last_mut()) {
                (true, _) => received.push((pcr, payload.to_vec())),
                (false, Some((_, pes))) => pes.extend_from_slice(payload),
                (false, None) => panic!("a segment begins with a PES packet"),
            }
        }
    }
    received.into_iter().map(|(pcr, bytes)| pes(pcr, &bytes)).collect()
}

fn section(payload: &[u8], table: u8) -> &[u8] {
    assert_eq!((payload[0], payload[1]), (0, table));
    let length = usize::from(payload[2] & 0x0f) << 8 | usize::from(payload[3]);
    let section = &payload[1..4 + length];
    assert_eq!(crc(section), 0, "annex A: the remainder over a section with its CRC is zero");
    section
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for bit in bytes.iter().flat_map(|&byte| (0..8).rev().map(move |n| byte >> n & 1)) {
        let feedback = (crc >> 31) as u8 ^ bit;
        crc = (crc << 1) ^ if feedback == 1 { 0x04c1_1db7 } else { 0 };
    }
    crc
}

fn pes(pcr: Option<u64>, bytes: &[u8]) -> Pes {
    assert_eq!(&bytes[..4], [0, 0, 1, 0xc0]);
    let length = usize::from(bytes[4]) << 8 | usize::from(bytes[5]);
    assert_eq!(bytes.len(), 6 + length, "2.4.3.7: the length is true");
    assert_eq!(bytes[7] & 0xc0, 0x80, "a presentation time stamp alone");
    let header = 9 + usize::from(bytes[8]);
    let t = &bytes[9..14];
    assert_eq!((t[0] & 0xf1, t[2] & 1, t[4] & 1), (0x21, 1, 1), "markers");
    let pts = u64::from(t[0] >> 1 & 7) << 30
        | u64::from(t[1]) << 22
        | u64::from(t[2] >> 1) << 15
        | u64::from(t[3]) << 7
        | u64::from(t[4] >> 1);
    Pes { pts, pcr: pcr.expect("a clock reference with each"), payload: bytes[header..].to_vec() }
}

/// Takes ADTS frames apart: the access units.
pub fn access_units(mut adts: &[u8]) -> Vec<Vec<u8>> {
    let mut units = Vec::new();
    while !adts.is_empty() {
        assert_eq!((adts[0], adts[1]), (0xff, 0xf1), "MPEG-4, no CRC");
        assert_eq!(adts[2], 0x4c, "AAC-LC at 48 kHz");
        assert_eq!(adts[3] & 0xfc, 0x80, "stereo");
        let length = usize::from(adts[3] & 3) << 11 | usize::from(adts[4]) << 3 | usize::from(adts[5] >> 5);
        units.push(adts[7..length].to_vec());
        adts = &adts[length..];
    }
    units
}
