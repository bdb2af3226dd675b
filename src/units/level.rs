//! Levels: ratios in dB, loudness in LUFS (ITU-R BS.1770-5), true peaks in dBTP.

/// A ratio of amplitudes in decibels: a gain, or a difference of levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Db(pub f64);

/// Loudness relative to full scale, ITU-R BS.1770-5. Useful range -70 to 0.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Lufs(pub f64);

/// A true peak relative to full scale, ITU-R BS.1770-5 annex 2. May exceed 0.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Dbtp(pub f64);

impl Db {
    /// The factor by which an amplitude is multiplied.
    pub fn factor(self) -> f64 {
        10f64.powf(self.0 / 20.0)
    }
    /// The ratio that a factor of amplitude is; a factor of 0 is minus infinity.
    pub fn from_factor(factor: f64) -> Self {
        Self(20.0 * factor.log10())
    }
}

impl Dbtp {
    /// The amplitude of such a peak; full scale is 1.0.
    pub fn amplitude(self) -> f64 {
        Db(self.0).factor()
    }
    /// The level of an amplitude; full scale is 1.0.
    pub fn from_amplitude(amplitude: f64) -> Self {
        Self(Db::from_factor(amplitude).0)
    }
}

impl std::ops::Sub for Lufs {
    type Output = Db;
    fn sub(self, from: Lufs) -> Db {
        Db(self.0 - from.0)
    }
}
impl std::ops::Sub for Dbtp {
    type Output = Db;
    fn sub(self, from: Dbtp) -> Db {
        Db(self.0 - from.0)
    }
}
impl std::fmt::Display for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} dB", self.0)
    }
}
impl std::fmt::Display for Lufs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} LUFS", self.0)
    }
}
impl std::fmt::Display for Dbtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} dBTP", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_and_its_decibels_are_one() {
        for (db, factor) in [(0.0, 1.0), (20.0, 10.0), (-6.0206, 0.5)] {
            assert!((Db(db).factor() - factor).abs() < 1e-5);
            assert!((Db::from_factor(factor).0 - db).abs() < 1e-4);
        }
    }
}
