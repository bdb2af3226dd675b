//! Identities: of a station, and of an item in the library.

use std::sync::Arc;

/// The name of a station in URLs, metrics and the store: the stem of its file's name.
///
/// Lower-case ASCII letters, digits and single hyphens; 1 to 64 characters; begins and ends with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StationId(Arc<str>);

/// Names that a station can't have, because the server answers at them itself.
pub const STATION_IDS_RESERVED: [&str; 7] =
    ["admin", "api", "health", "metrics", "static", "status-json", "studio"];

/// Why a text can't be a station's id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StationIdError {
    /// Nothing, or more than 64 characters.
    #[error("a station's id has 1 to 64 characters")]
    Length,
    /// A character other than lower-case ASCII letters, digits and hyphens, or a hyphen at an end.
    #[error("a station's id has lower-case letters a to z, digits and hyphens between them only")]
    Characters,
    /// One of [`STATION_IDS_RESERVED`].
    #[error("the server answers at this name itself")]
    Reserved,
}

impl StationId {
    /// Takes a text as an id.
    ///
    /// # Errors
    /// If it is not one; see [`StationIdError`].
    pub fn new(text: &str) -> Result<Self, StationIdError> {
        if text.is_empty() || text.len() > 64 {
            return Err(StationIdError::Length);
        }
        let word = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if !text.split('-').all(word) {
            return Err(StationIdError::Characters);
        }
        if STATION_IDS_RESERVED.contains(&text) {
            return Err(StationIdError::Reserved);
        }
        Ok(Self(text.into()))
    }
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for StationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An item of audio: a hash of its path (as the station's file names it) that stays the same over restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u64);

impl ItemId {
    /// The id of the file at a path: FNV-1a over its bytes.
    pub fn of_path(path: &std::path::Path) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for &byte in path.as_os_str().as_encoded_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Self(hash)
    }
}

impl std::fmt::Display for ItemId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_word_is_a_station_id() {
        for (text, expected) in [
            ("harbour", Ok(())),
            ("radio-2", Ok(())),
            ("", Err(StationIdError::Length)),
            ("Harbour", Err(StationIdError::Characters)),
            ("a--b", Err(StationIdError::Characters)),
            ("-a", Err(StationIdError::Characters)),
            ("rádio", Err(StationIdError::Characters)),
            ("api", Err(StationIdError::Reserved)),
        ] {
            assert_eq!(StationId::new(text).map(|_| ()), expected, "{text:?}");
        }
    }
}
