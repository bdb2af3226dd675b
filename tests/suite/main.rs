//! What the rooms do together, seen from outside.

#![allow(clippy::unwrap_used, reason = "a test that panics has found something")]

mod serve;
