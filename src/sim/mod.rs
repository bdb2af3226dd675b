//! A world for the engine without a world: virtual time, made-up audio, faults, model listeners.
//!
//! In: a station, an index, a seed, how long. Out: a [`Report`] of what listeners heard, compared with what the
//! as-run log says. The director, the mixer, the packager and the reload rules are those of the air; decks and
//! encoders are watermarks, so that a listener can tell from the parts which item sounds.

pub mod listener;
pub mod report;
pub mod run;
pub mod watermark;
pub mod world;

pub use report::Report;
pub use run::{Setup, simulate};
pub use world::Faults;

#[cfg(test)]
mod tests;
