//! Station + library index + history -> the log: what airs, planned forward in time.
//!
//! In: a [`Station`](crate::station::Station), an [`Index`] of what the library owns, what aired before.
//! Out: [`Entry`] after entry, without a gap. Never: reads a clock, a file or global randomness; the
//! same arguments give the same log on any machine.

pub mod item;
pub mod level;
pub mod log;
pub mod past;
pub mod pick;
pub mod planner;
pub mod rotation;
pub mod segue;

pub use item::{Index, Item, Pool};
pub use log::{Entry, Log};
pub use past::Past;
pub use planner::Planner;
