//! Where on the timeline a station is: monotonic time that leans towards UTC.
//!
//! In: readings of the clocks, in order. Out: a position that never goes back and never jumps: it runs with
//! the monotonic clock and is corrected towards the wall clock by at most 0.1 %. A wall clock that is off by
//! more than [`WALL_ERROR_MAX`] is not followed but told: it is mended at the next restart.

use crate::units::{Frames, Now, Position};
use std::time::Duration;

/// The most that pacing is corrected by: one part in this many, 0.1 %.
const SLEW: i128 = 1000;

/// A wall clock that is further off than this is not followed.
pub const WALL_ERROR_MAX: Frames = Frames::from_secs(10);

/// The pace of a station.
#[derive(Clone, Debug)]
pub struct Pace {
    mono: Duration,
    nanos: i128,
    error: Frames,
}

impl Pace {
    /// Begins at what the wall clock says.
    pub fn new(now: Now) -> Self {
        Self { mono: now.mono, nanos: now.wall.to_unix_nanos(), error: Frames::ZERO }
    }

    /// Where the timeline is now. Readings older than the last one change nothing.
    pub fn position(&mut self, now: Now) -> Position {
        let passed = now.mono.saturating_sub(self.mono).as_nanos() as i128;
        self.mono = self.mono.max(now.mono);
        self.nanos += passed;
        let error = now.wall.to_unix_nanos() - self.nanos;
        self.error = now.wall - Position::from_unix_nanos(self.nanos);
        if self.fault().is_none() {
            self.nanos += error.clamp(-passed / SLEW, passed / SLEW);
        }
        Position::from_unix_nanos(self.nanos)
    }

    /// How far the wall clock was ahead at the last reading, if that is too far to be followed.
    pub fn fault(&self) -> Option<Frames> {
        (self.error.0.abs() > WALL_ERROR_MAX.0).then_some(self.error)
    }

    /// How far the wall clock was ahead at the last reading.
    pub fn error(&self) -> Frames {
        self.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reading(mono_ms: i64, wall_ms: i64) -> Now {
        Now {
            mono: Duration::from_millis(mono_ms as u64),
            wall: Position(0) + Frames::from_secs(1_000_000) + Frames::from_millis(wall_ms),
        }
    }

    #[test]
    fn a_small_step_of_the_wall_clock_is_leaned_into() {
        let mut pace = Pace::new(reading(0, 0));
        let at_step = pace.position(reading(1000, 1500));
        assert_eq!(at_step, reading(0, 1001).wall);
        let mut last = at_step;
        for second in 2..600 {
            let now = reading(second * 1000, second * 1000 + 500);
            let position = pace.position(now);
            assert!((position - last).0 <= 48_048);
            last = position;
        }
        assert_eq!(last, reading(0, 599_500).wall);
    }

    #[test]
    fn a_large_step_is_told_and_not_followed() {
        let mut pace = Pace::new(reading(0, 0));
        let position = pace.position(reading(1000, 60_000));
        assert_eq!(position, reading(0, 1000).wall);
        assert_eq!(pace.fault(), Some(Frames::from_secs(59)));
    }

    proptest! {
        #[test]
        fn positions_never_go_back_nor_run_faster_than_a_thousandth(
            steps in prop::collection::vec((0i64..5_000, -20_000i64..20_000), 1..60)
        ) {
            let mut pace = Pace::new(reading(0, 0));
            let (mut mono, mut last) = (0, pace.position(reading(0, 0)));
            for (passed, wall_error) in steps {
                mono += passed;
                let position = pace.position(reading(mono, mono + wall_error));
                let moved = (position - last).0 as f64;
                let even = passed as f64 * 48.0;
                prop_assert!(moved >= even * 0.999 - 1.0 && moved <= even * 1.001 + 1.0);
                last = position;
            }
        }
    }
}
