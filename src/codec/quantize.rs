//! Samples as whole numbers: the one rule by which full scale 1.0 becomes 16 or 24 bits.
//!
//! In: a sample, full scale 1.0. Out: the nearest step, halves away from zero, held within the range; what
//! is not a number is silence. No dither: the error is at most half a step (-96 dB below full scale at 16
//! bits, -144 dB at 24), and the same programme gives the same samples each time. A sample that came from
//! whole numbers of the same width comes back exactly.

/// As 16 bits, -32,768 to 32,767.
pub fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

/// As 24 bits, -8,388,608 to 8,388,607.
pub fn to_i24(sample: f32) -> i32 {
    ((sample * 8_388_608.0).round() as i32).clamp(-8_388_608, 8_388_607)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_go_to_the_nearest_step_and_stay_in_range() {
        let step = 1.0 / 32_768.0;
        for (sample, at_16, at_24) in [
            (0.0, 0, 0),
            (1.0, 32_767, 8_388_607),
            (-1.0, -32_768, -8_388_608),
            (2.0, 32_767, 8_388_607),
            (-2.0, -32_768, -8_388_608),
            (0.5 * step, 1, 128),
            (-0.5 * step, -1, -128),
            (0.49 * step, 0, 125),
            (f32::NAN, 0, 0),
            (f32::INFINITY, 32_767, 8_388_607),
        ] {
            assert_eq!(to_i16(sample), at_16, "{sample}");
            assert_eq!(to_i24(sample), at_24, "{sample}");
        }
    }

    #[test]
    fn what_came_from_whole_numbers_comes_back() {
        assert!((i16::MIN..=i16::MAX).all(|n| to_i16(f32::from(n) / 32_768.0) == n));
        for n in (-8_388_608..=8_388_607).step_by(997) {
            assert_eq!(to_i24(n as f32 / 8_388_608.0), n);
        }
    }
}
