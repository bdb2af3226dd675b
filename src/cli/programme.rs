//! One station as commands need it: read, scanned, with its log.
//!
//! Commands share the data folder with a server. Who holds its lock may store the log; a command that can't have the
//! lock reads what the server has stored, and keeps what it plans to itself.

use super::{Failure, StationArgs, check};
use crate::engine::{Director, Output, Stored};
use crate::library::{Store, scan_now};
use crate::onair::clock;
use crate::onair::memory::remembered;
use crate::schedule::{Index, Past, Planner};
use crate::station::{Station, diagnostic, nearest};
use crate::units::{Frames, Position};
use std::fs::{File, TryLockError};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The lock's name in the data folder.
const LOCK: &str = "longwave.lock";

/// The data folder is one's own as long as this lives.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the data folder, unless another process has it.
    ///
    /// # Errors
    /// If the folder can't be written.
    pub fn take(data_dir: &Path) -> std::io::Result<Option<Self>> {
        std::fs::create_dir_all(data_dir)?;
        let file = File::options().create(true).truncate(false).write(true).open(data_dir.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// A station that was read and scanned.
pub struct Programme {
    /// What its file says.
    pub station: Arc<Station>,
    /// What it can play.
    pub index: Arc<Index>,
    store: Store,
    lock: Option<Lock>,
}

impl Programme {
    /// Reads a station and scans its library, measuring what is new.
    ///
    /// # Errors
    /// If there is no such station, its file has errors, or the data folder can't be used.
    pub fn open(args: &StationArgs) -> Result<Self, Failure> {
        let station = read(&station_file(args)?)?;
        let data_dir = &args.data.data_dir;
        let lock = Lock::take(data_dir).map_err(|error| {
            Failure::Told(format!("the data folder {} can't be used: {error}", data_dir.display()))
        })?;
        let store = Store::open(data_dir)?;
        let mut err = std::io::stderr();
        let shows = err.is_terminal();
        let indexes = scan_now(&store, std::slice::from_ref(&station), &mut |progress| {
            if shows && progress.known < progress.all {
                // Progress that can't be shown is no failure.
                let _ = write!(err, "\rmeasuring {} of {} files", progress.known + 1, progress.all);
            }
        });
        if shows {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
        let index = indexes.into_iter().next().map(|(_, index)| index).unwrap_or_default();
        Ok(Self { station: Arc::new(station), index, store, lock })
    }

    /// A director who has planned the station until a position; stores the log, if it may.
    ///
    /// From now on the log goes on from what is stored; a stretch of the past that is not stored is planned from
    /// midnight UTC before it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn planned(&self, from: Position, until: Position) -> Result<Director, Failure> {
        let base = from.min(clock::now().wall);
        let (stored, past) = remembered(&self.store, &self.station.id, base)?;
        // What has been stored of the past stays as it was.
        let ahead = stored.log.entries().len() > 0 && base < from;
        let far = base + Frames::from_secs(400 * 86_400);
        let may_save = self.lock.is_some()
            && (ahead || self.store.load_log(&self.station.id, Planner::anchor(base), far)?.is_empty());
        let mut director = Director::new(self.station.clone(), self.index.clone(), stored, past, base);
        director.plan_until(until);
        while let Some(output) = director.poll() {
            if let (true, Output::SaveLog { from, entries, fingerprint }) = (may_save, output) {
                let entries = entries.iter().map(|entry| &**entry);
                self.store.save_log(&self.station.id, from, fingerprint, entries)?;
            }
        }
        Ok(director)
    }

    /// A director who begins at `start`, and whose log is planned until a position.
    ///
    /// # Errors
    /// If the store fails.
    pub fn director(&self, start: Position, until: Position) -> Result<Director, Failure> {
        let planned = self.planned(start, until)?;
        let stored = Stored { log: planned.log().clone(), fingerprint: planned.fingerprint() };
        Ok(Director::new(self.station.clone(), self.index.clone(), stored, Past::default(), start))
    }
}

/// The file of the station that is meant.
fn station_file(args: &StationArgs) -> Result<PathBuf, Failure> {
    if args.station.is_file() {
        return Ok(args.station.clone());
    }
    let name = args.station.to_string_lossy();
    let named = ["yaml", "yml"].map(|extension| args.stations.join(format!("{name}.{extension}")));
    if let Some(file) = named.into_iter().find(|file| file.is_file()) {
        return Ok(file);
    }
    let files = check::station_files(&args.stations).unwrap_or_default();
    let stems: Vec<_> = files.iter().filter_map(|file| file.file_stem()?.to_str()).collect();
    let help = match nearest(&name, stems.iter().copied()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if stems.is_empty() => String::new(),
        None => format!("; there are: {}", stems.join(", ")),
    };
    Err(Failure::Told(format!("there is no station `{name}` in {}{help}", args.stations.display())))
}

/// Reads a station file; tells its problems on standard error.
fn read(file: &Path) -> Result<Station, Failure> {
    let readings = check::read_stations(file)?;
    let mut err = std::io::stderr();
    for reading in &readings {
        let shown = diagnostic::Shown::of(reading);
        for problem in reading.problems.iter().filter(|_| reading.station.is_none()) {
            writeln!(err, "{}", diagnostic::text(&shown, problem, err.is_terminal()))?;
        }
    }
    readings.into_iter().find_map(|reading| reading.station).ok_or(Failure::AlreadyTold)
}
