//! Scanning and watching real folders.

use super::fixtures::{self, FLAC, MP3, OPUS, Shape, VORBIS, WAV};
use longwave::library::{Library, Store, scan_now};
use longwave::schedule::{Index, Item};
use longwave::station::{Rung, Station, Where};
use longwave::units::{Frames, StationId};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

const SHORT: Shape = Shape { rate: 44_100, channels: 2, frames: 44_100 };
/// An event that has to come comes long before this.
const PATIENCE: Duration = Duration::from_secs(60);

fn names(index: &Index) -> Vec<String> {
    index.items.iter().map(|item| item.path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

fn scan(store: &Store, station: &Station) -> Arc<Index> {
    scan_now(store, std::slice::from_ref(station), &mut |_| {}).remove(0).1
}

fn item<'a>(index: &'a Index, name: &str) -> &'a Item {
    index.items.iter().find(|item| item.path.ends_with(name)).unwrap_or_else(|| panic!("{name} is not there"))
}

/// The lines that the log has on skipped files while `work` runs: path and reason.
fn skipped(work: impl FnOnce()) -> Vec<(String, String)> {
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, work);
    let bytes = lines.0.lock().unwrap().clone();
    let mut skipped: Vec<_> = String::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|line| line["fields"]["message"] == "file skipped")
        .map(|line| {
            let field = |name: &str| line["fields"][name].as_str().unwrap().to_owned();
            (Path::new(&field("path")).file_name().unwrap().to_string_lossy().into_owned(), field("reason"))
        })
        .collect();
    skipped.sort();
    skipped
}

#[test]
fn a_scan_finds_what_categories_and_fallbacks_name() {
    let root = fixtures::fresh("scan");
    let make = |name: &str, more: &[&str]| {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let format = if name.ends_with("flac") { FLAC } else { MP3 };
        fixtures::encode(&format, SHORT, &fixtures::signal(SHORT), &path, more);
    };
    make("gold/01 - Low_Tide.mp3", &[]);
    make(
        "gold/deep/b.flac",
        &[
            "-metadata",
            "title=Maré",
            "-metadata",
            "artist=Ana",
            "-metadata",
            "album=Cais",
            "-metadata",
            "genre=Ambient",
            "-metadata",
            "date=2019-05-03",
            "-metadata",
            "isrc=PTABC1900001",
        ],
    );
    make("gold/c.mp3", &["-metadata", "genre=Rock", "-metadata", "date=1987", "-metadata", "title=C"]);
    make("gold/.hidden/d.mp3", &[]);
    make("elsewhere/e.mp3", &[]);
    make("elsewhere/sorry.mp3", &[]);
    std::fs::write(root.join("gold/notes.txt"), "no audio").unwrap();
    std::fs::write(root.join("gold/x.mp3.part"), "half").unwrap();
    std::fs::write(root.join("gold/.y.mp3"), "hidden").unwrap();
    std::os::unix::fs::symlink(root.join("gold"), root.join("gold/deep/loop")).unwrap();
    let list =
        "\u{feff}#EXTM3U\r\n#EXTINF:1,E\r\n../elsewhere/e.mp3\r\n../gold/c.mp3\r\n../gold/nowhere.mp3\r\n";
    std::fs::create_dir_all(root.join("lists")).unwrap();
    std::fs::write(root.join("lists/extra.m3u"), list).unwrap();

    let (gold, extra) = (root.join("gold"), root.join("lists/extra.m3u"));
    let mut station =
        fixtures::station("harbour", &[("all", &[&gold]), ("calm", &[&gold]), ("list", &[&extra, &gold])]);
    station.categories[1].filter =
        Where { genre: vec!["ambient".to_owned()], year: Some((2000, 2020)), ..Where::default() };
    station.fallback = vec![
        Rung::Category("all".into()),
        Rung::File(root.join("elsewhere/sorry.mp3")),
        Rung::File(root.join("elsewhere/nothing.mp3")),
    ];
    let store = Store::open(&root.join("data")).unwrap();
    let mut index = Arc::default();
    let lines = skipped(|| index = scan(&store, &station));
    assert_eq!(lines.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["nowhere.mp3"]);

    let members = |pool: usize| {
        index.pools[pool].members.iter().map(|&m| names(&index)[m as usize].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&index), ["e.mp3", "01 - Low_Tide.mp3", "c.mp3", "b.flac"]);
    assert_eq!(members(0), ["01 - Low_Tide.mp3", "c.mp3", "b.flac"]);
    assert_eq!(members(1), ["b.flac"]);
    assert_eq!(members(2), ["e.mp3", "01 - Low_Tide.mp3", "c.mp3", "b.flac"]);
    let fallback: Vec<_> = index
        .fallback_files
        .iter()
        .map(|f| f.as_ref().map(|item| item.path.ends_with("sorry.mp3")))
        .collect();
    assert_eq!(fallback, [Some(true), None]);

    let b = item(&index, "b.flac");
    let text = |word: &Option<Arc<str>>| word.as_deref().unwrap_or_default().to_owned();
    assert_eq!(
        (text(&b.title), text(&b.artist), text(&b.album), text(&b.isrc), b.year),
        ("Maré".into(), "Ana".into(), "Cais".into(), "PTABC1900001".into(), Some(2019))
    );
    assert_eq!(b.genre, ["Ambient".into()]);
    assert_eq!(b.duration, Frames(48_000));
    assert_eq!(text(&item(&index, "01 - Low_Tide.mp3").title), "Low Tide");
    assert_eq!(item(&index, "c.mp3").year, Some(1987));
    // All is remembered: another scan gives the same without measuring.
    assert_eq!(scan(&Store::open(&root.join("data")).unwrap(), &station), index);
}

#[test]
fn what_can_not_be_heard_is_skipped_and_named_once() {
    let root = fixtures::fresh("broken");
    let long = Shape { rate: 44_100, channels: 2, frames: 44_100 * 4 };
    let mut expected = Vec::new();
    let mut formats: Vec<_> = fixtures::LOSSLESS.into_iter().chain(fixtures::LOSSY).collect();
    formats.retain(|format| format.name != "mp3-v2");
    for format in &formats {
        let whole = std::fs::read(fixtures::file(format, long)).unwrap();
        let name = format!("cut-{}.{}", format.name, format.extension);
        std::fs::write(root.join(&name), &whole[..whole.len() * 6 / 10]).unwrap();
        expected.push(name);
    }
    let garbage: Vec<u8> = (0..100_000u64).map(|k| (longwave::units::Seed(k).unit() * 256.0) as u8).collect();
    let silent = vec![0.0; 96_000];
    for (name, bytes) in [
        ("empty.mp3", &b""[..]),
        ("garbage.mp3", &garbage),
        ("garbage.flac", &garbage),
        ("text.wav", b"RIFF"),
    ] {
        std::fs::write(root.join(name), bytes).unwrap();
        expected.push(name.to_owned());
    }
    fixtures::encode(&WAV, SHORT, &silent, &root.join("silent.wav"), &[]);
    fixtures::encode(
        &FLAC,
        SHORT,
        &fixtures::signal(Shape { frames: 900, ..SHORT }),
        &root.join("blip.flac"),
        &[],
    );
    fixtures::encode(&WAV, SHORT, &[], &root.join("nothing.wav"), &[]);
    std::os::unix::fs::symlink(root.join("not there"), root.join("dangling.mp3")).unwrap();
    expected.extend(["silent.wav", "blip.flac", "nothing.wav"].map(String::from));
    std::fs::copy(fixtures::file(&OPUS, SHORT), root.join("good.opus")).unwrap();
    std::fs::copy(fixtures::file(&VORBIS, SHORT), root.join("wrong extension.mp3")).unwrap();
    expected.sort();

    let station = fixtures::station("harbour", &[("music", &[&root])]);
    let store = Store::open(&root.join(".data")).unwrap();
    let mut index = Arc::default();
    let lines = skipped(|| index = scan(&store, &station));
    assert!(lines.iter().all(|(_, reason)| reason.starts_with("it ")), "{lines:?}");
    assert_eq!(names(&index), ["good.opus", "wrong extension.mp3"]);
    assert_eq!(lines.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), expected);
}

/// A library whose indexes are awaited.
struct Watched {
    _library: Library,
    indexes: mpsc::Receiver<(StationId, Arc<Index>)>,
}

impl Watched {
    fn start(root: &Path, stations: &[Station]) -> Self {
        let store = Arc::new(Store::open(&root.join(".data")).unwrap());
        let (send, indexes) = mpsc::channel();
        let library = Library::start(store, stations, longwave::onair::clock::now, move |id, index| {
            drop(send.send((id.clone(), index)))
        });
        Self { _library: library, indexes }
    }
    /// Waits for an index that holds just these files.
    fn until(&self, expected: &[&str]) -> Arc<Index> {
        self.when(&format!("{expected:?}"), |index| names(index) == expected)
    }
    fn when(&self, what: &str, fits: impl Fn(&Index) -> bool) -> Arc<Index> {
        let mut last = Vec::new();
        let end = std::time::Instant::now() + PATIENCE;
        while let Ok((_, index)) =
            self.indexes.recv_timeout(end.saturating_duration_since(std::time::Instant::now()))
        {
            if fits(&index) {
                return index;
            }
            last = names(&index);
        }
        panic!("no index with {what}, the last had {last:?}");
    }
}

#[test]
fn added_changed_moved_and_deleted_files_show_in_the_index() {
    let root = fixtures::fresh("watch");
    let outside = fixtures::fresh("watch-outside");
    let song = fixtures::file(&MP3, SHORT);
    let longer = fixtures::file(&MP3, Shape { frames: 60_000, ..SHORT });
    std::fs::copy(&song, root.join("a.mp3")).unwrap();
    let watched = Watched::start(&root, &[fixtures::station("harbour", &[("music", &[&root])])]);
    let before = watched.until(&["a.mp3"]).items[0].duration;

    std::fs::copy(&song, root.join("b.mp3")).unwrap();
    watched.until(&["a.mp3", "b.mp3"]);
    std::fs::copy(&longer, root.join("a.mp3")).unwrap();
    watched.when("a longer a.mp3", |index| {
        index.items.len() == 2 && index.items.iter().any(|i| i.path.ends_with("a.mp3") && i.duration > before)
    });
    std::fs::rename(root.join("b.mp3"), root.join("c.mp3")).unwrap();
    watched.until(&["a.mp3", "c.mp3"]);
    std::fs::remove_file(root.join("a.mp3")).unwrap();
    watched.until(&["c.mp3"]);

    std::fs::create_dir_all(outside.join("album/disc")).unwrap();
    std::fs::copy(&song, outside.join("album/disc/d.mp3")).unwrap();
    std::fs::rename(outside.join("album"), root.join("album")).unwrap();
    watched.until(&["d.mp3", "c.mp3"]);
    std::fs::copy(&song, root.join("album/disc/e.mp3")).unwrap();
    watched.until(&["d.mp3", "e.mp3", "c.mp3"]);
    std::fs::rename(root.join("album"), root.join("renamed")).unwrap();
    let index = watched.when("the renamed folder", |index| {
        index.items.len() == 3
            && index.items.iter().filter(|i| i.path.starts_with(root.join("renamed"))).count() == 2
    });
    assert_eq!(names(&index), ["c.mp3", "d.mp3", "e.mp3"]);
    std::fs::remove_dir_all(root.join("renamed")).unwrap();
    watched.until(&["c.mp3"]);
    std::fs::create_dir_all(root.join("new/deep")).unwrap();
    std::fs::copy(&song, root.join("new/deep/f.mp3")).unwrap();
    watched.until(&["c.mp3", "f.mp3"]);
}

#[test]
fn lists_and_single_files_are_watched_where_they_lie() {
    let root = fixtures::fresh("watch-lists");
    let song = fixtures::file(&MP3, SHORT);
    for name in ["music/a.mp3", "music/b.mp3", "single.mp3"] {
        std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        std::fs::copy(&song, root.join(name)).unwrap();
    }
    let (list, single): (PathBuf, PathBuf) = (root.join("list.m3u"), root.join("single.mp3"));
    std::fs::write(&list, "music/a.mp3\n").unwrap();
    let late = root.join("late");
    let watched = Watched::start(
        &root,
        &[fixtures::station("harbour", &[("list", &[&list, &single]), ("late", &[&late])])],
    );
    watched.until(&["a.mp3", "single.mp3"]);
    std::fs::write(&list, "music/b.mp3\nmusic/c.mp3\n").unwrap();
    watched.until(&["b.mp3", "single.mp3"]);
    std::fs::copy(&song, root.join("music/c.mp3")).unwrap();
    watched.until(&["b.mp3", "c.mp3", "single.mp3"]);
    std::fs::remove_file(&single).unwrap();
    watched.until(&["b.mp3", "c.mp3"]);
    // A folder that was not there at the start.
    std::fs::create_dir_all(&late).unwrap();
    std::fs::copy(&song, late.join("d.mp3")).unwrap();
    watched.until(&["d.mp3", "b.mp3", "c.mp3"]);
}

#[test]
fn a_file_that_is_still_written_is_left_until_it_is_whole() {
    use std::io::Write;
    let root = fixtures::fresh("watch-writing");
    let song = std::fs::read(fixtures::file(&WAV, SHORT)).unwrap();
    std::fs::copy(fixtures::file(&MP3, SHORT), root.join("a.mp3")).unwrap();
    let watched = Watched::start(&root, &[fixtures::station("harbour", &[("music", &[&root])])]);
    watched.until(&["a.mp3"]);
    let mut file = std::fs::File::create(root.join("b.wav")).unwrap();
    for part in song.chunks(song.len() / 3 + 1) {
        file.write_all(part).unwrap();
        file.sync_all().unwrap();
    }
    drop(file);
    assert_eq!(watched.until(&["a.mp3", "b.wav"]).items[1].duration, Frames(48_000));
}

#[test]
fn every_station_gets_its_own_index() {
    let root = fixtures::fresh("watch-stations");
    for name in ["one/a.mp3", "two/b.mp3"] {
        std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        std::fs::copy(fixtures::file(&MP3, SHORT), root.join(name)).unwrap();
    }
    let stations = ["one", "two"].map(|name| fixtures::station(name, &[("music", &[&root.join(name)])]));
    let watched = Watched::start(&root, &stations);
    let mut found = std::collections::BTreeMap::new();
    while found.values().map(Vec::len).sum::<usize>() < 2 {
        let (id, index) = watched.indexes.recv_timeout(PATIENCE).unwrap();
        found.insert(id.to_string(), names(&index));
    }
    assert_eq!(
        found,
        [("one".to_owned(), vec!["a.mp3".to_owned()]), ("two".to_owned(), vec!["b.mp3".to_owned()])].into()
    );
}
