//! The one place that reads the machine's clocks.

use crate::engine::Pace;
use crate::units::{Now, Position};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Reads both clocks at once. A wall clock before 1970 reads as 1970.
pub fn now() -> Now {
    static START: OnceLock<Instant> = OnceLock::new();
    let mono = START.get_or_init(Instant::now).elapsed();
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Now { mono, wall: Position::from_unix_nanos(wall.as_nanos() as i128) }
}

/// Where the timeline of this process is: monotonic, and leaning towards the wall clock. Stations begin here, so that
/// one that begins again never goes back. Takes a lock: not for the render thread, which has a pace of its own.
pub fn timeline() -> Now {
    static PACE: OnceLock<Mutex<Pace>> = OnceLock::new();
    let now = now();
    let mut pace =
        PACE.get_or_init(|| Mutex::new(Pace::new(now))).lock().unwrap_or_else(PoisonError::into_inner);
    Now { wall: pace.position(now), ..now }
}
