//! Randomness that is a function of its arguments, the same on any machine and for ever.
//!
//! Spec: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).

/// Where a station's choices come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed that a text stands for.
    pub fn of_text(text: &str) -> Self {
        text.bytes().fold(Self(0), |seed, byte| seed.with(u64::from(byte)))
    }

    /// The seed of a choice within this one: mixes a number in.
    pub const fn with(self, number: u64) -> Self {
        let mut z = (self.0 ^ number.wrapping_mul(0xff51_afd7_ed55_8ccd)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self(z ^ (z >> 31))
    }

    /// A number from 0 up to but not including 1.
    pub fn unit(self) -> f64 {
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number below `bound`; 0 if `bound` is 0.
    pub const fn below(self, bound: u64) -> u64 {
        ((self.0 as u128 * bound as u128) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fill_their_range_evenly() {
        let mut bins = [0u32; 10];
        for n in 0..10_000 {
            bins[Seed::of_text("harbour").with(n).below(10) as usize] += 1;
            assert!((0.0..1.0).contains(&Seed(n).with(1).unit()));
        }
        assert!(bins.iter().all(|&count| (850..1150).contains(&count)), "{bins:?}");
    }
}
