//! The one place that reads the machine's clocks.

use crate::units::{Now, Position};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Reads both clocks at once. A wall clock before 1970 reads as 1970.
pub fn now() -> Now {
    static START: OnceLock<Instant> = OnceLock::new();
    let mono = START.get_or_init(Instant::now).elapsed();
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Now { mono, wall: Position::from_unix_nanos(wall.as_nanos() as i128) }
}
