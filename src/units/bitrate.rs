//! Bit rates.

/// Bits a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bitrate(pub u32);

impl Bitrate {
    /// From kilobits (1,000 bits) a second, as curators write them: `96k`.
    pub const fn kilobits(kilobits: u32) -> Self {
        Self(kilobits * 1000)
    }
    /// In kilobits a second, rounded down.
    pub const fn in_kilobits(self) -> u32 {
        self.0 / 1000
    }
}

impl std::fmt::Display for Bitrate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}k", self.in_kilobits())
    }
}
