#![doc = include_str!("../docs/architecture.md")]

// The rooms, from the ground up. A room may use those above its line, never those below: tests/tidy.rs.
// ── core: functions of their arguments ──
pub mod units;
pub mod station;
pub mod schedule;
pub mod audio;
pub mod playout;
pub mod codec;
pub mod package;
pub mod engine;
pub mod sim;
// ── edges: threads, sockets and files ──
pub mod library;
pub mod onair;
pub mod serve;
pub mod cli;
