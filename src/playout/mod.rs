//! Log + position -> programme: which entries sound, from which deck, mixed into blocks.
//!
//! Never: waits, allocates after warm-up, reads a clock or a file.

pub mod deck;
pub mod event;
pub mod cover;
pub mod transition;
pub mod slot;
pub mod mixer;

pub use cover::BedFeed;
pub use deck::{Cued, Feed, Read};
pub use event::Event;
pub use mixer::{Mixer, Patience, Rendered};

#[cfg(test)]
pub(crate) mod tests;
