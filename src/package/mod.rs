//! Packets -> what is fetched: parts and segments on the grid, playlists, endless streams, reload rules.
//!
//! In: [`Packet`](crate::codec::Packet)s of each rendition. Out: an immutable [`Snapshot`] at each part,
//! and texts and bytes made from it. Never: reads a clock, waits, knows who listens.
//! Spec: draft-pantos-hls-rfc8216bis; ISO/IEC 23000-19 (CMAF); ISO/IEC 14496-12.

pub mod cmaf;
pub mod describe;
pub mod icy;
pub mod m3u;
pub mod mpegts;
pub mod multivariant;
pub mod packager;
pub mod playlist;
pub mod reload;
pub mod snapshot;
pub mod tags;
pub mod titles;

pub use multivariant::Multivariant;
pub use packager::{Packager, PackagerError, Rendition};
pub use reload::{Ask, Decision, PartDecision};
pub use snapshot::{Chunk, Segment, Snapshot, Stream, Window};
pub use titles::TitleChange;
