//! Golden texts: `UPDATE_GOLDEN=1 cargo test` writes them anew.

use crate::synthetic::{AAC_CONFIG, Air, Sizes};
use longwave::package::cmaf::{self, Coding};
use longwave::package::describe::describe;
use longwave::package::snapshot::Snapshot;
use longwave::package::{Multivariant, playlist};
use longwave::units::{Cell, Latency};
use std::path::Path;
use std::sync::Arc;

fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/playlist").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the folder of golden texts is there");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == text, "{name} is not as it was; UPDATE_GOLDEN=1 writes it anew:\n{text}");
}

/// A station on a Sunday in October 2026, titles and all.
fn harbour(latency: Latency, cells: i64) -> Arc<Snapshot> {
    let title = |cell, title: &str| (cell, title.to_owned());
    let air = Air {
        latency,
        sizes: Sizes::Constant,
        cells,
        first: Cell(933_828_000 * 6),
        titles: vec![title(0, "Fado Quartet - Maré, Maré"), title(60, ""), title(70, "Ana\n- Don't stop")],
        ..Air::default()
    };
    air.snapshots().last().expect("there are parts").clone()
}

#[test]
fn low_latency_playlists_are_as_they_were() {
    for (name, latency, cells, rendition) in [
        ("live-low.m3u8", Latency::Low, 100, "aac-128"),
        ("live-steady.m3u8", Latency::Steady, 100, "opus-96"),
        ("live-boundary.m3u8", Latency::Low, 96, "opus-32"),
        ("live-first-part.m3u8", Latency::Low, 1, "opus-96"),
    ] {
        let snapshot = harbour(latency, cells);
        let window = snapshot.window(rendition).expect("it is one of the outputs");
        check(name, &playlist::live(&snapshot, window, false));
        check(&format!("delta-{name}"), &playlist::live(&snapshot, window, true));
    }
}

#[test]
fn plain_and_radio_playlists_are_as_they_were() {
    let snapshot = harbour(Latency::Low, 100);
    let window = snapshot.window("aac-128").expect("it is one of the outputs");
    check("hls.m3u8", &playlist::plain(window));
    check("radio.m3u8", &playlist::radio(window).expect("AAC has it"));
}

#[test]
fn multivariant_playlists_are_as_they_were() {
    for which in Multivariant::ALL {
        let text = which.text(&Air::default().outputs, Latency::Low).expect("both codecs are there");
        check(&format!("multivariant-{}", which.file()), &text);
    }
}

#[test]
fn boxes_are_as_they_were() {
    check("init-opus.txt", &describe(&cmaf::init(Coding::Opus)));
    check("init-aac.txt", &describe(&cmaf::init(Coding::Aac(&AAC_CONFIG))));
    let snapshot = harbour(Latency::Low, 8);
    let window = snapshot.window("opus-96").expect("it is one of the outputs");
    check("parts.txt", &describe(&window.open_parts.concat()));
    check("no-box.txt", &describe(b"\0\0\0\x08free\0\0\0\x02xxxx"));
}
