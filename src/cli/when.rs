//! Moments and lengths as they are typed.

use crate::units::{Frames, Position};
use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp, Zoned};

/// A moment: `now`, RFC 3339 with a zone, or `2026-12-31 23:55`, `2026-12-31`, `23:55` of the station's clock.
///
/// A time that daylight saving skips is taken after the gap; one that it repeats is the first of the two.
///
/// # Errors
/// A sentence that says what is understood.
pub fn moment(text: &str, now: Position, zone: &TimeZone) -> Result<Position, String> {
    let at = |time: civil::DateTime| {
        let zoned =
            time.to_zoned(zone.clone()).map_err(|error| format!("`{text}` is no time here: {error}"))?;
        Ok(Position::from_timestamp(zoned.timestamp()))
    };
    if text == "now" {
        return Ok(now);
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(Position::from_timestamp(timestamp));
    }
    let today = Zoned::new(now.timestamp(), zone.clone()).date();
    if let Ok(time) = text.parse::<civil::DateTime>() {
        at(time)
    } else if let Ok(date) = text.parse::<civil::Date>() {
        at(date.at(0, 0, 0, 0))
    } else if let Ok(time) =
        civil::Time::strptime("%H:%M:%S", text).or_else(|_| civil::Time::strptime("%H:%M", text))
    {
        at(today.to_datetime(time))
    } else {
        Err(format!(
            "`{text}` is no moment: write now, \"23:55\", \"2026-12-31 23:55\" (the station's clock) or 2026-12-31T23:55:00Z"
        ))
    }
}

/// A length: `24h`, `10m`, `1h30m`, `90s`, `7d`; a day is 24 hours.
///
/// # Errors
/// A sentence that says what is understood.
pub fn length(text: &str) -> Result<Frames, String> {
    let wrong = || format!("`{text}` is no length of time: write 90s, 10m, 1h30m, 24h or 7d");
    let span: Span = text.parse().map_err(|_| wrong())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    let nanos = duration.as_nanos();
    if nanos <= 0 || duration.as_hours() > 366 * 24 {
        return Err(format!("`{text}` is not between nothing and 366 days"));
    }
    Ok(Position::from_unix_nanos(nanos) - Position(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_of_the_stations_clock_unless_they_name_a_zone() {
        let now = Position::from_timestamp("2026-07-01T12:00:00Z".parse().unwrap());
        let lisbon = TimeZone::get("Europe/Lisbon").unwrap();
        for (text, expected) in [
            ("now", "2026-07-01T12:00:00.000Z"),
            ("23:55", "2026-07-01T22:55:00.000Z"),
            ("23:55:30", "2026-07-01T22:55:30.000Z"),
            ("2026-12-31 23:55", "2026-12-31T23:55:00.000Z"),
            ("2026-12-31T23:55:00+01:00", "2026-12-31T22:55:00.000Z"),
            ("2026-08-01", "2026-07-31T23:00:00.000Z"),
        ] {
            assert_eq!(moment(text, now, &lisbon).unwrap().rfc3339(), expected, "{text}");
        }
        assert!(moment("tomorrow-ish", now, &lisbon).is_err());
    }

    #[test]
    fn lengths_have_units() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("1h30m", 5400), ("24h", 86_400), ("7d", 604_800)]
        {
            assert_eq!(length(text), Ok(Frames::from_secs(seconds)), "{text}");
        }
        for text in ["", "10", "-5m", "0s", "10 parsecs", "9999d"] {
            assert!(length(text).is_err(), "{text}");
        }
    }
}
