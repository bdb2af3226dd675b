//! Stations on the air: their threads, the rings between them, and the only reading of the clocks.
//!
//! In: stations, the store, the house of listeners. Out: snapshots, published in time for ever. Never: decides what
//! airs; that is the [`Director`](crate::engine::Director)'s.

pub mod air;
pub mod clock;
pub mod direct;
pub mod mail;
pub mod memory;
pub mod outlet;
pub mod publish;
pub mod render;
pub mod rings;
pub mod supervisor;

pub use outlet::{Incident, Outlet};
pub use supervisor::OnAir;
