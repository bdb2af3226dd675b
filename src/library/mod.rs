//! The audio that stations own: found, measured once, kept, watched and read ahead.
//!
//! In: the folders, files and lists that stations name. Out: an [`Index`](crate::schedule::Index) for each station
//! whenever it changes, feeds for the mixer, and what is remembered: analyses, covers, the log, the as-run log.
//! Never: decides what airs; holds up a render thread; lets one broken file harm another.

pub mod analyse;
pub mod catalog;
pub mod deck;
pub mod list;
pub mod scan;
pub mod store;
pub mod walk;
pub mod watch;

pub use deck::{Deck, DeckId, Decks, FileFeed, RingFeed};
pub use scan::{Progress, scan_now};
pub use store::{AsRun, Logged, Store, StoreError};
pub use watch::Library;
