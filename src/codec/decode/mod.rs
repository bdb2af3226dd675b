//! Audio files to stereo blocks at the file's own rate, gapless.
//!
//! In: a reader and the extension of the file's name. Out: blocks of stereo [`Frame`]s; encoder delay and
//! padding are taken out as far as the container tells them. A packet that can't be decoded becomes as much
//! silence as it would have lasted, and many in a row end the file.
//! Never: opens a file; gives a sample that is not finite or beyond [`AMPLITUDE_MAX`]; allocates by what a
//! hostile file claims.
//!
//! | container | where the trim comes from | exact |
//! |---|---|---|
//! | WAV, AIFF, FLAC, Ogg, CAF | Symphonia: sample counts, granule positions, the packet table | yes |
//! | MP3 | Symphonia: the LAME tag; none without one | with a tag |
//! | MP4 | the edit list or iTunSMPB, and the last sample's duration ([`mp4`]) | yes |
//! | Matroska, WebM | CodecDelay and DiscardPadding ([`matroska`]) | to its nanoseconds |
//! | ADTS | nothing says: the encoder's delay stays | no |
//!
//! Spec: RFC 7845 section 4.2 and 5.1 (Opus), ISO/IEC 14496-12 section 8.6.6 (edit lists).

mod downmix;
mod edges;
mod he_aac;
mod length;
mod matroska;
mod mp4;
mod ogg;
mod opus_packets;
mod skip;
mod source;
pub mod tags;

pub use source::Source;
pub use symphonia::core::io::MediaSource;

use crate::units::Frame;
use downmix::Downmix;
use edges::Edges;
use length::Length;
use opus_packets::OpusPackets;
use std::collections::VecDeque;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_OPUS, CODEC_ID_VORBIS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::common::Limit;
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::{
    FORMAT_ID_AIFF, FORMAT_ID_CAF, FORMAT_ID_FLAC, FORMAT_ID_ISOMP4, FORMAT_ID_MKV, FORMAT_ID_MP1,
    FORMAT_ID_MP2, FORMAT_ID_MP3, FORMAT_ID_WAVE,
};
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use tags::Tags;

/// No sample that comes out is larger; what is larger is cut to it. 18 dB above full scale.
pub const AMPLITUDE_MAX: f32 = 8.0;
/// Sample rates that are taken, Hz.
pub const RATES: std::ops::RangeInclusive<u32> = 4_000..=384_000;
/// More channels than this are refused.
pub const CHANNELS_MAX: usize = 64;
/// So many packets in a row that can't be decoded end the file.
pub const BROKEN_IN_A_ROW_MAX: u32 = 100;
/// Tags beyond this size are not read, bytes.
const TAG_BYTES_MAX: usize = 1 << 20;
/// Pictures beyond this size are not read, bytes.
const PICTURE_BYTES_MAX: usize = 16 << 20;

/// Why a file can't be decoded.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The reader failed.
    #[error("it can't be read: {0}")]
    Read(#[from] std::io::Error),
    /// Nothing that is known, or broken from the start.
    #[error("it is no audio that Longwave knows, or its beginning is broken: {0}")]
    Unknown(String),
    /// A container without an audio track.
    #[error("it has no audio track")]
    NoAudio,
    /// A codec or a shape of audio that is not taken.
    #[error("its audio is not supported: {0}")]
    Unsupported(String),
    /// High-efficiency AAC.
    #[error(
        "it is HE-AAC, of which only the lower half of the sound could be decoded: convert it to AAC-LC, Opus or FLAC"
    )]
    HeAac,
}

/// A file being decoded.
pub struct Decoder {
    reader: Box<dyn FormatReader>,
    track: u32,
    codec: Codec,
    length: Length,
    rate: u32,
    mix: Option<Downmix>,
    /// Packets that were read ahead, to look at them or as pre-roll.
    ahead: VecDeque<Packet>,
    /// Frames to drop before the first that is given.
    lead: u64,
    /// Frames still to give, if that is known.
    left: Option<u64>,
    /// Frames to drop from the end of the last packet.
    tail: u64,
    /// Frames in a tick of an MP4 file's clock: a packet's duration says how many of its frames count. 0: it doesn't.
    clock: u64,
    last_frames: u64,
    broken_in_a_row: u32,
    /// Frames that packets gave so far, or would have given.
    raw: u64,
    /// Frames that the container says there are.
    declared: Option<u64>,
    health: Health,
    interleaved: Vec<f32>,
    tags: Tags,
}

/// What was met on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Packets that were decoded.
    pub sound: u64,
    /// Packets that could not be and became silence.
    pub broken: u64,
    /// The container broke off before its end.
    pub truncated: bool,
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Box<OpusPackets>),
}

impl Decoder {
    /// Takes a reader. `extension` is that of the file's name without a dot, a hint only.
    ///
    /// # Errors
    /// If it is not audio that can be decoded; see [`DecodeError`].
    pub fn open(mut media: Box<dyn MediaSource>, extension: &str) -> Result<Self, DecodeError> {
        let edges = Edges::of(&mut media)?;
        let mut hint = Hint::new();
        if !extension.is_empty() {
            hint.with_extension(extension);
        }
        let metadata = MetadataOptions::default()
            .limit_tag_bytes(Limit::Maximum(TAG_BYTES_MAX))
            .limit_visual_bytes(Limit::Maximum(PICTURE_BYTES_MAX));
        let mut reader = symphonia::default::get_probe()
            .probe(
                &hint,
                MediaSourceStream::new(media, Default::default()),
                FormatOptions::default(),
                metadata,
            )
            .map_err(unknown)?;
        let tags = Tags::read(&mut *reader);
        let track = reader.default_track(TrackType::Audio).ok_or(DecodeError::NoAudio)?;
        let Some(CodecParameters::Audio(params)) = track.codec_params.clone() else {
            return Err(DecodeError::NoAudio);
        };
        let track = track.clone();
        let format = reader.format_info().format;
        let is_aac = params.codec == CODEC_ID_AAC;
        if is_aac && params.extra_data.as_deref().is_some_and(he_aac::is_declared) {
            return Err(DecodeError::HeAac);
        }
        let channels = params.channels.as_ref().map_or(0, |channels| channels.count());
        if params.codec == CODEC_ID_VORBIS && channels > 2 {
            // Symphonia undoes the coupling of more than two channels in the wrong order: it would be garbage.
            return Err(DecodeError::Unsupported(format!("Vorbis of {channels} channels")));
        }
        // Without a LAME tag, the MP3 reader guesses the number of frames and would trim by its guess.
        let mpeg = matches!(format, FORMAT_ID_MP1 | FORMAT_ID_MP2 | FORMAT_ID_MP3);
        let gapless = !mpeg || track.delay.is_some();
        let mut decoder = Self {
            reader,
            track: track.id,
            codec: Codec::new(&params, gapless, format == FORMAT_ID_ISOMP4)?,
            length: Length::Unknown,
            rate: opus_packets::RATE,
            mix: None,
            ahead: VecDeque::new(),
            lead: 0,
            left: None,
            tail: 0,
            clock: 0,
            last_frames: 0,
            broken_in_a_row: 0,
            raw: 0,
            declared: None,
            health: Health { truncated: matches!(edges, Edges::CutOgg), ..Health::default() },
            interleaved: Vec::new(),
            tags,
        };
        let rate = decoder.learn_rate(&params)?;
        if is_aac && rate <= he_aac::CORE_RATE_MAX {
            decoder.look_for_he_aac()?;
        }
        let clock = track.time_base.filter(|base| base.numer.get() == 1).map_or(0, |base| base.denom.get());
        let in_frames = clock == rate;
        decoder.length = Length::of(&params, in_frames, format, gapless);
        decoder.declared = track.num_frames.filter(|&frames| match format {
            FORMAT_ID_WAVE => is_true_size(frames, &params),
            FORMAT_ID_AIFF | FORMAT_ID_FLAC | FORMAT_ID_CAF => true,
            FORMAT_ID_ISOMP4 => in_frames,
            _ => mpeg && gapless,
        });
        let pre_skip = decoder.codec.pre_skip();
        (decoder.lead, decoder.left) = match format {
            FORMAT_ID_ISOMP4 => edges.mp4(track.id, rate).unwrap_or((pre_skip, None)),
            FORMAT_ID_MKV if pre_skip == 0 => (edges.matroska_delay(u64::from(track.id), rate), None),
            FORMAT_ID_CAF => (u64::from(track.delay.unwrap_or(0)), track.num_frames),
            _ => (pre_skip, None),
        };
        decoder.tail = edges.matroska_tail(rate);
        if format == FORMAT_ID_ISOMP4 && clock > 0 && rate.is_multiple_of(clock) {
            decoder.clock = u64::from(rate / clock);
        }
        Ok(decoder)
    }

    /// Frames a second of what comes out.
    pub fn rate(&self) -> u32 {
        self.rate
    }
    /// What the file says of itself.
    pub fn tags(&mut self) -> Tags {
        std::mem::take(&mut self.tags)
    }
    /// What was met so far.
    pub fn health(&self) -> Health {
        self.health
    }

    /// Appends the next block, up to some thousands of frames at [`Self::rate`]. Nothing more: the file has ended.
    pub fn next(&mut self, out: &mut Vec<Frame>) -> usize {
        let before = out.len();
        while out.len() == before {
            if self.left == Some(0) || self.broken_in_a_row >= BROKEN_IN_A_ROW_MAX {
                break;
            }
            let Some(packet) = self.next_packet() else {
                let missing =
                    self.declared.is_some_and(|frames| self.raw + u64::from(self.rate) / 4 < frames);
                self.health.truncated |= missing;
                break;
            };
            self.decode(&packet, out);
            if self.tail > 0 && self.is_last() {
                out.truncate(before.max(out.len().saturating_sub(self.tail as usize)));
                self.tail = 0;
            }
            let block = (out.len() - before) as u64;
            let dropped = block.min(self.lead);
            self.lead -= dropped;
            out.drain(before..before + dropped as usize);
            if let Some(left) = &mut self.left {
                let kept = (block - dropped).min(*left);
                *left -= kept;
                out.truncate(before + kept as usize);
            }
        }
        out.len() - before
    }

    fn is_last(&mut self) -> bool {
        if self.ahead.is_empty()
            && let Some(packet) = self.read_packet()
        {
            self.ahead.push_back(packet);
        }
        self.ahead.is_empty()
    }

    fn next_packet(&mut self) -> Option<Packet> {
        match self.ahead.pop_front() {
            Some(packet) => Some(packet),
            None => self.read_packet(),
        }
    }

    /// The next packet of the track from the container. A container that breaks off has ended.
    fn read_packet(&mut self) -> Option<Packet> {
        loop {
            match self.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => return Some(packet),
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(_) => {
                    self.health.truncated = true;
                    return None;
                }
            }
        }
    }

    /// Appends a packet's frames, or as much silence when it is broken.
    fn decode(&mut self, packet: &Packet, out: &mut Vec<Frame>) {
        let before = out.len();
        let good = match &mut self.codec {
            Codec::Opus(opus) => opus.decode(packet, out),
            Codec::Symphonia(decoder) => match decoder.decode(packet) {
                Ok(buffer) if buffer.spec().rate() == self.rate => {
                    let channels = buffer.spec().channels();
                    if channels.count() > CHANNELS_MAX {
                        false
                    } else {
                        let mix = Downmix::keep(&mut self.mix, channels);
                        buffer.copy_to_vec_interleaved(&mut self.interleaved);
                        mix.append(&self.interleaved, out);
                        true
                    }
                }
                _ => false,
            },
        };
        if good {
            self.health.sound += 1;
            self.broken_in_a_row = 0;
        } else {
            out.truncate(before);
            self.health.broken += 1;
            self.broken_in_a_row += 1;
            let frames = self.length.of_packet(packet).unwrap_or(self.last_frames).min(length::FRAMES_MAX);
            out.resize(before + frames as usize, [0.0; 2]);
        }
        let frames = (out.len() - before) as u64;
        let duration = packet.dur.get().saturating_mul(self.clock);
        if duration > 0 && duration < frames {
            out.truncate(before + duration as usize);
        }
        self.last_frames = (out.len() - before) as u64;
        self.raw += self.last_frames;
    }

    /// HE-AAC in ADTS announces itself nowhere: its packets carry a fill element with spectral band replication.
    fn look_for_he_aac(&mut self) -> Result<(), DecodeError> {
        while self.ahead.len() < he_aac::PACKETS_LOOKED_AT {
            let Some(packet) = self.read_packet() else { break };
            self.ahead.push_back(packet);
        }
        if he_aac::is_carried(self.ahead.iter().map(|p| &*p.data)) {
            return Err(DecodeError::HeAac);
        }
        Ok(())
    }

    /// The rate is that of the first packet: containers have none, or a wrong one.
    fn learn_rate(&mut self, params: &AudioCodecParameters) -> Result<u32, DecodeError> {
        if let Codec::Symphonia(_) = &self.codec {
            self.rate = params.sample_rate.unwrap_or(0);
            if !self.is_last() {
                let mut trial = make_decoder(params, false)?;
                if let Some(Ok(buffer)) = self.ahead.front().map(|packet| trial.decode(packet)) {
                    self.rate = buffer.spec().rate();
                }
            }
        }
        if !RATES.contains(&self.rate) {
            return Err(DecodeError::Unsupported(format!("{} samples a second", self.rate)));
        }
        Ok(self.rate)
    }
}

impl Codec {
    fn new(params: &AudioCodecParameters, gapless: bool, mp4: bool) -> Result<Self, DecodeError> {
        if params.codec == CODEC_ID_OPUS {
            return Ok(Self::Opus(Box::new(OpusPackets::new(params, mp4)?)));
        }
        Ok(Self::Symphonia(make_decoder(params, gapless)?))
    }
    fn pre_skip(&self) -> u64 {
        match self {
            Self::Opus(opus) => opus.pre_skip(),
            Self::Symphonia(_) => 0,
        }
    }
}

fn make_decoder(params: &AudioCodecParameters, gapless: bool) -> Result<Box<dyn AudioDecoder>, DecodeError> {
    symphonia::default::get_codecs()
        .make_audio_decoder(params, &AudioDecoderOptions::default().gapless(gapless))
        .map_err(|error| DecodeError::Unsupported(error.to_string()))
}

/// Whether a WAVE file's size is meant: writers that can't go back leave a size near the field's bounds.
fn is_true_size(frames: u64, params: &AudioCodecParameters) -> bool {
    let channels = params.channels.as_ref().map_or(1, |channels| channels.count() as u64);
    let bytes = u64::from(params.bits_per_sample.unwrap_or(8)).div_ceil(8);
    frames.saturating_mul(channels * bytes) < 0x7fff_0000
}

fn unknown(error: SymphoniaError) -> DecodeError {
    match error {
        SymphoniaError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            DecodeError::Read(error)
        }
        error => DecodeError::Unknown(error.to_string()),
    }
}
