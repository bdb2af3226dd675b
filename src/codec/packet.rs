//! Packets and what makes them.

use crate::units::{Frame, Frames, Position};

/// One encoded packet on the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The position of the first frame of audio that a running decoder puts out for it.
    pub at: Position,
    /// How many frames that is.
    pub frames: Frames,
    /// The codec's raw bytes: an Opus packet, an AAC access unit without ADTS header, an MP3 frame, a FLAC frame.
    pub bytes: Vec<u8>,
}

/// Packets in order, a buffer that is used again and again.
pub type Packets = Vec<Packet>;

/// Why a block could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The library refused the settings.
    #[error("{codec} encoder refuses {what}: {why}")]
    Settings {
        /// Which codec.
        codec: &'static str,
        /// Which setting.
        what: &'static str,
        /// In the library's words.
        why: String,
    },
    /// The library failed on a block.
    #[error("{codec} encoder failed: {why}")]
    Failed {
        /// Which codec.
        codec: &'static str,
        /// In the library's words.
        why: String,
    },
    /// This build has no such encoder.
    #[error("this build of Longwave has no {codec} encoder (cargo feature `{feature}`)")]
    NotBuilt {
        /// Which codec.
        codec: &'static str,
        /// What switches it on.
        feature: &'static str,
    },
}

/// An encoder of the programme, fed from a known position on.
///
/// A true seam: the codecs' libraries on air, a watermark in the simulator.
pub trait Encode: Send {
    /// Frames in a packet.
    fn packet_frames(&self) -> Frames;

    /// How many frames of audio beyond a packet's end must have been fed before it comes out.
    fn look_ahead(&self) -> Frames;

    /// The codec's description of itself, as containers carry it: AudioSpecificConfig for AAC (ISO/IEC
    /// 14496-3), the body of OpusHead for Opus (RFC 7845 section 5.1), STREAMINFO for FLAC (RFC 9639 section
    /// 8.2); empty for codecs that need none.
    fn config(&self) -> &[u8] {
        &[]
    }

    /// Takes the programme's next frames, any number of them, and appends the packets that are complete.
    ///
    /// The first packet is at the position the encoder was made for, which lies on a segment's boundary.
    ///
    /// # Errors
    /// If the library fails; the encoder is then of no further use.
    fn encode(&mut self, pcm: &[Frame], out: &mut Packets) -> Result<(), EncodeError>;
}
