//! Pictures: a station's own, and the covers of what it plays.
//!
//! In: a station or a cover's hash. Out: the picture. Never: blocks the threads that serve, or sends what is no
//! picture.

use super::answer::{self, Answer, Keep};
use super::desk::Desk;
use super::house::Channel;
use bytes::Bytes;
use hyper::header::HeaderMap;
use std::collections::VecDeque;
use std::io::Read;
use std::path::Path;
use tokio::sync::Semaphore;

/// The largest picture that is sent, in bytes; a larger one is as good as none.
pub const ART_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Pictures that are read at once; further requests wait.
const READS_MAX: usize = 4;
/// A station's picture may change with its file.
const KEEP_STATION: Keep = Keep::Seconds(300);
/// A cover's address is the hash of its bytes.
const KEEP_COVER: Keep = Keep::Fixed(31_536_000);
const KEEP_ERROR: Keep = Keep::Seconds(60);

static READS: Semaphore = Semaphore::const_new(READS_MAX);

/// A station's picture.
pub async fn of_station(channel: &Channel, asked: &HeaderMap) -> Answer {
    let Some(path) = channel.station().art.clone() else { return none() };
    let read = move || match read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::debug!(%error, path = %path.display(), "a station's picture can't be read");
            None
        }
    };
    picture(blocking(read).await, KEEP_STATION, asked)
}

/// A cover.
pub async fn cover(desk: &Desk, channel: &Channel, hash: u64, asked: &HeaderMap) -> Answer {
    let (covers, id) = (desk.house.covers(), channel.station().id.clone());
    picture(blocking(move || covers(&id, hash)).await, KEEP_COVER, asked)
}

async fn blocking(read: impl FnOnce() -> Option<Bytes> + Send + 'static) -> Option<Bytes> {
    let _turn = READS.acquire().await.ok()?;
    tokio::task::spawn_blocking(read).await.ok()?
}

fn read(path: &Path) -> std::io::Result<Option<Bytes>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(ART_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= ART_BYTES_MAX).then(|| bytes.into()))
}

fn picture(bytes: Option<Bytes>, keep: Keep, asked: &HeaderMap) -> Answer {
    match bytes.and_then(|bytes| media_type(&bytes).map(|media_type| (bytes, media_type))) {
        Some((bytes, media_type)) => {
            let mut answer = answer::media(VecDeque::from([bytes]), media_type, keep, asked);
            if media_type == SVG {
                // A picture opened by itself may do nothing.
                let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
                answer::set(&mut answer, hyper::header::CONTENT_SECURITY_POLICY, policy);
            }
            answer
        }
        None => none(),
    }
}

fn none() -> Answer {
    answer::unknown(KEEP_ERROR, "there is no such picture")
}

const SVG: &str = "image/svg+xml";

/// What kind of picture some bytes are, by how they begin.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let avif = bytes.get(4..12).is_some_and(|brand| brand == b"ftypavif" || brand == b"ftypavis");
    let head = bytes.get(..bytes.len().min(256)).unwrap_or_default();
    let head = head.trim_ascii_start();
    match bytes {
        _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        _ if bytes.starts_with(b"\xff\xd8\xff") => Some("image/jpeg"),
        _ if bytes.starts_with(b"GIF8") => Some("image/gif"),
        _ if webp => Some("image/webp"),
        _ if avif => Some("image/avif"),
        _ if head.starts_with(b"<svg")
            || head.starts_with(b"<?xml") && bytes.windows(4).any(|w| w == b"<svg") =>
        {
            Some(SVG)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        for (bytes, expected) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF89a", Some("image/gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\0\0\0\0WAVEfmt ", None),
            (b"\0\0\0\x20ftypavif", Some("image/avif")),
            (b"\0\0\0\x20ftypM4A ", None),
            (b"\n <svg xmlns", Some("image/svg+xml")),
            (b"<?xml version='1.0'?><svg/>", Some("image/svg+xml")),
            (b"<?xml version='1.0'?><html/>", None),
            (b"<html>", None),
            (b"", None),
        ] {
            assert_eq!(media_type(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
