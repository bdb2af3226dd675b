//! Decks against the decoder that feeds them.

use super::fixtures::{self, Shape};
use longwave::codec::decode::Source;
use longwave::library::{Deck, Decks, FileFeed, RingFeed};
use longwave::playout::{Feed, Read};
use longwave::units::{Frame, Frames};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

const SHAPE: Shape = Shape { rate: 44_100, channels: 2, frames: 44_100 * 9 };
const PATIENCE: Duration = Duration::from_secs(30);

fn direct(path: &Path, from: i64) -> Vec<Frame> {
    let extension = path.extension().unwrap().to_str().unwrap();
    let mut source = Source::open(Box::new(File::open(path).unwrap()), extension, Frames(from)).unwrap();
    let mut out = vec![[0.0; 2]; 48_000 * 20];
    let count = source.read(&mut out);
    out.truncate(count);
    out
}

/// Reads a feed to its end; how often it starved does not matter here.
fn drain(feed: &mut dyn Feed, block: usize) -> Vec<Frame> {
    let mut out = Vec::new();
    let mut buffer = vec![[0.0; 2]; block];
    loop {
        match feed.read(&mut buffer) {
            Read::Frames(count) => out.extend_from_slice(&buffer[..count]),
            Read::Starved => std::thread::yield_now(),
            Read::Ended => return out,
        }
    }
}

#[test]
fn a_deck_gives_what_the_decoder_gives_bit_for_bit() {
    let (mut decks, told) = Decks::start();
    for format in [fixtures::FLAC, fixtures::MP3, fixtures::M4A, fixtures::VORBIS, fixtures::OPUS] {
        let path = fixtures::file(&format, SHAPE);
        for from in [0, 123_457] {
            let expected = direct(&path, from);
            let (deck, mut feed) = decks.open(&path, Frames(from));
            assert!(drain(&mut feed, 1_111) == expected, "{} from {from}", format.name);
            assert!(feed.is_spent());
            assert_eq!(feed.read(&mut [[0.0; 2]; 8]), Read::Ended);
            assert_eq!(told.recv_timeout(PATIENCE).unwrap(), Deck::Opened(deck));
            let frames = Frames(expected.len() as i64);
            assert_eq!(told.recv_timeout(PATIENCE).unwrap(), Deck::Ended { deck, frames });
            assert!(drain(&mut FileFeed::open(&path, Frames(from)).unwrap(), 960) == expected);
        }
    }
}

#[test]
fn many_decks_are_filled_side_by_side_and_closing_one_harms_none() {
    let (mut decks, told) = Decks::start();
    let path = fixtures::file(&fixtures::MP3, SHAPE);
    let expected = direct(&path, 0);
    let mut feeds: Vec<RingFeed> = (0..12).map(|_| decks.open(&path, Frames::ZERO).1).collect();
    for _ in 0..feeds.len() {
        assert!(matches!(told.recv_timeout(PATIENCE).unwrap(), Deck::Opened(_)));
    }
    feeds.truncate(8);
    for feed in &mut feeds {
        assert!(drain(feed, 4_800) == expected);
    }
}

#[test]
fn a_deck_that_can_not_open_says_why_and_ends() {
    let (mut decks, told) = Decks::start();
    let path = fixtures::fresh("decks").join("vanished.flac");
    let (number, mut feed) = decks.open(&path, Frames::ZERO);
    let Deck::Failed { deck, at, why } = told.recv_timeout(PATIENCE).unwrap() else {
        panic!("it did not fail")
    };
    assert_eq!((deck, at), (number, Frames::ZERO));
    assert!(why.contains("No such file"), "{why}");
    assert!(drain(&mut feed, 64).is_empty());
}

#[test]
fn nothing_is_read_from_decks_that_are_gone() {
    let (mut decks, _told) = Decks::start();
    let path = fixtures::file(&fixtures::FLAC, SHAPE);
    let (_, mut feed) = decks.open(&path, Frames::ZERO);
    drop(decks);
    drain(&mut feed, 64);
    assert!(feed.is_spent());
}
