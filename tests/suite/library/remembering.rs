//! The store: what is put in comes out, over restarts, damage and time.

use super::fixtures;
use longwave::library::store::{self, AS_RUN_KEPT, FILE_NAME, LOG_KEPT};
use longwave::library::{AsRun, Logged, Store, StoreError, scan_now};
use longwave::schedule::{Entry, Index};
use longwave::station::Kind;
use longwave::units::{Db, Frames, Position, StationId};
use std::path::PathBuf;
use std::sync::Arc;

fn station() -> StationId {
    StationId::new("harbour").unwrap()
}

fn all(store: &Store) -> Vec<Logged> {
    store.load_log(&station(), Position(i64::MIN), Position(i64::MAX)).unwrap()
}

/// A folder with two songs and a store that knows them.
fn library(name: &str) -> (PathBuf, Store, Arc<Index>) {
    let folder = fixtures::fresh(name);
    let shape = fixtures::Shape { rate: 48_000, channels: 2, frames: 48_000 };
    for name in ["a.flac", "b.flac"] {
        std::fs::copy(fixtures::file(&fixtures::FLAC, shape), folder.join(name)).unwrap();
    }
    let store = Store::open(&folder.join("data")).unwrap();
    let stations = [fixtures::station("harbour", &[("music", &[&folder])])];
    let index = scan_now(&store, &stations, &mut |_| {}).remove(0).1;
    (folder, store, index)
}

fn entry(at: i64, index: &Index, item: Option<usize>) -> Entry {
    Entry {
        at: Position(at),
        length: Frames(1_000),
        overlap: Frames(10),
        from: Frames(3),
        fade_in: Frames(4),
        fade_out: Frames(5),
        gain: Db(-6.25),
        item: item.map(|item| index.items[item].clone()),
        kind: Kind::Ident,
        category: "music".into(),
    }
}

#[test]
fn a_log_comes_back_as_it_was_and_what_is_gone_is_marked() {
    let (folder, store, index) = library("log");
    let log = [entry(0, &index, Some(0)), entry(990, &index, Some(1)), entry(1_980, &index, None)];
    store.save_log(&station(), Position(0), 7, &log).unwrap();
    drop(store);
    let store = Store::open(&folder.join("data")).unwrap();
    assert_eq!(all(&store), log.clone().map(Logged::Entry));
    // What sounds at 995 began before.
    let found = store.load_log(&station(), Position(995), Position(996)).unwrap();
    assert_eq!(found, log[..2].iter().cloned().map(Logged::Entry).collect::<Vec<_>>());
    // A new plan replaces the rest and leaves what has begun.
    let new = entry(990, &index, Some(0));
    store.save_log(&station(), Position(990), 7, [&new]).unwrap();
    assert_eq!(all(&store), [Logged::Entry(log[0].clone()), Logged::Entry(new)]);
    // A file that was deleted or changed is told, not aired.
    let path = folder.join("a.flac");
    std::fs::remove_file(&path).unwrap();
    let gone = |at| Logged::Gone { at: Position(at), path: path.clone() };
    assert_eq!(all(&store), [gone(0), gone(990)]);
    std::fs::copy(folder.join("b.flac"), &path).unwrap();
    std::fs::File::open(&path).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(all(&store), [gone(0), gone(990)]);
    // Old ones are forgotten.
    store.save_log(&station(), Position(991) + LOG_KEPT, 7, []).unwrap();
    assert_eq!(all(&store), []);
}

#[test]
fn what_went_out_is_kept_for_a_year_and_tells_what_played_last() {
    let store = Store::open(&fixtures::fresh("as-run")).unwrap();
    let row = |at: i64, path: Option<&str>| AsRun {
        position: Position(at),
        length: Frames(480),
        path: path.map(PathBuf::from),
        title: Some("Maré".to_owned()),
        artist: None,
        category: "music".to_owned(),
        kind: Kind::Song,
        note: Some("the file had vanished".to_owned()),
    };
    let rows = [row(10, Some("/a")), row(20, Some("/b")), row(30, Some("/a")), row(40, None)];
    store.append_as_run(&station(), &rows).unwrap();
    assert_eq!(store.as_run(&station(), Position(20), Position(40)).unwrap(), rows[1..3]);
    let played = store.last_played(&station(), Position(i64::MAX)).unwrap();
    assert_eq!(played, [("/a".into(), Position(30)), ("/b".into(), Position(20))].into());
    let other = StationId::new("other").unwrap();
    assert_eq!(store.as_run(&other, Position(0), Position(99)).unwrap(), []);
    let late = row(AS_RUN_KEPT.0 + 30, None);
    store.append_as_run(&station(), [&late]).unwrap();
    let kept = store.as_run(&station(), Position(0), Position(i64::MAX)).unwrap();
    assert_eq!(kept, [rows[2].clone(), rows[3].clone(), late]);
}

#[test]
fn a_damaged_database_is_moved_aside_and_begun_anew() {
    let sound = fixtures::fresh("damaged");
    drop(Store::open(&sound).unwrap());
    let bytes = std::fs::read(sound.join(FILE_NAME)).unwrap();
    let halves = |at: usize, with: u8| {
        let mut bytes = bytes.clone();
        bytes[at..].fill(with);
        bytes
    };
    for (damage, number) in
        [b"not a database at all".repeat(99), halves(100, 0xff), halves(5_000, 0x5a)].iter().zip(1..)
    {
        std::fs::write(sound.join(FILE_NAME), damage).unwrap();
        let store = Store::open(&sound).unwrap();
        store.save_log(&station(), Position(0), 7, []).unwrap();
        drop(store);
        assert_eq!(&std::fs::read(sound.join(format!("longwave.db.damaged-{number}"))).unwrap(), damage);
        drop(Store::open(&sound).unwrap());
    }
}

#[test]
fn a_database_of_a_later_version_is_left_alone() {
    let folder = fixtures::fresh("later");
    drop(Store::open(&folder).unwrap());
    let path = folder.join(FILE_NAME);
    let database = rusqlite::Connection::open(&path).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    assert!(matches!(Store::open(&folder), Err(StoreError::Newer { found: 99, .. })));
    assert!(path.exists());
}

#[test]
fn two_stores_share_one_file() {
    let folder = fixtures::fresh("shared");
    let (one, two) = (Store::open(&folder).unwrap(), Store::open(&folder).unwrap());
    std::thread::scope(|scope| {
        for store in [&one, &two] {
            scope
                .spawn(move || (0..50).for_each(|_| store.save_log(&station(), Position(0), 7, []).unwrap()));
        }
    });
    assert_eq!(store::FILE_NAME, "longwave.db");
}
