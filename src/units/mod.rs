//! Quantities of the timeline, as types that cannot be confused.
//!
//! A [`Position`] is a place on the timeline, [`Frames`] a length of it; the [`grid`] says where
//! renditions are cut. Levels, bit rates, identities, seeds and the one reading of the clocks are here
//! too.
//!
//! Never: reads a clock, a file or the environment.

pub mod bitrate;
pub mod grid;
pub mod id;
pub mod level;
pub mod now;
pub mod position;
pub mod seed;

pub use bitrate::Bitrate;
pub use grid::{CELL, Cell, Latency, Msn, SEGMENT};
pub use id::{ItemId, StationId};
pub use level::{Db, Dbtp, Lufs};
pub use now::Now;
pub use position::{Frame, Frames, Position, SAMPLE_RATE};
pub use seed::Seed;
