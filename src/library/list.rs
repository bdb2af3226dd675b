//! M3U lists: text to paths.
//!
//! In: the bytes of a list and the folder it lies in. Out: the files it names, in its order.
//! Never: opens a file. Comments, `#EXTINF` and URLs are passed over; a byte order mark and CR LF are taken.

use std::path::{Path, PathBuf};

/// More entries than this are not taken.
pub const ENTRIES_MAX: usize = 200_000;

/// Whether a path is a list, by its name.
pub fn is_list(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("m3u") || e.eq_ignore_ascii_case("m3u8"))
}

/// The files that a list names. Relative ones are relative to the list; text that is not UTF-8 is taken as Latin-1.
pub fn entries(bytes: &[u8], folder: &Path) -> Vec<PathBuf> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    };
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| match line.split_once("://") {
            Some((scheme, path)) if scheme.eq_ignore_ascii_case("file") => Some(unescaped(path)),
            Some(_) => None,
            None => Some(line.to_owned()),
        })
        .map(|line| clean(&folder.join(line)))
        .take(ENTRIES_MAX)
        .collect()
}

/// `/a/b/../c/./d` as `/a/c/d`, so that a file has one name.
pub fn clean(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(clean.components().next_back(), Some(Component::Normal(_))) => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

/// Percent escapes of a file URL resolved.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escape = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_its_files_whatever_wrote_it() {
        let list = "\u{feff}#EXTM3U\r\n#EXTINF:123,Ana - Maré\r\n../gold/Maré.mp3\r\n\r\n/abs/x.flac\r\nsub/./y.ogg\r\n\
                    http://radio.example/z.mp3\r\nfile:///with%20space/a.wav\r\n";
        let expected = ["/media/gold/Maré.mp3", "/abs/x.flac", "/media/lists/sub/y.ogg", "/with space/a.wav"];
        let found = entries(list.as_bytes(), Path::new("/media/lists"));
        assert_eq!(found, expected.map(PathBuf::from));
        assert_eq!(entries(b"Mar\xe9.mp3", Path::new("/m")), [PathBuf::from("/m/Maré.mp3")]);
        assert!(is_list(Path::new("a.M3U8")) && !is_list(Path::new("a.mp3")));
    }
}
