//! From a station's output to its encoder.

use super::blocks::Lead;
use super::packet::{Encode, EncodeError};
use super::{flac, opus};
use crate::station::{Codec, Output};
use crate::units::{Bitrate, Position};

/// The rates of outputs that name none.
pub const fn bitrate_default(codec: Codec) -> Bitrate {
    match codec {
        Codec::Opus => Bitrate::kilobits(96),
        Codec::Aac | Codec::Mp3 => Bitrate::kilobits(128),
        Codec::Flac => Bitrate::kilobits(900),
    }
}

/// The encoder of an output, to be fed the programme from `first` on, which begins a segment.
///
/// The first packet is at `first`. Of the programme's first frames, as many as the encoder's delay
/// (Opus 312, AAC 1,600, MP3 1,105) are not encoded: a decoder that was started there plays silence
/// in their place, and the programme to the frame from then on.
///
/// # Errors
/// If the codec's library refuses the rate, or this build has no such encoder.
pub fn encoder(output: &Output, first: Position) -> Result<Box<dyn Encode>, EncodeError> {
    let bitrate = output.bitrate.unwrap_or(bitrate_default(output.codec));
    Ok(match output.codec {
        Codec::Opus => Box::new(opus::OpusEncoder::new(bitrate, first, Lead::Dropped)?),
        Codec::Flac => Box::new(flac::FlacEncoder::new(first)?),
        #[cfg(feature = "aac")]
        Codec::Aac => Box::new(super::aac::AacEncoder::new(bitrate, first, Lead::Dropped)?),
        #[cfg(not(feature = "aac"))]
        Codec::Aac => return Err(EncodeError::NotBuilt { codec: "AAC", feature: "aac" }),
        #[cfg(feature = "mp3")]
        Codec::Mp3 => Box::new(super::mp3::Mp3Encoder::new(bitrate, first, Lead::Dropped)?),
        #[cfg(not(feature = "mp3"))]
        Codec::Mp3 => return Err(EncodeError::NotBuilt { codec: "MP3", feature: "mp3" }),
    })
}

/// What an output's packets never exceed, averaged over any segment, without what containers add.
pub fn peak_bitrate(output: &Output) -> Bitrate {
    let Bitrate(rate) = output.bitrate.unwrap_or(bitrate_default(output.codec));
    Bitrate(match output.codec {
        // Constrained VBR borrows a packet of 20 ms at most in CELT; SILK, which takes part below 56k, keeps
        // its rate only over longer times.
        Codec::Opus if rate < 56_000 => rate + rate / 4,
        Codec::Opus => rate + rate / 20 + 400,
        // A reservoir of 12,288 bits less a unit may be spent within one segment of 1.92 s.
        Codec::Aac => rate + 6_400,
        Codec::Mp3 => rate,
        // Stored without prediction.
        Codec::Flac => 1_550_000,
    })
}
