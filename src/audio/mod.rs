//! Blocks of samples and what they pass through.

pub mod cue;
pub mod loudness;
pub mod resample;
