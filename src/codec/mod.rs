//! Blocks <-> packets: the only place that wraps codec libraries.
//!
//! In: stereo blocks on the timeline. Out: [`Packet`]s, each at the position of its audio: encoder delay
//! is taken out here. And the way back, files to blocks, in `decode`. [`sink`] wraps a stretch of programme
//! as a file.

#[cfg(feature = "aac")]
mod aac;
pub mod adts;
mod blocks;
pub mod encoder;
mod flac;
#[cfg(feature = "mp3")]
mod mp3;
mod opus;
pub mod decode;
pub mod packet;
pub mod quantize;
pub mod sink;

pub use encoder::{encoder, peak_bitrate};
pub use packet::{Encode, EncodeError, Packet, Packets};
pub use sink::{FileFormat, Sink, SinkError};
