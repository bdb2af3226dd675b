//! What a curator writes: a station file as YAML becomes a [`Station`], or every problem at once.
//!
//! Never: opens a file. Whether folders and art exist is asked of a caller.

pub mod model;

pub use model::{Category, Codec, Cue, Kind, Output, Pick, Rung, Sound, Station, Transition, Where};
