//! Figures rather than proofs: run with `--ignored --nocapture`.

#![expect(clippy::print_stderr, reason = "figures are for whoever runs it")]

use super::fixtures::{self, FLAC, LOSSLESS, LOSSY, Shape};
use longwave::codec::decode::Source;
use longwave::library::{Library, Store, analyse, scan_now};
use longwave::onair::clock;
use longwave::units::{Frame, Frames};
use std::fs::File;
use std::sync::{Arc, mpsc};
use std::time::Instant;

/// Five minutes.
const SONG: Shape = Shape { rate: 44_100, channels: 2, frames: 44_100 * 300 };

/// Seconds that this thread has used a core.
fn busy() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9
}

#[test]
#[ignore = "takes minutes and asserts nothing"]
fn analysis_and_joining_are_timed() {
    for format in LOSSLESS.into_iter().chain(LOSSY) {
        let path = fixtures::file(&format, SONG);
        let begun = busy();
        analyse::analyse(&path).unwrap();
        let analysed = 300.0 / (busy() - begun);
        let begun = Instant::now();
        let mut source =
            Source::open(Box::new(File::open(&path).unwrap()), format.extension, Frames::from_secs(240))
                .unwrap();
        let mut out: Vec<Frame> = vec![[0.0; 2]; 4_800];
        assert_eq!(source.read(&mut out), out.len());
        eprintln!(
            "{:12} analysed at {analysed:5.0}x, joined at 4 min in {:3.0} ms",
            format.name,
            begun.elapsed().as_secs_f64() * 1e3
        );
    }
}

#[test]
#[ignore = "makes 100,000 files"]
fn a_start_with_nothing_changed_is_timed() {
    let root = fixtures::fresh("many");
    let song = fixtures::file(&FLAC, Shape { rate: 48_000, channels: 1, frames: 4_800 });
    let first = root.join("0.flac");
    for n in 0..100_000 {
        let folder = root.join(format!("artist {:03}/album {:02}", n % 500, n / 500 % 20));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{n} - a song with a name of usual length.flac"));
        if n % 50_000 == 0 {
            // A file has a bounded number of names.
            drop(std::fs::remove_file(&first));
            std::fs::copy(&song, &first).unwrap();
        }
        std::fs::hard_link(&first, &path).unwrap();
    }
    std::fs::remove_file(&first).unwrap();
    let station = fixtures::station("harbour", &[("music", &[&root])]);
    let data = root.join(".data");
    let begun = Instant::now();
    scan_now(&Store::open(&data).unwrap(), std::slice::from_ref(&station), &mut |_| {});
    eprintln!("first scan {:?}", begun.elapsed());
    let memory = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap().to_owned();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let before = memory();
    let begun = Instant::now();
    let (send, indexes) = mpsc::channel();
    let store = Arc::new(Store::open(&data).unwrap());
    let library = Library::start(store, &[station], clock::now, move |_, index| drop(send.send(index)));
    let index = indexes.recv().unwrap();
    eprintln!("start {:?}, {} items, {} KiB more", begun.elapsed(), index.items.len(), memory() - before);
    drop(library);
}
