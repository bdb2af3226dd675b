//! Multivariant playlists: which renditions there are, one codec in each, because players stumble over mixed ones.
//!
//! In: a station's outputs. Out: text, the same as long as the outputs are. Never: fails for a valid station; it
//! has none of those whose codec it does not encode.
//! Spec: draft-pantos-hls-rfc8216bis section 4.4.6; RFC 6381 and the MP4 registration authority for CODECS.

use super::cmaf::{self, AAC_PACKET, OPUS_PACKET};
use super::mpegts;
use crate::station::{Codec, Output};
use crate::units::{Latency, SAMPLE_RATE, SEGMENT};
use hls_m3u8::MasterPlaylist;
use hls_m3u8::tags::{ExtXVersion, VariantStream};
use hls_m3u8::types::{ProtocolVersion, StreamData};
use std::fmt::Display;

/// The multivariant playlists of a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Multivariant {
    /// `live.m3u8`: AAC, low latency. Every player takes it.
    Live,
    /// `opus.m3u8`: Opus, low latency.
    Opus,
    /// `hls.m3u8`: the AAC of `live.m3u8` without low latency.
    Plain,
    /// `radio.m3u8`: AAC in MPEG-TS, for old boxes.
    Radio,
}

/// What a rendition takes, in bits a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bandwidth {
    /// No segment takes more.
    pub peak: u64,
    /// Over a long time.
    pub average: u64,
}

impl Multivariant {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Live, Self::Opus, Self::Plain, Self::Radio];

    /// Its file's name, which is also that of the media playlists it lists, but for `opus.m3u8`.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Live => "live.m3u8",
            Self::Opus => "opus.m3u8",
            Self::Plain => "hls.m3u8",
            Self::Radio => "radio.m3u8",
        }
    }

    /// The codec of its renditions.
    pub const fn codec(self) -> Codec {
        match self {
            Self::Opus => Codec::Opus,
            Self::Live | Self::Plain | Self::Radio => Codec::Aac,
        }
    }

    const fn media_file(self) -> &'static str {
        match self {
            Self::Opus => Self::Live.file(),
            other => other.file(),
        }
    }

    const fn version(self) -> ProtocolVersion {
        match self {
            Self::Radio => ProtocolVersion::V3,
            Self::Live | Self::Opus | Self::Plain => ProtocolVersion::V6,
        }
    }

    /// As text, renditions in the order of the outputs; none if no output has its codec.
    pub fn text(self, outputs: &[Output], latency: Latency) -> Option<String> {
        let streams: Vec<_> = outputs
            .iter()
            .filter(|output| output.codec == self.codec())
            .map(|&output| VariantStream::ExtXStreamInf {
                uri: format!("{}/{}", output.rendition(), self.media_file()).into(),
                frame_rate: None,
                audio: None,
                subtitles: None,
                closed_captions: None,
                stream_data: self.stream_data(output, latency),
            })
            .collect();
        if streams.is_empty() {
            return None;
        }
        let mut playlist = MasterPlaylist::builder();
        // A version 3 reader need not know that tag.
        playlist.has_independent_segments(self != Self::Radio).variant_streams(streams);
        let playlist = playlist.build().expect("there are no groups or session data that could be at odds");
        Some(with_version(&playlist, self.version()))
    }

    fn stream_data(self, output: Output, latency: Latency) -> StreamData<'static> {
        let bandwidth = self.bandwidth(output, latency);
        let mut data = StreamData::new(bandwidth.peak);
        data.set_average_bandwidth(Some(bandwidth.average));
        data.set_codecs(Some([codecs(output.codec)]));
        data
    }

    /// What a rendition takes in this form, containers included.
    ///
    /// The peak is counted over one segment, which is between half and one and a half target durations, as the
    /// draft counts it. It is a bound, not a measurement: encoders are held to their rate, and [`surplus`] is
    /// what each can save up and spend at once.
    pub fn bandwidth(self, output: Output, latency: Latency) -> Bandwidth {
        let segments = if self == Self::Radio { mpegts::RUN } else { 1 };
        let length = SEGMENT.0 as u64 * segments;
        let rate = u64::from(output.bitrate.map_or(0, |rate| rate.0));
        let audio = rate * length / SAMPLE_RATE as u64 / 8;
        let most = audio + surplus(output.codec, audio);
        let (average, peak) = match self {
            Self::Radio => (mpegts::run_bytes(audio, latency).0, mpegts::run_bytes(most, latency).1),
            Self::Live | Self::Opus | Self::Plain => {
                let fragments = fragments(output.codec, latency);
                (audio + fragments, most + fragments)
            }
        };
        let in_a_second = |bytes: u64| (bytes * 8 * SAMPLE_RATE as u64).div_ceil(length);
        Bandwidth { peak: in_a_second(peak), average: in_a_second(average) }
    }
}

/// Bytes by which the packets of one segment may exceed its share of the encoder's bit rate.
///
/// AAC: constant bit rate with a reservoir of 6,144 bits a channel. Opus: constrained VBR plans each packet
/// within a reservoir of one packet at the nominal rate; noise after silence was seen to take 2.3 % more at 32k and
/// 1.5 % at 96k, and at 32k music takes 1.3 % more over a long time: 5 % is above them all.
const fn surplus(codec: Codec, audio: u64) -> u64 {
    match codec {
        Codec::Aac => 2 * 6144 / 8,
        Codec::Opus | Codec::Mp3 | Codec::Flac => audio * 5 / 100,
    }
}

/// Bytes of a segment's parts that are not packets.
fn fragments(codec: Codec, latency: Latency) -> u64 {
    let packet = if codec == Codec::Aac { AAC_PACKET } else { OPUS_PACKET };
    let packets = (latency.part().0 / packet.0) as usize;
    u64::from(latency.parts_per_segment()) * cmaf::overhead(packets) as u64
}

/// As the MP4 registration authority spells it: `Opus` has a capital, and Safari wants it.
const fn codecs(codec: Codec) -> &'static str {
    match codec {
        Codec::Opus => "Opus",
        Codec::Aac => "mp4a.40.2",
        Codec::Mp3 => "mp4a.40.34",
        Codec::Flac => "fLaC",
    }
}

/// The playlist with a version line: some clients take a playlist for HLS by nothing else. The writer leaves it
/// out where version 1 would do.
fn with_version(playlist: &impl Display, version: ProtocolVersion) -> String {
    let text = playlist.to_string();
    let head = "#EXTM3U\n";
    let body = text.strip_prefix(head).expect("a playlist begins with EXTM3U");
    format!("{head}{}\n{body}", ExtXVersion::new(version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bitrate;

    fn outputs() -> Vec<Output> {
        let output = |codec, rate| Output { codec, bitrate: Some(Bitrate::kilobits(rate)) };
        vec![
            output(Codec::Opus, 96),
            output(Codec::Aac, 128),
            output(Codec::Mp3, 128),
            output(Codec::Aac, 64),
        ]
    }

    #[test]
    fn each_lists_the_renditions_of_its_codec_and_no_other() {
        for (which, uris, codec) in [
            (Multivariant::Live, vec!["aac-128/live.m3u8", "aac-64/live.m3u8"], "mp4a.40.2"),
            (Multivariant::Opus, vec!["opus-96/live.m3u8"], "Opus"),
            (Multivariant::Plain, vec!["aac-128/hls.m3u8", "aac-64/hls.m3u8"], "mp4a.40.2"),
            (Multivariant::Radio, vec!["aac-128/radio.m3u8", "aac-64/radio.m3u8"], "mp4a.40.2"),
        ] {
            let text = which.text(&outputs(), Latency::Low).expect("both codecs are there");
            let listed: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
            assert_eq!(listed, uris, "{which:?}");
            let read = MasterPlaylist::try_from(text.as_str()).expect("hls_m3u8 reads what it wrote");
            assert_eq!(read.variant_streams.len(), uris.len());
            assert!(read.unknown_tags.is_empty());
            for stream in &read.variant_streams {
                assert_eq!(stream.codecs().map(ToString::to_string).as_deref(), Some(codec));
            }
            let versions: Vec<_> = text.lines().filter(|l| l.starts_with("#EXT-X-VERSION:")).collect();
            let version = if which == Multivariant::Radio { 3 } else { 6 };
            assert_eq!(versions, [format!("#EXT-X-VERSION:{version}")]);
            assert_eq!(read.has_independent_segments, which != Multivariant::Radio);
        }
    }

    #[test]
    fn a_station_without_a_codec_has_no_playlist_of_it() {
        let mut outputs = outputs();
        outputs.retain(|output| output.codec == Codec::Mp3);
        for which in Multivariant::ALL {
            assert_eq!(which.text(&outputs, Latency::Low), None);
        }
    }

    #[test]
    fn containers_are_counted() {
        let [opus, aac, ..] = outputs()[..] else { panic!("there are four") };
        // 12,000 bytes a second of audio; six parts of 16 packets, or three of 32, in 1.92 s.
        let low = Multivariant::Opus.bandwidth(opus, Latency::Low);
        let steady = Multivariant::Opus.bandwidth(opus, Latency::Steady);
        let parts = |count: u64, packets: u64| count * (96 + 4 * packets) * 8 * 100 / 192;
        assert_eq!(low.average, 96_000 + parts(6, 16));
        assert_eq!(steady.average, 96_000 + parts(3, 32));
        assert!(low.peak > low.average && low.peak < low.average * 106 / 100);
        let radio = Multivariant::Radio.bandwidth(aac, Latency::Low);
        assert!(radio.average > 128_000 && radio.average < 150_000 && radio.peak < 165_000, "{radio:?}");
    }
}
