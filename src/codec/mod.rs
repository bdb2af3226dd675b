//! Blocks <-> packets: the only place that wraps codec libraries.
//!
//! In: stereo blocks on the timeline. Out: [`Packet`]s, each at the position of its audio: encoder delay
//! is taken out here. And the way back, files to blocks, in `decode`.

pub mod decode;
pub mod packet;

pub use packet::{Encode, EncodeError, Packet, Packets};
