//! Log + position -> programme: which entries sound, from which deck, mixed into blocks.
//!
//! Never: waits, allocates after warm-up, reads a clock or a file.

pub mod deck;

pub use deck::{Cued, Feed, Read};
