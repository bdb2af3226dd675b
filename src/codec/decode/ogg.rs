//! Whether an Ogg file was cut off.
//!
//! In: the last part of the file. Out: whether its last page is whole. Spec: RFC 3533 section 6.

use super::MediaSource;
use std::io::{Read, Seek, SeekFrom};

/// The longest page: a header of 27 bytes, a table of 255 and 255 segments of 255 bytes.
const PAGE_BYTES_MAX: u64 = 27 + 255 + 255 * 255;
const HEADER_BYTES: usize = 27;
const END_OF_STREAM: u8 = 4;

/// Whether the last page breaks off, or bytes of a next one follow a page that was not the stream's last.
pub fn is_cut(media: &mut Box<dyn MediaSource>) -> bool {
    let mut bytes = Vec::new();
    let end = media.seek(SeekFrom::End(0)).unwrap_or(0);
    let from = end.saturating_sub(2 * PAGE_BYTES_MAX);
    let read = media
        .seek(SeekFrom::Start(from))
        .and_then(|_| media.take(2 * PAGE_BYTES_MAX).read_to_end(&mut bytes));
    if read.is_err() {
        return true;
    }
    let Some(at) = bytes.windows(4).rposition(|window| window == b"OggS") else { return true };
    let page = &bytes[at..];
    let Some(&segments) = page.get(HEADER_BYTES - 1) else { return true };
    let Some(table) = page.get(HEADER_BYTES..HEADER_BYTES + usize::from(segments)) else { return true };
    let size = HEADER_BYTES + table.len() + table.iter().map(|&segment| usize::from(segment)).sum::<usize>();
    page.len() < size || page.len() > size && page[5] & END_OF_STREAM == 0
}
