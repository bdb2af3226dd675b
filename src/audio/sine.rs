//! Sines that are the same to the bit on every machine.
//!
//! In: a phase. Out: a sample of a sine. Never: calls the platform's mathematics, whose last bit differs
//! from one system to the next and would make two machines render two programmes.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// The phase at which a quarter of a turn is complete: 2^48 is 90 degrees.
pub const QUARTER: u64 = 1 << 48;

const STEPS_LOG2: u32 = 12;
const STEPS: usize = 1 << STEPS_LOG2;
const FRACTION_BITS: u32 = 24;

static TABLE: [f32; STEPS + 2] = {
    let mut table = [1.0; STEPS + 2];
    let mut i = 0;
    while i < STEPS {
        table[i] = sin(FRAC_PI_2 * i as f64 / STEPS as f64) as f32;
        i += 1;
    }
    table
};

/// The sine of an angle in radians, for tables that the compiler computes; error below 1e-15 up to 50 turns.
pub const fn sin(angle: f64) -> f64 {
    let turns = (angle / TAU) as i64;
    let mut x = angle - turns as f64 * TAU;
    if x > PI {
        x -= TAU;
    } else if x < -PI {
        x += TAU;
    }
    if x > FRAC_PI_2 {
        x = PI - x;
    } else if x < -FRAC_PI_2 {
        x = -PI - x;
    }
    let (mut term, mut sum, mut n) = (x, x, 1.0);
    while n < 23.0 {
        term *= -x * x / ((n + 1.0) * (n + 2.0));
        sum += term;
        n += 2.0;
    }
    sum
}

/// The sine of a phase within the first quarter of a turn, 0 to [`QUARTER`]; rises from 0 to 1.
///
/// A table of 4,096 steps and a line between them: error below 1e-7. Exact at both ends.
#[inline]
pub fn quarter(phase: u64) -> f32 {
    let phase = phase.min(QUARTER);
    let index = (phase >> (48 - STEPS_LOG2)) as usize;
    let fraction = (phase >> (48 - STEPS_LOG2 - FRACTION_BITS)) as u32 & ((1 << FRACTION_BITS) - 1);
    let (low, high) = (TABLE[index], TABLE[index + 1]);
    low + (high - low) * (fraction as f32 * (1.0 / (1 << FRACTION_BITS) as f32))
}

/// Minus the cosine of a phase in turns, 0 to 1: -1 at 0, +1 at a half. Error below 5e-6.
///
/// A polynomial without a branch, for loops over many frames that the compiler can widen.
#[inline]
pub fn wave(turns: f32) -> f32 {
    const C1: f32 = TAU as f32;
    const C3: f32 = (-TAU * TAU * TAU / 6.0) as f32;
    const C5: f32 = (TAU * TAU * TAU * TAU * TAU / 120.0) as f32;
    const C7: f32 = (-TAU * TAU * TAU * TAU * TAU * TAU * TAU / 5040.0) as f32;
    const C9: f32 = (TAU * TAU * TAU * TAU * TAU * TAU * TAU * TAU * TAU / 362_880.0) as f32;
    let t = 0.25 - (turns - 0.5).abs();
    let square = t * t;
    t * (C1 + square * (C3 + square * (C5 + square * (C7 + square * C9))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sine_equals_the_platforms() {
        for i in -5000..5000 {
            let x = f64::from(i) * 0.01;
            assert!((sin(x) - x.sin()).abs() < 2e-14, "{x}: {}", sin(x) - x.sin());
        }
        for i in 0..=100_000u64 {
            let part = i as f64 / 100_000.0;
            let table = f64::from(quarter((part * QUARTER as f64) as u64));
            assert!((table - (part * FRAC_PI_2).sin()).abs() < 1e-7, "{part}");
            let polynomial = f64::from(wave(part as f32));
            assert!((polynomial + (part * TAU).cos()).abs() < 5e-6, "{part}");
        }
        assert_eq!((quarter(0), quarter(QUARTER), quarter(u64::MAX)), (0.0, 1.0, 1.0));
    }
}
