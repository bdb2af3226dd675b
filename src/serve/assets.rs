//! What the pages load: script, style, icon, hls.js; compressed once at start.
//!
//! Their addresses carry a version that follows from their bytes, so that browsers keep them for good.

use super::answer::{self, Answer, Keep};
use super::published::{Text, gzip};
use bytes::Bytes;
use flate2::Compression;
use hyper::header::HeaderMap;

/// A name, its media type, its bytes.
type File = (&'static str, &'static str, &'static [u8]);

const JS: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";

const FILES: [File; 11] = [
    ("art.js", JS, include_bytes!("pages/art.js")),
    ("clock.js", JS, include_bytes!("pages/clock.js")),
    ("controls.js", JS, include_bytes!("pages/controls.js")),
    ("directory.js", JS, include_bytes!("pages/directory.js")),
    ("engine.js", JS, include_bytes!("pages/engine.js")),
    ("hls.min.js", JS, include_bytes!("pages/vendor/hls.min.js")),
    (ICON, SVG, include_bytes!("pages/icon.svg")),
    ("now.js", JS, include_bytes!("pages/now.js")),
    ("page.css", CSS, include_bytes!("pages/page.css")),
    ("player.js", JS, include_bytes!("pages/player.js")),
    ("station.js", JS, include_bytes!("pages/station.js")),
];

/// The icon that browsers ask for by themselves too.
pub const ICON: &str = "icon.svg";

/// Under an address with the right version it never changes.
const KEEP_VERSIONED: Keep = Keep::Fixed(31_536_000);
const KEEP_OTHER: Keep = Keep::Seconds(60);

/// Every file that pages load.
pub struct Assets {
    files: Vec<(&'static str, &'static str, Text)>,
    version: String,
}

impl Assets {
    /// Compresses them.
    pub fn new() -> Self {
        let text = |bytes: &'static [u8]| Text {
            identity: Bytes::from_static(bytes),
            gzip: gzip(bytes, Compression::best()),
        };
        let files = FILES.map(|(name, media_type, bytes)| (name, media_type, text(bytes))).into();
        Self { files, version: version(&FILES) }
    }

    /// Changes whenever one of them does.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A file by its name; the version says for how long it may be kept.
    pub fn file(&self, name: &str, version: Option<&str>, asked: &HeaderMap) -> Answer {
        let Some((_, media_type, text)) = self.files.iter().find(|(file, ..)| *file == name) else {
            return answer::unknown(KEEP_OTHER, "there is no such file");
        };
        let keep = if version == Some(&*self.version) { KEEP_VERSIONED } else { KEEP_OTHER };
        answer::text(text, media_type, keep, asked)
    }
}

/// FNV-1a over all names and bytes.
fn version(files: &[File]) -> String {
    let bytes = files.iter().flat_map(|(name, _, bytes)| name.bytes().chain(bytes.iter().copied()));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `{{version}}/file` of the templates and every import between scripts.
    #[test]
    fn whatever_the_pages_load_is_there() {
        let page = |text: &'static str| text.split("{{version}}/").skip(1);
        let script = |bytes: &'static [u8]| {
            std::str::from_utf8(bytes).unwrap().split("'./").skip(1).collect::<Vec<_>>()
        };
        let own = FILES.iter().filter(|(name, kind, _)| *kind == JS && *name != "hls.min.js");
        let named = page(include_str!("pages/index.html"))
            .chain(page(include_str!("pages/station.html")))
            .chain(own.flat_map(|(_, _, bytes)| script(bytes)))
            .filter_map(|rest| rest.split(['"', '\'']).next());
        let mut count = 0;
        for name in named {
            assert!(FILES.iter().any(|(file, ..)| *file == name), "{name} is not among the files");
            count += 1;
        }
        assert!(count > 10, "only {count} names were found");
    }
}
