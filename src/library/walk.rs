//! What lies in a folder: its audio files and those of all folders below.
//!
//! In: a path. Out: files with their size and time, sorted. Never: follows a loop of links, opens a file.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Names that are taken as audio, by their extension.
pub const EXTENSIONS: [&str; 20] = [
    "aac", "aif", "aifc", "aiff", "caf", "flac", "m4a", "m4b", "mka", "mkv", "mov", "mp1", "mp2", "mp3",
    "mp4", "oga", "ogg", "opus", "wav", "webm",
];
/// Folders deeper than this are not entered.
const DEPTH_MAX: usize = 64;

/// What tells a file from its changed self.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Nanoseconds of Unix time of its last change.
    pub modified: i64,
}

impl Stamp {
    /// That of a file as it is now; none if it is not there or no file.
    pub fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().filter(Metadata::is_file).map(|meta| Self::from(&meta))
    }
    /// Seconds of Unix time of its last change.
    pub fn seconds(self) -> i64 {
        self.modified.div_euclid(1_000_000_000)
    }
}

impl From<&Metadata> for Stamp {
    fn from(meta: &Metadata) -> Self {
        let modified = meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec());
        Self { size: meta.len(), modified }
    }
}

/// Whether a name is one of audio: not hidden, not half downloaded.
pub fn is_audio(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden
        && path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Whether a path below `root` passes through a hidden folder.
pub fn is_hidden_below(path: &Path, root: &Path) -> bool {
    path.strip_prefix(root).is_ok_and(|below| {
        below.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."))
    })
}

/// Tells every audio file in a folder and below it. Folders that can't be read are passed over and named in the log.
pub fn walk(folder: &Path, found: &mut dyn FnMut(PathBuf, Stamp)) {
    let mut above = Vec::new();
    descend(folder, &mut above, found);
}

fn descend(folder: &Path, above: &mut Vec<(u64, u64)>, found: &mut dyn FnMut(PathBuf, Stamp)) {
    let Ok(meta) = std::fs::metadata(folder) else { return };
    let identity = (meta.dev(), meta.ino());
    if above.contains(&identity) || above.len() >= DEPTH_MAX {
        return;
    }
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            tracing::warn!(path = %folder.display(), reason = %error, "folder skipped");
            return;
        }
    };
    above.push(identity);
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        let is_folder = kind.is_dir() || kind.is_symlink() && path.is_dir();
        if is_folder {
            descend(&path, above, found);
        } else if is_audio(&path)
            && let Some(stamp) = Stamp::of(&path)
        {
            found(path, stamp);
        }
    }
    above.pop();
}
