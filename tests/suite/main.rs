//! What the rooms do with files, sockets and other programs: one binary, a module for each room.

#![allow(clippy::unwrap_used, reason = "a test that panics has found something")]

mod codec;
mod library;
mod program;
mod serve;
