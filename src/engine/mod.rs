//! One station, composed: `handle` what the world says, `poll` what it should do, `next_wake` when.
//!
//! The [`Director`] plans and cues, the mixer of `playout` renders, the [`Publisher`] encodes and packages,
//! the [`Pace`] says where on the timeline it is. Never: reads a clock, waits, knows a thread.

pub mod as_run;
pub mod director;
pub mod pace;
pub mod publisher;
pub mod studio;

pub use as_run::{AsRun, AsRunLog, Why};
pub use director::{Director, Input, Output, Stored};
pub use pace::Pace;
pub use publisher::Publisher;
pub use studio::Studio;
