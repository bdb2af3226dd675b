//! The timeline: PCM frames at 48 kHz since 1970-01-01T00:00:00Z.
//!
//! A position is not a length: `Position + Frames` compiles, `Position + Position` does not.
//! Leap seconds do not exist here, as they do not in Unix time.

use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Rem, Sub, SubAssign};

/// Frames in a second of every timeline, mixer and rendition.
pub const SAMPLE_RATE: i64 = 48_000;

/// One stereo frame of the programme: left, right; full scale is 1.0.
pub type Frame = [f32; 2];

/// A place on the timeline, in frames since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub i64);

/// A length of the timeline, in frames; negative lengths are differences that point backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frames(pub i64);

impl Position {
    /// The frame that sounds at this many nanoseconds of Unix time; rounds down.
    pub const fn from_unix_nanos(nanos: i128) -> Self {
        Self((nanos * SAMPLE_RATE as i128).div_euclid(1_000_000_000) as i64)
    }

    /// Unix time of this frame in nanoseconds; rounds up, so that the way back gives the same frame.
    pub const fn to_unix_nanos(self) -> i128 {
        let scaled = self.0 as i128 * 1_000_000_000;
        let floor = scaled.div_euclid(SAMPLE_RATE as i128);
        if floor * SAMPLE_RATE as i128 == scaled { floor } else { floor + 1 }
    }

    /// Unix time of this frame in milliseconds; rounds down.
    pub const fn to_unix_millis(self) -> i64 {
        (self.0 as i128 * 1000).div_euclid(SAMPLE_RATE as i128) as i64
    }

    /// As a timestamp of UTC, to the nanosecond.
    ///
    /// Positions beyond the years -9999 to 9999 saturate.
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_nanosecond(self.to_unix_nanos()).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }

    /// The frame that sounds at a timestamp of UTC; rounds down.
    pub fn from_timestamp(at: jiff::Timestamp) -> Self {
        Self::from_unix_nanos(at.as_nanosecond())
    }

    /// RFC 3339 in UTC with milliseconds, `2026-11-22T10:00:00.000Z`; rounds down.
    pub fn rfc3339(self) -> String {
        let millis = self.to_unix_millis();
        let at = jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        format!("{at:.3}")
    }
}

impl Frames {
    /// No length at all.
    pub const ZERO: Self = Self(0);

    /// Whole seconds.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds * SAMPLE_RATE)
    }

    /// Whole milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis * SAMPLE_RATE / 1000)
    }

    /// A duration in seconds, rounded to the nearest frame.
    pub fn from_secs_f64(seconds: f64) -> Self {
        Self((seconds * SAMPLE_RATE as f64).round() as i64)
    }

    /// A length counted at another rate, rounded to the nearest frame.
    pub const fn rescaled(count: i64, rate: u32) -> Self {
        let rate = rate as i128;
        Self((count as i128 * SAMPLE_RATE as i128 + rate / 2).div_euclid(rate) as i64)
    }

    /// In seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / SAMPLE_RATE as f64
    }

    /// As a standard duration; a negative length is zero.
    pub fn duration(self) -> std::time::Duration {
        let nanos = (self.0.max(0) as i128 * 1_000_000_000).div_euclid(SAMPLE_RATE as i128);
        std::time::Duration::from_nanos(nanos as u64)
    }

    /// As a count of samples.
    ///
    /// # Panics
    /// If the length is negative: a buffer never is.
    pub fn count(self) -> usize {
        usize::try_from(self.0).expect("a length that counts samples is never negative")
    }
}

impl Add<Frames> for Position {
    type Output = Position;
    fn add(self, by: Frames) -> Position {
        Position(self.0 + by.0)
    }
}
impl AddAssign<Frames> for Position {
    fn add_assign(&mut self, by: Frames) {
        self.0 += by.0;
    }
}
impl Sub<Frames> for Position {
    type Output = Position;
    fn sub(self, by: Frames) -> Position {
        Position(self.0 - by.0)
    }
}
impl SubAssign<Frames> for Position {
    fn sub_assign(&mut self, by: Frames) {
        self.0 -= by.0;
    }
}
impl Sub for Position {
    type Output = Frames;
    fn sub(self, from: Position) -> Frames {
        Frames(self.0 - from.0)
    }
}
impl Add for Frames {
    type Output = Frames;
    fn add(self, by: Frames) -> Frames {
        Frames(self.0 + by.0)
    }
}
impl AddAssign for Frames {
    fn add_assign(&mut self, by: Frames) {
        self.0 += by.0;
    }
}
impl Sub for Frames {
    type Output = Frames;
    fn sub(self, by: Frames) -> Frames {
        Frames(self.0 - by.0)
    }
}
impl SubAssign for Frames {
    fn sub_assign(&mut self, by: Frames) {
        self.0 -= by.0;
    }
}
impl Neg for Frames {
    type Output = Frames;
    fn neg(self) -> Frames {
        Frames(-self.0)
    }
}
impl Mul<i64> for Frames {
    type Output = Frames;
    fn mul(self, by: i64) -> Frames {
        Frames(self.0 * by)
    }
}
impl Div<i64> for Frames {
    type Output = Frames;
    fn div(self, by: i64) -> Frames {
        Frames(self.0 / by)
    }
}
impl Rem for Frames {
    type Output = Frames;
    fn rem(self, by: Frames) -> Frames {
        Frames(self.0 % by.0)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// In seconds with milliseconds, as a log prints it: `3.250s`.
impl fmt::Display for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}s", self.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_the_way_through_unix_time() {
        for position in [0, 1, 47_999, 48_000, 85_900_000_000_001, -1, -48_001] {
            let position = Position(position);
            assert_eq!(Position::from_unix_nanos(position.to_unix_nanos()), position);
            assert_eq!(Position::from_timestamp(position.timestamp()), position);
        }
    }

    #[test]
    fn rfc3339_always_has_three_decimals_and_a_zone() {
        for (frames, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (48_000 * 86_400 + 24_000, "1970-01-02T00:00:00.500Z"),
            (47, "1970-01-01T00:00:00.000Z"),
            (48, "1970-01-01T00:00:00.001Z"),
        ] {
            assert_eq!(Position(frames).rfc3339(), text);
        }
    }

    #[test]
    fn rescaling_rounds_to_the_nearest_frame() {
        for (count, rate, frames) in [(44_100, 44_100, 48_000), (1, 44_100, 1), (22_051, 44_100, 24_001)] {
            assert_eq!(Frames::rescaled(count, rate), Frames(frames));
        }
    }
}
