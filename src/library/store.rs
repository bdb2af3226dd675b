//! What is remembered over restarts: analyses, covers, the log, the as-run log. One SQLite file.
//!
//! In and out: plain values. A database that is damaged is moved aside and begun anew: the station must go on air, and
//! all but the history can be measured and planned again. Writes survive `kill -9` (WAL).
//! Never: reads a clock; keeps a lock while it waits for anything but the disk.

use super::analyse::{Facts, VERSION};
use super::walk::Stamp;
use crate::codec::decode::tags::Cover;
use crate::schedule::{Entry, Item};
use crate::station::Kind;
use crate::units::{Db, Dbtp, Frames, ItemId, Lufs, Position, StationId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The database's name in the data folder.
pub const FILE_NAME: &str = "longwave.db";
/// A database of less is looked through for damage when it is opened: 32 MiB.
const CHECKED_BYTES_MAX: u64 = 32 << 20;
/// So long is waited for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// So much of the past log is kept: 7 days.
pub const LOG_KEPT: Frames = Frames::from_secs(7 * 86_400);
/// So much of the as-run log is kept: 366 days.
pub const AS_RUN_KEPT: Frames = Frames::from_secs(366 * 86_400);
/// Between the genres of an item in a column.
const UNIT_SEPARATOR: char = '\u{1f}';

/// One statement batch for each version of the schema, the oldest first.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE files(
        path TEXT PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL, version INTEGER NOT NULL,
        rejected TEXT, title TEXT, artist TEXT, album TEXT, genre TEXT, year INTEGER, isrc TEXT,
        duration INTEGER, cue_in INTEGER, cue_out INTEGER, loudness REAL, true_peak REAL, art INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE covers(hash INTEGER PRIMARY KEY, mime TEXT NOT NULL, bytes BLOB NOT NULL);
    CREATE TABLE log(
        id INTEGER PRIMARY KEY, station TEXT NOT NULL, position INTEGER NOT NULL, until INTEGER NOT NULL,
        path TEXT, entry TEXT NOT NULL
    );
    CREATE INDEX log_by_position ON log(station, position);
    CREATE TABLE as_run(
        id INTEGER PRIMARY KEY, station TEXT NOT NULL, position INTEGER NOT NULL, length INTEGER NOT NULL,
        path TEXT, title TEXT, artist TEXT, category TEXT NOT NULL, kind TEXT NOT NULL, note TEXT
    );
    CREATE TABLE plans(station TEXT PRIMARY KEY, fingerprint INTEGER NOT NULL);
    CREATE INDEX as_run_by_position ON as_run(station, position);
    CREATE INDEX as_run_by_path ON as_run(station, path, position);
"];

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data folder can't be made, or a damaged database not moved aside.
    #[error("{path}: {error}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A later version of the program has written it.
    #[error("{path} was written by a later version of Longwave (schema {found}, this one knows {known})")]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The latest that this program knows.
        known: i64,
    },
    /// SQLite failed.
    #[error("{path}: {error}")]
    Sqlite {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: rusqlite::Error,
    },
}

/// One stretch of programme as it went out.
#[derive(Clone, Debug, PartialEq)]
pub struct AsRun {
    /// Where it began.
    pub position: Position,
    /// How long it sounded.
    pub length: Frames,
    /// The file; none for the built-in bed.
    pub path: Option<PathBuf>,
    /// What listeners were told.
    pub title: Option<String>,
    /// What listeners were told.
    pub artist: Option<String>,
    /// The category it was from.
    pub category: String,
    /// What it was on the air.
    pub kind: Kind,
    /// Why it was not what the log had, if it was not.
    pub note: Option<String>,
}

/// An entry of a stored log.
#[derive(Clone, Debug, PartialEq)]
pub enum Logged {
    /// It can air as it was planned.
    Entry(Entry),
    /// Its item is gone, changed or no longer fit: plan again from here.
    Gone {
        /// Where it would have begun.
        at: Position,
        /// Which file.
        path: PathBuf,
    },
}

/// What was measured of a file.
pub type Analysed = (Stamp, Result<Facts, String>);

/// The database.
pub struct Store {
    path: PathBuf,
    connection: Mutex<Connection>,
}

#[derive(Serialize, Deserialize)]
struct EntryColumns {
    length: i64,
    overlap: i64,
    from: i64,
    fade_in: i64,
    fade_out: i64,
    gain: f64,
    kind: String,
    category: String,
}

impl Store {
    /// Opens the database in a data folder, or begins one. A damaged one is moved aside, with a warning.
    ///
    /// # Errors
    /// If the folder can't be written, or a later version wrote the database.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::Folder { path: folder.to_owned(), error })?;
        let path = folder.join(FILE_NAME);
        match Self::connect(&path) {
            Err(StoreError::Sqlite { error, .. }) if is_damage(&error) => {
                let aside = set_aside(&path)?;
                tracing::warn!(
                    path = %path.display(), aside = %aside.display(), reason = %error,
                    "the database is damaged: it was moved aside and begun anew"
                );
                Self::connect(&path)
            }
            result => result,
        }
    }

    fn connect(path: &Path) -> Result<Self, StoreError> {
        let fail = |error| StoreError::Sqlite { path: path.to_owned(), error };
        let mut connection = Connection::open(path).map_err(fail)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(fail)?;
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(fail)?;
        let known = MIGRATIONS.len() as i64;
        let found: i64 =
            connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(fail)?;
        if found > known {
            return Err(StoreError::Newer { path: path.to_owned(), found, known });
        }
        // Looking through a large one would keep stations off the air; its faults are found where they are read.
        let small = std::fs::metadata(path).is_ok_and(|data| data.len() < CHECKED_BYTES_MAX);
        if found > 0 && small {
            let sound: String =
                connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(fail)?;
            if sound != "ok" {
                return Err(fail(rusqlite::Error::SqliteFailure(
                    rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
                    Some(sound),
                )));
            }
        }
        let migrate = connection.transaction().map_err(fail)?;
        for (version, statements) in (1..).zip(MIGRATIONS).skip(found as usize) {
            migrate.execute_batch(statements).map_err(fail)?;
            migrate.pragma_update(None, "user_version", version).map_err(fail)?;
        }
        migrate.commit().map_err(fail)?;
        Ok(Self { path: path.to_owned(), connection: Mutex::new(connection) })
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let connection: MutexGuard<_> = self.connection.lock().unwrap_or_else(|broken| broken.into_inner());
        work(&connection).map_err(|error| StoreError::Sqlite { path: self.path.clone(), error })
    }

    /// Everything that was measured by this version of the analysis, by path.
    ///
    /// # Errors
    /// If SQLite fails.
    pub fn analyses(&self) -> Result<HashMap<String, Analysed>, StoreError> {
        self.with(|connection| {
            let mut select =
                connection.prepare(&format!("SELECT {FILE_COLUMNS} FROM files WHERE version = ?"))?;
            let rows = select.query_map([VERSION], |row| Ok((row.get(0)?, analysed(row)?)))?;
            rows.collect()
        })
    }

    /// Keeps what was measured, all or nothing.
    ///
    /// # Errors
    /// If SQLite fails.
    pub fn save_analyses<'a>(
        &self,
        analyses: impl IntoIterator<Item = (&'a Path, &'a Analysed)>,
    ) -> Result<(), StoreError> {
        self.with(|connection| {
            let all = connection.unchecked_transaction()?;
            let mut insert = all.prepare_cached(&format!(
                "INSERT OR REPLACE INTO files({FILE_COLUMNS}, version) \
                 VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)"
            ))?;
            for (path, (stamp, result)) in analyses {
                let Some(path) = path.to_str() else { continue };
                let facts = result.as_ref().ok();
                insert.execute(params![
                    path,
                    stamp.size as i64,
                    stamp.modified,
                    result.as_ref().err(),
                    facts.and_then(|f| f.title.as_deref()),
                    facts.and_then(|f| f.artist.as_deref()),
                    facts.and_then(|f| f.album.as_deref()),
                    facts.map(|f| f.genre.join(&UNIT_SEPARATOR.to_string())),
                    facts.and_then(|f| f.year),
                    facts.and_then(|f| f.isrc.as_deref()),
                    facts.map(|f| f.duration.0),
                    facts.map(|f| f.cue_in.0),
                    facts.map(|f| f.cue_out.0),
                    facts.and_then(|f| f.loudness).map(|lufs| lufs.0),
                    facts.map(|f| f.true_peak.0.max(-200.0)),
                    facts.and_then(|f| f.art).map(|hash| hash as i64),
                    VERSION,
                ])?;
            }
            drop(insert);
            all.commit()
        })
    }

    /// Keeps a cover under its hash.
    ///
    /// # Errors
    /// If SQLite fails.
    pub fn save_cover(&self, hash: u64, cover: &Cover) -> Result<(), StoreError> {
        self.with(|connection| {
            connection
                .prepare_cached("INSERT OR IGNORE INTO covers(hash, mime, bytes) VALUES (?, ?, ?)")?
                .execute(params![hash as i64, cover.mime, cover.bytes])
                .map(drop)
        })
    }

    /// The cover of a hash.
    ///
    /// # Errors
    /// If SQLite fails.
    pub fn cover(&self, hash: u64) -> Result<Option<Cover>, StoreError> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT bytes FROM covers WHERE hash = ?")?
                .query_row([hash as i64], |row| row.get(0))
                .optional()
                .map(|bytes| bytes.and_then(Cover::new))
        })
    }

    /// Replaces a station's log from a position on, and forgets what is older than [`LOG_KEPT`] before it.
    /// `fingerprint` tells from what it was planned.
    ///
    /// # Errors
    /// If SQLite fails; nothing is changed then.
    pub fn save_log<'a>(
        &self,
        station: &StationId,
        from: Position,
        fingerprint: u64,
        entries: impl IntoIterator<Item = &'a Entry>,
    ) -> Result<(), StoreError> {
        self.with(|connection| {
            let all = connection.unchecked_transaction()?;
            all.prepare_cached("REPLACE INTO plans(station, fingerprint) VALUES (?, ?)")?
                .execute(params![station.as_str(), fingerprint as i64])?;
            all.prepare_cached("DELETE FROM log WHERE station = ? AND (position >= ? OR position < ?)")?
                .execute(params![station.as_str(), from.0, (from - LOG_KEPT).0])?;
            let mut insert = all.prepare_cached(
                "INSERT INTO log(station, position, until, path, entry) VALUES (?, ?, ?, ?, ?)",
            )?;
            for entry in entries {
                let path = entry.item.as_ref().and_then(|item| item.path.to_str());
                let columns = serde_json::to_string(&EntryColumns::of(entry))
                    .expect("numbers and words are always JSON");
                insert.execute(params![station.as_str(), entry.at.0, entry.end().0, path, columns])?;
            }
            drop(insert);
            all.commit()
        })
    }

    /// From what the stored log of a station was planned.
    ///
    /// # Errors
    /// If SQLite fails.
    pub fn fingerprint(&self, station: &StationId) -> Result<Option<u64>, StoreError> {
        self.with(|connection| {
            let mut select = connection.prepare_cached("SELECT fingerprint FROM plans WHERE station = ?")?;
            select
                .query_row([station.as_str()], |row| row.get(0))
                .optional()
                .map(|found: Option<i64>| found.map(|found| found as u64))
        })
    }

    /// The stored log of a station: what sounds within `from..until`, in order.
    ///
    /// # Errors
    /// If SQLite fails.
    pub fn load_log(
        &self,
        station: &StationId,
        from: Position,
        until: Position,
    ) -> Result<Vec<Logged>, StoreError> {
        self.with(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT position, path, entry FROM log \
                 WHERE station = ? AND position < ? AND until > ? ORDER BY position, id",
            )?;
            let mut file =
                connection.prepare_cached(&format!("SELECT {FILE_COLUMNS} FROM files WHERE path = ?"))?;
            let mut items: HashMap<String, Option<Arc<Item>>> = HashMap::new();
            let mut rows = select.query(params![station.as_str(), until.0, from.0])?;
            let mut log = Vec::new();
            while let Some(row) = rows.next()? {
                let at = Position(row.get(0)?);
                let path: Option<String> = row.get(1)?;
                let Ok(columns) = serde_json::from_str::<EntryColumns>(row.get_ref(2)?.as_str()?) else {
                    log.push(Logged::Gone { at, path: path.unwrap_or_default().into() });
                    continue;
                };
                let item = match &path {
                    None => None,
                    Some(path) => {
                        if !items.contains_key(path) {
                            let known = file.query_row([path], analysed).optional()?;
                            items.insert(path.clone(), known.and_then(|known| present(path, known)));
                        }
                        items[path].clone()
                    }
                };
                log.push(match (path, item) {
                    (Some(path), None) => Logged::Gone { at, path: path.into() },
                    (_, item) => Logged::Entry(columns.entry(at, item)),
                });
            }
            Ok(log)
        })
    }

    /// Adds to a station's as-run log, and forgets what is older than [`AS_RUN_KEPT`] before it.
    ///
    /// # Errors
    /// If SQLite fails; nothing is changed then.
    pub fn append_as_run<'a>(
        &self,
        station: &StationId,
        rows: impl IntoIterator<Item = &'a AsRun>,
    ) -> Result<(), StoreError> {
        self.with(|connection| {
            let all = connection.unchecked_transaction()?;
            let mut insert = all.prepare_cached(
                "INSERT INTO as_run(station, position, length, path, title, artist, category, kind, note) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?;
            let mut latest = Position(i64::MIN / 2);
            for row in rows {
                latest = latest.max(row.position);
                insert.execute(params![
                    station.as_str(),
                    row.position.0,
                    row.length.0,
                    row.path.as_deref().and_then(Path::to_str),
                    row.title,
                    row.artist,
                    row.category,
                    row.kind.word(),
                    row.note,
                ])?;
            }
            drop(insert);
            all.prepare_cached("DELETE FROM as_run WHERE station = ? AND position < ?")?
                .execute(params![station.as_str(), (latest - AS_RUN_KEPT).0])?;
            all.commit()
        })
    }

    /// Up to where the as-run log of a station is stored.
    ///
    /// # Errors
    /// If SQLite fails.
    pub fn as_run_end(&self, station: &StationId) -> Result<Option<Position>, StoreError> {
        self.with(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT position + length FROM as_run WHERE station = ? ORDER BY position DESC LIMIT 1",
            )?;
            select.query_row([station.as_str()], |row| row.get(0).map(Position)).optional()
        })
    }

    /// What went out on a station: what began within `from..until`, in order.
    ///
    /// # Errors
    /// If SQLite fails.
    pub fn as_run(
        &self,
        station: &StationId,
        from: Position,
        until: Position,
    ) -> Result<Vec<AsRun>, StoreError> {
        self.with(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT position, length, path, title, artist, category, kind, note FROM as_run \
                 WHERE station = ? AND position >= ? AND position < ? ORDER BY position, id",
            )?;
            let rows = select.query_map(params![station.as_str(), from.0, until.0], |row| {
                Ok(AsRun {
                    position: Position(row.get(0)?),
                    length: Frames(row.get(1)?),
                    path: row.get::<_, Option<String>>(2)?.map(PathBuf::from),
                    title: row.get(3)?,
                    artist: row.get(4)?,
                    category: row.get(5)?,
                    kind: kind(row.get_ref(6)?.as_str()?),
                    note: row.get(7)?,
                })
            })?;
            rows.collect()
        })
    }

    /// When each file last began to play on a station.
    ///
    /// # Errors
    /// If SQLite fails.
    pub fn last_played(&self, station: &StationId) -> Result<HashMap<PathBuf, Position>, StoreError> {
        self.with(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT path, max(position) FROM as_run WHERE station = ? AND path IS NOT NULL GROUP BY path",
            )?;
            let rows = select.query_map([station.as_str()], |row| {
                Ok((PathBuf::from(row.get::<_, String>(0)?), Position(row.get(1)?)))
            })?;
            rows.collect()
        })
    }
}

const FILE_COLUMNS: &str = "path, size, modified, rejected, title, artist, album, genre, year, isrc, \
                            duration, cue_in, cue_out, loudness, true_peak, art";

fn analysed(row: &Row<'_>) -> rusqlite::Result<Analysed> {
    let stamp = Stamp { size: row.get::<_, i64>(1)? as u64, modified: row.get(2)? };
    if let Some(why) = row.get::<_, Option<String>>(3)? {
        return Ok((stamp, Err(why)));
    }
    let genre: String = row.get::<_, Option<String>>(7)?.unwrap_or_default();
    let facts = Facts {
        title: row.get(4)?,
        artist: row.get(5)?,
        album: row.get(6)?,
        genre: genre.split(UNIT_SEPARATOR).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        year: row.get(8)?,
        isrc: row.get(9)?,
        duration: Frames(row.get(10)?),
        cue_in: Frames(row.get(11)?),
        cue_out: Frames(row.get(12)?),
        loudness: row.get::<_, Option<f64>>(13)?.map(Lufs),
        true_peak: Dbtp(row.get(14)?),
        art: row.get::<_, Option<i64>>(15)?.map(|hash| hash as u64),
    };
    Ok((stamp, Ok(facts)))
}

/// The item of an analysed file, if the file is still what was analysed.
fn present(path: &str, (stamp, result): Analysed) -> Option<Arc<Item>> {
    let facts = result.ok()?;
    let path = PathBuf::from(path);
    (Stamp::of(&path) == Some(stamp))
        .then(|| Arc::new(item(Arc::new(path), stamp, facts, &mut |word| word.into())))
}

/// An item of what was measured. `shared` may keep words that repeat.
pub fn item(
    path: Arc<PathBuf>,
    stamp: Stamp,
    facts: Facts,
    shared: &mut dyn FnMut(String) -> Arc<str>,
) -> Item {
    Item {
        id: ItemId::of_path(&path),
        path,
        title: facts.title.map(Into::into),
        artist: facts.artist.map(&mut *shared),
        album: facts.album.map(&mut *shared),
        genre: facts.genre.into_iter().map(&mut *shared).collect(),
        year: facts.year,
        isrc: facts.isrc.map(Into::into),
        duration: facts.duration,
        cue_in: facts.cue_in,
        cue_out: facts.cue_out,
        loudness: facts.loudness,
        true_peak: facts.true_peak,
        modified: stamp.seconds(),
        art: facts.art,
    }
}

impl EntryColumns {
    fn of(entry: &Entry) -> Self {
        Self {
            length: entry.length.0,
            overlap: entry.overlap.0,
            from: entry.from.0,
            fade_in: entry.fade_in.0,
            fade_out: entry.fade_out.0,
            gain: entry.gain.0,
            kind: entry.kind.word().to_owned(),
            category: entry.category.to_string(),
        }
    }
    fn entry(self, at: Position, item: Option<Arc<Item>>) -> Entry {
        Entry {
            at,
            length: Frames(self.length),
            overlap: Frames(self.overlap),
            from: Frames(self.from),
            fade_in: Frames(self.fade_in),
            fade_out: Frames(self.fade_out),
            gain: Db(self.gain),
            item,
            kind: kind(&self.kind),
            category: self.category.into(),
        }
    }
}

fn kind(word: &str) -> Kind {
    [Kind::Song, Kind::Ident, Kind::Sweeper, Kind::Bed, Kind::Spot, Kind::Speech]
        .into_iter()
        .find(|kind| kind.word() == word)
        .unwrap_or_default()
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// Moves a database and what belongs to it to names that are free.
fn set_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let aside = (1..)
        .map(|n| path.with_extension(format!("db.damaged-{n}")))
        .find(|aside| !aside.exists())
        .expect("some number is always free");
    std::fs::rename(path, &aside).map_err(|error| StoreError::Folder { path: path.to_owned(), error })?;
    for suffix in ["-wal", "-shm"] {
        let side = path.with_extension(format!("db{suffix}"));
        drop(std::fs::remove_file(side));
    }
    Ok(aside)
}
